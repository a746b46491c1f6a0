"""Runs as a page, with an entry for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.page.page import Entry, Outcome, Page, Remark
from aci_reconcile.render.page.plan import FAILED_WEIGHT
from aci_reconcile.render.text.tasks import describe_result
from aci_reconcile.render.words import count, format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.reconcile.events import Logs
    from aci_reconcile.reconcile.tasks import RunReport
    from aci_reconcile.render.header import Header


def make_run_page(reports: Sequence[RunReport], logs: Mapping[str, Logs], header: Header) -> Page:
    """Return how runs ended.

    Args:
        reports: the runs.
        logs: the last lines of their containers, by the address of the group.
        header: where they ran.
    """
    bad = [each for each in reports if each.ending.code or each.ending.interrupted]
    verdict = f"{count(len(bad), 'run')} of {len(reports)} did not succeed." if bad else "All runs succeeded."
    return Page(
        kind="run",
        verdict=verdict,
        good=not bad,
        subject=header.project,
        facts=header.place(),
        counts=(("succeeded", len(reports) - len(bad)), *((("failed", len(bad)),) if bad else ())),
        entries=tuple(_make_entry(each, logs.get(each.run.address, ())) for each in reports),
    )


def _make_entry(report: RunReport, logs: Logs) -> Entry:
    ending, after = report.ending, f"after {format_duration(report.seconds)}"
    notes = (f"still there: {report.remains}",) if report.remains else ()
    if not (ending.code or ending.interrupted):
        return Entry(
            report.run.name, Outcome.CHANGED, f"succeeded {after}", notes=notes, logs=logs, seconds=report.seconds
        )
    outcome = Outcome.FAILED if ending.exit_code is not None else Outcome.ERROR
    why = ending.reason or f"container {ending.container} ended with code {ending.code}"
    remark = Remark(Severity.ERROR, why, title=describe_result(report).capitalize())
    return Entry(
        report.run.name,
        outcome,
        f"{describe_result(report)} {after}",
        "!",
        where=report.run.change.where,
        notes=notes,
        remarks=(remark,),
        logs=logs,
        seconds=report.seconds,
        weight=FAILED_WEIGHT,
    )
