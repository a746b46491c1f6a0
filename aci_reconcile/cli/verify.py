"""``verify``: whether Azure would let an apply do what it is to do. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import Sources, Target, allowed
from aci_reconcile.cli.session import started
from aci_reconcile.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import click

    from aci_reconcile.checks import Check
    from aci_reconcile.cli.allow import Allow
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.plan.values import Plan
    from aci_reconcile.report import Header


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
        return cls(Sources.of(given), Target.of(given), allowed(given), given.flag("strict"))


def _verify(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.work import prepared

    session, given = started(ctx)
    asked = VerifyOptions.of(given)
    with prepared(asked.sources, asked.target, asked.allow, session) as work:
        from aci_reconcile.checks import held_checks
        from aci_reconcile.cli.proposal import look_for, proposed
        from aci_reconcile.reconcile import Refresh
        from aci_reconcile.reconcile.preflight import preflight

        look = look_for(work, asked.target, session, Refresh.AUTO)
        plan = proposed(work.loaded, work.policy, look, work.connection.endpoint)
        checks = preflight(
            plan.changes,
            work.connection.backend.preflight,
            resource_groups=plan.resource_groups,
            concurrency=asked.target.concurrency,
        )
        found = (*unread(plan), *held_checks(plan), *checks)
        session.console.result(_shown(found, work.header, session.console))
    return exit_code(found, strict=asked.strict)


def unread(plan: Plan) -> Iterator[Check]:
    """Yield what could not even be read: nothing is known of what it needs."""
    from aci_reconcile.checks import Check, Question, Verdict

    for each in plan.unreadable:
        yield Check(Question.READING, each.address, Verdict.FAILED, each.message, addresses=(each.address,))


def _shown(found: Sequence[Check], header: Header, console: Console) -> str:
    from aci_reconcile.report import checks_json, checks_text
    from aci_reconcile.version import VERSION

    if console.json:
        return checks_json(found, header, tool_version=VERSION)
    return checks_text(found, header, console.style, verbose=console.verbose)


def exit_code(found: Sequence[Check], *, strict: bool) -> ExitCode:
    """Return what an apply would end in: where it is only held back, that is 3."""
    from aci_reconcile.checks import Question, Verdict

    bad = {Verdict.FAILED, Verdict.UNKNOWN} if strict else {Verdict.FAILED}
    failed = {each.question for each in found if each.verdict in bad}
    if failed - {Question.HELD}:
        return ExitCode.ERROR
    return ExitCode.HELD_BACK if failed else ExitCode.OK


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
