"""References to values of other groups: which are known, in which order to resolve them, which never will be."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_object
from aci_reconcile.core.references import GroupReference, references_in, resolve
from aci_reconcile.planning.values import Blocker, Change, Impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Key, Resource, ResourceId
    from aci_reconcile.planning.selection import UnselectedGroups


def sort_by_references(declared: Mapping[Key, Resource]) -> tuple[Resource, ...]:
    """Return the groups in an order in which each follows those it references.

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
class ReferencedGroups:
    """The groups that references name: their live state, and what was decided so far."""

    live: Mapping[Key, Resource]
    decided: Mapping[Key, Change]
    unreadable: frozenset[str] = frozenset()
    """Addresses, in lower case, of groups that could not be read."""
    unselected: UnselectedGroups | None = None
    """The groups that the run leaves out."""

    def resolve(self, desired: Resource) -> Resource:
        """Return the manifest with the values that the plan does not change."""
        return resolve(desired, lambda reference: self._find_value(reference, desired.id))

    def _find_value(self, reference: GroupReference, own: ResourceId) -> str:
        key = reference.target(own).key
        return "" if self._may_change_values(key) else reference.read_from(self.live.get(key))

    def _may_change_values(self, key: Key) -> bool:
        """Whether the plan writes more than tags, so that the values of a group may change; a stop changes none."""
        change = self.decided.get(key)
        return change is not None and change.writes and change.impact not in {Impact.TAGS_ONLY, Impact.STOP}

    def find_blockers(self, changes: Iterable[Change]) -> Iterator[Blocker]:
        """Yield a blocker for each reference that has no value even after the apply."""
        for change in changes:
            left = references_in(change.deferred) if change.deferred is not None else ()
            for reference in left:
                reason = self._explain_missing(reference, change)
                if reason:
                    yield self._block(change, reference, reason)

    def _block(self, change: Change, reference: GroupReference, reason: str) -> Blocker:
        """Return the blocker of a reference without a value. Whether its group is left out of the run comes first."""
        target, out = reference.target(change.id), self.unselected
        release = "change the reference or the group it names"
        if out is not None and target.key in out.groups:
            there = reason if target.key in self.live else "the group does not exist"
            reason, release = f"{there}, and it is {out.reason}", out.suggest_including(change.address, target.address)
        return Blocker("reference", f"{change.address} needs {reference}: {reason}", (change.address,), release)

    def _explain_missing(self, reference: GroupReference, change: Change) -> str:
        target = reference.target(change.id)
        if target.address.lower() in self.unreadable:
            return ""
        decided = self.decided.get(target.key)
        # The group stays as it is, so its live value is the one that the reference gets.
        if not self._may_change_values(target.key) or decided is None:
            missing = f"it has no {reference.path}" if target.key in self.live else "there is no such group"
            return "" if reference.read_from(self.live.get(target.key)) else missing
        if decided.after is None:
            return "the group will be deleted"
        address = as_object(decided.after.properties.get("ipAddress"))
        # Azure gives an FQDN only to a group with a DNS label, and an IP address to any group with `ipAddress`.
        has = address.get("dnsNameLabel") if reference.field == "fqdn" else address
        return "" if has else f"its manifest gives it no {reference.path}"
