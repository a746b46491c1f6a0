"""Whether Azure would let an apply carry out a plan. Nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.preflight import Check, Question, Verdict, judge_blockers
from aci_reconcile.reconcile.preflight import preflight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.planning.values import Plan
    from aci_reconcile.preflight.inventory import Preflight


def verify_plan(plan: Plan, questions: Preflight, *, concurrency: int) -> tuple[Check, ...]:
    """Return what would keep an apply of the plan from ending well, and what could not be checked.

    Args:
        plan: what an apply would do.
        questions: what Azure can be asked.
        concurrency: how many requests may be in flight at once.
    """
    asked = preflight(plan.changes, questions, resource_groups=plan.resource_groups, concurrency=concurrency)
    return (*_unreadable_checks(plan), *judge_blockers(plan), *asked)


def _unreadable_checks(plan: Plan) -> Iterator[Check]:
    """Yield a failed check for each group that could not be read: nothing is known of what it needs."""
    for each in plan.unreadable:
        yield Check(Question.READING, each.address, Verdict.FAILED, each.message, addresses=(each.address,))
