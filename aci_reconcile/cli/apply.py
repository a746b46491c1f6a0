"""``apply``: plan, ask, do it, wait until it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.given import Sources, Target, allowed
from aci_reconcile.cli.session import started

if TYPE_CHECKING:
    import click

    from aci_reconcile.cli.allow import Allow
    from aci_reconcile.cli.given import Given
    from aci_reconcile.errors import ExitCode


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What ``apply`` was asked for."""

    sources: Sources
    target: Target
    allow: Allow
    refresh: str
    approved: bool

    @classmethod
    def of(cls, given: Given) -> ApplyOptions:
        """Read the options."""
        return cls(
            Sources.of(given), Target.of(given), allowed(given), given.text("refresh"), given.flag("auto_approve")
        )


def _apply(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.execution import Patience, carried_out, concluded, refuse, show_plan
    from aci_reconcile.cli.proposal import look_for, prepared, proposed
    from aci_reconcile.reconcile import Refresh, Wait, apply

    session, given = started(ctx)
    asked, patience = ApplyOptions.of(given), Patience.of(given)
    with prepared(asked.sources, asked.target, asked.allow, session) as work:
        health = patience.wait is Wait.HEALTHY
        plan = proposed(
            work.loaded, work.policy, look_for(work, asked.target, session, Refresh(asked.refresh), health=health)
        )
        show_plan(plan, work.header, session)
        refuse(plan)
        context = patience.context(work.backend, work.policy, session)
        stopped = session.interruption.came
        events = apply(plan, context, concurrency=asked.target.concurrency, stopped=stopped)
        if plan:
            ask(session, "apply these changes", approved=asked.approved)
        (finished,) = carried_out(events, context, session, verb="Apply")
        return concluded(finished, session, verb="Apply")


APPLY = Command(
    "apply",
    _apply,
    [
        *options.paths(),
        *options.approval(),
        *options.brakes(),
        *options.waiting(),
        *options.refresh(),
        *options.common(),
    ],
    help="Plan, ask, carry it out, and wait until the containers run.",
    examples=(
        "aci-reconcile apply                       the whole project, after a yes",
        "aci-reconcile apply -y --only web         one group of it, without asking",
        "aci-reconcile apply -y --allow-replace=1  one group may be deleted and created again",
        "aci-reconcile apply --local -y            on the embedded emulator",
    ),
)
