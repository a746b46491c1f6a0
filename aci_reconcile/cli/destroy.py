"""``destroy``: delete what this project owns and, when asked, the resource groups it created."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.allow import Allow
from aci_reconcile.app.destruction import (
    block_resource_groups,
    find_empty_resource_groups,
    make_former_work,
    plan_destroy,
)
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import overridden, sources_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    import click

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.cli.given import Given
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.planning.values import Plan, ResourceGroupChange


@dataclass(frozen=True, slots=True)
class DestroyOptions:
    """What ``destroy`` was asked for."""

    sources: Sources
    target: Target
    resource_groups: bool
    former: str
    """An environment that is no longer in the project file, whose groups to delete; empty for the chosen one."""
    approved: bool
    allow: Allow

    @classmethod
    def of(cls, given: Given) -> DestroyOptions:
        """Read the options."""
        allow = Allow(override_freeze=overridden(given))
        groups, approved = given.flag("resource_groups"), given.flag("auto_approve")
        return cls(sources_of(given), target_of(given), groups, given.text("former_environment"), approved, allow)


def _destroy(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.execution import Waiting, check_applyable, check_freeze, make_context
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.execution import follow_work, report_end, show_plan
    from aci_reconcile.cli.plan import exit_code
    from aci_reconcile.reconcile import apply, delete_resource_groups

    session, given = started(ctx)
    asked = DestroyOptions.of(given)
    with prepare(asked.sources, asked.target, asked.allow, session, resolve=False) as declared:
        work = make_former_work(declared, asked.former) if asked.former else declared
        plan = plan_destroy(work, asked.target, session)
        empty = tuple(find_empty_resource_groups(plan, work, session.console)) if asked.resource_groups else ()
        plan = block_resource_groups(plan, empty)
        show_plan(replace(plan, resource_groups=empty), work.header, session)
        check_applyable(plan)
        context = make_context(work, plan.policy, Waiting(timeout=asked.target.timeout), session)
        concurrency, stopped = asked.target.concurrency, session.interruption.has_come
        # Before the early return: the engine refuses a plan that is empty because a group could not be read.
        events = apply(plan, context, concurrency=concurrency, stopped=stopped)
        if not plan and not empty:
            return exit_code(plan, detailed=False)
        ask(session, _make_question(plan, empty), approved=asked.approved)
        check_freeze(plan.policy, session.clock.now())
        ends = follow_work(events, context, session, verb="Destroy")
        if empty and not (ends[0].failed or ends[0].skipped or stopped()):
            scopes = [each.scope for each in empty]
            events = delete_resource_groups(scopes, context, concurrency=concurrency, stopped=stopped)
            ends += follow_work(events, context, session, verb="Destroy")
        elif empty:
            session.console.info("The resource groups were kept, because not every group is gone.")
        return report_end(_sum_up(ends), session, verb="Destroy")


def _make_question(plan: Plan, empty: tuple[ResourceGroupChange, ...]) -> str:
    parts = [count(plan.to_destroy, "group")] if plan else []
    parts += [count(len(empty), "resource group")] if empty else []
    return f"delete {' and '.join(parts)}"


def _sum_up(ends: list[Finished]) -> Finished:
    """Return the end of several runs as one."""
    return Finished(
        destroyed=sum(each.destroyed for each in ends),
        failed=sum(each.failed for each in ends),
        skipped=sum(each.skipped for each in ends),
        interrupted=any(each.interrupted for each in ends),
        seconds=sum(each.seconds for each in ends),
        in_flight=tuple(sorted({address for each in ends for address in each.in_flight})),
        override=next((each.override for each in ends if each.override), ""),
    )


DESTROY = Command(
    "destroy",
    _destroy,
    [
        *options.paths(),
        *options.approval(),
        *options.override(),
        Option(
            "--resource-groups",
            section=options.SAFETY,
            brake=True,
            is_flag=True,
            help="Also delete resource groups that this project created, once they are empty.",
        ),
        Option(
            "--former-environment",
            section=options.SAFETY,
            brake=True,
            metavar="NAME",
            default="",
            help="Delete the groups of an environment that is no longer in the project file.",
        ),
        *options.common(),
    ],
    help="Delete the groups that this project owns. A protected group blocks the whole run.",
    examples=(
        "aci-reconcile destroy                           all groups, asks first",
        "aci-reconcile destroy --only 'web-*'            some groups",
        "aci-reconcile destroy -y --resource-groups      resource groups, too",
        "aci-reconcile destroy --former-environment old  a removed environment",
    ),
)
