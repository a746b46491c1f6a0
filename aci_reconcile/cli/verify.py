"""``verify``: whether Azure would let an apply do what it is to do. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import allowed, sources_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from aci_reconcile.app.allow import Allow
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.preflight import Check
    from aci_reconcile.render.header import Header


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What ``verify`` was asked for."""

    sources: Sources
    target: Target
    allow: Allow
    strict: bool

    @classmethod
    def of(cls, given: Given) -> VerifyOptions:
        """Read the options."""
        return cls(sources_of(given), target_of(given), allowed(given), given.flag("strict"))


def _verify(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.workspace import prepare

    session, given = started(ctx)
    asked = VerifyOptions.of(given)
    with prepare(asked.sources, asked.target, asked.allow, session) as work:
        from aci_reconcile.app.propose import make_look, propose_plan
        from aci_reconcile.app.verify import verify_plan
        from aci_reconcile.reconcile import Refresh

        look = make_look(work, asked.target, session, Refresh.AUTO)
        plan = propose_plan(work.loaded, work.policy, look, work.connection.endpoint)
        found = verify_plan(plan, work.connection.backend.preflight, concurrency=asked.target.concurrency)
        session.console.result(_shown(found, work.header, session.console))
    return exit_code(found, strict=asked.strict)


def _shown(found: Sequence[Check], header: Header, console: Console) -> str:
    from aci_reconcile.render.json.checks import render_checks_json
    from aci_reconcile.render.text.checks import render_checks_text
    from aci_reconcile.version import VERSION

    if console.json:
        return render_checks_json(found, header, tool_version=VERSION)
    return render_checks_text(found, header, console.style, verbose=console.verbose)


def exit_code(found: Sequence[Check], *, strict: bool) -> ExitCode:
    """Return what an apply would end in: where it is only held back, that is 3."""
    from aci_reconcile.preflight import Question, Verdict

    bad = {Verdict.FAILED, Verdict.UNKNOWN} if strict else {Verdict.FAILED}
    failed = {each.question for each in found if each.verdict in bad}
    if failed - {Question.BLOCKED}:
        return ExitCode.ERROR
    return ExitCode.BLOCKED if failed else ExitCode.OK


VERIFY = Command(
    "verify",
    _verify,
    [
        *options.paths(),
        *options.brakes(),
        Option(
            "--strict",
            section=options.OUTPUT,
            setting="verify_strict",
            is_flag=True,
            help="Exit with 1 also if something could not be checked.",
        ),
        *options.common(),
    ],
    help="Check safety limits, quota, region, subnets and permissions before apply. Changes nothing.",
    examples=(
        "aci-reconcile verify                    the whole project",
        "aci-reconcile verify -e prod --strict   for a pipeline",
        "aci-reconcile verify --allow-replace=1  for an apply with this option",
    ),
)
