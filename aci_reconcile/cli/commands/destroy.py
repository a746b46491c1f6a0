"""``destroy``: delete what this project owns and, if asked, the resource groups that it created."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.destruction import (
    block_resource_groups,
    find_empty_resource_groups,
    make_former_work,
    plan_destroy,
)
from aci_reconcile.app.policy import Allow
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.option_types import Name
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import APPROVE, OVERRIDE_FREEZE, TIME_BOX, LockOptions
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.planning.values import Plan, ResourceGroupChange


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyOptions:
    """The options of ``destroy``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    auto_approve: bool = declare(APPROVE)
    override_freeze: str | None = declare(OVERRIDE_FREEZE)
    resource_groups: bool = declare(
        Option(
            "--resource-groups",
            section=options.SAFETY,
            safety=True,
            is_flag=True,
            help="Also delete resource groups that this project created, once they are empty.",
        )
    )
    former: str = declare(
        Option(
            "--former-environment",
            section=options.SAFETY,
            type=Name(),
            safety=True,
            metavar="NAME",
            default="",
            help="Delete the groups of an environment that is no longer in the project file.",
        )
    )
    time_box: float | None = declare(TIME_BOX)
    lock: LockOptions = include(LockOptions)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def destroy(session: Session, asked: DestroyOptions) -> ExitCode:
    """Plan the deletion, show it, ask, and carry it out."""
    from aci_reconcile.app.execution import Waiting, check_applyable, check_freeze, make_context
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.commands.plan import find_exit_code
    from aci_reconcile.cli.plan_output import show_plan
    from aci_reconcile.cli.progress import follow_events, report_end
    from aci_reconcile.reconcile import apply, delete_resource_groups

    sources = asked.sources.make_sources(asked.azure.place, asked.paths)
    target = replace(asked.azure.target, unattended="destroy", lock=asked.lock.make_request("destroy"))
    ends_at = None if asked.time_box is None else session.clock.now() + asked.time_box
    allow = Allow(override_freeze=asked.override_freeze)
    with prepare(sources, target, allow, session, resolve=False) as declared:
        workspace = make_former_work(declared, asked.former) if asked.former else declared
        plan = plan_destroy(workspace, target, session)
        empty = tuple(find_empty_resource_groups(plan, workspace, session.console)) if asked.resource_groups else ()
        plan = block_resource_groups(plan, empty)
        show_plan(replace(plan, resource_groups=empty), workspace.header, session)
        check_applyable(plan)
        waiting = Waiting(timeout=target.timeout, ends_at=ends_at)
        context = make_context(workspace, plan.policy, waiting, session)
        concurrency, stopped = target.concurrency, session.interruption.has_come
        # Before the early return: the engine refuses a plan that is empty because a group could not be read.
        events = apply(plan, context, concurrency=concurrency, stopped=stopped)
        if not plan and not empty:
            return find_exit_code(plan, detailed=False)
        ask(session, _make_question(plan, empty), approved=asked.auto_approve)
        check_freeze(plan.policy, session.clock.now())
        ends = follow_events(events, context, session, verb="Destroy")
        if empty and not (ends[0].failed or ends[0].skipped or stopped()):
            scopes = [each.scope for each in empty]
            events = delete_resource_groups(scopes, context, concurrency=concurrency, stopped=stopped)
            ends += follow_events(events, context, session, verb="Destroy")
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
        unfinished=sum(each.unfinished for each in ends),
        unfinished_because=next((each.unfinished_because for each in ends if each.unfinished_because), ""),
        planned=sum(each.planned for each in ends),
        interrupted=any(each.interrupted for each in ends),
        seconds=sum(each.seconds for each in ends),
        in_flight=tuple(sorted({address for each in ends for address in each.in_flight})),
        override=next((each.override for each in ends if each.override), ""),
    )


DESTROY = Command(
    "destroy",
    destroy,
    DestroyOptions,
    help="Delete the groups that this project owns. A protected group blocks the whole run.",
    examples=(
        "aci-reconcile destroy                           all groups, asks first",
        "aci-reconcile destroy --only 'web-*'            some groups",
        "aci-reconcile destroy -y --resource-groups      resource groups, too",
        "aci-reconcile destroy --former-environment old  a removed environment",
    ),
)
