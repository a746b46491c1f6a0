"""``apply()``: carry out a plan, telling what happens as it happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from aci_reconcile.errors import AciReconcileError, HeldBackError, SecretUnavailableError
from aci_reconcile.events import (
    Failed,
    Finished,
    FreezeOverridden,
    Moved,
    ResourceGroupFailed,
    Skipped,
    Started,
    Succeeded,
    Unhealthy,
    Waiting,
    reached,
)
from aci_reconcile.plan.values import Action
from aci_reconcile.reconcile.converge import converge
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.freeing import deletions
from aci_reconcile.reconcile.ordering import dependencies, freed_first, freed_labels, lanes
from aci_reconcile.reconcile.resource_groups import creation, deleted, group_name, unattempted
from aci_reconcile.reconcile.steps import Task, never
from aci_reconcile.reconcile.watch import watching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aci_reconcile.events import Event, Reached
    from aci_reconcile.model import Scope
    from aci_reconcile.plan.values import Plan
    from aci_reconcile.reconcile.context import Context


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
    ctx = _prepared(plan, replace(ctx, stopped=stopped))
    return _told(_tasks(plan, ctx), ctx, concurrency, _overridden(ctx) if plan else ())


def _prepared(plan: Plan, ctx: Context) -> Context:
    """Say how many groups of each resource group are there, and how many are to be written."""
    there = Counter(change.id.scope for change in plan.changes if change.before is not None)
    scopes = {change.id.scope for change in plan.changes}
    planned = tuple(each for each in plan.changes if each.action is Action.REPLACE)
    watches = {scope.key: watching(scope, there[scope], ctx.listings.get(scope.key)) for scope in scopes}
    clearance = replace(ctx.clearance, planned=planned)
    return replace(
        ctx,
        clearance=clearance,
        freeing=deletions(plan.changes),
        freed_labels=freed_labels(plan.changes),
        watches=watches,
        writes=Counter(each.id.scope.key for each in plan.changes if each.writes),
    )


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


def _told(tasks: list[Task], ctx: Context, concurrency: int, first: tuple[Event, ...]) -> Iterator[Event]:
    began = ctx.clock.now()
    seen: list[Event] = []
    since: dict[str, float] = {}
    for event in chain(first, run(tasks, concurrency=concurrency, clock=ctx.clock, stopped=ctx.stopped)):
        seen.append(event)
        yield _traced(event, ctx, since)
    yield _finished(seen, ctx, began, interrupted=ctx.stopped())


def _traced(event: Event, ctx: Context, since: dict[str, float]) -> Event:
    """Return the event of a group with what belongs to every one of them."""
    if not isinstance(event, (Started, Waiting, Succeeded, Unhealthy, Failed, Moved, Skipped)):
        return event
    now, address = ctx.clock.now(), event.change.address
    return replace(event, trace=replace(ctx.trace(address), seconds=now - since.setdefault(address, now)))


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
        reached=_reached(seen),
    )


def _reached(seen: list[Event]) -> tuple[Reached, ...]:
    ends = (reached(event) for event in seen if isinstance(event, (Succeeded, Unhealthy)))
    return tuple(sorted((each for each in ends if each is not None), key=lambda each: each.address.lower()))


def _tasks(plan: Plan, ctx: Context) -> list[Task]:
    after, behind = dependencies(plan.changes), freed_first(plan.changes)
    groups = [creation(each, ctx) for each in plan.resource_groups if each.create]
    made = {each.name for each in groups}
    tasks = [
        Task(
            name=change.address.lower(),
            process=partial(converge, change, ctx),
            skipped=partial(Skipped, change),
            after=frozenset(after[change.address.lower()]) | ({group_name(change.id.scope)} & made),
            lanes=lanes(change),
            behind=behind.get(change.address, frozenset()),
        )
        # Deletions first: a creation that waits for the quota they free may not hold the subnet that they need.
        for change in sorted(plan.changes, key=lambda each: each.action is not Action.DELETE)
    ]
    return groups + tasks


def delete_resource_groups(
    scopes: Iterable[Scope], ctx: Context, *, concurrency: int = 8, stopped: Callable[[], bool] = never
) -> Iterator[Event]:
    """Delete those of the resource groups that we created and that are empty; the last event is ``Finished``."""
    ctx = replace(ctx, stopped=stopped)
    tasks = [
        Task(group_name(scope), partial(deleted, scope, ctx), partial(unattempted, scope))
        for scope in dict.fromkeys(scopes)
    ]
    return _told(tasks, ctx, concurrency, _overridden(ctx) if tasks else ())
