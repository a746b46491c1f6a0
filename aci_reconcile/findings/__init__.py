"""Drift: a plan that is never applied, the run state of its groups, and the findings of the last look.

``judge`` makes a ``Drift`` of them. Pure: no files, clocks or network.
"""

from __future__ import annotations

from aci_reconcile.findings.acceptance import Acceptance
from aci_reconcile.findings.document import history_from_json, history_to_json
from aci_reconcile.findings.findings import Finding, Kind
from aci_reconcile.findings.history import Group, History, Known, Place
from aci_reconcile.findings.judging import Memory, judge
from aci_reconcile.findings.times import to_moment
from aci_reconcile.findings.values import Drift

__all__ = [
    "Acceptance",
    "Drift",
    "Finding",
    "Group",
    "History",
    "Kind",
    "Known",
    "Memory",
    "Place",
    "history_from_json",
    "history_to_json",
    "judge",
    "to_moment",
]
