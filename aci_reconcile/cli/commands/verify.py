"""``verify``: whether Azure would let an apply do its work. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.fleet_options import FleetOptions
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import ReleaseOptions
from aci_reconcile.cli.shard_options import ShardOptions
from aci_reconcile.core.errors import AciReconcileError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.session import Session
    from aci_reconcile.preflight import Check, Claims, Place
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.project_checks import ProjectChecks


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """The options of ``verify``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    releases: ReleaseOptions = include(ReleaseOptions)
    strict: bool = declare(
        Option(
            "--strict",
            section=options.OUTPUT,
            setting="verify_strict",
            is_flag=True,
            help="Exit with 1 also if something could not be checked.",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    fleet: FleetOptions = include(FleetOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)
    line: CommandLine = command_line()

    shard: ShardOptions = field(default_factory=ShardOptions)
    """No shard: what an apply needs is asked of whole projects."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """One project: where it is, its checks, and the quota that an apply of its plan takes."""

    header: Header
    checks: tuple[Check, ...]
    claims: Claims


def verify(session: Session, asked: VerifyOptions) -> ExitCode:
    """Plan, check what an apply of the plan needs, and show the checks; or do that for each project of a fleet."""
    if asked.fleet.fleet is not None:
        return _verify_fleet(session, asked)
    found = _check(session, asked, {})
    session.console.result(_render(found, session.console))
    return find_exit_code(found.checks, strict=asked.strict)


def _check(session: Session, asked: VerifyOptions, claimed: Claims) -> _Checked:
    """Plan a project, and check what an apply of the plan needs, after others that take some of the quota."""
    from aci_reconcile.app.workspace import prepare

    sources, target = asked.sources.make_sources(asked.azure.place, asked.paths), asked.azure.target
    with prepare(sources, target, asked.releases.make_allow(), session, begun=session.begun) as workspace:
        # Imported while the lists are on their way.
        from aci_reconcile.app.plan_checks import verify_plan
        from aci_reconcile.app.proposal import make_reader, propose_plan
        from aci_reconcile.preflight import list_claims
        from aci_reconcile.reconcile import Refresh

        reader = make_reader(workspace, target, session, Refresh.AUTO)
        plan = propose_plan(workspace.loaded, workspace.policy, reader, workspace.connection.endpoint)
        questions = workspace.connection.backend.preflight
        found = verify_plan(plan, questions, concurrency=target.concurrency, claimed=claimed)
        return _Checked(workspace.header, found, list_claims(plan.changes))


def _verify_fleet(session: Session, asked: VerifyOptions) -> ExitCode:
    """Check each project of a fleet, also after one that cannot be checked, and show one verdict of all."""
    from aci_reconcile.app.result_sets import choose_worst
    from aci_reconcile.cli.failures import report_error
    from aci_reconcile.cli.fleet import list_runs, read_ahead, show_heading
    from aci_reconcile.render.project_checks import ProjectChecks

    console = session.console
    beside = replace(session, console=replace(console, json=False))
    found: list[ProjectChecks] = []
    codes: list[ExitCode] = []
    # They are applied one after the other, so the quota that one takes is gone for those after it.
    claimed: Counter[tuple[Place, str]] = Counter()
    for each in read_ahead(session, list_runs(session, asked)):
        show_heading(each.name, each.where, session, first=not found)
        try:
            one = _check(replace(beside, begun=each.begun), each.asked, claimed)
        except AciReconcileError as error:
            codes.append(ExitCode(report_error(error, beside)))
            found.append(ProjectChecks(each.name, error=error))
        else:
            if not console.json:
                console.result(_render(one, console))
            claimed.update(one.claims)
            codes.append(find_exit_code(one.checks, strict=asked.strict))
            found.append(ProjectChecks(each.name, one.header, one.checks))
        if session.interruption.has_come():
            return session.interruption.exit_code
    code = choose_worst(codes)
    console.result(_render_fleet(found, code, console))
    return code


def _render(found: _Checked, console: Console) -> str:
    from aci_reconcile.render.json.checks import render_checks_json
    from aci_reconcile.render.text.checks import render_checks_text
    from aci_reconcile.version import VERSION

    if console.json:
        return render_checks_json(found.checks, found.header, tool_version=VERSION)
    return render_checks_text(found.checks, found.header, console.style, verbose=console.verbose)


def _render_fleet(found: Sequence[ProjectChecks], code: ExitCode, console: Console) -> str:
    from aci_reconcile.render.json.checks import render_fleet_checks_json
    from aci_reconcile.render.text.checks import render_fleet_checks_text
    from aci_reconcile.version import VERSION

    if console.json:
        return render_fleet_checks_json(found, exit_code=code, tool_version=VERSION)
    return render_fleet_checks_text(found, console.style)


def find_exit_code(found: Sequence[Check], *, strict: bool) -> ExitCode:
    """Return the exit code that an apply would have: 3 if it is only blocked."""
    from aci_reconcile.preflight import Question, Verdict

    bad = {Verdict.FAILED, Verdict.UNKNOWN} if strict else {Verdict.FAILED}
    failed = {each.question for each in found if each.verdict in bad}
    if failed - {Question.BLOCKED}:
        return ExitCode.ERROR
    return ExitCode.BLOCKED if failed else ExitCode.OK


VERIFY = Command(
    "verify",
    verify,
    VerifyOptions,
    help="Check safety limits, quota, region, subnets and permissions before apply. Changes nothing.",
    examples=(
        "aci-reconcile verify                    the whole project",
        "aci-reconcile verify -e prod --strict   for a pipeline",
        "aci-reconcile verify --allow-replace=1  for an apply with this option",
        "aci-reconcile verify --fleet fleet.yaml all projects of a fleet",
    ),
)
