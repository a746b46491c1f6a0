"""``apply()``: carry out a plan, telling what happens as it happens."""

from __future__ import annotations

from functools import partial
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.errors import AciReconcileError, HeldBackError, SecretUnavailableError, UsageError
from aci_reconcile.events import (
    Failed,
    Finished,
    FreezeOverridden,
    Moved,
    ResourceGroupCreated,
    ResourceGroupDeleted,
    ResourceGroupFailed,
    Skipped,
    Succeeded,
    Unhealthy,
)
from aci_reconcile.model import as_list, as_object, as_text
from aci_reconcile.plan.values import Action
from aci_reconcile.reconcile.context import Pace, overdue, patiently
from aci_reconcile.reconcile.converge import converge
from aci_reconcile.reconcile.engine import Task, call, pause, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aci_reconcile.events import Event
    from aci_reconcile.model import Resource, Scope
    from aci_reconcile.plan.values import Change, Plan, ResourceGroupChange
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.engine import Process


def never() -> bool:
    """Never stop."""
    return False


def apply(plan: Plan, ctx: Context, *, concurrency: int = 8, stopped: Callable[[], bool] = never) -> Iterator[Event]:
    """Carry out the plan and yield what happens; the last event is ``Finished``.

    Everything that can be refused is refused before the first event is asked for.

    Args:
        plan: what to do.
        ctx: how to do it.
        concurrency: how many requests may be in flight at once.
        stopped: asked again and again; once true, nothing new begins.

    Raises:
        HeldBackError: a blocker stands.
        SecretUnavailableError: a secret that a write needs is not at hand.
        UsageError: groups depend on each other in a circle.
    """
    _refuse(plan)
    return _told(_tasks(plan, ctx), ctx, concurrency, stopped, _overridden(ctx) if plan else ())


def _refuse(plan: Plan) -> None:
    if plan.unreadable:
        first = plan.unreadable[0]
        raise AciReconcileError(f"{first.address} could not be read: {first.message}")
    if plan.blockers:
        raise HeldBackError("; ".join(f"{each.reason} (release: {each.release})" for each in plan.blockers))
    if plan.missing_secrets:
        needs = "; ".join(f"{address} needs {each.source}: {each.missing}" for address, each in plan.missing_secrets)
        raise SecretUnavailableError(needs, hint="nothing was written; set what is missing and apply again")


def _overridden(ctx: Context) -> tuple[Event, ...]:
    """Say that something is written in spite of a freeze."""
    policy = ctx.policy
    return (FreezeOverridden(policy.frozen, policy.override),) if policy.frozen and policy.override else ()


def _told(
    tasks: list[Task], ctx: Context, concurrency: int, stopped: Callable[[], bool], first: tuple[Event, ...]
) -> Iterator[Event]:
    began = ctx.clock.now()
    seen: list[Event] = []
    for event in chain(first, run(tasks, concurrency=concurrency, clock=ctx.clock, stopped=stopped)):
        seen.append(event)
        yield event
    yield _finished(seen, ctx, began, interrupted=stopped())


def _finished(seen: list[Event], ctx: Context, began: float, *, interrupted: bool) -> Finished:
    done = [event.change.action for event in seen if isinstance(event, Succeeded)]
    return Finished(
        added=done.count(Action.CREATE) + done.count(Action.REPLACE),
        changed=done.count(Action.UPDATE) + done.count(Action.ADOPT),
        destroyed=done.count(Action.DELETE) + done.count(Action.REPLACE),
        unchanged=done.count(Action.NO_OP),
        failed=sum(isinstance(event, (Failed, Unhealthy, Moved, ResourceGroupFailed)) for event in seen),
        unhealthy=sum(isinstance(event, Unhealthy) for event in seen),
        skipped=sum(isinstance(event, Skipped) for event in seen),
        interrupted=interrupted,
        seconds=ctx.clock.now() - began,
        in_flight=tuple(sorted(ctx.in_flight)),
        override=next((event.reason for event in seen if isinstance(event, FreezeOverridden)), ""),
    )


def _tasks(plan: Plan, ctx: Context) -> list[Task]:
    after = _dependencies(plan.changes)
    groups = [_resource_group_task(each, ctx) for each in plan.resource_groups if each.create]
    made = {each.name for each in groups}
    tasks = [
        Task(
            name=change.address.lower(),
            process=partial(converge, change, ctx),
            skipped=partial(Skipped, change),
            after=frozenset(after[change.address.lower()]) | ({_group_name(change.id.scope)} & made),
            lanes=_lanes(change),
        )
        for change in plan.changes
    ]
    return groups + tasks


def _dependencies(changes: Iterable[Change]) -> Mapping[str, set[str]]:
    """Return for each group the groups that must be as they should be before it.

    A name alone will do where it is unique; what is not part of the plan is not waited for.
    """
    addresses = [change.address.lower() for change in changes]
    graph = {
        change.address.lower(): {
            found
            for wanted in (change.after.lifecycle.depends_on if change.after else ())
            for found in addresses
            if found == wanted.lower() or found.rpartition("/")[2] == wanted.lower()
        }
        for change in changes
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise UsageError(f"groups depend on each other in a circle: {' -> '.join(error.args[1])}") from error
    return graph


def _lanes(change: Change) -> frozenset[str]:
    """Return the subnets a write touches: Azure takes one operation at a time per subnet, and answers 409 to others."""
    if not change.writes:
        return frozenset()
    return frozenset(subnet for side in (change.before, change.after) if side for subnet in _subnets(side))


def _subnets(resource: Resource) -> Iterator[str]:
    for each in as_list(resource.properties.get("subnetIds")):
        yield as_text(as_object(each).get("id")).lower()


def _group_name(scope: Scope) -> str:
    return str(scope).lower()


def _resource_group_task(wanted: ResourceGroupChange, ctx: Context) -> Task:
    return Task(
        name=_group_name(wanted.scope),
        process=partial(_created, wanted, ctx),
        skipped=lambda because: ResourceGroupFailed(wanted.scope, AciReconcileError(because)),
    )


def _created(wanted: ResourceGroupChange, ctx: Context) -> Process[bool]:
    """Create a resource group that carries our tag, so that ``destroy --resource-groups`` knows it again."""
    owner = {tags.OWNER: ctx.policy.owner}
    try:
        yield from patiently(
            ctx,
            lambda: ctx.backend.create_resource_group(wanted.scope, wanted.location, owner),
            ctx.deadline(),
        )
    except AciReconcileError as error:
        yield ResourceGroupFailed(wanted.scope, error)
        return False
    yield ResourceGroupCreated(wanted.scope)
    return True


def delete_resource_groups(
    scopes: Iterable[Scope], ctx: Context, *, concurrency: int = 8, stopped: Callable[[], bool] = never
) -> Iterator[Event]:
    """Delete those of the resource groups that we created and that are empty; the last event is ``Finished``."""
    tasks = [
        Task(_group_name(scope), partial(_deleted, scope, ctx), partial(_unattempted, scope))
        for scope in dict.fromkeys(scopes)
    ]
    return _told(tasks, ctx, concurrency, stopped, _overridden(ctx) if tasks else ())


def _unattempted(scope: Scope, because: str) -> ResourceGroupFailed:
    return ResourceGroupFailed(scope, AciReconcileError(because))


def _deleted(scope: Scope, ctx: Context) -> Process[bool]:
    deadline = ctx.deadline()
    try:
        group = yield from patiently(ctx, lambda: ctx.backend.get_resource_group(scope), deadline)
        if group is None:
            return True
        _may_be_deleted(scope, tags.get(as_object(group.get("tags")), tags.OWNER), ctx)
        left = yield from patiently(ctx, lambda: tuple(ctx.backend.list_resources(scope)), deadline)
        _must_be_empty(scope, left)
        yield from call(lambda: ctx.backend.delete_resource_group(scope))
        pace = Pace()
        while (yield from patiently(ctx, lambda: ctx.backend.get_resource_group(scope), deadline)) is not None:
            overdue(ctx, deadline, "there")
            yield from pause(pace.next())
    except AciReconcileError as error:
        yield ResourceGroupFailed(scope, error)
        return False
    yield ResourceGroupDeleted(scope)
    return True


def _must_be_empty(scope: Scope, left: tuple[str, ...]) -> None:
    if left:
        raise AciReconcileError(f"{scope.resource_group} still holds {len(left)} resources, {left[0]} among them")


def _may_be_deleted(scope: Scope, owner: str, ctx: Context) -> None:
    if owner != ctx.policy.owner:
        raise AciReconcileError(
            f"{scope.resource_group} was not created by {ctx.policy.owner} and stays",
            hint=f"it carries no tag {tags.OWNER} of this project",
        )
