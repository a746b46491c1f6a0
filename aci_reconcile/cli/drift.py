"""``drift``: what differs in Azure now, and what does not run. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.app.allow import Allow
from aci_reconcile.app.find_drift import find_drift
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import sources_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.cli.telling import Telling
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.workspace import Work
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.reporting import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.findings import Drift
    from aci_reconcile.render.header import Header


@dataclass(frozen=True, slots=True)
class DriftOptions:
    """What ``drift`` was asked for."""

    sources: Sources
    target: Target
    refresh: str
    exit_zero: bool
    strict: bool
    accept: Path | None
    telling: Telling

    @classmethod
    def of(cls, given: Given, session: Session) -> DriftOptions:
        """Read the options."""
        return cls(
            sources_of(given),
            target_of(given),
            given.text("refresh"),
            given.flag("exit_zero"),
            given.flag("strict"),
            given.path("accept"),
            Telling.of(given, session),
        )


def _drift(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.reporting import reporting

    session, given = started(ctx)
    with reporting("drift", given, session) as reports:
        asked = DriftOptions.of(given, session)
        with (
            prepare(asked.sources, asked.target, Allow(prune=False), session) as work,
            asked.telling.measured(work.header, session),
        ):
            found = _looked(work, asked, session)
            reports.tell(lambda console: _shown(found, work.header, console, reports))
        asked.telling.tell(found, work.header, session)
    return exit_code(found, exit_zero=asked.exit_zero, strict=asked.strict)


def _looked(work: Work, asked: DriftOptions, session: Session) -> Drift:
    """Reader, with what is known from before; what that is is read before Azure is asked."""
    from aci_reconcile.app.history import find_resource_groups, load_acceptances, load_history
    from aci_reconcile.app.propose import make_look, propose_plan
    from aci_reconcile.findings import Baseline, Place
    from aci_reconcile.reconcile import Refresh

    asked.telling.check(whole=work.policy.selected is None)
    header, project = work.header, work.loaded.project
    memory = Baseline(
        load_history(asked.telling.history, Place(header.project, header.subscription, header.endpoint)),
        load_acceptances(asked.accept, project, session.cwd),
        frozenset(project.resource_groups),
        kept=asked.telling.history is not None,
    )
    known = find_resource_groups(memory.history)
    look = make_look(work, asked.target, session, Refresh(asked.refresh), health=True, until_settled=True, more=known)
    return find_drift(propose_plan(work.loaded, work.policy, look), session.clock, memory)


def _shown(found: Drift, header: Header, console: Console, reports: Reports) -> str:
    from aci_reconcile.render.json.drift import render_drift_json
    from aci_reconcile.render.text.drift import render_drift_text
    from aci_reconcile.version import VERSION

    if console.format not in options.PLAIN:
        from aci_reconcile.render.page.drift import make_drift_page

        return reports.page(make_drift_page(found, header), console)
    if console.json:
        return render_drift_json(found, header, tool_version=VERSION)
    return render_drift_text(found, header, console.style, width=console.width, verbose=console.verbose)


def exit_code(found: Drift, *, exit_zero: bool = False, strict: bool = False) -> ExitCode:
    """Return what a look says to the caller; what could not be read is an error, whatever else was found."""
    if found.plan.unreadable or (strict and found.plan.not_compared):
        return ExitCode.ERROR
    return ExitCode.DIFFERENCES if found and not exit_zero else ExitCode.OK


def _memory() -> list[click.Parameter]:
    """What is known from before, and whom to tell; from flags and the environment, never from a repository."""
    kept = "Record in FILE what drift finds, to compare with the next run."
    accept = "Accepted drift (default: aci-reconcile.accepted.yaml)."
    return [
        Option("--history", section=_MEMORY, type=options.FILE, metavar="FILE", help=kept),
        Option("--accept", section=_MEMORY, type=options.FILE, metavar="FILE", help=accept),
        Option("--metrics", section=_TELLING, type=options.FILE, metavar="FILE", help="Write a Prometheus text file."),
        Option(
            "--notify",
            section=_TELLING,
            metavar="URL",
            default="",
            help="POST JSON to URL when findings appear or end.",
        ),
        Option(
            "--issue", section=_TELLING, type=click.Choice(["github"]), help="Keep one issue about drift up to date."
        ),
    ]


_MEMORY, _TELLING = "Known drift", "Reporting"

DRIFT = Command(
    "drift",
    _drift,
    [
        *options.paths(),
        Option("--exit-zero", section=options.OUTPUT, is_flag=True, help="Exit with 0 even if something differs."),
        Option("--strict", section=options.OUTPUT, is_flag=True, help="Exit with 1 if a secret could not be compared."),
        *_memory(),
        *options.refresh(),
        *options.common(options.PAGES),
        *options.reports(options.PAGES),
    ],
    help="Show what differs in Azure and what does not run. Exits with 2 if it finds anything.",
    examples=(
        "aci-reconcile drift                 the whole project",
        "aci-reconcile drift --format json   for a scheduled check",
        "aci-reconcile drift --history drift.json --issue github",
    ),
)
