"""Carrying plans out, and reading what there is to plan from: all that happens over time."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aci_reconcile.reconcile.clearance import Clearance
    from aci_reconcile.reconcile.context import Context, Wait
    from aci_reconcile.reconcile.execution import apply, delete_resource_groups
    from aci_reconcile.reconcile.look import Look, Refresh
    from aci_reconcile.reconcile.looking import Observation, observe, observe_lists, propose

__all__ = [
    "Clearance",
    "Context",
    "Look",
    "Observation",
    "Refresh",
    "Wait",
    "apply",
    "delete_resource_groups",
    "observe",
    "observe_lists",
    "propose",
]

_HOMES: Final = {
    "Clearance": "clearance",
    "Context": "context",
    "Look": "look",
    "Observation": "looking",
    "Refresh": "look",
    "Wait": "context",
    "apply": "execution",
    "delete_resource_groups": "execution",
    "observe": "looking",
    "propose": "looking",
    "observe_lists": "looking",
}
"""Where each name lives; its module is imported when it is asked for: a plan needs nothing of an apply."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
