"""From a plan, run states, the last look and what is accepted to a ``Drift``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.findings.accepting import addressed, marked, remarks, without_accepted
from aci_reconcile.findings.findings import Kind
from aci_reconcile.findings.looking import findings_in
from aci_reconcile.findings.remembering import Look
from aci_reconcile.findings.values import Drift
from aci_reconcile.planning.conditions import CONDITION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.core.health import Health
    from aci_reconcile.findings.acceptance import Acceptance
    from aci_reconcile.findings.findings import Finding
    from aci_reconcile.findings.history import History, Known
    from aci_reconcile.planning.values import Plan


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known from before: the last look, what is accepted, and which resource groups were looked into."""

    history: History
    acceptances: tuple[Acceptance, ...] = ()
    scopes: frozenset[str] = frozenset()
    """The names of the resource groups that this look has listed beside those of the manifests."""
    kept: bool = False
    """Whether this look is to be remembered."""


def judged(plan: Plan, health: tuple[tuple[str, Health], ...], memory: Memory, now: str) -> Drift:
    """Judge one look.

    Args:
        plan: what differs.
        health: the run states of the declared groups that exist, by address.
        memory: what is known from before.
        now: the time, as ``moment`` writes it.
    """
    look = Look(plan, health, memory.history, memory.scopes, now)
    dated = [look.dated(each) for each in _found(look)]
    addresses = (*(each.address for each in plan.changes), *(each.address for each in dated))
    acceptances = addressed(memory.acceptances, addresses)
    findings = sorted((marked(each, acceptances, now) for each in dated), key=lambda each: each.order)
    left = without_accepted(plan, findings)
    whole = plan.policy.selected is None and plan.complete
    told = remarks(acceptances, findings, addresses, now, whole=whole)
    # What an apply could do is not what a look says, and the run states tell more than a notice does.
    seen = tuple(replace(each, hint="") for each in left.notices if each.code != CONDITION)
    return Drift(
        replace(left, notices=(*seen, *told)),
        health,
        tuple(findings),
        tuple(_appeared(findings, memory.history)),
        tuple(_resolved(findings, look)),
        look.remembered(findings) if memory.kept else None,
    )


def _found(look: Look) -> Iterator[Finding]:
    """Yield each finding once: a group that has vanished is not told to be missing as well."""
    told = {each.fingerprint: each for each in (*look.between(), *findings_in(look.plan, look.health))}
    gone = {each.address.lower() for each in told.values() if each.kind is Kind.VANISHED}
    yield from (each for each in told.values() if each.kind is not Kind.MISSING or each.address.lower() not in gone)


def _appeared(findings: Sequence[Finding], last: History) -> Iterator[Finding]:
    before = {mark for mark, each in last.findings.items() if each.told}
    yield from (each for each in findings if each.told and each.fingerprint not in before)


def _resolved(findings: Sequence[Finding], look: Look) -> Iterator[Known]:
    now = {each.fingerprint for each in findings if each.told}
    for mark, each in look.last.findings.items():
        if each.told and mark not in now and look.saw(each.address):
            yield each
