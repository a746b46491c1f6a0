"""Watching many groups with one list of their resource group, instead of asking after each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AzureError
from aci_reconcile.reconcile.patience import Deadline, repeat_unless_stopped, retry
from aci_reconcile.reconcile.steps import Await, InterruptedRunError, Notify, pause
from aci_reconcile.reconcile.watches import Listing, Watch

if TYPE_CHECKING:
    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.core.model import Scope
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process

_FRESH = 5.0
"""Seconds for which what a list said just before a write counts as read again."""


def get_watch(ctx: Context, scope: Scope) -> Watch:
    """Return the watch of a resource group; make one where there is none."""
    return ctx.watches.setdefault(scope.key, Watch(scope))


def get_listing(
    watch: Watch,
    ctx: Context,
    deadline: Deadline,
    *,
    since: float,
    idle: bool = False,
    besides: Listing | None = None,
) -> Process[Listing | None]:
    """Return a list of the resource group that was begun at ``since`` or later; processes share it.

    None where the resource group cannot be listed: then each group must be read.

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
            ctx.check_not_stopped()
        if watch.is_listing:
            yield Await(watch.scope.key, idle)
        else:
            yield from _refresh_listing(watch, ctx, deadline, idle=idle)
    return watch.last if watch.usable else None


def wait_for_listing(watch: Watch, ctx: Context, deadline: Deadline, *, since: float) -> Process[Listing | None]:
    """Wait until the next list is due, at the same time for all, and return it; None as in ``get_listing``."""
    seen = watch.last
    while watch.due > ctx.clock.now():
        yield from pause(watch.due - ctx.clock.now())
        if watch.last is not seen and watch.last.began >= since:
            return watch.last
    return (yield from get_listing(watch, ctx, deadline, since=max(since, watch.due)))


def _refresh_listing(watch: Watch, ctx: Context, deadline: Deadline, *, idle: bool) -> Process[None]:
    """List the resource group for all processes that wait for it."""
    watch.is_listing = True
    ask, again = (
        partial(list_scope, watch.scope, ctx.backend, ctx.clock),
        partial(repeat_unless_stopped, ctx) if idle else None,
    )
    try:
        watch.update((yield from retry(ctx, ask, deadline, again=again, idle=idle)), ctx.clock.now())
    except AzureError:
        watch.usable = False
    except InterruptedRunError:
        watch.is_listing = False
        yield Notify(watch.scope.key)
        raise
    watch.is_listing = False
    yield Notify(watch.scope.key)


def list_scope(scope: Scope, backend: Backend, clock: Clock) -> Listing:
    """List a resource group, and note when that began."""
    began = clock.now()
    return Listing(began, {each.id.key: each for each in backend.list(scope)})


def fresh_since(ctx: Context) -> float:
    """Return the time since when a list must have begun to count as just read."""
    return ctx.clock.now() - _FRESH
