"""What can be known before a write: whether brakes, secrets, quotas, region, subnets and rights allow what is planned.

Pure: what has to be asked is a value (``Needs``), the answers are another (``Facts``), and judging them is a function.
What could not be asked is said, and never counts as a pass.
"""

from __future__ import annotations

from aci_reconcile.preflight.judge import checks, held_checks
from aci_reconcile.preflight.needs import Needs, needs_of
from aci_reconcile.preflight.rights import scopes_left
from aci_reconcile.preflight.values import Check, Facts, Place, Question, Unanswered, Verdict

__all__ = [
    "Check",
    "Facts",
    "Needs",
    "Place",
    "Question",
    "Unanswered",
    "Verdict",
    "checks",
    "held_checks",
    "needs_of",
    "scopes_left",
]
