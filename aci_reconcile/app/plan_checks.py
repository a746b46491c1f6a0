"""What ``drift`` and ``verify`` find out from a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.planning.values import Unreadable
from aci_reconcile.preflight import Check, Question, Verdict, judge_blockers
from aci_reconcile.reconcile.preflight import run_preflight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.findings import Baseline, Drift
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.preflight.inventory import Preflight


def find_drift(plan: Plan, clock: Clock, memory: Baseline | None = None) -> Drift:
    """Judge the run state of the declared groups that the plan has read, and compare with what is known from before."""
    from aci_reconcile.core.resource_types import assess_health
    from aci_reconcile.findings import Baseline, History, Place, judge, to_moment

    # A group of another owner is in sync with nothing: its fields are what that owner wants.
    plan = _without_foreign(plan)
    declared = ((each.address, each.before) for each in plan.changes if each.after is not None)
    now = clock.now()
    health = tuple((address, assess_health(live, now=now)) for address, live in declared if live is not None)
    return judge(plan, health, memory or Baseline(History(Place(plan.owner, ""))), to_moment(now))


def _without_foreign(plan: Plan) -> Plan:
    """Count a declared group that belongs to somebody else as not comparable: it is not in sync with anything."""
    foreign = {each.addresses[0]: each.reason for each in plan.blockers if each.code == "owner"}
    unreadable = tuple(Unreadable(address, reason.removeprefix(f"{address} ")) for address, reason in foreign.items())
    rest = tuple(each for each in plan.changes if each.address not in foreign)
    return replace(plan, changes=rest, unreadable=(*plan.unreadable, *unreadable))


def verify_plan(plan: Plan, questions: Preflight, *, concurrency: int) -> tuple[Check, ...]:
    """Return what would keep an apply of the plan from ending well, and what could not be checked.

    Args:
        plan: what an apply would do.
        questions: what Azure can be asked.
        concurrency: how many requests may be in flight at once.
    """
    asked = run_preflight(plan.changes, questions, resource_groups=plan.resource_groups, concurrency=concurrency)
    return (*_unreadable_checks(plan), *judge_blockers(plan), *asked)


def _unreadable_checks(plan: Plan) -> Iterator[Check]:
    """Yield a failed check for each group that could not be read: nothing is known of what it needs."""
    for each in plan.unreadable:
        yield Check(Question.READING, each.address, Verdict.FAILED, each.message, addresses=(each.address,))
