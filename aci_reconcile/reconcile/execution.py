"""``apply()``: carry out a plan and yield what happens as it happens."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import (
    AciReconcileError,
    AzureError,
    BlockedError,
    SecretUnavailableError,
    UnfinishedError,
)
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.resource_types import RESOURCE_GROUPS, get_type
from aci_reconcile.planning.dns_labels import find_freed_labels
from aci_reconcile.planning.order import get_region, make_dependency_graph
from aci_reconcile.planning.values import Action, Change, Impact
from aci_reconcile.reconcile.apply_group import apply_change
from aci_reconcile.reconcile.context import Wait
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.events import (
    Failed,
    Finished,
    FreezeOverridden,
    Moved,
    Outdated,
    ResourceGroupFailed,
    Skipped,
    Started,
    Succeeded,
    Unhealthy,
    Waiting,
    find_outdated,
    make_reached,
)
from aci_reconcile.reconcile.handover import find_regions_to_free
from aci_reconcile.reconcile.resource_groups import (
    delete_resource_group,
    make_creation_task,
    make_skipped,
    make_task_name,
)
from aci_reconcile.reconcile.steps import Task, never
from aci_reconcile.reconcile.watch import make_watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Resource, Scope
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.events import Event, Reached
    from aci_reconcile.reconcile.steps import Process


def apply(plan: Plan, ctx: Context, *, concurrency: int = 8, stopped: Callable[[], bool] = never) -> Iterator[Event]:
    """Carry out the plan and yield what happens; the last event is ``Finished``.

    Everything that can be refused is refused before the first event is asked for.

    Args:
        plan: what to do.
        ctx: how to do it.
        concurrency: how many requests may be in flight at once.
        stopped: asked again and again; once true, nothing new begins.

    Raises:
        BlockedError: a blocker stands.
        SecretUnavailableError: a secret that a write needs is missing.
        UsageError: groups depend on each other in a circle.
    """
    _check_applicable(plan)
    ctx = _prepare(plan, replace(ctx, stopped=stopped))
    events = run_tasks(
        _make_tasks(plan, ctx), ctx, concurrency, _report_override(ctx, ctx.policy.frozen) if plan else ()
    )
    return _add_counts(events, plan)


def _prepare(plan: Plan, ctx: Context) -> Context:
    """Return the context with everything that is derived from the plan, such as the number of writes."""
    there = Counter(change.id.scope for change in plan.changes if change.before is not None)
    unread = Counter(change.id.scope_key for change in plan.changes if change.writes)
    scopes = {change.id.scope for change in plan.changes}
    planned = tuple(each for each in plan.changes if each.action is Action.REPLACE)
    watches = {
        scope.key: make_watch(scope, there[scope], ctx.listings.get(scope.key), unread[scope.key]) for scope in scopes
    }
    checks = replace(ctx.recreation_checks, planned=planned)
    return replace(
        ctx,
        recreation_checks=checks,
        wait=_choose_wait(plan, ctx.wait),
        regions_to_free=find_regions_to_free(plan.changes),
        label_takers=_find_takers(plan.changes),
        freed_labels=find_freed_labels(plan.changes),
        watches=watches,
    )


def _choose_wait(plan: Plan, wait: Wait) -> Wait:
    """Return what to wait for: at least the end of provisioning where the run writes some groups and deletes others.

    Deletions come last, and only provisioning shows whether the writes before them worked.
    """
    actions = {each.action for each in plan.changes if not each.leftover}
    last = wait is Wait.NONE and Action.DELETE in actions and actions - {Action.DELETE, Action.NO_OP}
    return Wait.PROVISIONED if last else wait


def _find_takers(changes: Iterable[Change]) -> dict[str, tuple[Change, ...]]:
    """Return the changes that take the DNS label of a deleted group, by the address of that group."""
    found: dict[str, tuple[Change, ...]] = {}
    for change in changes:
        for giver in change.follows if change.after is not None else ():
            found[giver.lower()] = (*found.get(giver.lower(), ()), change)
    return found


def _add_counts(events: Iterator[Event], plan: Plan) -> Iterator[Event]:
    """Pass the events on; add to the last one the number of unreadable groups and the outdated values."""
    unread = sum(each.id is not None for each in plan.unreadable)
    moved: list[Outdated] = []
    for event in events:
        if isinstance(event, (Succeeded, Unhealthy)) and plan.holders:
            moved += find_outdated(event, plan.holders)
        yield _complete(event, plan, unread, tuple(moved)) if isinstance(event, Finished) else event


def _complete(finished: Finished, plan: Plan, unread: int, outdated: tuple[Outdated, ...]) -> Finished:
    return replace(finished, unread=unread, outdated=outdated, planned=sum(each.writes for each in plan.changes))


def _check_applicable(plan: Plan) -> None:
    if plan.blind is not None:
        raise AciReconcileError(f"{plan.blind.address} could not be read: {plan.blind.message}")
    if plan.blockers:
        raise BlockedError("; ".join(f"{each.reason} (release: {each.release})" for each in plan.blockers))
    if plan.missing_secrets:
        needs = "; ".join(f"{address} needs {each.source}: {each.missing}" for address, each in plan.missing_secrets)
        raise SecretUnavailableError(needs, hint="nothing was written; set what is missing and apply again")


def _report_override(ctx: Context, freeze: str) -> tuple[Event, ...]:
    """Return the event that a freeze is overridden; none if no freeze is in force."""
    reason = ctx.policy.override
    return (FreezeOverridden(freeze, reason),) if freeze and reason else ()


def run_tasks(tasks: list[Task], ctx: Context, concurrency: int, first: tuple[Event, ...]) -> Iterator[Event]:
    """Run the tasks side by side; yield their events with traces, and ``Finished`` at last.

    Args:
        tasks: what to do, each with the group or resource group that it is about.
        ctx: how.
        concurrency: how many requests may be in flight at once.
        first: events that come before all others.
    """
    began = ctx.clock.now()
    seen: list[Event] = list(first)
    since: dict[str, float] = {}
    reported = bool(first)
    yield from first
    for event in run(tasks, concurrency=concurrency, clock=ctx.clock, stopped=ctx.stopped):
        # A freeze may begin after the plan was made; it is reported with the first write that ignores it.
        if not reported and isinstance(event, Started):
            late = _report_override(ctx, ctx.policy.frozen_at(ctx.clock.now()))
            reported = bool(late)
            seen += late
            yield from late
        seen.append(event)
        yield _add_trace(event, ctx, since)
    yield _make_finished(seen, ctx, began, interrupted=ctx.stopped())


def _add_trace(event: Event, ctx: Context, since: dict[str, float]) -> Event:
    """Return the event of a group with its trace."""
    if not isinstance(event, (Started, Waiting, Succeeded, Unhealthy, Failed, Moved, Skipped)):
        return event
    now, address = ctx.clock.now(), event.change.address
    return replace(event, trace=replace(ctx.get_trace(address), seconds=now - since.setdefault(address, now)))


def _make_finished(seen: list[Event], ctx: Context, began: float, *, interrupted: bool) -> Finished:
    ends = [event for event in seen if isinstance(event, (Succeeded, Unhealthy))]
    failed = sum(_has_failed(event) for event in seen)
    skipped = [event for event in seen if isinstance(event, Skipped)]
    done = [event.change.action for event in ends if isinstance(event, Succeeded) or event.provisioned]
    return Finished(
        added=done.count(Action.CREATE) + done.count(Action.REPLACE),
        changed=done.count(Action.UPDATE) + done.count(Action.ADOPT),
        destroyed=done.count(Action.DELETE) + done.count(Action.REPLACE),
        unchanged=done.count(Action.NO_OP),
        failed=failed,
        unhealthy=sum(isinstance(event, Unhealthy) for event in seen),
        skipped=len(skipped),
        unfinished=_count_unfinished(seen, skipped, failed),
        unfinished_because=_find_reason(seen),
        interrupted=interrupted,
        seconds=ctx.clock.now() - began,
        in_flight=tuple(sorted(ctx.in_flight)),
        unseen=tuple(sorted(event.change.address for event in ends if event.unseen)),
        override=next((event.reason for event in seen if isinstance(event, FreezeOverridden)), ""),
        reached=_list_reached(seen),
    )


def _has_failed(event: Event) -> bool:
    if isinstance(event, ResourceGroupFailed):
        return not isinstance(event.error, UnfinishedError)
    return isinstance(event, (Failed, Unhealthy, Moved))


def _count_unfinished(seen: list[Event], skipped: list[Skipped], failed: int) -> int:
    """Return how many changes the end of the time box has left out, with those that come after them.

    Where something has failed, too, what comes after it cannot be told from what comes after them.
    """
    unfinished = sum(event.unfinished for event in skipped)
    boxed = any(isinstance(event, ResourceGroupFailed) and not _has_failed(event) for event in seen)
    return len(skipped) if (unfinished or boxed) and not failed else unfinished


def _find_reason(seen: list[Event]) -> str:
    """Return what left changes to the next run: the first reason, because the others follow from it."""
    skipped = [event.because for event in seen if isinstance(event, Skipped) and event.unfinished]
    failed = [
        event.error.message for event in seen if isinstance(event, ResourceGroupFailed) and not _has_failed(event)
    ]
    return next(iter((*skipped, *failed)), "")


def _list_reached(seen: list[Event]) -> tuple[Reached, ...]:
    ends = (make_reached(event) for event in seen if isinstance(event, (Succeeded, Unhealthy)))
    return tuple(sorted((each for each in ends if each is not None), key=lambda each: each.address.lower()))


def _make_tasks(plan: Plan, ctx: Context) -> list[Task]:
    unread = [(Change(each.id, Action.NO_OP), each.message) for each in plan.unreadable if each.id is not None]
    after = make_dependency_graph((*plan.changes, *(change for change, _ in unread)))
    groups = [make_creation_task(each, ctx) for each in plan.resource_groups if each.create]
    creations = _group_creations(plan)
    tasks = [
        _make_task(each, ctx, after[each.address.lower()] | _find_earlier_creations(each, creations))
        for each in plan.changes
    ]
    gone = frozenset(each.name for each in tasks if each.last)
    return [
        *groups,
        *(_make_failing_task(change, message) for change, message in unread),
        *(_require_deletions(each, gone) for each in tasks),
    ]


def _group_creations(plan: Plan) -> Mapping[tuple[tuple[str, str], int], set[str]]:
    """Return the names of the tasks that create something, by resource group and order of type."""
    found: dict[tuple[tuple[str, str], int], set[str]] = defaultdict(set)
    for group in plan.resource_groups:
        if group.create:
            found[group.scope.key, RESOURCE_GROUPS.order].add(make_task_name(group.scope))
    for change in plan.of(Action.CREATE):
        found[change.id.scope_key, get_type(change.id).order].add(change.address.lower())
    return found


def _find_earlier_creations(
    change: Change, creations: Mapping[tuple[tuple[str, str], int], set[str]]
) -> frozenset[str]:
    """Return the tasks that must create something in the resource group before this change may begin."""
    orders = range(get_type(change.id).order)
    return frozenset(name for order in orders for name in creations.get((change.id.scope_key, order), ()))


def _make_task(change: Change, ctx: Context, after: set[str]) -> Task:
    """Return the task of a change; ``_require_deletions`` completes it."""
    deleted = change.action is Action.DELETE
    return Task(
        name=change.address.lower(),
        process=partial(apply_change, change, ctx),
        skipped=partial(Skipped, change),
        after=frozenset(after),
        locks=find_subnet_locks(change),
        behind=frozenset(each.lower() for each in change.follows),
        last=deleted,
        frees=get_region(change.before) if deleted and change.before is not None else None,
    )


def _require_deletions(task: Task, gone: frozenset[str]) -> Task:
    """Return the task so that it does not begin where a deletion that it follows has failed: the label is not free.

    A deletion that follows others begins all the same. A failed update is no obstacle either: the group may have given
    up its label although its containers do not run.
    """
    freed = task.behind & gone
    return task if task.last or not freed else replace(task, after=task.after | freed, behind=task.behind - freed)


def _make_failing_task(change: Change, message: str) -> Task:
    """Return a task that fails because a group could not be read, so that nothing that depends on it begins."""

    def report_failure() -> Process[bool]:
        yield Failed(change, AzureError(f"could not be read: {message}"), 0)
        return False

    return Task(change.address.lower(), report_failure, partial(Skipped, change))


def delete_resource_groups(
    scopes: Iterable[Scope], ctx: Context, *, concurrency: int = 8, stopped: Callable[[], bool] = never
) -> Iterator[Event]:
    """Delete those of the resource groups that we created and that are empty; the last event is ``Finished``."""
    ctx = replace(ctx, stopped=stopped)
    tasks = [
        Task(make_task_name(scope), partial(delete_resource_group, scope, ctx), partial(make_skipped, scope))
        for scope in dict.fromkeys(scopes)
    ]
    return run_tasks(tasks, ctx, concurrency, _report_override(ctx, ctx.policy.frozen) if tasks else ())


def find_subnet_locks(change: Change) -> frozenset[str]:
    """Return the subnets of a write: Azure takes one operation at a time in each, and answers 409 to others.

    Terraform's provider locks them, too (hashicorp/terraform-provider-azurerm#23451).
    """
    # A stop and a restart in place ask nothing of the network; a start is a new deployment (documented).
    if not change.writes or change.impact in {Impact.STOP, Impact.REBOOT}:
        return frozenset()
    return frozenset(subnet for side in (change.before, change.after) if side for subnet in _list_subnets(side))


def _list_subnets(resource: Resource) -> Iterator[str]:
    for each in as_list(resource.properties.get("subnetIds")):
        yield as_text(as_object(each).get("id")).lower()
