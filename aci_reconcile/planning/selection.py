"""Groups that a narrowed run leaves out, where that matters to the groups in the run or to them."""

from __future__ import annotations

import shlex
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.health import State
from aci_reconcile.core.references import references_in
from aci_reconcile.core.resource_types import assess_health
from aci_reconcile.planning.dns_labels import find_dns_label
from aci_reconcile.planning.losses import NEW_IP
from aci_reconcile.planning.values import Holder, Impact, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change

ONLY: Final = "--only"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class UnselectedGroups:
    """The declared groups that a run leaves out, and how it was narrowed."""

    groups: Mapping[Key, Resource]
    policy: Policy

    @classmethod
    def of(cls, declared: Mapping[Key, Resource], policy: Policy) -> UnselectedGroups:
        """Find the groups that the policy does not select."""
        chosen = policy.selected
        return cls({} if chosen is None else {key: each for key, each in declared.items() if key not in chosen}, policy)

    @property
    def reason(self) -> str:
        """Why they are left out."""
        return f"left out by {self.policy.narrowed_by}"

    def suggest_including(self, *addresses: str) -> str:
        """Return the options that include these groups in the run."""
        if self.policy.narrowed_by == ONLY:
            return " ".join(f"{ONLY} {shlex.quote(each)}" for each in dict.fromkeys(addresses))
        return f"apply without {self.policy.narrowed_by}"

    def note_dependencies(self, changes: Iterable[Change], live: Mapping[Key, Resource]) -> Iterator[Notice]:
        """Yield a notice for each group that depends on one that is left out and is missing or stopped."""
        by_address = {each.address.lower(): each for each in self.groups.values()}
        for change in changes if by_address else ():
            for name in change.after.lifecycle.depends_on if change.after is not None else ():
                below = by_address.get(name.lower())
                wrong = _explain_unusable(live.get(below.id.key)) if below is not None else ""
                if below is not None and wrong:
                    text = f"depends on {below.address}, which {wrong} and is {self.reason}"
                    yield Notice("left-out", change.address, text, self._make_hint(change.address, below.address))

    def _make_hint(self, *addresses: str) -> str:
        return f"to include it: {self.suggest_including(*addresses)}"

    def find_holders(self, changes: Iterable[Change], live: Mapping[Key, Resource]) -> tuple[Holder, ...]:
        """Return the groups left out that reference a group which the run writes."""
        written = {each.id.key: each.id for each in changes if _may_move(each) and each.before is not None}
        there = [each for key, each in self.groups.items() if key in live] if written else []
        found = ((each, ref, ref.target(each.id).key) for each in there for ref in references_in(each))
        return tuple(Holder(each.address, written[key], ref.path) for each, ref, key in found if key in written)

    def note_moves(self, changes: Iterable[Change], holders: Iterable[Holder]) -> Iterator[Notice]:
        """Yield a notice for each group whose address changes while groups left out keep the old one."""
        keeping: dict[Key, list[Holder]] = defaultdict(list)
        for each in holders:
            keeping[each.target.key].append(each)
        for change in changes:
            stale = {
                each.address: each
                for each in keeping.get(change.id.key, ())
                if each.field in _find_moved_fields(change)
            }
            if stale:
                fields = ", ".join(sorted({each.path for each in stale.values()}))
                many = "hold the former one and are" if len(stale) > 1 else "holds the former one and is"
                text = f"gets a new {fields}; {_join_addresses(tuple(stale))} {many} {self.reason}"
                yield Notice("left-out", change.address, text, self._make_hint(change.address, *stale))


def _may_move(change: Change) -> bool:
    """Whether a write may give a group another address."""
    return change.sends_body or change.impact is Impact.START


def _explain_unusable(live: Resource | None) -> str:
    """Return why other groups cannot depend on a group; empty if nothing speaks against it."""
    if live is None:
        return "does not exist"
    return "is stopped" if assess_health(live).state is State.STOPPED else ""


def _find_moved_fields(change: Change) -> frozenset[str]:
    """Return the address fields that a change is known to move."""
    moved = {"ip"} if NEW_IP in change.loses else set[str]()
    # Azure derives the FQDN from the region and the DNS label.
    if find_dns_label(change.before) != find_dns_label(change.after):
        moved.add("fqdn")
    return frozenset(moved)


def _join_addresses(addresses: tuple[str, ...]) -> str:
    if len(addresses) <= _SHOWN:
        return ", ".join(addresses)
    return f"{', '.join(addresses[: _SHOWN - 1])} and {len(addresses) - _SHOWN + 1} more"
