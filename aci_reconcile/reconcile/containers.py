"""Whether the containers of a group come up: wait for it, give up on it, and say why they do not.

A group whose init container fails stays in ``Creating`` until Azure gives up on it, half an hour later. What its
containers are at is in no list and in no operation, so that a group that takes its time is read by itself now and then.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AzureError, NotConvergedError
from aci_reconcile.core.health import State
from aci_reconcile.core.model import Power, as_list
from aci_reconcile.core.provisioning import has_failed, has_succeeded
from aci_reconcile.core.resource_types import assess_health, is_settled
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.events import Succeeded, Unhealthy, Waiting
from aci_reconcile.reconcile.reader import SETTLING
from aci_reconcile.reconcile.retries import Backoff, retry
from aci_reconcile.reconcile.steps import call, pause

if TYPE_CHECKING:
    from aci_reconcile.core.health import ContainerHealth, Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.events import Logs
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process

_RESTARTS: Final = 3
"""How often a container may fail after a write, while what it needs comes up, before the apply gives up on it."""
_A_WHILE: Final = 60.0
"""Seconds after a write in which Azure may still show the failures from before it, and in which mounting a share may
fail a few times."""
_SOON, _LATER = 5.0, 30.0


class NotViableError(Exception):
    """Azure will never finish provisioning the group; caught where the group's process ends."""

    def __init__(self, health: Health, live: Resource) -> None:
        super().__init__("; ".join(health.reasons))
        self.health = health
        self.live = live


def is_not_viable(change: Change, health: Health, *, since_write: float) -> bool:
    """Whether waiting will not help; right after a write a container may fail a few times.

    Args:
        change: what is being done.
        health: how the group is.
        since_write: seconds since work on the group began.
    """
    if health.state is not State.UNHEALTHY:
        return False
    failing = [each for each in health.containers if each.verdict is State.UNHEALTHY]
    # Nothing of this run can have made it better.
    if not change.writes:
        return True
    # The group itself fails, such as a share that cannot be mounted; that may be a hiccup at first.
    if not failing:
        return health.settled or since_write > _A_WHILE
    return any(map(_has_failed, failing)) and (health.settled or since_write > _A_WHILE or not _was_failing(change))


def _prevents_provisioning(health: Health) -> bool:
    """Whether what fails keeps the group from being provisioned; a container that has started does not."""
    failing = [each for each in health.containers if each.verdict is State.UNHEALTHY]
    return not failing or any(each.init or "Image" in each.detail for each in failing)


def _has_failed(container: ContainerHealth) -> bool:
    return container.state == "Terminated" or container.restarts >= _RESTARTS or "Image" in container.detail


def _was_failing(change: Change) -> bool:
    """Whether the group was failing when the plan was made; Azure may show that for a while after a write."""
    return change.before is not None and assess_health(change.before).state is State.UNHEALTHY


@dataclass(slots=True)
class ReadSchedule:
    """When to read a group that Azure is still provisioning.

    Soon where it has init containers, which are what keeps a group from ever being provisioned; rarely where it has
    none: many are created at once, and one list watches them all.
    """

    began: float
    due: float
    backoff: Backoff = field(default_factory=lambda: Backoff(_SOON, ceiling=_LATER))

    @classmethod
    def of(cls, wanted: Resource, now: float) -> ReadSchedule:
        """Return the schedule of a group that is written now."""
        return cls(now, now + (_SOON if as_list(wanted.properties.get("initContainers")) else _LATER))


def check_if_due(change: Change, ctx: Context, schedule: ReadSchedule) -> Process[None]:
    """Read a group that is being provisioned, if a read is due, and check that it can still come up.

    Raises:
        NotViableError: it cannot.
    """
    now = ctx.clock.now()
    if now < schedule.due:
        return
    try:
        live = yield from call(partial(ctx.backend.get, change.id))
    except AzureError:
        live = None  # this read is only a short cut: where the group must be read, the error will be raised
    schedule.due = ctx.clock.now() + schedule.backoff.next()
    if live is not None:
        check_viable(change, live, ctx, schedule.began)


def check_viable(change: Change, live: Resource, ctx: Context, began: float) -> None:
    """Check that Azure can still finish provisioning a group.

    Raises:
        NotViableError: it never will.
    """
    if is_settled(live):
        return
    now = ctx.clock.now()
    health = assess_health(live, now=now, stable_for=ctx.stable_for)
    # An apply that waits for provisioning only does not care about containers, unless they keep it from ending: a
    # group whose init container fails stays in `Creating` for half an hour.
    if (ctx.wait is Wait.HEALTHY or _prevents_provisioning(health)) and is_not_viable(
        change, health, since_write=now - began
    ):
        raise NotViableError(health, live)


_LOG_LINES = 20


def wait_until_running(
    change: Change, live: Resource | None, ctx: Context, deadline: Deadline, began: float
) -> Process[bool]:
    """Wait until the containers are up, and report the result; an interrupted run reports what it has seen."""
    health: Health | None = None
    if live is not None and _needs_run_state(change, live, ctx):
        # Lists have no instance view (27 of 27 recorded).
        if "instanceView" not in live.properties:
            live = yield from _read_again(change, live, ctx, deadline)
        live, health = yield from _watch(change, live, ctx, deadline)
    seconds = ctx.clock.now() - began
    if health is None or not _is_bad(change, health, ctx):
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
    """Whether the run state matters: the run waits for it, or provisioning itself failed."""
    if ctx.wait is Wait.HEALTHY or (change.writes and has_failed(live.body)):
        return True
    return ctx.wait is Wait.PROVISIONED and not is_settled(live)


def _is_bad(change: Change, health: Health, ctx: Context) -> bool:
    """Whether something is wrong with the group; after an interruption, only if that was seen."""
    if health.good or _is_done(change, health):
        return False
    if health.state is State.STOPPED:
        return True
    if health.state is State.UNHEALTHY:
        return True
    return not ctx.stopped() and (ctx.wait is Wait.HEALTHY or not health.settled)


def _watch(change: Change, live: Resource, ctx: Context, deadline: Deadline) -> Process[tuple[Resource, Health]]:
    """Read the group until it is up or never will be, time is up, or the run is interrupted."""
    backoff, reported, began = Backoff(ceiling=2), "", ctx.clock.now()
    while True:
        now = ctx.clock.now()
        health = assess_health(live, now=now, stable_for=ctx.stable_for)
        until = _choose_end(change, health, began, deadline)
        if _is_decided(change, health, ctx, began) or ctx.stopped():
            return live, health
        if now > until:
            return live, _add_timeout(health, deadline.seconds if until == deadline.at else until - began)
        doing = _render_progress(health, until - began if until < deadline.at else 0)
        if doing != reported:
            reported = doing
            yield Waiting(change, doing)
        yield from pause(max(backoff.next(), _compute_stable_delay(health, ctx)), idle=True)
        if not ctx.stopped():
            live = yield from _read_again(change, live, ctx, deadline)


def _is_decided(change: Change, health: Health, ctx: Context, began: float) -> bool:
    """Whether waiting longer would change nothing."""
    if health.good or _is_done(change, health) or (ctx.wait is not Wait.HEALTHY and health.settled):
        return True
    if health.state is State.STOPPED:
        return ctx.clock.now() - began > _A_WHILE  # Azure may show for a moment what was before the start
    return is_not_viable(change, health, since_write=ctx.clock.now() - began)


def _is_done(change: Change, health: Health) -> bool:
    """Whether a group is as it is meant to be without running: stopped on purpose, or by somebody who may."""
    if change.keeps_stopped:
        return health.provisioned
    return health.state is State.STOPPED and change.power is None


def _choose_end(change: Change, health: Health, began: float, deadline: Deadline) -> float:
    """Return until when to wait for a group; not for long if somebody else has it in transition."""
    # Somebody else has it in transition, and may for long; this run did not write it and has nothing to wait for,
    # unless somebody asks for a group to run that is being started already.
    asked = change.power is Power.RUNNING and bool(change.reasons)
    return deadline.at if change.writes or health.settled or asked else min(began + SETTLING, deadline.at)


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
    # Each of our writes leaves a serial in the tags; another one means another writer.
    if _read_memory(live) != _read_memory(known):
        raise MovedError
    return live


def _read_memory(live: Resource) -> tuple[str, ...]:
    """Return the tags that remember the last write; they differ once somebody else has written the group."""
    return tuple(tags.get(live.tags, name) for name in sorted(tags.MEMORY))


def _compute_stable_delay(health: Health, ctx: Context) -> float:
    """Return the seconds until a group whose containers run has run for long enough; 0 for any other."""
    if health.ready_at is None:
        return 0
    return min(max(health.ready_at + ctx.stable_for - ctx.clock.now(), 0), ctx.stable_for)


def _render_progress(health: Health, seconds: float) -> str:
    """Return in a few words what a group is doing that is not up yet, and how long the wait lasts if it is short."""
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
    health = assess_health(live, now=ctx.clock.now(), stable_for=ctx.stable_for)
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
