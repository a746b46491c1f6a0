"""How runs ended: a line for each, and a table for several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.table import align
from aci_reconcile.render.words import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.reconcile.tasks import RunReport
    from aci_reconcile.render.text.style import Style

_HEADING: Final = ("NAME", "RESULT", "CODE", "TIME")


def describe_result(report: RunReport) -> str:
    """Return in a word or two how a run ended."""
    ending = report.ending
    if ending.interrupted:
        return "interrupted"
    if ending.exit_code is None:
        return "no result"
    return "failed" if ending.code else "succeeded"


def render_run_text(report: RunReport, style: Style) -> str:
    """Return one line about a run that did not succeed, or whose group is still there; empty for any other."""
    ending = report.ending
    parts: list[str] = []
    if ending.code or ending.interrupted:
        words = ending.reason or f"container {ending.container} ended with code {ending.code}"
        parts.append(f"{words} (after {format_duration(report.seconds)})")
    if report.remains:
        parts.append(f"the group {report.run.address} is still there: {report.remains}")
    if not parts:
        return ""
    mark = style.paint(style.error if ending.code else style.warn, "!")
    return f"  {mark} {sanitize(report.run.name)}: {sanitize('; '.join(parts))}"


def render_runs_text(reports: Sequence[RunReport], style: Style) -> str:
    """Return the table of several runs."""
    rows = [
        (sanitize(each.run.name), describe_result(each), _render_code(each), format_duration(each.seconds))
        for each in reports
    ]
    heading, *lines = ("  ".join(row).rstrip() for row in align([_HEADING, *rows]))
    return "\n".join((style.paint(style.bold, heading), *lines))


def _render_code(report: RunReport) -> str:
    code = report.ending.exit_code
    return "-" if code is None else str(code)
