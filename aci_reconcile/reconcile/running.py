"""Waiting until the containers of a group are up, and saying why where they do not come up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.errors import AzureError
from aci_reconcile.events import Succeeded, Unhealthy, Waiting
from aci_reconcile.health import State, assess, has_failed, has_succeeded
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.patience import Pace
from aci_reconcile.reconcile.settling import settled_read
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
_HOPELESS_RESTARTS = 3
"""A container may fail a few times after a write, while what it needs comes up; then the apply gives up on it."""


def running(change: Change, live: Resource | None, ctx: Context, deadline: Deadline, began: float) -> Process[bool]:
    """Wait until the containers are up, and tell how it went."""
    health: Health | None = None
    if live is not None and (ctx.wait is Wait.HEALTHY or (change.writes and has_failed(live.body))):
        if "instanceView" not in live.properties:
            live = yield from _read_again(change, live, ctx, deadline)
        live, health = yield from _watched(change, live, ctx, deadline)
    seconds = ctx.clock.now() - began
    if health is None or health.good or health.state is State.STOPPED:
        yield Succeeded(change, live, seconds, health)
        return True
    logs = yield from _last_words(change, health, ctx)
    yield Unhealthy(change, health, seconds, logs, live=live)
    return False


def _watched(change: Change, live: Resource, ctx: Context, deadline: Deadline) -> Process[tuple[Resource, Health]]:
    pace = Pace(ceiling=2)
    told = ""
    while True:
        health = assess(live.body, now=ctx.clock.now(), stable_for=ctx.stable_for)
        if health.good or health.state is State.STOPPED or _hopeless(change, health):
            return live, health
        if ctx.clock.now() > deadline.at:
            return live, replace(health, reasons=(*health.reasons, f"not running after {ctx.timeout:.0f} s"))
        doing = _doing(health)
        if doing != told:
            told = doing
            yield Waiting(change, doing)
        yield from pause(max(pace.next(), _until_stable(health, ctx)), idle=True)
        ctx.unless_stopped()
        live = yield from _read_again(change, live, ctx, deadline)


def _read_again(change: Change, known: Resource, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Read the group with its run state.

    Raises:
        MovedError: somebody else has written it meanwhile.
    """
    live = yield from settled_read(change, ctx, deadline)
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


def _hopeless(change: Change, health: Health) -> bool:
    """Whether waiting will not help; right after a write a container may fail a few times."""
    if health.state is not State.UNHEALTHY:
        return False
    failing = [each for each in health.containers if each.verdict is State.UNHEALTHY]
    return (
        not change.writes
        or not failing
        or any(
            each.state == "Terminated" or each.restarts >= _HOPELESS_RESTARTS or "Image" in each.detail
            for each in failing
        )
    )


def _doing(health: Health) -> str:
    """Return in a few words what a group that is not up yet is at."""
    if health.reasons and health.state is State.UNHEALTHY:
        return health.reasons[0]
    running = sum(each.state == "Running" for each in health.containers if not each.init)
    total = sum(not each.init for each in health.containers)
    return f"{running}/{total} running" if total else health.provisioning_state


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
