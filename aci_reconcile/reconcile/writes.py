"""The writes on one group: each is sent once, followed to its end, and its result is compared with what was wanted."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from aci_reconcile.core import tags
from aci_reconcile.core.backend import Operation
from aci_reconcile.core.model import as_text
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.provisioning import state_of
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.core.secret import UNKEPT, fingerprint, needs_slow_hash
from aci_reconcile.planning.values import Action, Impact
from aci_reconcile.reconcile.comparison import (
    diff_after_write,
    has_moved,
    is_our_write,
    is_overwritten,
    is_tag,
    make_not_taken_error,
    make_proof,
    merge_tags,
)
from aci_reconcile.reconcile.containers import ReadSchedule
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.limits import Request, Verb
from aci_reconcile.reconcile.operations import settle, wait_until_gone, wait_until_settled
from aci_reconcile.reconcile.retries import retry
from aci_reconcile.reconcile.steps import HeldRunError, InterruptedRunError, compute, unlock

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
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


def make_fingerprint(after: Resource, ctx: Context) -> Process[str]:
    """Return the fingerprint of a group's secrets; compute a slow one beside the requests.

    Secrets that are not available are left out: they belong to ignored fields, and no body is sent with them.
    """
    secrets = {path: each for path, each in secrets_of(after.body).items() if each.available}
    if not secrets or not ctx.policy.fingerprints:
        return UNKEPT if secrets else ""
    key = ctx.policy.fingerprint_key
    if key is not None and not key.is_named:
        yield from compute(partial(ctx.hash_cost.name, key))
    make = partial(fingerprint, secrets, entropy=ctx.entropy, key=key)
    return (yield from compute(partial(ctx.hash_cost.measure, make))) if needs_slow_hash(secrets, key) else make()


def add_tags(change: Change, after: Resource, mark: str, ctx: Context) -> Resource:
    """Return the body of a PUT: with the tags that remember this write and name the owner."""
    applied = tags.Applied(change.digest, serial=make_serial(ctx))
    memory = {tags.SECRETS: mark or None, tags.APPLIED: str(applied), **make_owner_tag(after, ctx)}
    return replace(after, body={**after.body, "tags": tags.merge(after.tags, memory)})


def make_owner_tag(after: Resource, ctx: Context) -> dict[str, str]:
    """Return the owner tag with the id of the project, which every group gets when it is written; else nothing."""
    known = tags.owner(after)
    return {tags.OWNER: ctx.policy.choose_mark(known)} if ctx.policy.owns(known) else {}


def make_serial(ctx: Context) -> str:
    """Make a random serial that distinguishes one write of a group from all others."""
    return ctx.entropy(_SERIAL).hex()


def put(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, *, expected: Resource | None
) -> Process[Resource | None]:
    """Send the body and wait until provisioning has ended.

    Returns the group if a list has shown that it is as it should be; else None, and it must be read.

    Args:
        change: what is being done.
        wanted: the complete body; Azure resets whatever it leaves out.
        ctx: how.
        deadline: when to give up.
        expected: what the write replaces; if that has changed, the write is not sent again.

    Raises:
        AzureError: Azure refuses, or the operation failed.
        NotConvergedError: not settled by the deadline.
        MovedError: somebody else was quicker.
    """
    operation = yield from _send(change, wanted, ctx, deadline, expected)
    if ctx.wait is Wait.NONE:
        return None
    schedule = ReadSchedule.of(wanted, ctx.clock.now())
    seen = yield from settle(change, operation, ctx, deadline, make_proof(change, wanted, expected), schedule)
    # Azure takes the next write in the subnet as soon as this one is provisioned; it need not wait for containers.
    yield from unlock()
    return seen


def _send(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, expected: Resource | None
) -> Process[Operation]:
    """Send the body once. A PUT without an answer is never simply repeated: the group is read first."""
    first = expected is change.before

    def send() -> Operation:
        note_attempt(ctx, change)
        return ctx.backend.put(wanted)

    def again(unanswered: bool, /) -> Process[Operation | None]:  # noqa: FBT001  retry passes what it knows
        live = yield from retry(ctx, lambda: ctx.backend.get(wanted.id), deadline)
        # ARM has no precondition (no ETag in 903 recorded calls), and a second PUT would restart every container. So
        # a write whose answer was lost is looked for in the group before it is sent again.
        if unanswered and live is not None and is_our_write(change, wanted, expected, live):
            return Operation()
        if first:
            check_may_repeat(ctx, change)
        if has_moved(change, expected, live):
            _raise_moved(ctx, change, nothing_written=first)
        yield from report_refusal(live, change)
        return None

    if first:
        ctx.check_may_write(change)
    begin_attempts(ctx, change, "write sent")
    location = as_text(wanted.body.get("location")).lower()
    until = make_write_deadline(change, ctx, deadline) if first else deadline
    asked = Request(Verb.WRITE, location)
    # A recreation that has deleted the group goes on through a freeze: stopping there would leave nothing.
    asking = ctx.stop_when_held(change) if first else ctx
    admitted = ctx.use_admission(change, asked)
    operation = yield from retry(asking, send, until, request=asked, again=again, idle=first, admitted=admitted)
    note_accepted(ctx, change, operation)
    return operation


def make_write_deadline(change: Change, ctx: Context, deadline: Deadline) -> Deadline:
    """Return the deadline for sending a write again; a short one where the group was in transition before the run.

    Azure refuses such a write with ``ContainerGroupTransitioning``, for ever where the group hangs
    (alan-turing-institute/data-safe-haven#2641, where only a deletion helped).
    """
    if change.before is None or is_settled(change.before):
        return deadline
    return Deadline(min(deadline.at, ctx.clock.now() + STUCK), min(deadline.seconds, STUCK))


def report_refusal(live: Resource | None, change: Change) -> Process[None]:
    """Report that Azure refuses writes while the group is in transition."""
    if live is not None and not is_settled(live):
        yield Waiting(change, f"Azure accepts no write while the group is {state_of(live.body)}; retrying")


def check_may_repeat(ctx: Context, change: Change) -> None:
    """Check that a refused first write may be sent again; otherwise nothing of the group is under way."""
    try:
        ctx.check_may_write(change)
    except (InterruptedRunError, HeldRunError):
        ctx.in_flight.pop(change.address, None)
        raise


def _raise_moved(ctx: Context, change: Change, *, nothing_written: bool) -> NoReturn:
    """Raise that somebody else was quicker."""
    if nothing_written:
        ctx.in_flight.pop(change.address, None)
    raise MovedError


def begin_attempts(ctx: Context, change: Change, doing: str) -> None:
    """Note that a write is sent now, and in what words an interrupted run names it; without words it does not."""
    ctx.traces[change.address] = replace(ctx.get_trace(change.address), attempt=0)
    if doing:
        ctx.in_flight[change.address] = doing


def note_attempt(ctx: Context, change: Change) -> None:
    """Count an attempt to send a write."""
    known = ctx.get_trace(change.address)
    ctx.traces[change.address] = replace(known, attempt=known.attempt + 1)


def note_accepted(ctx: Context, change: Change, operation: Operation) -> None:
    """Note that Azure has accepted a write."""
    ctx.in_flight[change.address] = ACCEPTED
    known = ctx.get_trace(change.address)
    ctx.traces[change.address] = replace(known, request_id=operation.request_id or known.request_id)


def patch(change: Change, wanted: dict[str, str], ctx: Context, deadline: Deadline) -> Process[None]:
    """Write all tags of a group: a PATCH replaces the tag map (recorded), and restarts nothing."""
    yield from send_repeatable(change, partial(ctx.backend.patch_tags, change.id, wanted), ctx, deadline)


def stop(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Stop the containers of a group; Azure answers 204 at once, without an operation (recorded)."""
    yield from send_repeatable(change, partial(ctx.backend.stop, change.id), ctx, deadline)


def send_repeatable(change: Change, send: Callable[[], None], ctx: Context, deadline: Deadline) -> Process[None]:
    """Send a write to a group that does no harm if Azure carries it out twice, until Azure accepts it.

    Raises:
        AzureError: Azure refuses it, or did not answer by the deadline.
    """

    def send_counted() -> None:
        note_attempt(ctx, change)
        send()

    begin_attempts(ctx, change, "")
    asked = Request(Verb.WRITE)
    yield from retry(ctx, send_counted, deadline, request=asked, admitted=ctx.use_admission(change, asked))


def delete(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Delete the group and wait until it is gone, in either dialect of 404: the provider's or ARM's (both recorded).

    Raises:
        NotConvergedError: it is still there at the deadline.
        MovedError: it changed before the deletion could be sent again.
    """

    def send() -> Operation:
        note_attempt(ctx, change)
        return ctx.backend.delete(change.id)

    def again(_unanswered: bool, /) -> Process[Operation | None]:  # noqa: FBT001  gone is gone
        live = yield from retry(ctx, lambda: ctx.backend.get(change.id), deadline)
        if live is None:
            return Operation()
        check_may_repeat(ctx, change)
        if has_moved(change, change.before, live):
            _raise_moved(ctx, change, nothing_written=True)
        yield from report_refusal(live, change)
        return None

    ctx.check_may_write(change)
    begin_attempts(ctx, change, "delete sent")
    asked, until = make_deletion_request(change), make_write_deadline(change, ctx, deadline)
    admitted = ctx.use_admission(change, asked)
    operation = yield from retry(
        ctx.stop_when_held(change), send, until, request=asked, again=again, idle=True, admitted=admitted
    )
    note_accepted(ctx, change, operation)
    # A deletion answers 200 at once while the platform still tears the group down (recorded, 15 of 15). So its
    # operation ending is not enough: the group must be gone.
    yield from settle(change, operation, ctx, deadline)
    yield from wait_until_gone(change, ctx, deadline)
    if change.action is Action.DELETE:
        yield from unlock()


def make_deletion_request(change: Change) -> Request:
    """Return the request for which Azure's limits must have room before a group is deleted."""
    return Request(Verb.DELETE, as_text(change.before.body.get("location")).lower() if change.before else "")


def finish_write(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None
) -> Process[Resource | None]:
    """Verify the write, unless the run waits for nothing."""
    if ctx.wait is Wait.NONE:
        return None
    return (yield from verify(change, wanted, ctx, deadline, seen))


def verify(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None = None
) -> Process[Resource]:
    """Read the result of a write and compare it; correct tags with a PATCH, because a PUT may not store them.

    Where ``seen`` is not None, a list has already proved that everything took.

    Raises:
        MovedError: somebody else has written the group since.
        NotConvergedError: a field did not take; the group remembers that, so that no apply writes it in vain again.
    """
    if seen is not None:
        return seen
    live = yield from wait_until_settled(change, ctx, deadline)
    if is_overwritten(change, wanted, live):
        raise MovedError
    left = diff_after_write(change, wanted, live)
    if change.impact is not Impact.TAGS_ONLY and any(map(is_tag, left)):  # a PATCH would bring what a PATCH has not
        yield from patch(change, merge_tags(change, wanted, live), ctx, deadline)
        live = yield from wait_until_settled(change, ctx, deadline)
        left = diff_after_write(change, wanted, live)
    if not left:
        return live
    if not wanted.lifecycle.detach:
        yield from _remember_refusal(change, wanted, live, ctx, deadline)
    raise make_not_taken_error(tuple(each for each in left if not is_tag(each)) or left)


def _remember_refusal(
    change: Change, wanted: Resource, live: Resource, ctx: Context, deadline: Deadline
) -> Process[None]:
    """Write into our tags which fields did not take; otherwise the next apply would push them again."""
    written = change.sends_body or bool(tags.Applied.of(live.tags).desired)
    refused = tags.make_refusal(live.body, wanted.body, change.digest, written=written)
    applied = replace(refused, serial=tags.Applied.of(wanted.tags).serial)
    ours = {name: value for name, value in wanted.tags.items() if tags.is_ours(name)}
    yield from patch(change, tags.merge(live.tags, {**ours, tags.APPLIED: str(applied)}), ctx, deadline)
