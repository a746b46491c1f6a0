"""Watching many groups with one list of their resource group, instead of asking after each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AzureError
from aci_reconcile.reconcile.patience import Deadline, going_on, patiently
from aci_reconcile.reconcile.steps import Await, InterruptedRunError, Notify, pause
from aci_reconcile.reconcile.watches import Listing, Watch

if TYPE_CHECKING:
    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.core.model import Scope
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process

_FRESH = 5.0
"""Seconds for which what a list said just before a write counts as read again."""


def watch_of(ctx: Context, scope: Scope) -> Watch:
    """Return how a resource group is watched."""
    return ctx.watches.setdefault(scope.key, Watch(scope))


def look(
    watch: Watch,
    ctx: Context,
    deadline: Deadline,
    *,
    since: float,
    idle: bool = False,
    besides: Listing | None = None,
) -> Process[Listing | None]:
    """Return a list of the resource group that was begun at ``since`` or later; all who wait for one share it.

    None where the resource group cannot be listed: then each group must be asked after.

    Args:
        watch: the resource group.
        ctx: how.
        deadline: when to give up.
        since: seconds since the epoch.
        idle: whether nothing is under way yet.
        besides: a list that will not do, however fresh it is.

    Raises:
        InterruptedRunError: it is ``idle``, and the run is interrupted.
    """
    while watch.usable and (watch.last.began < since or watch.last is besides):
        if idle:
            ctx.unless_stopped()
        if watch.looking:
            yield Await(watch.scope.key, idle)
        else:
            yield from _looked(watch, ctx, deadline, idle=idle)
    return watch.last if watch.usable else None


def next_look(watch: Watch, ctx: Context, deadline: Deadline, *, since: float) -> Process[Listing | None]:
    """Wait until the next look is due, at the same time for all, and take part in it; None as ``look``."""
    seen = watch.last
    while watch.due > ctx.clock.now():
        yield from pause(watch.due - ctx.clock.now())
        if watch.last is not seen and watch.last.began >= since:
            return watch.last
    return (yield from look(watch, ctx, deadline, since=max(since, watch.due)))


def _looked(watch: Watch, ctx: Context, deadline: Deadline, *, idle: bool) -> Process[None]:
    """List the resource group on behalf of everybody who waits for it."""
    watch.looking = True
    ask, again = partial(listed, watch.scope, ctx.backend, ctx.clock), partial(going_on, ctx) if idle else None
    try:
        watch.looked((yield from patiently(ctx, ask, deadline, again=again, idle=idle)), ctx.clock.now())
    except AzureError:
        watch.usable = False
    except InterruptedRunError:
        watch.looking = False
        yield Notify(watch.scope.key)
        raise
    watch.looking = False
    yield Notify(watch.scope.key)


def listed(scope: Scope, backend: Backend, clock: Clock) -> Listing:
    """List a resource group, and note when that began."""
    began = clock.now()
    return Listing(began, {each.id.key: each for each in backend.list(scope)})


def fresh(ctx: Context) -> float:
    """Return since when a list must have been begun to count as just read."""
    return ctx.clock.now() - _FRESH
