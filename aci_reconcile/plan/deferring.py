"""Values of other groups: which of them are known now, in which order that can be told, and what never will be."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.deferred import GroupReference, references_in, resolved
from aci_reconcile.errors import UsageError
from aci_reconcile.model import as_object
from aci_reconcile.plan.values import Blocker, Change, Impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.model import Resource, ResourceId
    from aci_reconcile.plan.narrowed import LeftOut

Key: TypeAlias = "tuple[str, str, str, str]"


def in_order(declared: Mapping[Key, Resource]) -> tuple[Resource, ...]:
    """Return the groups so that each comes after those whose values it names.

    Raises:
        UsageError: they name each other in a circle.
    """
    graph = {
        key: [target for each in references_in(group) if (target := each.target(group.id).key) in declared]
        for key, group in declared.items()
    }
    if not any(graph.values()):
        return tuple(declared.values())
    try:
        return tuple(declared[key] for key in TopologicalSorter(graph).static_order())
    except CycleError as error:
        way = " -> ".join(declared[key].address for key in reversed(error.args[1]))
        raise UsageError(f"groups reference each other in a circle: {way}") from error


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the groups that others name: what is live, and what was decided so far."""

    live: Mapping[Key, Resource]
    decided: Mapping[Key, Change]
    unreadable: frozenset[str] = frozenset()
    """Addresses, in lower case, of groups that could not be read."""
    left_out: LeftOut | None = None
    """What the run is not about."""

    def resolved(self, desired: Resource) -> Resource:
        """Return the manifest with the values that the plan leaves as they are."""
        return resolved(desired, lambda reference: self._value(reference, desired.id))

    def _value(self, reference: GroupReference, own: ResourceId) -> str:
        key = reference.target(own).key
        return "" if self._moves(key) else reference.told(self.live.get(key))

    def _moves(self, key: Key) -> bool:
        """Whether the plan writes more than tags of a group, so that its values may be others afterwards."""
        change = self.decided.get(key)
        return change is not None and change.writes and change.impact is not Impact.TAGS_ONLY

    def blockers(self, changes: Iterable[Change]) -> Iterator[Blocker]:
        """Name the references that will have no value after the apply, either."""
        for change in changes:
            left = references_in(change.deferred) if change.deferred is not None else ()
            for reference in left:
                reason = self._lacks(reference, change)
                if reason:
                    yield self._held(change, reference, reason)

    def _held(self, change: Change, reference: GroupReference, reason: str) -> Blocker:
        """Say why a reference has no value; that its group is left out of the run comes before all else."""
        target, out = reference.target(change.id), self.left_out
        release = "change the reference or the group it names"
        if out is not None and target.key in out.groups:
            there = reason if target.key in self.live else "the group does not exist"
            reason, release = f"{there}, and it is {out.told}", out.included(change.address, target.address)
        return Blocker("reference", f"{change.address} needs {reference}: {reason}", (change.address,), release)

    def _lacks(self, reference: GroupReference, change: Change) -> str:
        target = reference.target(change.id)
        if target.address.lower() in self.unreadable:
            return ""
        decided = self.decided.get(target.key)
        if not self._moves(target.key) or decided is None:
            told = f"it has no {reference.path}" if target.key in self.live else "there is no such group"
            return "" if reference.told(self.live.get(target.key)) else told
        if decided.after is None:
            return "the group will be deleted"
        address = as_object(decided.after.properties.get("ipAddress"))
        has = address.get("dnsNameLabel") if reference.field == "fqdn" else address
        return "" if has else f"its manifest gives it no {reference.path}"
