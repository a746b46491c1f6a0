"""One look beside the last one: what was seen, what is new, and what is to be remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.findings.comparing import changes_between, vanished
from aci_reconcile.findings.findings import Kind, fingerprint
from aci_reconcile.findings.history import History, Known, group_of
from aci_reconcile.planning.undeclared import UNDECLARED
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
        """Whether this look can tell about an address: it was looked for, and nothing stood in the way."""
        key = address.lower()
        if {key, _scope(key)} & self._dark:
            return False
        there = self.plan.searched_all or _scope(key) in self._listed
        return key in self.changes or (self.plan.policy.selected is None and there)

    @cached_property
    def _dark(self) -> frozenset[str]:
        return frozenset(each.address.lower() for each in self.plan.unreadable)

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(each.lower() for each in self.scopes) | {_scope(key) for key in self.changes}

    @cached_property
    def _there(self) -> frozenset[str]:
        """The groups that exist, whoever declares or owns them."""
        orphans = {each.address.lower() for each in self.plan.notices if each.code in UNDECLARED}
        return frozenset(key for key, each in self.changes.items() if each.before is not None) | orphans

    def between(self) -> Iterator[Finding]:
        """Yield what the last look and this one tell together."""
        for key, before in self.last.groups.items():
            change = self.changes.get(key)
            where = change.where if change else None
            if key in self.groups and not self._was_gone(before.address):
                yield from changes_between(before, self.groups[key], where)
            elif key not in self._there and self.saw(before.address):
                yield vanished(before, declared=self._declared(key), where=where)

    def _was_gone(self, address: str) -> bool:
        """Whether the group was missing at the last look: whoever created it since, it is another one."""
        return any(fingerprint(kind, address, "") in self.last.findings for kind in (Kind.VANISHED, Kind.MISSING))

    def _declared(self, key: str) -> bool:
        return key in self.changes and self.changes[key].action is Action.CREATE

    def dated(self, finding: Finding) -> Finding:
        """Return the finding with the time of the look that found it first."""
        known = self.last.findings.get(finding.fingerprint)
        return replace(finding, since=known.since if known else self.now)

    def remembered(self, findings: Iterable[Finding]) -> History:
        """Return what is to be remembered; of what could not be seen now, what was remembered already."""
        seen = {key: self._filled(key, group) for key, group in self.groups.items()}
        kept = {
            key: each for key, each in self.last.groups.items() if not self.saw(each.address) or self._declared(key)
        }
        told = {each.fingerprint: Known.of(each) for each in findings}
        earlier = {mark: each for mark, each in self.last.findings.items() if not self.saw(each.address)}
        return History(self.last.place, self.now, {**earlier, **told}, {**kept, **seen})

    def _filled(self, key: str, group: Group) -> Group:
        earlier = self.last.groups.get(key)
        return group if earlier is None or self._was_gone(group.address) else group.filled(earlier)


def _scope(address: str) -> str:
    return address.partition("/")[0]
