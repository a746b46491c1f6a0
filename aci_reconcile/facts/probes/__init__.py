"""The probes: each asks Azure one question, with groups of its own, and decides from the answers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.facts.probes import (
    absence,
    containers,
    deep,
    echoes,
    errors,
    labels,
    limits,
    networks,
    power,
    profiles,
    refusals,
    regions,
    registries,
    streams,
    updates,
)
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Seen, Unclear

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ASKED", "PROBES", "Probe", "Seen", "Unclear"]

PROBES: tuple[Probe, ...] = (
    *updates.PROBES,
    *power.PROBES,
    *echoes.PROBES,
    *limits.PROBES,
    *refusals.PROBES,
    *absence.PROBES,
    *errors.PROBES,
    *labels.PROBES,
    *containers.PROBES,
    *profiles.PROBES,
    *regions.PROBES,
    *registries.PROBES,
    *streams.PROBES,
    *networks.PROBES,
    *deep.PROBES,
)
ASKED: Mapping[str, str] = {fact: probe.id for probe in PROBES for fact in probe.facts}
"""The facts that are asked, with the probe that asks each."""
