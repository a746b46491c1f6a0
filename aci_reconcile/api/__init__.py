"""The public Python API: what the commands do, for scripts. See docs/python-api.md."""

from __future__ import annotations

from aci_reconcile.api.access import connect, load
from aci_reconcile.api.conversions import convert_sources
from aci_reconcile.api.editing import format_manifests, set_values
from aci_reconcile.api.fleets import load_fleet, merge_results
from aci_reconcile.api.imports import import_groups
from aci_reconcile.api.inspection import diagnose, read_events
from aci_reconcile.api.locks import hold_lock
from aci_reconcile.api.logs import follow_logs, read_logs
from aci_reconcile.api.operate import execute
from aci_reconcile.api.plans import apply, drift, plan, verify
from aci_reconcile.api.power import restart, start, stop, wait
from aci_reconcile.api.projects import init_project
from aci_reconcile.api.saved import load_plan, save_plan
from aci_reconcile.api.tasks import run_task
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
