"""Starting, stopping and restarting a group: the write, and waiting for what it brings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.backend import Operation
from aci_reconcile.core.errors import AzureError, NotConvergedError, RetryableError
from aci_reconcile.core.health import read_power
from aci_reconcile.core.model import Power, as_list, as_object
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.operate.commands import quote
from aci_reconcile.planning.values import Impact
from aci_reconcile.reconcile.context import Wait
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.limits import Request, Verb
from aci_reconcile.reconcile.operations import settle, wait_until_settled
from aci_reconcile.reconcile.retries import Backoff, check_deadline, retry
from aci_reconcile.reconcile.steps import pause, unlock
from aci_reconcile.reconcile.writes import (
    begin_attempts,
    check_may_repeat,
    make_write_deadline,
    note_accepted,
    note_attempt,
    report_refusal,
    stop,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process

_REFUSED = frozenset({400, 409})
"""With which of them Azure refuses to restart a stopped group is not known; only its words are (azure-cli#8136)."""


def write_power(change: Change, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Start, stop or restart a group, and wait until Azure has done so; return its last read, if there was one.

    Raises:
        AzureError: Azure refuses, or the operation failed.
        NotConvergedError: it is not done by the deadline.
    """
    operation = yield from _send(change, ctx, deadline)
    if ctx.wait is Wait.NONE:
        return None
    if change.impact is Impact.STOP:
        return (yield from _wait_until_stopped(change, ctx, deadline))
    return (yield from _wait_until_started(change, operation, ctx, deadline))


def keep_power(change: Change, live: Resource | None, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Bring a group that was just written into the power state of its manifest.

    A write of the body starts the containers of a running group (documented). Of a stopped one, nobody says.

    Args:
        change: what was done.
        live: the group after the write; None if nobody read it.
        ctx: how.
        deadline: when to give up.
    """
    if change.power is Power.STOPPED:
        yield from stop(change, ctx, deadline)
        return (yield from _wait_until_stopped(change, ctx, deadline))
    if change.power is Power.RUNNING and live is not None and "instanceView" not in live.properties:
        live = yield from retry(ctx, partial(ctx.backend.get, change.id), deadline)
    if change.power is Power.RUNNING and live is not None and read_power(live.body) is Power.STOPPED:
        operation = yield from retry(ctx, partial(ctx.backend.start, change.id), deadline, request=Request(Verb.WRITE))
        return (yield from _wait_until_started(change, operation, ctx, deadline))
    return live


def _send(change: Change, ctx: Context, deadline: Deadline) -> Process[Operation]:
    """Send the write until Azure accepts it; one without an answer is not sent again if it has shown an effect."""
    post = _choose_request(change, ctx)

    def send() -> Operation:
        note_attempt(ctx, change)
        return post() or Operation()

    def again(unanswered: bool, /) -> Process[Operation | None]:  # noqa: FBT001  retry passes what it knows
        live = yield from retry(ctx, partial(ctx.backend.get, change.id), deadline)
        if live is None:
            raise NotConvergedError(
                "the group disappeared", hint="`aci-reconcile status` lists the groups that there are"
            )
        started = yield from _start_if_stopped(change, live, ctx, deadline)
        if started is not None:
            return started
        if unanswered and _has_begun(change, live):
            return Operation()
        check_may_repeat(ctx, change)
        yield from report_refusal(live, change)
        return None

    ctx.check_may_write(change)
    begin_attempts(ctx, change, f"{change.impact.value} sent")
    until = make_write_deadline(change, ctx, deadline)
    asking, asked = ctx.stop_when_held(change), Request(Verb.WRITE)
    admitted = ctx.use_admission(change, asked)
    try:
        operation = yield from retry(asking, send, until, request=asked, again=again, idle=True, admitted=admitted)
    except AzureError as error:
        operation = yield from _start_if_refused(change, error, ctx, deadline)
    note_accepted(ctx, change, operation)
    return operation


def _start_if_refused(change: Change, error: AzureError, ctx: Context, deadline: Deadline) -> Process[Operation]:
    """Start a group that Azure does not restart because it is stopped, where the plan could not know that.

    Raises:
        AzureError: it refused for another reason.
    """
    if error.status in _REFUSED and change.impact is Impact.REBOOT and not _saw_state(change):
        live = yield from retry(ctx, partial(ctx.backend.get, change.id), deadline)
        started = (yield from _start_if_stopped(change, live, ctx, deadline)) if live is not None else None
        if started is not None:
            return started
    raise (_explain_refusal(error, change) if isinstance(error, RetryableError) else error) from error


def _start_if_stopped(change: Change, live: Resource, ctx: Context, deadline: Deadline) -> Process[Operation | None]:
    """Start a group that is stopped instead of restarting it; None if it is not.

    Raises:
        AzureError: it ran when the plan was made, so somebody has stopped it since.
    """
    if change.impact is not Impact.REBOOT or read_power(live.body) is not Power.STOPPED:
        return None
    if _saw_state(change):
        raise AzureError("it was stopped meanwhile", hint=f"`aci-reconcile start {quote(change.address)}` starts it")
    check_may_repeat(ctx, change)
    yield Waiting(change, "it is stopped, so it is started")
    asked = Request(Verb.WRITE)
    return (yield from retry(ctx, partial(ctx.backend.start, change.id), deadline, request=asked)) or Operation()


def _saw_state(change: Change) -> bool:
    """Whether the plan read the group itself: lists have no run state."""
    return change.before is not None and "instanceView" in change.before.properties


def _choose_request(change: Change, ctx: Context) -> Callable[[], Operation | None]:
    if change.impact is Impact.STOP:
        return partial(ctx.backend.stop, change.id)
    return partial(ctx.backend.start if change.impact is Impact.START else ctx.backend.restart, change.id)


def _has_begun(change: Change, live: Resource) -> bool:
    """Whether a start, stop or restart that got no answer has an effect: a second restart would interrupt the first."""
    if not is_settled(live):
        return True
    if change.impact is Impact.STOP:
        return read_power(live.body) is not Power.RUNNING
    # Without a state to compare, the restart is sent again: that is accepted (recorded), and one at least takes place.
    return change.before is not None and _saw_state(change) and _list_starts(live) != _list_starts(change.before)


def _list_starts(live: Resource) -> tuple[object, ...]:
    """Return when the containers of a group began to run."""
    views = (
        as_object(as_object(as_object(each).get("properties")).get("instanceView"))
        for each in as_list(live.properties.get("containers"))
    )
    return tuple((as_object(view.get("currentState")).get("startTime"), view.get("restartCount")) for view in views)


def _explain_refusal(error: AzureError, change: Change) -> AzureError:
    """Return the refusal of a group that stays in transition with what helps: only a new group does.

    alan-turing-institute/data-safe-haven#2641, where only a deletion helped.
    """
    if change.before is None or is_settled(change.before):
        return error
    return type(error)(
        error.message,
        code=error.code,
        status=error.status,
        request_id=error.request_id,
        hint=f"if it stays so, `aci-reconcile apply --redeploy {quote(change.address)} --allow-replace` makes it anew",
    )


def _wait_until_started(
    change: Change, operation: Operation, ctx: Context, deadline: Deadline
) -> Process[Resource | None]:
    """Wait until a start or restart has ended, by the list of all where many are waited for."""
    seen = yield from settle(change, operation, ctx, deadline, _never, passing=True)
    # What follows waits for containers, and needs nothing of the subnet.
    yield from unlock()
    return seen if seen is not None else (yield from wait_until_settled(change, ctx, deadline))


def _never(_seen: Resource, /) -> bool:
    """Say that no list shows by itself that a start has ended: the body is the same before and after."""
    return False


def _wait_until_stopped(change: Change, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Read the group until it is stopped, or has ended by itself.

    Raises:
        NotConvergedError: it is gone, or still runs at the deadline.
    """
    backoff = Backoff()
    while True:
        live = yield from retry(ctx, partial(ctx.backend.get, change.id), deadline)
        if live is None:
            raise NotConvergedError("the group disappeared while it was being stopped")
        if read_power(live.body) is not Power.RUNNING:
            return live
        check_deadline(ctx, deadline, "running")
        yield from pause(backoff.next())
