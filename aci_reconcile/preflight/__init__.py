"""Checks before a write: whether safety limits, secrets, quotas, region, subnets and rights allow the plan.

Pure: the questions are a value (``Needs``), the answers another (``Facts``), and functions judge them. A question that
could not be asked is reported, and never counts as passed.
"""

from __future__ import annotations

from aci_reconcile.preflight.judge import judge_blockers, judge_changes
from aci_reconcile.preflight.needs import Needs, needs_of
from aci_reconcile.preflight.rights import find_own_scopes
from aci_reconcile.preflight.values import Check, Facts, Place, Question, Unanswered, Verdict

__all__ = [
    "Check",
    "Facts",
    "Needs",
    "Place",
    "Question",
    "Unanswered",
    "Verdict",
    "find_own_scopes",
    "judge_blockers",
    "judge_changes",
    "needs_of",
]
