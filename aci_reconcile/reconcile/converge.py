"""One group, from what it is to what it should be: read again, write, settle, read, compare, and see that it runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.errors import AciReconcileError, AzureError, ImmutableFieldError
from aci_reconcile.events import Failed, Moved, Started, Succeeded, Unhealthy, Waiting
from aci_reconcile.health import Health, State, assess
from aci_reconcile.model import NO_TAGS
from aci_reconcile.normalize import align, digest, normalize, secrets_of
from aci_reconcile.plan.brakes import is_protected
from aci_reconcile.plan.values import UNLIMITED, Action, Impact
from aci_reconcile.reconcile.context import Pace, Wait
from aci_reconcile.reconcile.engine import call, pause
from aci_reconcile.reconcile.others import undeferred
from aci_reconcile.reconcile.writes import delete, marked, not_taken, patch, put, settled_read, stamped, verify

if TYPE_CHECKING:
    from aci_reconcile.model import Json, Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.engine import Process

_LOG_LINES = 20
_HOPELESS_RESTARTS = 3
"""A container may fail a few times after a write, while what it needs comes up; then the apply gives up on it."""


class _GoneError(Exception):
    """The group was deleted for a replacement, and creating it again failed."""

    def __init__(self, error: AciReconcileError) -> None:
        super().__init__(error.message)
        self.error = error


def converge(change: Change, ctx: Context) -> Process[bool]:
    """Carry out one change; returns whether the group is as it should be."""
    began = ctx.clock.now()
    try:
        good = yield from _converged(change, ctx, began)
    except _GoneError as gone:
        good = False
        yield Failed(change, gone.error, ctx.clock.now() - began, gone=True)
    except AciReconcileError as error:
        good = False
        yield Failed(change, error, ctx.clock.now() - began)
    ctx.in_flight.pop(change.address, None)
    return good


def _converged(change: Change, ctx: Context, began: float) -> Process[bool]:
    deadline = ctx.deadline()
    current = live = change.before
    if change.writes:
        yield Started(change)
        current = yield from call(lambda: ctx.backend.get(change.id))
        if _moved(change, current):
            yield Moved(change, ctx.clock.now() - began)
            return False
        if change.deferred is not None:
            change = yield from undeferred(change, change.deferred, current, ctx, deadline)
        live = current
    if change.writes:
        live = yield from _written(change, current, ctx, deadline)
    elif change.stuck:
        raise not_taken(change.fields)
    return (yield from _running(change, live, ctx, deadline, began))


def _moved(change: Change, current: Resource | None) -> bool:
    """Whether the group is no longer what the plan was made from; for a deletion, that it is gone is as good."""
    if change.before is None or current is None:
        return current is not None or (change.before is not None and change.action is not Action.DELETE)
    return _seen(change, change.before) != _seen(change, current)


def _seen(change: Change, live: Resource) -> str:
    form = normalize(live.body)
    return digest(align(form, normalize(change.after.body))[0] if change.after else form)


def _written(change: Change, current: Resource | None, ctx: Context, deadline: float) -> Process[Resource | None]:
    """Send the writes of a change; returns the settled read, None once deleted."""
    if change.action is Action.DELETE or change.after is None:
        if current is not None:
            yield from delete(change, ctx, deadline)
        return None
    if change.impact is Impact.TAGS_ONLY:
        return (yield from _tagged(change, change.after, ctx, deadline))
    wanted = stamped(change, change.after, (yield from marked(change.after, ctx)))
    if change.action is Action.REPLACE:
        return (yield from _replaced(change, wanted, ctx, deadline))
    try:
        yield from put(change, wanted, ctx, deadline)
    except ImmutableFieldError as error:
        if not _may_be_recreated(change, ctx):
            raise _refused(error) from error
        return (yield from _replaced(change, wanted, ctx, deadline))
    return (yield from _accepted(change, wanted, ctx, deadline))


def _may_be_recreated(change: Change, ctx: Context) -> bool:
    """Whether a group that Azure refuses to update may be deleted and created again without asking anew."""
    allowed = ctx.policy.allow_replace == UNLIMITED or (change.after is not None and change.after.lifecycle.replace)
    return change.before is not None and allowed and not is_protected(change)


def _refused(error: ImmutableFieldError) -> ImmutableFieldError:
    return ImmutableFieldError(
        error.message,
        code=error.code,
        status=error.status,
        request_id=error.request_id,
        hint="let it be deleted and created again: --allow-replace, or lifecycle.replace: allow in its manifest",
    )


def _accepted(change: Change, wanted: Resource, ctx: Context, deadline: float) -> Process[Resource | None]:
    """Look at what became of the write; nothing was looked at where nobody waits for it."""
    if ctx.wait is Wait.NONE:
        return None
    return (yield from verify(change, wanted, ctx, deadline))


def _tagged(change: Change, after: Resource, ctx: Context, deadline: float) -> Process[Resource]:
    """Write tags; a group that we wrote before remembers the manifest, an adopted one has nothing to remember."""
    live = change.before.tags if change.before else NO_TAGS
    if after.lifecycle.detach:
        yield from patch(change, tags.merge(NO_TAGS, after.tags), ctx, deadline)
        return (yield from verify(change, after, ctx, deadline))
    memory: dict[str, Json] = {}
    if tags.Applied.of(live).desired:
        memory[tags.APPLIED] = str(tags.Applied(change.digest))
    secrets = secrets_of(after.body)
    if ctx.policy.trust_secrets and not change.not_compared and secrets and not tags.get(live, tags.SECRETS):
        memory[tags.SECRETS] = yield from marked(after, ctx)
    wanted = tags.merge(after.tags, memory)
    yield from patch(change, wanted, ctx, deadline)
    return (yield from verify(change, replace(after, body={**after.body, "tags": wanted}), ctx, deadline))


def _replaced(change: Change, wanted: Resource, ctx: Context, deadline: float) -> Process[Resource | None]:
    """Delete, wait until it is gone, create.

    Raises:
        _GoneError: it was deleted and could not be created again.
    """
    yield from delete(change, ctx, deadline)
    try:
        yield Waiting(change, "Creating")
        yield from put(change, wanted, ctx, deadline)
        return (yield from _accepted(change, wanted, ctx, deadline))
    except AzureError as error:
        if (yield from call(lambda: ctx.backend.get(change.id))) is None:
            raise _GoneError(error) from error
        raise


def _running(change: Change, live: Resource | None, ctx: Context, deadline: float, began: float) -> Process[bool]:
    """Wait until the containers are up, and tell how it went."""
    health: Health | None = None
    if live is not None and ctx.wait is Wait.HEALTHY:
        if "instanceView" not in live.properties:
            live = yield from settled_read(change, ctx, deadline)
        live, health = yield from _watched(change, live, ctx, deadline)
    seconds = ctx.clock.now() - began
    if health is None or health.good or health.state is State.STOPPED:
        yield Succeeded(change, live, seconds, health)
        return True
    logs = yield from _last_words(change, health, ctx)
    yield Unhealthy(change, health, seconds, logs)
    return False


def _watched(change: Change, live: Resource, ctx: Context, deadline: float) -> Process[tuple[Resource, Health]]:
    pace = Pace(ceiling=2)
    told = ""
    while True:
        health = assess(live.body, now=ctx.clock.now(), stable_for=ctx.stable_for)
        if health.good or health.state is State.STOPPED or _hopeless(change, health):
            return live, health
        if ctx.clock.now() > deadline:
            return live, replace(health, reasons=(*health.reasons, f"not running after {ctx.timeout:.0f} s"))
        doing = _doing(health)
        if doing != told:
            told = doing
            yield Waiting(change, doing)
        yield from pause(pace.next())
        live = yield from settled_read(change, ctx, deadline)


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


def _last_words(change: Change, health: Health, ctx: Context) -> Process[tuple[tuple[str, tuple[str, ...]], ...]]:
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
