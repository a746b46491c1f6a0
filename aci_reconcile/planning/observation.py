"""What is live, as far as it could be read: what a plan is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Key, Resource, Scope
    from aci_reconcile.planning.decision import Verdicts
    from aci_reconcile.planning.values import Change, Unreadable


@dataclass(frozen=True, slots=True)
class Observation:
    """What is live, as far as it could be read.

    ``resources`` are all groups of the project's resource groups. Those that differ from their manifests were read one
    by one, with their instance views; of the others a list was enough.
    """

    resources: tuple[Resource, ...] = ()
    missing: tuple[Scope, ...] = ()
    """Resource groups of manifests that do not exist."""
    unreadable: tuple[Unreadable, ...] = ()
    """Groups, and whole resource groups, that could not be read; they are not planned."""
    verdicts: Verdicts = field(default_factory=dict["tuple[str, ...]", "bool | None"])
    """Results of fingerprints that were compared already, so that no slow hash is made twice."""
    referenced: tuple[Resource, ...] = ()
    """Live groups of other resource groups that manifests reference."""
    decisions: Mapping[Key, Change] = field(default_factory=dict["Key", "Change"])
    """Earlier results of ``decide`` for the same manifests and reads, by the group's key."""
    searched_all: bool = False
    """Whether the whole subscription was searched for groups of ours."""
    owners: tuple[str, ...] = ()
    """The owner tags of all groups that were seen, each as often as it was. Only ``observe_lists`` fills it."""
