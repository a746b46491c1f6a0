"""One look compared with the last one: what was seen, what is new, and what to remember."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.findings.comparing import find_changes, make_vanished
from aci_reconcile.findings.findings import Kind, fingerprint
from aci_reconcile.findings.history import History, Known, group_of
from aci_reconcile.planning.unmanaged import UNMANAGED
from aci_reconcile.planning.values import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.health import Health
    from aci_reconcile.findings.findings import Finding
    from aci_reconcile.findings.history import Group
    from aci_reconcile.planning.values import Change, Plan


@dataclass(frozen=True)
class Look:
    """A plan and run states, the last look, and the resource groups that were listed; addresses fold case."""

    plan: Plan
    health: tuple[tuple[str, Health], ...]
    last: History
    scopes: frozenset[str]
    now: str

    @cached_property
    def changes(self) -> dict[str, Change]:
        """The changes of the plan by address."""
        return {each.address.lower(): each for each in self.plan.changes}

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Our groups as they were seen now."""
        states = dict(self.health)
        return {
            key: group_of(each.before, states[each.address], self.now)
            for key, each in self.changes.items()
            if each.before is not None and each.address in states and self.plan.policy.owns(tags.owner(each.before))
        }

    def saw(self, address: str) -> bool:
        """Whether this look covers an address: it was searched for, and nothing was unreadable."""
        key = address.lower()
        if {key, _scope_of(key)} & self._dark:
            return False
        there = self.plan.searched_all or _scope_of(key) in self._listed
        return key in self.changes or (self.plan.policy.selected is None and there)

    @cached_property
    def _dark(self) -> frozenset[str]:
        return frozenset(each.address.lower() for each in self.plan.unreadable)

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(each.lower() for each in self.scopes) | {_scope_of(key) for key in self.changes}

    @cached_property
    def _existing(self) -> frozenset[str]:
        """The groups that exist, whoever declares or owns them."""
        orphans = {each.address.lower() for each in self.plan.notices if each.code in UNMANAGED}
        return frozenset(key for key, each in self.changes.items() if each.before is not None) | orphans

    def compare(self) -> Iterator[Finding]:
        """Yield the findings that follow from the last look and this one together."""
        for key, before in self.last.groups.items():
            change = self.changes.get(key)
            where = change.where if change else None
            if key in self.groups and not self._was_gone(before.address):
                yield from find_changes(before, self.groups[key], where)
            elif key not in self._existing and self.saw(before.address):
                yield make_vanished(before, declared=self._is_declared(key), where=where)

    def _was_gone(self, address: str) -> bool:
        """Whether the group was missing at the last look. If it was created since, it is another group."""
        return any(fingerprint(kind, address, "") in self.last.findings for kind in (Kind.VANISHED, Kind.MISSING))

    def _is_declared(self, key: str) -> bool:
        return key in self.changes and self.changes[key].action is Action.CREATE

    def add_date(self, finding: Finding) -> Finding:
        """Return the finding with the time of the look that first found it."""
        known = self.last.findings.get(finding.fingerprint)
        return replace(finding, since=known.since if known else self.now)

    def make_history(self, findings: Iterable[Finding]) -> History:
        """Return the history to keep. What this look does not cover is kept from the last one."""
        seen = {key: self._fill(key, group) for key, group in self.groups.items()}
        kept = {
            key: each for key, each in self.last.groups.items() if not self.saw(each.address) or self._is_declared(key)
        }
        known = {each.fingerprint: Known.of(each) for each in findings}
        earlier = {mark: each for mark, each in self.last.findings.items() if not self.saw(each.address)}
        return History(self.last.place, self.now, {**earlier, **known}, {**kept, **seen})

    def _fill(self, key: str, group: Group) -> Group:
        earlier = self.last.groups.get(key)
        return group if earlier is None or self._was_gone(group.address) else group.fill(earlier)


def _scope_of(address: str) -> str:
    return address.partition("/")[0]
