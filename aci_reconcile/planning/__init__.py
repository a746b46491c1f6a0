"""Deciding what to do: pure, and separate from doing it. ``docs/architecture.md`` says which module decides what."""

from __future__ import annotations

from aci_reconcile.planning.decision import compare, decide, make_target
from aci_reconcile.planning.observation import Observation
from aci_reconcile.planning.planner import plan, plan_destruction
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
    "Observation",
    "Plan",
    "Policy",
    "ResourceGroupChange",
    "Unreadable",
    "compare",
    "decide",
    "make_target",
    "plan",
    "plan_destruction",
]
