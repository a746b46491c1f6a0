"""Waiting until a group is in a state that somebody names, at a pace that Azure's limits bear."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import NotConvergedError
from aci_reconcile.operate.goals import Goal, judge_progress
from aci_reconcile.reconcile.events import Succeeded, Waiting
from aci_reconcile.reconcile.outcome import report_outcome
from aci_reconcile.reconcile.retries import Backoff, repeat_unless_stopped, retry
from aci_reconcile.reconcile.steps import pause
from aci_reconcile.reconcile.watch import get_watch, wait_for_listing

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process

_SOON: Final = 0.5
_SELDOM: Final = 5.0
_SHARE: Final = 0.1
"""Seconds between two reads for each group that is waited for: ten reads a second in all, of the 25 that ARM refills
(documented under "Understand how Azure Resource Manager throttles requests")."""


def wait_for_goal(change: Change, goal: Goal, ctx: Context, *, among: int) -> Process[bool]:
    """Wait until a group is in a state; returns whether it is.

    Args:
        change: the group, to which nothing is done.
        goal: what is waited for.
        ctx: how.
        among: how many groups are waited for at once.
    """
    return (yield from report_outcome(change, ctx, "wait for", _wait(change, goal, ctx, among)))


def _wait(change: Change, goal: Goal, ctx: Context, among: int) -> Process[bool]:
    began, deadline, told = ctx.clock.now(), ctx.make_deadline(), ""
    slowest = max(_SELDOM, among * _SHARE)
    backoff = Backoff(max(_SOON, among * _SHARE), ceiling=slowest)
    watch = get_watch(ctx.watches, change.id.scope)
    with watch.join(began):
        while True:
            listed = goal is Goal.DELETED and watch.is_worthwhile(watch.pending)
            live = yield from _look(change, ctx, deadline, listed=listed)
            now = ctx.clock.now()
            found = judge_progress(goal, live, now=now, stable_for=ctx.stable_for)
            if found.reached:
                yield Succeeded(replace(change, reasons=(found.text,)), live, now - began)
                return True
            if found.hopeless:
                raise NotConvergedError(f"it {found.text}", hint=found.hint)
            if now > deadline.at:
                still = found.text.replace("is ", "is still ", 1)
                raise NotConvergedError(f"it {still} after {ctx.timeout:.0f} s", hint="allow more with --timeout")
            if found.text != told:
                told = found.text
                yield Waiting(change, told.removeprefix("is "))
            left = max(deadline.at - now, 0.0) + 0.01
            yield from pause(min(backoff.next(), left), idle=True)
            ctx.check_not_stopped()


def _look(change: Change, ctx: Context, deadline: Deadline, *, listed: bool) -> Process[Resource | None]:
    """Read the group, or look it up in a list where one shows many of them."""
    if listed:
        watch = get_watch(ctx.watches, change.id.scope)
        listing = yield from wait_for_listing(watch, ctx, deadline, since=ctx.clock.now())
        if listing is not None:
            return listing.groups.get(change.id.key)
    again = partial(repeat_unless_stopped, ctx)
    return (yield from retry(ctx, partial(ctx.backend.get, change.id), deadline, again=again, idle=True))
