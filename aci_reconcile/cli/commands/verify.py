"""``verify``: whether Azure would let an apply do its work. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import ReleaseOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.session import Session
    from aci_reconcile.preflight import Check
    from aci_reconcile.render.header import Header


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
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def verify(session: Session, asked: VerifyOptions) -> ExitCode:
    """Plan, check what an apply of the plan needs, and show the checks."""
    from aci_reconcile.app.workspace import prepare

    sources, target = asked.sources.make_sources(asked.azure.place, asked.paths), asked.azure.target
    with prepare(sources, target, asked.releases.make_allow(), session) as workspace:
        from aci_reconcile.app.plan_checks import verify_plan
        from aci_reconcile.app.proposal import make_reader, propose_plan
        from aci_reconcile.reconcile import Refresh

        reader = make_reader(workspace, target, session, Refresh.AUTO)
        plan = propose_plan(workspace.loaded, workspace.policy, reader, workspace.connection.endpoint)
        found = verify_plan(plan, workspace.connection.backend.preflight, concurrency=target.concurrency)
        session.console.result(_render(found, workspace.header, session.console))
    return find_exit_code(found, strict=asked.strict)


def _render(found: Sequence[Check], header: Header, console: Console) -> str:
    from aci_reconcile.render.json.checks import render_checks_json
    from aci_reconcile.render.text.checks import render_checks_text
    from aci_reconcile.version import VERSION

    if console.json:
        return render_checks_json(found, header, tool_version=VERSION)
    return render_checks_text(found, header, console.style, verbose=console.verbose)


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
    ),
)
