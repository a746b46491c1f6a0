"""Waiting until the containers of a group are up, and saying why where they do not come up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AzureError, NotConvergedError
from aci_reconcile.core.health import State, assess
from aci_reconcile.core.provisioning import has_failed, has_succeeded, is_settled
from aci_reconcile.reconcile.awaiting import SETTLING
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.events import Succeeded, Unhealthy, Waiting
from aci_reconcile.reconcile.hopeless import is_hopeless
from aci_reconcile.reconcile.patience import Pace, retry
from aci_reconcile.reconcile.steps import call, pause

if TYPE_CHECKING:
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.events import Logs
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process

_LOG_LINES = 20


def wait_until_running(
    change: Change, live: Resource | None, ctx: Context, deadline: Deadline, began: float
) -> Process[bool]:
    """Wait until the containers are up, and report the result; an interrupted run reports what it has seen."""
    health: Health | None = None
    if live is not None and _needs_run_state(change, live, ctx):
        if "instanceView" not in live.properties:
            live = yield from _read_again(change, live, ctx, deadline)
        live, health = yield from _watch(change, live, ctx, deadline)
    seconds = ctx.clock.now() - began
    if health is None or not _is_bad(health, ctx):
        yield Succeeded(change, live, seconds, health if ctx.wait is Wait.HEALTHY else None)
        return True
    yield from report_unhealthy(change, health, ctx, seconds, live)
    return False


def report_unhealthy(
    change: Change, health: Health, ctx: Context, seconds: float, live: Resource | None
) -> Process[None]:
    """Report that a group does not run, with the last log lines of its containers."""
    logs = yield from _read_last_logs(change, health, ctx)
    yield Unhealthy(change, health, seconds, logs, live=live)


def _needs_run_state(change: Change, live: Resource, ctx: Context) -> bool:
    """Whether the run state matters: where it is waited for, and where provisioning itself did not end well."""
    if ctx.wait is Wait.HEALTHY or (change.writes and has_failed(live.body)):
        return True
    return ctx.wait is Wait.PROVISIONED and not is_settled(live.body)


def _is_bad(health: Health, ctx: Context) -> bool:
    """Whether the group is not as it should be: after an interruption, only where that was seen."""
    if health.good or health.state is State.STOPPED:
        return False
    if health.state is State.UNHEALTHY:
        return True
    return not ctx.stopped() and (ctx.wait is Wait.HEALTHY or not health.settled)


def _watch(change: Change, live: Resource, ctx: Context, deadline: Deadline) -> Process[tuple[Resource, Health]]:
    """Read the group until it is up, cannot come up, the time is over, or the run is interrupted."""
    pace, reported, began = Pace(ceiling=2), "", ctx.clock.now()
    while True:
        now = ctx.clock.now()
        health = assess(live.body, now=now, stable_for=ctx.stable_for)
        until = _choose_end(change, health, began, deadline)
        if _is_decided(change, health, ctx, began) or ctx.stopped():
            return live, health
        if now > until:
            return live, _add_timeout(health, deadline.seconds if until == deadline.at else until - began)
        doing = _render_progress(health, until - began if until < deadline.at else 0)
        if doing != reported:
            reported = doing
            yield Waiting(change, doing)
        yield from pause(max(pace.next(), _seconds_until_stable(health, ctx)), idle=True)
        if not ctx.stopped():
            live = yield from _read_again(change, live, ctx, deadline)


def _is_decided(change: Change, health: Health, ctx: Context, began: float) -> bool:
    """Whether waiting longer would change nothing."""
    if health.good or health.state is State.STOPPED or (ctx.wait is not Wait.HEALTHY and health.settled):
        return True
    return is_hopeless(change, health, since_write=ctx.clock.now() - began)


def _choose_end(change: Change, health: Health, began: float, deadline: Deadline) -> float:
    """Return until when to wait for a group; briefly where somebody else has it in transition."""
    return min(began + SETTLING, deadline.at) if not change.writes and not health.settled else deadline.at


def _add_timeout(health: Health, seconds: float) -> Health:
    """Return the health with one more reason: the time that the group was waited for."""
    still = "not running" if health.settled else f"still {health.provisioning_state}"
    return replace(health, reasons=(*health.reasons, f"{still} after {seconds:.0f} s"))


def _read_again(change: Change, known: Resource, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Read the group with its run state.

    Raises:
        NotConvergedError: it is gone.
        MovedError: somebody else has written it meanwhile.
    """
    live = yield from retry(ctx, lambda: ctx.backend.get(change.id), deadline)
    if live is None:
        raise NotConvergedError("the group disappeared", hint="run apply again to create it")
    if _read_memory(live) != _read_memory(known):
        raise MovedError
    return live


def _read_memory(live: Resource) -> tuple[str, ...]:
    """Return the tags that remember the last write; they differ once somebody else has written the group."""
    return tuple(tags.get(live.tags, name) for name in sorted(tags.MEMORY))


def _seconds_until_stable(health: Health, ctx: Context) -> float:
    """Return the seconds until a group whose containers run has run for long enough; 0 for any other."""
    if health.ready_at is None:
        return 0
    return min(max(health.ready_at + ctx.stable_for - ctx.clock.now(), 0), ctx.stable_for)


def _render_progress(health: Health, seconds: float) -> str:
    """Return in a few words what a group that is not up yet is doing, and how long the wait lasts where it is short."""
    limit = f", for up to {seconds:.0f} s" if seconds else ""
    if health.reasons and health.state is State.UNHEALTHY:
        return f"{health.reasons[0]}{limit}"
    running = sum(each.state == "Running" for each in health.containers if not each.init)
    total = sum(not each.init for each in health.containers)
    parts = [] if health.settled and total else [health.provisioning_state]
    return ", ".join((*parts, *([f"{running}/{total} running"] if total else []))) + limit


def examine_failure(change: Change, ctx: Context) -> Process[tuple[Health | None, Logs]]:
    """Return the health and the last log lines of the containers of a group that failed.

    Return nothing where the containers are well or cannot be read: this only explains a failure.
    """
    try:
        live = yield from call(partial(ctx.backend.get, change.id))
    except AzureError:
        return None, ()
    if live is None:
        return None, ()
    health = assess(live.body, now=ctx.clock.now(), stable_for=ctx.stable_for)
    if health.state is not State.UNHEALTHY and has_succeeded(live.body):
        return None, ()
    return health, (yield from _read_last_logs(change, health, ctx))


def _read_last_logs(change: Change, health: Health, ctx: Context) -> Process[Logs]:
    """Return the last log lines of each failing container; leave out one whose logs cannot be read."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for each in health.containers:
        if each.verdict is not State.UNHEALTHY:
            continue
        try:
            text = yield from call(partial(ctx.backend.logs, change.id, each.name, tail=_LOG_LINES))
        except AzureError:
            continue
        found.append((each.name, tuple(text.splitlines()[-_LOG_LINES:])))
    return tuple(found)
