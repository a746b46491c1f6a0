"""Makes a ``Drift`` of a plan, run states, the last look and accepted findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.findings.accepting import add_acceptance, add_addresses, note_acceptances, without_accepted
from aci_reconcile.findings.findings import Kind
from aci_reconcile.findings.looking import find_findings
from aci_reconcile.findings.remembering import Look
from aci_reconcile.findings.values import Drift
from aci_reconcile.planning.notices import CONDITION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.core.health import Health
    from aci_reconcile.findings.acceptance import Acceptance
    from aci_reconcile.findings.findings import Finding
    from aci_reconcile.findings.history import History, Known
    from aci_reconcile.planning.values import Plan


@dataclass(frozen=True, slots=True)
class Memory:
    """Input beside the plan: the last look, acceptances, and the resource groups that were listed."""

    history: History
    acceptances: tuple[Acceptance, ...] = ()
    scopes: frozenset[str] = frozenset()
    """The names of the resource groups that this look listed beside those of the manifests."""
    kept: bool = False
    """Whether this look is to be remembered."""


def judge(plan: Plan, health: tuple[tuple[str, Health], ...], memory: Memory, now: str) -> Drift:
    """Judge one look.

    Args:
        plan: the differences.
        health: the run states of the declared groups that exist, by address.
        memory: the last look and the acceptances.
        now: the time, as ``moment`` writes it.
    """
    look = Look(plan, health, memory.history, memory.scopes, now)
    dated = [look.add_date(each) for each in _list_findings(look)]
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
        tuple(_list_resolved(findings, look)),
        look.make_history(findings) if memory.kept else None,
    )


def _list_findings(look: Look) -> Iterator[Finding]:
    """Yield each finding once. A group that vanished is not reported as missing, too."""
    findings = {each.fingerprint: each for each in (*look.compare(), *find_findings(look.plan, look.health))}
    gone = {each.address.lower() for each in findings.values() if each.kind is Kind.VANISHED}
    yield from (each for each in findings.values() if each.kind is not Kind.MISSING or each.address.lower() not in gone)


def _list_appeared(findings: Sequence[Finding], last: History) -> Iterator[Finding]:
    before = {mark for mark, each in last.findings.items() if each.told}
    yield from (each for each in findings if each.told and each.fingerprint not in before)


def _list_resolved(findings: Sequence[Finding], look: Look) -> Iterator[Known]:
    now = {each.fingerprint for each in findings if each.told}
    for mark, each in look.last.findings.items():
        if each.told and mark not in now and look.saw(each.address):
            yield each
