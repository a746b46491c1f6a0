"""Runs as JSON: a document for each line that a container prints, and one for each end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.text.tasks import describe_result
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from aci_reconcile.reconcile.tasks import Run, RunReport


def render_line_json(run: Run, container: str, line: str, *, timestamp: float) -> str:
    """Return a line of a container's log as one line of JSON."""
    document = {
        "format_version": FORMAT_VERSION,
        "timestamp": format_time(timestamp),
        "type": "log",
        "address": run.address,
        "container": container,
        "line": line,
    }
    return dump(document, indent=None)


def render_end_json(report: RunReport, *, timestamp: float) -> str:
    """Return the end of a run as one line of JSON."""
    ending = report.ending
    document = {
        "format_version": FORMAT_VERSION,
        "timestamp": format_time(timestamp),
        "type": "ended",
        "name": report.run.name,
        "address": report.run.address,
        "result": describe_result(report),
        "code": ending.code,
        "exit_code": ending.exit_code,
        "container": ending.container,
        "reason": ending.reason,
        "seconds": round(report.seconds, 3),
        "remains": report.remains,
    }
    return dump(document, indent=None)
