"""Deciding what to do: pure, and separate from doing it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

_HOMES: Final = {
    "Action": "values",
    "Blocker": "values",
    "Cause": "values",
    "Change": "values",
    "Impact": "values",
    "Notice": "values",
    "Plan": "values",
    "Policy": "values",
    "ResourceGroupChange": "values",
    "UNLIMITED": "values",
    "Unreadable": "values",
    "compare": "decide",
    "decide": "decide",
    "destruction": "planning",
    "plan": "planning",
    "target": "decide",
}
"""Where each name lives; its module is imported when it is asked for, because starting up is paid for by every run."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
