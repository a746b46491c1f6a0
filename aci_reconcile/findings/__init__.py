"""What differs in Azure: a plan that is never applied, the run state of what stands in it, and what the last look saw.

``judged`` makes a ``Drift`` of them. Values only: files, clocks and the network are somebody else's.
"""

from __future__ import annotations

from aci_reconcile.findings.acceptance import Acceptance
from aci_reconcile.findings.document import history_json, history_of
from aci_reconcile.findings.findings import Finding, Kind
from aci_reconcile.findings.history import Group, History, Known, Place
from aci_reconcile.findings.judging import Memory, judged
from aci_reconcile.findings.times import moment
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
    "history_json",
    "history_of",
    "judged",
    "moment",
]
