"""What a run of some groups leaves out, where that matters to those it is about, or to those left out."""

from __future__ import annotations

import shlex
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.deferred import references_in
from aci_reconcile.health import State, assess
from aci_reconcile.plan.labels import label_of
from aci_reconcile.plan.values import Holder, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.deferring import Key
    from aci_reconcile.plan.policy import Policy
    from aci_reconcile.plan.values import Change

ONLY: Final = "--only"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The declared groups that a run is not about, and how it was narrowed."""

    groups: Mapping[Key, Resource]
    policy: Policy

    @classmethod
    def of(cls, declared: Mapping[Key, Resource], policy: Policy) -> LeftOut:
        """Find them."""
        chosen = policy.selected
        return cls({} if chosen is None else {key: each for key, each in declared.items() if key not in chosen}, policy)

    @property
    def told(self) -> str:
        """By what they are left out."""
        return f"left out by {self.policy.narrowed_by}"

    def included(self, *addresses: str) -> str:
        """Return what includes these groups in the run."""
        if self.policy.narrowed_by == ONLY:
            return " ".join(f"{ONLY} {shlex.quote(each)}" for each in dict.fromkeys(addresses))
        return f"apply without {self.policy.narrowed_by}"

    def dependencies(self, changes: Iterable[Change], live: Mapping[Key, Resource]) -> Iterator[Notice]:
        """Say of each group of the run that depends on one that is left out and is not there, or does not run."""
        by_address = {each.address.lower(): each for each in self.groups.values()}
        for change in changes if by_address else ():
            for name in change.after.lifecycle.depends_on if change.after is not None else ():
                below = by_address.get(name.lower())
                wrong = _wrong(live.get(below.id.key)) if below is not None else ""
                if below is not None and wrong:
                    text = f"depends on {below.address}, which {wrong} and is {self.told}"
                    yield Notice("left-out", change.address, text, self._offer(change.address, below.address))

    def _offer(self, *addresses: str) -> str:
        return f"to include it: {self.included(*addresses)}"

    def holders(self, changes: Iterable[Change], live: Mapping[Key, Resource]) -> tuple[Holder, ...]:
        """Return the groups left out that hold a value of a group which the run writes."""
        written = {each.id.key: each.id for each in changes if each.sends_body and each.before is not None}
        there = [each for key, each in self.groups.items() if key in live] if written else []
        found = ((each, ref, ref.target(each.id).key) for each in there for ref in references_in(each))
        return tuple(Holder(each.address, written[key], ref.path) for each, ref, key in found if key in written)

    def moving(self, changes: Iterable[Change], holders: Iterable[Holder]) -> Iterator[Notice]:
        """Say of each group whose address the run moves who is left out and keeps the former one."""
        keeping: dict[Key, list[Holder]] = defaultdict(list)
        for each in holders:
            keeping[each.target.key].append(each)
        for change in changes:
            stale = {each.address: each for each in keeping.get(change.id.key, ()) if each.field in _moving(change)}
            if stale:
                fields = ", ".join(sorted({each.path for each in stale.values()}))
                many = "hold the former one and are" if len(stale) > 1 else "holds the former one and is"
                text = f"gets a new {fields}; {_listed(tuple(stale))} {many} {self.told}"
                yield Notice("left-out", change.address, text, self._offer(change.address, *stale))


def _wrong(live: Resource | None) -> str:
    """Return what keeps a group from being one to depend on; empty where nothing is known to."""
    if live is None:
        return "does not exist"
    return "is stopped" if assess(live.body).state is State.STOPPED else ""


def _moving(change: Change) -> frozenset[str]:
    """Return the fields of its address that a change is known to move."""
    moved = {"ip"} if "new IP" in change.loses else set[str]()
    if label_of(change.before) != label_of(change.after):
        moved.add("fqdn")
    return frozenset(moved)


def _listed(addresses: tuple[str, ...]) -> str:
    if len(addresses) <= _SHOWN:
        return ", ".join(addresses)
    return f"{', '.join(addresses[: _SHOWN - 1])} and {len(addresses) - _SHOWN + 1} more"
