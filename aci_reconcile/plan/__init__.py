"""Deciding what to do: pure, and separate from doing it."""

from __future__ import annotations

from aci_reconcile.plan.decide import compare, decide, target
from aci_reconcile.plan.planning import destruction, plan
from aci_reconcile.plan.values import (
    UNLIMITED,
    Action,
    Blocker,
    Cause,
    Change,
    Impact,
    Notice,
    Plan,
    Policy,
    ResourceGroupChange,
    Unreadable,
)

__all__ = [
    "UNLIMITED",
    "Action",
    "Blocker",
    "Cause",
    "Change",
    "Impact",
    "Notice",
    "Plan",
    "Policy",
    "ResourceGroupChange",
    "Unreadable",
    "compare",
    "decide",
    "destruction",
    "plan",
    "target",
]
