"""``plan``: what an apply would do, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.fleet_options import FleetOptions
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import RESTORE, ReleaseOptions
from aci_reconcile.cli.shard_options import ShardOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.saved_inputs import Inputs
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.page.page import Page
    from aci_reconcile.saved import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The options of ``plan``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    changed_since: str = declare(options.CHANGED_SINCE)
    releases: ReleaseOptions = include(ReleaseOptions)
    restore: bool = declare(RESTORE)
    detailed: bool = declare(
        Option(
            "--detailed-exitcode",
            section=options.OUTPUT,
            is_flag=True,
            help="Exit with 2 if there are changes, with 3 if one is blocked.",
        )
    )
    out: Path | None = declare(
        Option(
            "--out",
            section=options.SAVED,
            type=options.FILE,
            metavar="FILE",
            help="Save the plan for apply --plan FILE.",
        )
    )
    expires: float = declare(options.EXPIRES)
    refresh: str = declare(options.REFRESH)
    sources: SourceOptions = include(SourceOptions)
    shard: ShardOptions = include(ShardOptions)
    fleet: FleetOptions = include(FleetOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))
    line: CommandLine = command_line()

    @property
    def inputs(self) -> Inputs:
        """What decides what is planned."""
        from aci_reconcile.app.saved_inputs import Inputs

        sources = self.shard.narrow(self.sources.make_sources(self.azure.place, self.paths, self.changed_since))
        return Inputs(sources, self.releases.make_allow(restore=self.restore), self.line.typed)


def plan(session: Session, asked: PlanOptions) -> ExitCode:
    """Plan, show the plan, and save it if a file is named; or plan each project of a fleet."""
    if asked.fleet.fleet is not None:
        from aci_reconcile.cli.fleet import run_fleet

        asked.fleet.check(asked.line, ("out",))
        return run_fleet(session, asked, "plan", plan)
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.reports import Ending, open_reports

    inputs, target = asked.inputs, asked.azure.target
    if asked.out is not None:
        from aci_reconcile.app.saved_plan import check_plan_file

        check_plan_file(asked.out, f"--out {asked.out}")
    with (
        open_reports(
            "plan",
            session,
            asked.report,
            environment=asked.sources.environment,
            taken=(asked.out,),
            shard=asked.shard,
        ) as reports,
        prepare(inputs.sources, target, inputs.allow, session, begun=session.begun) as workspace,
    ):
        # Imported while the lists are on their way: with one group, imports are most of the time.
        from aci_reconcile.app.proposal import make_reader, propose_plan
        from aci_reconcile.reconcile import Refresh

        reader = make_reader(workspace, target, session, Refresh(asked.refresh))
        proposal = propose_plan(workspace.loaded, workspace.policy, reader, workspace.connection.endpoint)
        content = _make_content(proposal, workspace, inputs, asked, session)
        digest = str(content["plan_digest"]) if content else ""
        header, code = workspace.header, find_exit_code(proposal, detailed=asked.detailed)
        reports.name_run(header.commit, header.shard)
        reports.publish(
            lambda console: _render(proposal, header, console, digest, reports),
            ending=Ending(lambda: _make_page(proposal, header, digest), code),
        )
        if asked.out is not None:
            _save(content, asked.out, asked.expires, session)
    return code


def _make_content(
    proposal: Plan, workspace: Workspace, inputs: Inputs, asked: PlanOptions, session: Session
) -> Document:
    """Return what is saved of the plan, if it is needed: for a file, or to print its digest. It costs slow hashes."""
    if asked.out is None and not session.console.verbose:
        return {}
    from aci_reconcile.app.saved_plan import Basis, make_content

    return make_content(proposal, Basis(inputs, workspace.loaded, workspace.header, session.cwd, workspace.hash_cost))


def _save(content: Document, file: Path, lifetime: float, session: Session) -> None:
    from aci_reconcile.app.repetition import list_words
    from aci_reconcile.app.saved_plan import save_content

    document = save_content(content, file, now=session.clock.now(), lifetime=lifetime, label=f"--out {file}")
    hint = "" if document["applyable"] else " It cannot be applied."
    session.console.info(f"Saved to {file}, valid until {document['expires_at']}.{hint}")
    for name in document["hidden_variables"]:
        session.console.warn(f"variable {name} is part of a secret and was not saved")
    if again := list_words(document):
        session.console.info(f"To apply it, repeat these options: {' '.join(again)}")


def _render(proposal: Plan, header: Header, console: Console, digest: str, reports: Reports) -> str:
    if console.format in options.PLAIN:
        from aci_reconcile.cli.plan_output import render_plan

        return render_plan(proposal, header, console, digest)
    return reports.page(_make_page(proposal, header, digest), console)


def _make_page(proposal: Plan, header: Header, digest: str) -> Page:
    from aci_reconcile.render.page.plan import make_plan_page

    return make_plan_page(proposal, header, digest=digest)


def find_exit_code(proposal: Plan, *, detailed: bool) -> ExitCode:
    """Return the exit code. A field that Azure does not change counts as a difference, though nothing is written."""
    # The plan may lack a deletion or a replacement, so it counts as a failure, whatever else it says.
    if proposal.unreadable:
        return ExitCode.ERROR
    if not detailed:
        return ExitCode.OK
    if proposal.blockers:
        return ExitCode.BLOCKED
    return ExitCode.DIFFERENCES if proposal or any(change.stuck for change in proposal.changes) else ExitCode.OK


PLAN = Command(
    "plan",
    plan,
    PlanOptions,
    help="Show what apply would change and what it costs. Changes nothing.",
    examples=(
        "aci-reconcile plan                              the whole project",
        "aci-reconcile plan manifests/web.yaml           one file",
        "aci-reconcile plan -e prod --detailed-exitcode  for a pipeline",
        "aci-reconcile plan --changed-since origin/main  for a pull request",
        "aci-reconcile plan --out plan.json              for apply --plan plan.json",
    ),
)
