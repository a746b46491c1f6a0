"""``apply``: plan, ask, do it, wait until it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.given import target_of
from aci_reconcile.cli.session import started

if TYPE_CHECKING:
    import click

    from aci_reconcile.app.requests import Target
    from aci_reconcile.cli.given import Given
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.reconcile import Refresh


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What ``apply`` was asked for."""

    target: Target
    refresh: Refresh
    approved: bool

    @classmethod
    def of(cls, given: Given) -> ApplyOptions:
        """Read the options."""
        from aci_reconcile.reconcile import Refresh

        return cls(target_of(given), Refresh(given.text("refresh")), given.flag("auto_approve"))


def _apply(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.execution import Patience, carried_out, concluded, refuse, show_plan, still_open
    from aci_reconcile.cli.former import keeping
    from aci_reconcile.cli.promise import promised
    from aci_reconcile.cli.reporting import reporting
    from aci_reconcile.cli.story import Story
    from aci_reconcile.reconcile import Wait, apply

    session, given = started(ctx)
    asked, patience = ApplyOptions.of(given), Patience.of(given)
    with reporting("apply", given, session) as reports:
        promise = promised(given, session)
        health = patience.wait is Wait.HEALTHY
        with promise.planned(asked.target, session, asked.refresh, health=health) as (work, plan):
            story = Story(plan, work.header, reports, session.clock)
            show_plan(plan, work.header, session)
            refuse(plan, named=session.console.format == "text")
            context = patience.context(work, work.policy, session)
            stopped = session.interruption.has_come
            told = apply(plan, context, concurrency=asked.target.concurrency, stopped=stopped)
            events = story.of(keeping(told, work.loaded.project, given, session))
            if plan:
                ask(session, "apply these changes", approved=asked.approved or promise.saved is not None)
                still_open(work.policy, session)
            (finished,) = carried_out(events, context, session, verb="Apply")
            code = concluded(finished, session, verb="Apply")
            reports.tell(story.told, streamed=True)
            return code


APPLY = Command(
    "apply",
    _apply,
    [
        *options.paths(),
        *options.promise(),
        *options.approval(),
        *options.brakes(),
        *options.restoring(),
        *options.waiting(),
        *options.refresh(),
        *options.common(options.PAGES),
        *options.reports(options.PAGES),
    ],
    help="Show the plan, ask for approval, apply it, and wait until containers run.",
    examples=(
        "aci-reconcile apply                       the whole project, asks first",
        "aci-reconcile apply -y --only web         one group, without asking",
        "aci-reconcile apply -y --allow-replace=1  allow one group to be replaced",
        "aci-reconcile apply --plan plan.json      a saved plan, if it still holds",
        "aci-reconcile apply --local -y            on the embedded emulator",
    ),
)
