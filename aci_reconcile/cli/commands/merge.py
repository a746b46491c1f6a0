"""``merge``: one report and one exit code out of the results of several runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.commands.drift import HISTORY, ISSUE, METRICS, NOTIFY, REPORTING
from aci_reconcile.cli.option import Option, declare
from aci_reconcile.cli.option_types import Name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aci_reconcile.app.results import Result
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.options import OutputOptions
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.render.page.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOptions:
    """The options of ``merge``."""

    results: tuple[Path, ...] = declare(
        click.Argument(["results"], nargs=-1, required=True, type=options.FILE, metavar="RESULT...")
    )
    count: int | None = declare(
        Option(
            "--count",
            section=options.OUTPUT,
            type=options.COUNT,
            metavar="N",
            setting="merge_count",
            help="Fail unless there are N results.",
        )
    )
    history: Path | None = declare(HISTORY)
    metrics: Path | None = declare(METRICS)
    notify: str = declare(NOTIFY)
    issue: str | None = declare(ISSUE)
    topic: str = declare(
        Option(
            "--topic",
            section=REPORTING,
            type=Name(),
            metavar="NAME",
            setting="merge_topic",
            default="",
            help="Keep one issue for each topic (default: the project's name).",
        )
    )
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))


def merge(session: Session, asked: MergeOptions) -> ExitCode:
    """Read the results, make one of them, and show it."""
    from aci_reconcile.app.merged_drift import make_receivers
    from aci_reconcile.app.result_sets import check_results, choose_exit_code, merge_results
    from aci_reconcile.app.results import find_result_files, read_results
    from aci_reconcile.cli.reports import open_reports

    receivers = make_receivers(asked.history, asked.metrics, asked.notify, asked.issue, asked.topic, session)
    files = tuple(find_result_files(asked.results))
    results = read_results(files)
    check_results(results, asked.count)
    joined = receivers.join(results)
    page, code = merge_results(results), choose_exit_code(results)
    with open_reports(page.kind, session, asked.report, taken=(*files, asked.history, asked.metrics)) as reports:
        reports.publish(lambda console: _render(page, results, code, console, reports))
    receivers.send(results, joined, page, session)
    return code


def _render(page: Page, results: Sequence[Result], code: ExitCode, console: Console, reports: Reports) -> str:
    from aci_reconcile.render.formats.merged_json import render_merged_json
    from aci_reconcile.render.formats.page_text import render_page_text
    from aci_reconcile.version import VERSION

    if console.format not in options.PLAIN:
        return reports.page(page, console)
    if console.json:
        runs = [(each.origin, each.end) for each in results]
        return render_merged_json(page, runs, exit_code=code, tool_version=VERSION)
    return render_page_text(page, console.style, width=console.width, verbose=console.verbose)


MERGE = Command(
    "merge",
    merge,
    MergeOptions,
    help="Make one report, and one exit code, of the results that several runs wrote with --report json=FILE.",
    examples=(
        "aci-reconcile merge results/                    all *.json files in a folder",
        "aci-reconcile merge 1.json 2.json --count 2 --report markdown=all.md",
    ),
)
