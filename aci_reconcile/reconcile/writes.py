"""The writes on one group: sent once, settled by reading where no answer came; nothing is done twice by accident."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from aci_reconcile import tags
from aci_reconcile.backend import Operation
from aci_reconcile.events import Waiting
from aci_reconcile.model import as_text
from aci_reconcile.normalize import secrets_of
from aci_reconcile.plan.values import Action
from aci_reconcile.provisioning import is_settled, state_of
from aci_reconcile.reconcile.comparing import is_our_write, moved, proof_of
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.hopeless import Glances
from aci_reconcile.reconcile.limits import Ask, Kind
from aci_reconcile.reconcile.patience import Deadline, patiently
from aci_reconcile.reconcile.settling import gone, settle
from aci_reconcile.reconcile.steps import FrozenRunError, InterruptedRunError, compute, release
from aci_reconcile.secret import UNKEPT, fingerprint, takes_long

if TYPE_CHECKING:
    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process

ACCEPTED: Final = "accepted"
"""How far a write is that Azure has taken, and that is not seen to its end."""
PROVISIONED: Final = "provisioned"
"""How far a write is that was seen to its end, where the containers are not yet."""
_SERIAL: Final = 4
"""Bytes of a serial: a chance in four thousand million that a group comes back to the one it had."""
STUCK: Final = 120.0
"""Seconds for which Azure may refuse to write a group that was in transition before the run."""


def marked(after: Resource, ctx: Context) -> Process[str]:
    """Return the fingerprint of a group's secrets; one that takes its time is made beside the requests.

    What is not at hand stands in a field that others answer for: no body is sent with it.
    """
    secrets = {path: each for path, each in secrets_of(after.body).items() if each.available}
    if not secrets or not ctx.policy.fingerprints:
        return UNKEPT if secrets else ""
    key = ctx.policy.fingerprint_key
    if key is not None and not key.is_named:
        yield from compute(partial(ctx.effort.name, key))
    make = partial(fingerprint, secrets, entropy=ctx.entropy, key=key)
    return (yield from compute(partial(ctx.effort.spent_on, make))) if takes_long(secrets, key) else make()


def stamped(change: Change, after: Resource, mark: str, ctx: Context) -> Resource:
    """Return what is sent in a PUT: the body with the tags that remember this write, and whose it is."""
    applied = tags.Applied(change.digest, serial=serial(ctx))
    memory = {tags.SECRETS: mark or None, tags.APPLIED: str(applied), **owned(after, ctx)}
    return replace(after, body={**after.body, "tags": tags.merge(after.tags, memory)})


def owned(after: Resource, ctx: Context) -> dict[str, str]:
    """Return the owner tag with the id of the project: a group that is written anyway gets it."""
    known = tags.owner(after)
    return {tags.OWNER: ctx.policy.marked(known)} if ctx.policy.owns(known) else {}


def serial(ctx: Context) -> str:
    """Return what tells one write of a group from all others."""
    return ctx.entropy(_SERIAL).hex()


def put(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, *, expected: Resource | None
) -> Process[Resource | None]:
    """Send the body and wait until provisioning has ended.

    Returns the group where a list has shown it as it should be; else None, and it is to be read.

    Args:
        change: what is being done.
        wanted: the whole body.
        ctx: how.
        deadline: when to give up.
        expected: what the write replaces; where that has moved, it is not sent again.

    Raises:
        AzureError: Azure refuses, or the operation failed.
        NotConvergedError: not settled by the deadline.
        MovedError: somebody else was quicker.
    """
    operation = yield from _sent(change, wanted, ctx, deadline, expected)
    if ctx.wait is Wait.NONE:
        return None
    glances = Glances.of(wanted, ctx.clock.now())
    seen = yield from settle(change, operation, ctx, deadline, proof_of(change, wanted, expected), glances)
    yield from release()
    return seen


def _sent(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, expected: Resource | None
) -> Process[Operation]:
    """Send the body once. A PUT without an answer is never simply repeated: the group is read first."""
    first = expected is change.before

    def send() -> Operation:
        _note_attempt(ctx, change)
        return ctx.backend.put(wanted)

    def again(unanswered: bool, /) -> Process[Operation | None]:  # noqa: FBT001  patiently passes what it knows
        live = yield from patiently(ctx, lambda: ctx.backend.get(wanted.id), deadline)
        if unanswered and live is not None and is_our_write(change, wanted, expected, live):
            return Operation()
        if first:
            _unless_closed(ctx, change)
        if moved(change, expected, live):
            _give_way(ctx, change, nothing_written=first)
        yield from _refused_while(live, change)
        return None

    if first:
        ctx.unless_closed(change)
    _first_attempt(ctx, change, "write sent")
    location = as_text(wanted.body.get("location")).lower()
    until = _until_refused(change, ctx, deadline) if first else deadline
    asked = Ask(Kind.WRITE, location)
    asking = ctx.wary(change) if first else ctx
    operation = yield from patiently(asking, send, until, ask=asked, again=again, idle=first, let_in=first)
    _note_accepted(ctx, change, operation)
    return operation


def _until_refused(change: Change, ctx: Context, deadline: Deadline) -> Deadline:
    """Return until when a write is sent again; not for long where Azure had the group in transition before the run.

    Azure refuses such a write with ``ContainerGroupTransitioning``, for ever where the group hangs
    (alan-turing-institute/data-safe-haven#2641, where only a deletion helped).
    """
    if change.before is None or is_settled(change.before.body):
        return deadline
    return Deadline(min(deadline.at, ctx.clock.now() + STUCK), min(deadline.seconds, STUCK))


def _refused_while(live: Resource | None, change: Change) -> Process[None]:
    """Tell that Azure takes no write of a group meanwhile."""
    if live is not None and not is_settled(live.body):
        yield Waiting(change, f"Azure accepts no write while the group is {state_of(live.body)}; retrying")


def _unless_closed(ctx: Context, change: Change) -> None:
    """Send nothing again once nothing may begin: Azure did not take it, so nothing of the group is under way."""
    try:
        ctx.unless_closed(change)
    except (InterruptedRunError, FrozenRunError):
        ctx.in_flight.pop(change.address, None)
        raise


def _give_way(ctx: Context, change: Change, *, nothing_written: bool) -> NoReturn:
    """End because somebody else was quicker."""
    if nothing_written:
        ctx.in_flight.pop(change.address, None)
    raise MovedError


def _first_attempt(ctx: Context, change: Change, doing: str) -> None:
    ctx.traces[change.address] = replace(ctx.trace(change.address), attempt=0)
    if doing:
        ctx.in_flight[change.address] = doing


def _note_attempt(ctx: Context, change: Change) -> None:
    known = ctx.trace(change.address)
    ctx.traces[change.address] = replace(known, attempt=known.attempt + 1)


def _note_accepted(ctx: Context, change: Change, operation: Operation) -> None:
    ctx.in_flight[change.address] = ACCEPTED
    known = ctx.trace(change.address)
    ctx.traces[change.address] = replace(known, request_id=operation.request_id or known.request_id)


def patch(change: Change, wanted: dict[str, str], ctx: Context, deadline: Deadline) -> Process[None]:
    """Write the whole tag map; nothing restarts. Repeating it is harmless."""

    def send() -> None:
        _note_attempt(ctx, change)
        ctx.backend.patch_tags(change.id, wanted)

    _first_attempt(ctx, change, "")
    yield from patiently(ctx, send, deadline, ask=Ask(Kind.WRITE))


def delete(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Delete the group and wait until it is gone: a read finds nothing, in either dialect of 404.

    Raises:
        NotConvergedError: it is still there at the deadline.
        MovedError: it changed before the deletion could be sent again.
    """

    def send() -> Operation:
        _note_attempt(ctx, change)
        return ctx.backend.delete(change.id)

    def again(_unanswered: bool, /) -> Process[Operation | None]:  # noqa: FBT001  gone is gone
        live = yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline)
        if live is None:
            return Operation()
        _unless_closed(ctx, change)
        if moved(change, change.before, live):
            _give_way(ctx, change, nothing_written=True)
        yield from _refused_while(live, change)
        return None

    ctx.unless_closed(change)
    _first_attempt(ctx, change, "delete sent")
    asked, until = deletion_of(change), _until_refused(change, ctx, deadline)
    operation = yield from patiently(ctx.wary(change), send, until, ask=asked, again=again, idle=True, let_in=True)
    _note_accepted(ctx, change, operation)
    yield from settle(change, operation, ctx, deadline)
    yield from gone(change, ctx, deadline)
    if change.action is Action.DELETE:
        yield from release()


def deletion_of(change: Change) -> Ask:
    """Return what the limits must let go before a group is deleted."""
    return Ask(Kind.DELETE, as_text(change.before.body.get("location")).lower() if change.before else "")
