"""A probe: its question, the facts that it answers, and what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts


@dataclass(frozen=True, slots=True)
class Probe:
    """One question, or a few that the same groups answer."""

    id: str
    asks: str
    facts: tuple[str, ...]
    """The rows of the register that it answers."""
    ask: Callable[[Lab], Steps[Verdicts]]
    groups: int = 1
    """How many groups it makes at most, one after the other or together."""
    seconds: float = 90.0
    """How long one of them lives, about."""
    deep: bool = False
    """Whether it is asked only if that is wished: it takes long, or makes many groups."""
    network: bool = False
    """Whether it is asked only if that is wished: it makes a virtual network."""
