"""The checks of several shards as one: what is new and what is resolved in the whole, and its history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.findings.finding import Kind, compute_fingerprint
from aci_reconcile.findings.history import History, RecordedFinding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.findings.finding import Finding
    from aci_reconcile.findings.history import Group

_GONE = frozenset({Kind.MISSING, Kind.VANISHED})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check saw, beside its findings."""

    at: str
    """When, as ``to_moment`` writes it."""
    groups: Mapping[str, Group]
    """Its groups as they were seen, by address in lower case."""
    scopes: frozenset[str]
    """The resource groups that it listed, in lower case."""
    searched_all: bool = False
    """Whether it searched the whole subscription."""


@dataclass(frozen=True)
class MergedCheck:
    """The checks of all shards of a project, and the last check of the whole."""

    last: History
    found: Sequence[Finding]
    """What the shards found; each finding once."""
    seen: Sequence[Seen]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, with the time of the check of the whole that first found them."""
        known = self.last.findings
        dated = (
            replace(each, since=known[each.fingerprint].since) if each.fingerprint in known else each
            for each in self.found
        )
        return tuple(sorted(dated, key=lambda each: each.order))

    @property
    def appeared(self) -> tuple[Finding, ...]:
        """Those that are drift, or could not be compared, and were not at the last check."""
        before = {mark for mark, each in self.last.findings.items() if each.reported}
        return tuple(each for each in self.findings if each.reported and each.fingerprint not in before)

    @property
    def resolved(self) -> tuple[RecordedFinding, ...]:
        """Those of the last check that are over."""
        now = {each.fingerprint for each in self.findings if each.reported}
        return tuple(
            each
            for mark, each in self.last.findings.items()
            if each.reported and mark not in now and self.covers(each.address)
        )

    def covers(self, address: str) -> bool:
        """Whether the shards together covered an address: it was searched for, and nothing was unreadable."""
        key = address.lower()
        scope = key.partition("/")[0]
        if {key, scope} & self._dark:
            return False
        return all(each.searched_all for each in self.seen) or any(scope in each.scopes for each in self.seen)

    @cached_property
    def _dark(self) -> frozenset[str]:
        return frozenset(each.address.lower() for each in self.found if each.kind is Kind.NOT_COMPARED)

    def make_history(self) -> History:
        """Return the history to keep. What no shard covers is kept from the last one."""
        seen = {key: self._fill(key, each) for one in self.seen for key, each in one.groups.items()}
        # A group that is declared and missing is kept, so that the next check still reports it as vanished.
        gone = {
            each.address.lower() for each in self.found if each.kind in _GONE and each.severity is not Severity.NOTICE
        }
        kept = {key: each for key, each in self.last.groups.items() if key in gone or not self.covers(each.address)}
        known = {each.fingerprint: RecordedFinding.of(each) for each in self.findings}
        earlier = {mark: each for mark, each in self.last.findings.items() if not self.covers(each.address)}
        return History(self.last.place, max(each.at for each in self.seen), {**earlier, **known}, {**kept, **seen})

    def _fill(self, key: str, group: Group) -> Group:
        earlier = self.last.groups.get(key)
        return group if earlier is None or self._was_gone(group.address) else group.fill(earlier)

    def _was_gone(self, address: str) -> bool:
        return any(compute_fingerprint(kind, address, "") in self.last.findings for kind in _GONE)
