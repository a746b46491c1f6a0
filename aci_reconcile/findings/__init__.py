"""Drift: a plan that is never applied, the run state of its groups, and the findings of the last check.

``judge`` makes a ``Drift`` of them. Pure: no files, clocks or network.
"""

from __future__ import annotations

from aci_reconcile.findings.drift import Drift
from aci_reconcile.findings.finding import Acceptance, Finding, Kind, to_moment
from aci_reconcile.findings.history import (
    Group,
    History,
    Place,
    RecordedFinding,
    dump_group,
    dump_history,
    parse_group,
    parse_history,
)
from aci_reconcile.findings.judgement import Baseline, judge
from aci_reconcile.findings.merged import MergedCheck, Seen

__all__ = [
    "Acceptance",
    "Baseline",
    "Drift",
    "Finding",
    "Group",
    "History",
    "Kind",
    "MergedCheck",
    "Place",
    "RecordedFinding",
    "Seen",
    "dump_group",
    "dump_history",
    "judge",
    "parse_group",
    "parse_history",
    "to_moment",
]
