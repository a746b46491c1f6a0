"""Waiting until Azure has done what it accepted: many groups by one list, few by asking after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.errors import NotConvergedError, NotFoundError
from aci_reconcile.events import Waiting
from aci_reconcile.provisioning import has_succeeded, is_settled, state_of
from aci_reconcile.reconcile.comparing import moved
from aci_reconcile.reconcile.context import MovedError
from aci_reconcile.reconcile.hopeless import Glances, glanced, unless_hopeless
from aci_reconcile.reconcile.patience import Pace, failure, overdue, patiently
from aci_reconcile.reconcile.steps import pause
from aci_reconcile.reconcile.watch import next_look, watch_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.backend import Operation
    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process


def settle(
    change: Change,
    operation: Operation,
    ctx: Context,
    deadline: Deadline,
    proof: Callable[[Resource], bool] | None = None,
    glances: Glances | None = None,
) -> Process[Resource | None]:
    """Wait until the operation has ended; returns the group where a list has proved that it ended well.

    ``glances`` says when a group that is to come up is read by itself, to see whether it still can.
    Where many groups are waited for, one list watches them all. Only what it proves is believed; otherwise the
    operation itself is asked. One that Azure no longer knows has ended, too; how, the group itself tells.

    Raises:
        AzureError: it ended badly.
        NotConvergedError: it has not by the deadline.
        HopelessError: its containers fail again and again, and it never will.
    """
    watch, since = watch_of(ctx, change.id.scope), ctx.clock.now()
    pace, told = Pace(), ""
    with watch.joined(since):
        while operation.url:
            if glances is not None:
                yield from glanced(change, ctx, glances)
            if proof is not None and watch.worthwhile(watch.pending):
                listing = yield from next_look(watch, ctx, deadline, since=since)
                seen = listing.groups.get(change.id.key) if listing else None
                if seen is not None and has_succeeded(seen.body) and proof(seen):
                    return seen
                if seen is not None and not is_settled(seen.body):
                    told = yield from _told(change, _state(seen), told)
                    overdue(ctx, deadline, _state(seen).lower())
                    continue
            told = yield from _polled(change, operation, ctx, deadline, told)
            if not told:
                break
            yield from pause(pace.next())
    return None


def _polled(change: Change, operation: Operation, ctx: Context, deadline: Deadline, told: str) -> Process[str]:
    """Ask an operation how far it is, and tell where that is news; returns its state, nothing once it has ended.

    Raises:
        AzureError: it ended badly.
        NotConvergedError: it has not by the deadline.
    """
    try:
        progress = yield from patiently(ctx, lambda: ctx.backend.poll(operation), deadline)
    except NotFoundError:
        return ""
    if progress.failed:
        raise failure(progress.error_code, progress.error_message)
    if progress.done:
        return ""
    overdue(ctx, deadline, progress.status.lower())
    return (yield from _told(change, progress.status or "InProgress", told))


def _told(change: Change, state: str, told: str) -> Process[str]:
    """Tell a state that is news; returns it."""
    if state not in {told, "Pending"}:
        yield Waiting(change, state)
    return state


def _state(seen: Resource | None) -> str:
    return (state_of(seen.body) if seen else "") or "Pending"


def settled_read(change: Change, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Read the group until its provisioning has ended, and return that read.

    Raises:
        NotConvergedError: the group is gone, or still not settled by the deadline.
        HopelessError: its containers fail again and again, and it never will.
    """
    pace, told, began = Pace(), "", ctx.clock.now()
    while True:
        live = yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline)
        if live is None:
            raise NotConvergedError("the group disappeared while it was being written")
        if is_settled(live.body):
            return live
        unless_hopeless(change, live, ctx, began)
        overdue(ctx, deadline, _state(live).lower())
        told = yield from _told(change, _state(live), told)
        yield from pause(pace.next())


def gone(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Wait until nothing is left; one list shows it of many groups at once.

    Raises:
        MovedError: somebody has created the name again.
        NotConvergedError: it is still there at the deadline.
    """
    watch, since, pace = watch_of(ctx, change.id.scope), ctx.clock.now(), Pace()
    with watch.joined(since):
        while True:
            listing = None
            if watch.worthwhile(watch.pending):
                listing = yield from next_look(watch, ctx, deadline, since=since)
            if listing is not None:
                there = listing.groups.get(change.id.key)
            else:
                there = yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline)
            if there is None:
                return
            if moved(change, change.before, there):
                raise MovedError
            overdue(ctx, deadline, "there")
            yield Waiting(change, "Deleting")
            if listing is None:
                yield from pause(pace.next())
