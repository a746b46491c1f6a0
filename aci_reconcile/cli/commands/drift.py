"""``drift``: what differs in Azure now, and what does not run. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.app.notifications import Notifications, make_notifications
from aci_reconcile.app.plan_checks import find_drift
from aci_reconcile.app.policy import Allow
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.findings import Drift
    from aci_reconcile.render.header import Header

_KNOWN, _REPORTING = "Known drift", "Reporting"


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
    history: Path | None = declare(
        Option(
            "--history",
            section=_KNOWN,
            type=options.FILE,
            metavar="FILE",
            help="Record in FILE what drift finds, to compare with the next run.",
        )
    )
    accept: Path | None = declare(
        Option(
            "--accept",
            section=_KNOWN,
            type=options.FILE,
            metavar="FILE",
            help="Accepted drift (default: aci-reconcile.accepted.yaml).",
        )
    )
    metrics: Path | None = declare(
        Option("--metrics", section=_REPORTING, type=options.FILE, metavar="FILE", help="Write a Prometheus text file.")
    )
    notify: str = declare(
        Option(
            "--notify",
            section=_REPORTING,
            metavar="URL",
            default="",
            help="POST JSON to URL when findings appear or end.",
        )
    )
    issue: str | None = declare(
        Option(
            "--issue",
            section=_REPORTING,
            type=click.Choice(["github"]),
            help="Keep one issue about drift up to date.",
        )
    )
    refresh: str = declare(options.REFRESH)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))


def drift(session: Session, asked: DriftOptions) -> ExitCode:
    """Look for drift, show it, and notify whoever the options name."""
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.reports import open_reports

    sources, taken = asked.sources, (asked.history, asked.metrics, asked.accept)
    with open_reports("drift", session, asked.report, environment=sources.environment, taken=taken) as reports:
        declared, target = sources.make_sources(asked.azure.place, asked.paths), asked.azure.target
        notifications = make_notifications(asked.history, asked.metrics, asked.notify, asked.issue, session)
        with (
            prepare(declared, target, Allow(prune=False), session) as workspace,
            notifications.note_failure(workspace.header, session),
        ):
            found = _look(workspace, asked, notifications, session)
            reports.publish(lambda console: _render(found, workspace.header, console, reports))
        notifications.send(found, workspace.header, session)
    return find_exit_code(found, exit_zero=asked.exit_zero, strict=asked.strict)


def _look(workspace: Workspace, asked: DriftOptions, notifications: Notifications, session: Session) -> Drift:
    """Look for drift, and compare it with the history. Files are read before Azure is asked: one may be wrong."""
    from aci_reconcile.app.history import find_resource_groups, load_acceptances, load_history
    from aci_reconcile.app.proposal import make_reader, propose_plan
    from aci_reconcile.findings import Baseline, Place
    from aci_reconcile.reconcile import Refresh

    notifications.check_scope(complete=workspace.policy.selected is None)
    header, project = workspace.header, workspace.loaded.project
    memory = Baseline(
        load_history(notifications.history, Place(header.project, header.subscription, header.endpoint)),
        load_acceptances(asked.accept, project, session.cwd),
        frozenset(project.resource_groups),
        kept=notifications.history is not None,
    )
    known = find_resource_groups(memory.history)
    # A check waits for groups in transition: how that ends is what its reader wants to know.
    reader = make_reader(
        workspace, asked.azure.target, session, Refresh(asked.refresh), health=True, until_settled=True, more=known
    )
    return find_drift(propose_plan(workspace.loaded, workspace.policy, reader), session.clock, memory)


def _render(found: Drift, header: Header, console: Console, reports: Reports) -> str:
    from aci_reconcile.render.json.drift import render_drift_json
    from aci_reconcile.render.text.drift import render_drift_text
    from aci_reconcile.version import VERSION

    if console.format not in options.PLAIN:
        from aci_reconcile.render.page.drift import make_drift_page

        return reports.page(make_drift_page(found, header), console)
    if console.json:
        return render_drift_json(found, header, tool_version=VERSION)
    return render_drift_text(found, header, console.style, width=console.width, verbose=console.verbose)


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
