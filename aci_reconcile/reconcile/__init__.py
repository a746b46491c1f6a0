"""What takes time: reading what is live, and carrying out a plan.

``docs/architecture.md`` says which module does what, and in which order to read them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aci_reconcile.reconcile.context import Context, RecreationChecks, Wait
    from aci_reconcile.reconcile.execution import apply, delete_resource_groups
    from aci_reconcile.reconcile.observer import observe, observe_lists, propose
    from aci_reconcile.reconcile.reader import Reader, Refresh

__all__ = [
    "Context",
    "Reader",
    "RecreationChecks",
    "Refresh",
    "Wait",
    "apply",
    "delete_resource_groups",
    "observe",
    "observe_lists",
    "propose",
]

_HOMES: Final = {
    "RecreationChecks": "context",
    "Context": "context",
    "Reader": "reader",
    "Refresh": "reader",
    "Wait": "context",
    "apply": "execution",
    "delete_resource_groups": "execution",
    "observe": "observer",
    "propose": "observer",
    "observe_lists": "observer",
}
"""Where each name lives; its module is imported when it is asked for: a plan needs nothing of an apply."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
