"""``plan``: what an apply would do, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import Sources, Target, allowed
from aci_reconcile.cli.session import started
from aci_reconcile.errors import ExitCode

if TYPE_CHECKING:
    import click

    from aci_reconcile.cli.allow import Allow
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.plan.values import Plan
    from aci_reconcile.report import Header


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What ``plan`` was asked for."""

    sources: Sources
    target: Target
    allow: Allow
    refresh: str
    detailed: bool

    @classmethod
    def of(cls, given: Given) -> PlanOptions:
        """Read the options."""
        return cls(
            Sources.of(given), Target.of(given), allowed(given), given.text("refresh"), given.flag("detailed_exitcode")
        )


def _plan(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.proposal import look_for, prepared, proposed
    from aci_reconcile.reconcile import Refresh

    session, given = started(ctx)
    asked = PlanOptions.of(given)
    with prepared(asked.sources, asked.target, asked.allow, session) as work:
        plan = proposed(work.loaded, work.policy, look_for(work, asked.target, session, Refresh(asked.refresh)))
        session.console.result(shown(plan, work.header, session.console))
    return exit_code(plan, detailed=asked.detailed)


def shown(plan: Plan, header: Header, console: Console) -> str:
    """Return the plan in the format that is wanted."""
    from aci_reconcile.cli.version import running
    from aci_reconcile.report import plan_json, plan_text

    if console.json:
        return plan_json(plan, header, tool_version=running())
    return plan_text(plan, header, console.style, width=console.width, verbose=console.verbose)


def exit_code(plan: Plan, *, detailed: bool) -> ExitCode:
    """Return what a plan says to the caller."""
    if plan.unreadable:
        return ExitCode.ERROR
    if not detailed:
        return ExitCode.OK
    if plan.blockers:
        return ExitCode.HELD_BACK
    return ExitCode.DIFFERENCES if plan else ExitCode.OK


PLAN = Command(
    "plan",
    _plan,
    [
        *options.paths(),
        *options.brakes(),
        Option(
            "--detailed-exitcode",
            section=options.SAFETY,
            is_flag=True,
            help="Exit with 2 when there are changes, 3 when one is held back.",
        ),
        *options.refresh(),
        *options.common(),
    ],
    help="Show what an apply would do, and what it costs. Nothing is written.",
    examples=(
        "aci-reconcile plan                              the whole project",
        "aci-reconcile plan manifests/web.yaml           one file of it",
        "aci-reconcile plan -e prod --detailed-exitcode  for a pipeline: 0 nothing, 2 changes, 3 held back",
    ),
)
