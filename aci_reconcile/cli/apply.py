"""``apply``: plan, ask, do it, wait until it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.given import inputs_of, place_words, target_of
from aci_reconcile.cli.session import started

if TYPE_CHECKING:
    import click

    from aci_reconcile.app.expected_plan import Expected
    from aci_reconcile.app.requests import Target
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
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
    from aci_reconcile.app.execution import Waiting, check_applyable, check_freeze, make_context
    from aci_reconcile.app.expected_plan import make_expected_plan
    from aci_reconcile.app.former_groups import save_former_groups
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.execution import follow_work, report_end, show_plan
    from aci_reconcile.cli.reporting import reporting
    from aci_reconcile.cli.story import Story
    from aci_reconcile.reconcile import Wait, apply

    session, given = started(ctx)
    asked = ApplyOptions.of(given)
    waiting = Waiting(Wait(given.text("wait")), given.seconds("stable_for"), given.seconds("timeout"))
    with reporting("apply", given, session) as reports:
        expected = _expect(given, session)
        health = waiting.wait is Wait.HEALTHY
        with make_expected_plan(expected, asked.target, session, asked.refresh, health=health) as (work, plan):
            story = Story(plan, work.header, reports, session.clock)
            show_plan(plan, work.header, session)
            check_applyable(plan, named=session.console.format == "text")
            context = make_context(work, work.policy, waiting, session)
            stopped = session.interruption.has_come
            events = apply(plan, context, concurrency=asked.target.concurrency, stopped=stopped)
            if not asked.target.local:
                events = save_former_groups(events, work.loaded.project, session, place_words(given))
            events = story.of(events)
            if plan:
                ask(session, "apply these changes", approved=asked.approved or expected.saved is not None)
                check_freeze(work.policy, session.clock.now())
            (finished,) = follow_work(events, context, session, verb="Apply")
            code = report_end(finished, session, verb="Apply")
            reports.tell(story.told, streamed=True)
            return code


def _expect(given: Given, session: Session) -> Expected:
    """Return what ``--plan`` and ``--checksum`` hold the run to."""
    from aci_reconcile.app.expected_plan import Expected, expect_saved, parse_digest

    digest = parse_digest(given.text("checksum")) if given.values.get("checksum") is not None else ""
    file, inputs = given.path("plan"), inputs_of(given)
    if file is None:
        return Expected(inputs, digest=digest)
    return expect_saved(file, inputs, cwd=session.cwd, now=session.clock.now(), digest=digest)


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
