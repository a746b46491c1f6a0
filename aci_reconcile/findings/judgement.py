"""Makes a ``Drift`` of a plan, run states, the last check and accepted findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.findings.acceptances import add_acceptance, add_addresses, note_acceptances, without_accepted
from aci_reconcile.findings.detection import find_changes, find_findings, make_vanished
from aci_reconcile.findings.drift import Drift
from aci_reconcile.findings.finding import Kind, compute_fingerprint
from aci_reconcile.findings.history import History, RecordedFinding, record_group
from aci_reconcile.findings.merged import Seen
from aci_reconcile.planning.notices import CONDITION
from aci_reconcile.planning.unmanaged import UNMANAGED
from aci_reconcile.planning.values import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.core.health import Health
    from aci_reconcile.findings.finding import Acceptance, Finding
    from aci_reconcile.findings.history import Group
    from aci_reconcile.planning.values import Change, Plan


@dataclass(frozen=True)
class DriftCheck:
    """A plan and run states, the last check, and the resource groups that were listed; addresses fold case."""

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
            key: record_group(each.before, states[each.address], self.now)
            for key, each in self.changes.items()
            if each.before is not None and each.address in states and self.plan.policy.owns(tags.owner(each.before))
        }

    def covers(self, address: str) -> bool:
        """Whether this check covers an address: it was searched for, and nothing was unreadable."""
        key = address.lower()
        if {key, _get_scope(key)} & self._dark:
            return False
        there = self.plan.searched_all or _get_scope(key) in self._listed_scopes
        return key in self.changes or (self.plan.policy.selected is None and there)

    @cached_property
    def _dark(self) -> frozenset[str]:
        return frozenset(each.address.lower() for each in self.plan.unreadable)

    @cached_property
    def _listed_scopes(self) -> frozenset[str]:
        return frozenset(each.lower() for each in self.scopes) | {_get_scope(key) for key in self.changes}

    @cached_property
    def _live_keys(self) -> frozenset[str]:
        """The groups that exist, whoever declares or owns them."""
        orphans = {each.address.lower() for each in self.plan.notices if each.code in UNMANAGED}
        return frozenset(key for key, each in self.changes.items() if each.before is not None) | orphans

    def compare(self) -> Iterator[Finding]:
        """Yield the findings that follow from the last check and this one together."""
        for key, before in self.last.groups.items():
            change = self.changes.get(key)
            where = change.where if change else None
            # A group that was missing and is back was created anew: what differs from the one before is no drift.
            if key in self.groups and not self._was_gone(before.address):
                yield from find_changes(before, self.groups[key], where)
            elif key not in self._live_keys and self.covers(before.address):
                yield make_vanished(before, declared=self._is_declared(key), where=where)

    def _was_gone(self, address: str) -> bool:
        """Whether the group was missing at the last check. If it was created since, it is another group."""
        return any(
            compute_fingerprint(kind, address, "") in self.last.findings for kind in (Kind.VANISHED, Kind.MISSING)
        )

    def _is_declared(self, key: str) -> bool:
        return key in self.changes and self.changes[key].action is Action.CREATE

    def add_date(self, finding: Finding) -> Finding:
        """Return the finding with the time of the check that first found it."""
        known = self.last.findings.get(finding.fingerprint)
        return replace(finding, since=known.since if known else self.now)

    def make_seen(self) -> Seen:
        """Return what was seen, for a check that is made of several."""
        return Seen(self.now, self._filled, self._listed_scopes, self.plan.searched_all)

    @cached_property
    def _filled(self) -> dict[str, Group]:
        return {key: self._fill(key, group) for key, group in self.groups.items()}

    def make_history(self, findings: Iterable[Finding]) -> History:
        """Return the history to keep. What this check does not cover is kept from the last one."""
        # A group that is declared and missing is kept, so that the next check still reports it as vanished.
        kept = {
            key: each
            for key, each in self.last.groups.items()
            if not self.covers(each.address) or self._is_declared(key)
        }
        known = {each.fingerprint: RecordedFinding.of(each) for each in findings}
        earlier = {mark: each for mark, each in self.last.findings.items() if not self.covers(each.address)}
        return History(self.last.place, self.now, {**earlier, **known}, {**kept, **self._filled})

    def _fill(self, key: str, group: Group) -> Group:
        earlier = self.last.groups.get(key)
        return group if earlier is None or self._was_gone(group.address) else group.fill(earlier)


def _get_scope(address: str) -> str:
    return address.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Input beside the plan: the last check, acceptances, and the resource groups that were listed."""

    history: History
    acceptances: tuple[Acceptance, ...] = ()
    scopes: frozenset[str] = frozenset()
    """The names of the resource groups that this check listed beside those of the manifests."""
    kept: bool = False
    """Whether this check is to be remembered."""
    told: bool = False
    """Whether this check is to tell what it saw."""


def judge(plan: Plan, health: tuple[tuple[str, Health], ...], memory: Baseline, now: str) -> Drift:
    """Judge one check.

    Args:
        plan: the differences.
        health: the run states of the declared groups that exist, by address.
        memory: the last check and the acceptances.
        now: the time, as ``moment`` writes it.
    """
    check = DriftCheck(plan, health, memory.history, memory.scopes, now)
    dated = [check.add_date(each) for each in _list_findings(check)]
    addresses = (*(each.address for each in plan.changes), *(each.address for each in dated))
    acceptances = add_addresses(memory.acceptances, addresses)
    findings = sorted((add_acceptance(each, acceptances, now) for each in dated), key=lambda each: each.order)
    left = without_accepted(plan, findings)
    complete = plan.policy.selected is None and plan.complete
    remarks = note_acceptances(acceptances, findings, addresses, now, complete=complete)
    # A drift report gives no hints for an apply, and run states say more than condition notices.
    seen = tuple(replace(each, hint="") for each in left.notices if each.code != CONDITION)
    return Drift(
        replace(left, notices=(*seen, *remarks)),
        health,
        tuple(findings),
        tuple(_list_appeared(findings, memory.history)),
        tuple(_list_resolved(findings, check)),
        check.make_history(findings) if memory.kept else None,
        check.make_seen() if memory.told else None,
    )


def _list_findings(check: DriftCheck) -> Iterator[Finding]:
    """Yield each finding once. A group that vanished is not reported as missing, too."""
    findings = {each.fingerprint: each for each in (*check.compare(), *find_findings(check.plan, check.health))}
    gone = {each.address.lower() for each in findings.values() if each.kind is Kind.VANISHED}
    yield from (each for each in findings.values() if each.kind is not Kind.MISSING or each.address.lower() not in gone)


def _list_appeared(findings: Sequence[Finding], last: History) -> Iterator[Finding]:
    before = {mark for mark, each in last.findings.items() if each.reported}
    yield from (each for each in findings if each.reported and each.fingerprint not in before)


def _list_resolved(findings: Sequence[Finding], check: DriftCheck) -> Iterator[RecordedFinding]:
    now = {each.fingerprint for each in findings if each.reported}
    for mark, each in check.last.findings.items():
        if each.reported and mark not in now and check.covers(each.address):
            yield each
