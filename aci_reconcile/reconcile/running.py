"""Waiting until the containers of a group are up, and saying why where they do not come up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.errors import AzureError, NotConvergedError
from aci_reconcile.events import Succeeded, Unhealthy, Waiting
from aci_reconcile.health import State, assess
from aci_reconcile.provisioning import has_failed, has_succeeded, is_settled
from aci_reconcile.reconcile.awaiting import SETTLING
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.hopeless import is_hopeless
from aci_reconcile.reconcile.patience import Pace, patiently
from aci_reconcile.reconcile.steps import call, pause

if TYPE_CHECKING:
    from aci_reconcile.events import Logs
    from aci_reconcile.health import Health
    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process

_LOG_LINES = 20


def running(change: Change, live: Resource | None, ctx: Context, deadline: Deadline, began: float) -> Process[bool]:
    """Wait until the containers are up, and tell how it went; an interrupted run tells what it has seen."""
    health: Health | None = None
    if live is not None and _is_asked(change, live, ctx):
        if "instanceView" not in live.properties:
            live = yield from _read_again(change, live, ctx, deadline)
        live, health = yield from _watched(change, live, ctx, deadline)
    seconds = ctx.clock.now() - began
    if health is None or not _is_bad(health, ctx):
        yield Succeeded(change, live, seconds, health if ctx.wait is Wait.HEALTHY else None)
        return True
    yield from unhealthy(change, health, ctx, seconds, live)
    return False


def unhealthy(change: Change, health: Health, ctx: Context, seconds: float, live: Resource | None) -> Process[None]:
    """Tell that a group does not run, with the last words of its containers."""
    logs = yield from _last_words(change, health, ctx)
    yield Unhealthy(change, health, seconds, logs, live=live)


def _is_asked(change: Change, live: Resource, ctx: Context) -> bool:
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


def _watched(change: Change, live: Resource, ctx: Context, deadline: Deadline) -> Process[tuple[Resource, Health]]:
    """Look at the group until it is up, there is no hope, the time is over, or the run is interrupted."""
    pace, told, began = Pace(ceiling=2), "", ctx.clock.now()
    while True:
        now = ctx.clock.now()
        health = assess(live.body, now=now, stable_for=ctx.stable_for)
        until = _patience(change, health, began, deadline)
        if _is_seen(change, health, ctx, began) or ctx.stopped():
            return live, health
        if now > until:
            return live, _given_up(health, deadline.seconds if until == deadline.at else until - began)
        doing = _doing(health, until - began if until < deadline.at else 0)
        if doing != told:
            told = doing
            yield Waiting(change, doing)
        yield from pause(max(pace.next(), _until_stable(health, ctx)), idle=True)
        if not ctx.stopped():
            live = yield from _read_again(change, live, ctx, deadline)


def _is_seen(change: Change, health: Health, ctx: Context, began: float) -> bool:
    """Whether nothing more is to be waited for."""
    if health.good or health.state is State.STOPPED or (ctx.wait is not Wait.HEALTHY and health.settled):
        return True
    return is_hopeless(change, health, since_write=ctx.clock.now() - began)


def _patience(change: Change, health: Health, began: float, deadline: Deadline) -> float:
    """Return until when a group is waited for: not for long where somebody else has it in transition."""
    return min(began + SETTLING, deadline.at) if not change.writes and not health.settled else deadline.at


def _given_up(health: Health, seconds: float) -> Health:
    """Return how the group is, with the time that it was given."""
    still = "not running" if health.settled else f"still {health.provisioning_state}"
    return replace(health, reasons=(*health.reasons, f"{still} after {seconds:.0f} s"))


def _read_again(change: Change, known: Resource, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Read the group with its run state.

    Raises:
        NotConvergedError: it is gone.
        MovedError: somebody else has written it meanwhile.
    """
    live = yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline)
    if live is None:
        raise NotConvergedError("the group disappeared", hint="run apply again to create it")
    if _mark(live) != _mark(known):
        raise MovedError
    return live


def _mark(live: Resource) -> tuple[str, ...]:
    """Return what a group remembers of the last write; another one means that somebody else has written it."""
    return tuple(tags.get(live.tags, name) for name in sorted(tags.MEMORY))


def _until_stable(health: Health, ctx: Context) -> float:
    """Return the seconds until the group will have run for long enough, where nothing but time is missing."""
    if health.ready_at is None:
        return 0
    return min(max(health.ready_at + ctx.stable_for - ctx.clock.now(), 0), ctx.stable_for)


def _doing(health: Health, seconds: float) -> str:
    """Return in a few words what a group that is not up yet is at, and for how long that is waited for, if not long."""
    limit = f", for up to {seconds:.0f} s" if seconds else ""
    if health.reasons and health.state is State.UNHEALTHY:
        return f"{health.reasons[0]}{limit}"
    running = sum(each.state == "Running" for each in health.containers if not each.init)
    total = sum(not each.init for each in health.containers)
    told = [] if health.settled and total else [health.provisioning_state]
    return ", ".join((*told, *([f"{running}/{total} running"] if total else []))) + limit


def aftermath(change: Change, ctx: Context) -> Process[tuple[Health | None, Logs]]:
    """Return how the containers are of a group that did not become what was wanted, and their last words.

    Nothing where they are well, or where that cannot be told: it is why the group failed that is asked here.
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
    return health, (yield from _last_words(change, health, ctx))


def _last_words(change: Change, health: Health, ctx: Context) -> Process[Logs]:
    """Return the last log lines of each failing container; one whose logs cannot be had has none."""
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
