"""Wait until Azure has done what it accepted: one list watches many groups, few are polled one by one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import NotConvergedError, NotFoundError
from aci_reconcile.core.provisioning import has_succeeded, state_of
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.reconcile.comparison import has_moved
from aci_reconcile.reconcile.containers import ReadSchedule, check_if_due, check_viable
from aci_reconcile.reconcile.context import MovedError
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.limits import Verb
from aci_reconcile.reconcile.retries import Backoff, check_deadline, make_failure, retry
from aci_reconcile.reconcile.steps import pause
from aci_reconcile.reconcile.watch import get_watch, wait_for_listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process
    from aci_reconcile.reconcile.watch import Watch


_LATER: Final = 1.25
"""How many times the shortest time that a write took nobody asks about another one, where reads are scarce."""


def settle(  # noqa: PLR0913  each is a choice of the one who waits
    change: Change,
    operation: Operation,
    ctx: Context,
    deadline: Deadline,
    proof: Callable[[Resource], bool] | None = None,
    schedule: ReadSchedule | None = None,
    *,
    passing: bool = False,
) -> Process[Resource | None]:
    """Wait until the operation has ended; return the group if a list has proved that it ended well.

    If many groups are waited for, one list watches them all. Only what it proves counts; otherwise the operation itself
    is polled. ``schedule`` says when a group that should come up is read alone, to see whether it still can.
    ``passing``: success after a transition, both in lists from after the write, is proof enough.

    Raises:
        AzureError: it ended badly.
        NotConvergedError: it has not by the deadline.
        NotViableError: its containers fail again and again, and it never will.
    """
    watch, since = get_watch(ctx.watches, change.id.scope), ctx.clock.now()
    backoff, reported, passed = Backoff(), "", False
    with watch.join(since):
        while operation.url:
            if schedule is not None:
                yield from check_if_due(change, ctx, schedule)
            # One list for all is cheaper than one poll for each. A raw client needed 205 calls for 200 creations that
            # way, and 601 when it polled (measured).
            if proof is not None and watch.is_worthwhile(watch.pending):
                listing = yield from wait_for_listing(watch, ctx, deadline, since=since)
                seen = listing.groups.get(change.id.key) if listing else None
                # `Succeeded` may still be the state before the write, so the body must show the write, too.
                if seen is not None and has_succeeded(seen.body) and ((passing and passed) or proof(seen)):
                    return seen
                if seen is not None and not is_settled(seen):
                    passed = True
                    reported = yield from _report_state(change, _get_state(seen), reported)
                    check_deadline(ctx, deadline, _get_state(seen).lower())
                    continue
            early = _find_first_look(watch, ctx, since) - ctx.clock.now()
            if early > 0:
                yield from pause(early)
                continue
            reported = yield from _poll(change, operation, ctx, deadline, reported)
            if not reported:
                watch.shortest = min(watch.shortest, ctx.clock.now() - since)
                break
            yield from pause(max(backoff.next(), (_find_first_look(watch, ctx, since) - since) / 2))
    return None


def _find_first_look(watch: Watch, ctx: Context, since: float) -> float:
    """Return when to ask first about a write that Azure took at ``since``: later where reads are scarce.

    Writes of a resource group take about the same time, so that asking earlier would use up reads in vain.
    """
    scarce = ctx.limits.is_scarce(Verb.READ) and math.isfinite(watch.shortest)
    return since + _LATER * watch.shortest if scarce else since


def _poll(change: Change, operation: Operation, ctx: Context, deadline: Deadline, reported: str) -> Process[str]:
    """Poll an operation, report a new state, and return the state; empty once the operation has ended.

    Raises:
        AzureError: it ended badly.
        NotConvergedError: it has not by the deadline.
    """
    try:
        progress = yield from retry(ctx, lambda: ctx.backend.poll(operation), deadline)
    # Azure forgets operations; how this one ended, the group itself shows.
    except NotFoundError:
        return ""
    if progress.failed:
        raise make_failure(progress.error_code, progress.error_message)
    if progress.done:
        return ""
    check_deadline(ctx, deadline, progress.status.lower())
    return (yield from _report_state(change, progress.status or "InProgress", reported))


def _report_state(change: Change, state: str, reported: str) -> Process[str]:
    """Report a state that is new, and return it."""
    # Every creation begins as `Pending` (recorded), so that is no news.
    if state not in {reported, "Pending"}:
        yield Waiting(change, state)
    return state


def _get_state(seen: Resource | None) -> str:
    return (state_of(seen.body) if seen else "") or "Pending"


def wait_until_settled(change: Change, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Read the group until its provisioning has ended, and return that read.

    Raises:
        NotConvergedError: the group is gone, or still not settled by the deadline.
        NotViableError: its containers fail again and again, and it never will.
    """
    backoff, reported, began = Backoff(), "", ctx.clock.now()
    while True:
        live = yield from retry(ctx, lambda: ctx.backend.get(change.id), deadline)
        if live is None:
            raise NotConvergedError("the group disappeared while it was being written")
        if is_settled(live):
            return live
        check_viable(change, live, ctx, began)
        check_deadline(ctx, deadline, _get_state(live).lower())
        reported = yield from _report_state(change, _get_state(live), reported)
        yield from pause(backoff.next())


def wait_until_gone(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Wait until the group is gone; if many are deleted, one list shows it for all.

    Raises:
        MovedError: somebody has created the name again.
        NotConvergedError: it is still there at the deadline.
    """
    watch, since, backoff = get_watch(ctx.watches, change.id.scope), ctx.clock.now(), Backoff()
    with watch.join(since):
        while True:
            listing = None
            if watch.is_worthwhile(watch.pending):
                listing = yield from wait_for_listing(watch, ctx, deadline, since=since)
            if listing is not None:
                there = listing.groups.get(change.id.key)
            else:
                there = yield from retry(ctx, lambda: ctx.backend.get(change.id), deadline)
            if there is None:
                return
            # Somebody may have created the name again at once; waiting for that group to go would be endless.
            if has_moved(change, change.before, there):
                raise MovedError
            check_deadline(ctx, deadline, "there")
            yield Waiting(change, "Deleting")
            if listing is None:
                yield from pause(backoff.next())
