"""A declarative reconciler for Azure Container Instances.

The public Python API is ``load``, ``connect``, ``plan``, ``save_plan``, ``load_plan``, ``apply``, ``drift``,
``verify``, ``import_groups``, ``convert_sources``, ``init_project``, ``set_values``, ``format_manifests``,
``diagnose``, ``read_events``, ``read_logs``, ``follow_logs``, ``restart``, ``stop``, ``start``, ``wait``, ``execute``,
``run_task``, ``hold_lock``, ``load_fleet`` and ``merge_results``, with ``Allow`` for what a plan may do; see
docs/python-api.md. They are imported when you first use them: ``import aci_reconcile`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.api import (
        apply,
        connect,
        convert_sources,
        diagnose,
        drift,
        execute,
        follow_logs,
        format_manifests,
        hold_lock,
        import_groups,
        init_project,
        load,
        load_fleet,
        load_plan,
        merge_results,
        plan,
        read_events,
        read_logs,
        restart,
        run_task,
        save_plan,
        set_values,
        start,
        stop,
        verify,
        wait,
    )
    from aci_reconcile.app.policy import Allow

__all__ = [
    "Allow",
    "apply",
    "connect",
    "convert_sources",
    "diagnose",
    "drift",
    "execute",
    "follow_logs",
    "format_manifests",
    "hold_lock",
    "import_groups",
    "init_project",
    "load",
    "load_fleet",
    "load_plan",
    "merge_results",
    "plan",
    "read_events",
    "read_logs",
    "restart",
    "run_task",
    "save_plan",
    "set_values",
    "start",
    "stop",
    "verify",
    "wait",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("aci_reconcile.api"), name)
