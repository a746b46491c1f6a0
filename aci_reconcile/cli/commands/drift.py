"""``drift``: what differs in Azure now, and what does not run. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.app.notifications import make_notifications
from aci_reconcile.app.policy import Allow
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.fleet_options import FleetOptions
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.shard_options import ShardOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.owned_index import OwnedIndex
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.findings import Drift
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.page.page import Page

_KNOWN, REPORTING = "Known drift", "Reporting"
HISTORY: Final = Option(
    "--history",
    section=_KNOWN,
    type=options.FILE,
    metavar="FILE",
    help="Record in FILE what drift finds, to compare with the next run.",
)
NOTIFY: Final = Option(
    "--notify",
    section=REPORTING,
    metavar="URL",
    default="",
    help="POST JSON to URL when findings appear or end.",
)
METRICS: Final = Option(
    "--metrics", section=REPORTING, type=options.FILE, metavar="FILE", help="Write a Prometheus text file."
)
ISSUE: Final = Option(
    "--issue", section=REPORTING, type=click.Choice(["github"]), help="Keep one issue about drift up to date."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftOptions:
    """The options of ``drift``.

    Files and receivers are no settings of the project file: a pull request could change them there.
    """

    paths: tuple[Path, ...] = declare(options.PATHS)
    exit_zero: bool = declare(
        Option("--exit-zero", section=options.OUTPUT, is_flag=True, help="Exit with 0 even if something differs.")
    )
    strict: bool = declare(
        Option("--strict", section=options.OUTPUT, is_flag=True, help="Exit with 1 if a secret could not be compared.")
    )
    history: Path | None = declare(HISTORY)
    accept: Path | None = declare(
        Option(
            "--accept",
            section=_KNOWN,
            type=options.FILE,
            metavar="FILE",
            help="Accepted drift (default: aci-reconcile.accepted.yaml).",
        )
    )
    metrics: Path | None = declare(METRICS)
    notify: str = declare(NOTIFY)
    issue: str | None = declare(ISSUE)
    refresh: str = declare(options.REFRESH)
    graph: bool = declare(
        Option(
            "--graph/--no-graph",
            section=options.AZURE,
            default=True,
            help="Search many other subscriptions by Resource Graph (default), or by lists.",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    shard: ShardOptions = include(ShardOptions)
    fleet: FleetOptions = include(FleetOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))
    line: CommandLine = command_line()


def drift(session: Session, asked: DriftOptions) -> ExitCode:
    """Find drift, show it, and notify the receivers that the options name; or find that of each project of a fleet."""
    if asked.fleet.fleet is not None:
        from aci_reconcile.cli.fleet import run_fleet

        return run_fleet(replace(session, index=_make_index(asked)), asked, "drift", drift)
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.reports import Ending, open_reports

    sources, taken = asked.sources, (asked.history, asked.metrics, asked.accept)
    environment = sources.environment
    with open_reports(
        "drift", session, asked.report, environment=environment, taken=taken, shard=asked.shard
    ) as reports:
        target = asked.azure.target
        declared = asked.shard.narrow(sources.make_sources(asked.azure.place, asked.paths))
        notifications = make_notifications(asked.history, asked.metrics, asked.notify, asked.issue, session)
        with (
            prepare(declared, target, Allow(prune=False), session, begun=session.begun) as workspace,
            notifications.note_failure(workspace.header, session),
        ):
            # Imported while the lists are on their way.
            from aci_reconcile.app.plan_checks import DriftFiles, check_drift
            from aci_reconcile.reconcile import Refresh
            from aci_reconcile.render.json.drift import emit_checked

            notifications.check_scope(complete=workspace.policy.selected is None)
            results = any(form == "json" for form, _ in asked.report)
            files = DriftFiles(asked.history, asked.accept, results)
            index = session.index or _make_index(asked)
            found = check_drift(workspace, target, Refresh(asked.refresh), files, session, index=index)
            header, code = workspace.header, find_exit_code(found, exit_zero=asked.exit_zero, strict=asked.strict)
            reports.name_run(header.commit, header.shard)
            reports.publish(
                lambda console: _render(found, header, console, reports),
                ending=Ending(lambda: _make_page(found, header), code, checked=lambda: emit_checked(found, header)),
            )
        notifications.send(found, header, session)
    return code


def _make_index(asked: DriftOptions) -> OwnedIndex | None:
    """Return where to search many subscriptions; None if each is to be listed."""
    if not asked.graph or asked.azure.target.local:  # the embedded emulator is another one in each project
        return None
    from aci_reconcile.app.owned_index import OwnedIndex

    return OwnedIndex()


def _render(found: Drift, header: Header, console: Console, reports: Reports) -> str:
    from aci_reconcile.render.json.drift import render_drift_json
    from aci_reconcile.render.text.drift import render_drift_text
    from aci_reconcile.version import VERSION

    if console.format not in options.PLAIN:
        return reports.page(_make_page(found, header), console)
    if console.json:
        return render_drift_json(found, header, tool_version=VERSION)
    return render_drift_text(found, header, console.style, width=console.width, verbose=console.verbose)


def _make_page(found: Drift, header: Header) -> Page:
    from aci_reconcile.render.page.drift import make_drift_page

    return make_drift_page(found, header)


def find_exit_code(found: Drift, *, exit_zero: bool = False, strict: bool = False) -> ExitCode:
    """Return the exit code. What could not be read is an error, whatever else was found."""
    if found.plan.unreadable or (strict and found.plan.not_compared):
        return ExitCode.ERROR
    return ExitCode.DIFFERENCES if found and not exit_zero else ExitCode.OK


DRIFT = Command(
    "drift",
    drift,
    DriftOptions,
    help="Show what differs in Azure and what does not run. Exits with 2 if it finds anything.",
    examples=(
        "aci-reconcile drift                 the whole project",
        "aci-reconcile drift --format json   for a scheduled check",
        "aci-reconcile drift --history drift.json --issue github",
    ),
)
