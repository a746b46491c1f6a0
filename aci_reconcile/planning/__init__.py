"""Deciding what to do: pure, and separate from doing it."""

from __future__ import annotations

from aci_reconcile.planning.decide import compare, decide, target
from aci_reconcile.planning.planning import destruction, plan
from aci_reconcile.planning.policy import UNLIMITED, Policy
from aci_reconcile.planning.values import (
    Action,
    Blocker,
    Cause,
    Change,
    Impact,
    Notice,
    Plan,
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
