"""Checks before a write: whether safety limits, secrets, quotas, region, subnets and rights allow the plan.

Pure: the questions are a value (``Needs``), the answers another (``Facts``), and functions judge them. A question that
could not be asked is reported, and never counts as passed.
"""

from __future__ import annotations

from aci_reconcile.preflight.capacity import Claims, list_claims
from aci_reconcile.preflight.checks import Check, Facts, Place, Question, Unanswered, Verdict
from aci_reconcile.preflight.rights import find_own_scopes
from aci_reconcile.preflight.verification import Needs, judge_blockers, judge_changes, list_needs

__all__ = [
    "Check",
    "Claims",
    "Facts",
    "Needs",
    "Place",
    "Question",
    "Unanswered",
    "Verdict",
    "find_own_scopes",
    "judge_blockers",
    "judge_changes",
    "list_claims",
    "list_needs",
]
