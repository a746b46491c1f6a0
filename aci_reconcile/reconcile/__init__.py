"""Carrying plans out, and reading what there is to plan from: all that happens over time."""

from __future__ import annotations

from aci_reconcile.reconcile.apply import apply, delete_resource_groups
from aci_reconcile.reconcile.clearance import Clearance
from aci_reconcile.reconcile.context import Context, Wait
from aci_reconcile.reconcile.observe import Look, Observation, Refresh, observe, propose

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
    "propose",
]
