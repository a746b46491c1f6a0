"""The writes on one group: send, settle, look at what became of it; nothing is done twice by accident."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.backend import Operation
from aci_reconcile.diff import ABSENT, diff
from aci_reconcile.errors import NoAnswerError, NotConvergedError, NotFoundError
from aci_reconcile.events import Waiting
from aci_reconcile.health import is_settled
from aci_reconcile.model import NO_TAGS, as_text
from aci_reconcile.normalize import align, normalize, secrets_of
from aci_reconcile.reconcile.context import Pace, Wait, failure, overdue, patiently
from aci_reconcile.reconcile.engine import call, pause
from aci_reconcile.secret import fingerprint

if TYPE_CHECKING:
    from aci_reconcile.diff import FieldChange
    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.engine import Process


def marked(after: Resource, ctx: Context) -> Process[str]:
    """Return the fingerprint of a group's secrets; it is made beside other work, for scrypt takes its time."""
    secrets = secrets_of(after.body)
    if not secrets:
        return ""
    return (yield from call(lambda: fingerprint(secrets, entropy=ctx.entropy, key=ctx.policy.fingerprint_key)))


def stamped(change: Change, after: Resource, mark: str) -> Resource:
    """Return what is sent in a PUT: the body with the tags that remember this write."""
    memory = {tags.SECRETS: mark or None, tags.APPLIED: str(tags.Applied(change.digest))}
    return replace(after, body={**after.body, "tags": tags.merge(after.tags, memory)})


def put(change: Change, wanted: Resource, ctx: Context, deadline: float) -> Process[None]:
    """Send the body and wait until provisioning has ended.

    A PUT without an answer is never simply repeated: the group is read, and only if the write did not arrive (its tags
    are not there) it is sent again.

    Raises:
        AzureError: Azure refuses, or the operation failed.
        NotConvergedError: not settled by the deadline.
    """
    ctx.in_flight[change.address] = "write sent"
    while True:
        try:
            operation = yield from patiently(ctx, lambda: ctx.backend.put(wanted), deadline, repeat=False)
            break
        except NoAnswerError:
            live = yield from patiently(ctx, lambda: ctx.backend.get(wanted.id), deadline)
            if live is not None and _is_our_write(live, wanted):
                operation = Operation()
                break
            overdue(ctx, deadline, "without an answer")
            yield from pause(1 + ctx.jitter())
    if ctx.wait is not Wait.NONE:
        yield from settle(change, operation, ctx, deadline)


def _is_our_write(live: Resource, wanted: Resource) -> bool:
    return all(tags.get(live.tags, name) == tags.get(wanted.tags, name) for name in (tags.APPLIED, tags.SECRETS))


def settle(change: Change, operation: Operation, ctx: Context, deadline: float) -> Process[None]:
    """Wait until the operation has ended.

    One that Azure no longer knows has ended, too; how, the group itself tells.

    Raises:
        AzureError: it ended badly.
        NotConvergedError: it has not by the deadline.
    """
    pace = Pace()
    told = ""
    while operation.url:
        try:
            progress = yield from patiently(ctx, lambda: ctx.backend.poll(operation), deadline)
        except NotFoundError:
            break
        if progress.failed:
            raise failure(progress.error_code, progress.error_message)
        if progress.done:
            break
        if progress.status not in {told, "Pending"}:
            told = progress.status
            yield Waiting(change, told)
        overdue(ctx, deadline, progress.status.lower())
        yield from pause(pace.next())


def settled_read(change: Change, ctx: Context, deadline: float) -> Process[Resource]:
    """Read the group until its provisioning has ended, and return that read.

    Raises:
        NotConvergedError: the group is gone, or still not settled by the deadline.
    """
    pace = Pace()
    while True:
        live = yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline)
        if live is None:
            raise NotConvergedError("the group vanished while it was being written")
        if is_settled(live.body):
            return live
        overdue(ctx, deadline, as_text(live.properties.get("provisioningState")).lower())
        yield from pause(pace.next())


def verify(change: Change, wanted: Resource, ctx: Context, deadline: float) -> Process[Resource]:
    """Read what became of a write and correct what the right call can correct: tags, which a PUT may not take.

    Raises:
        NotConvergedError: a field did not take; the group remembers that, so that no apply writes it in vain again.
    """
    live = yield from settled_read(change, ctx, deadline)
    left = _left(change, wanted, live)
    if left and all(each.keys[:1] == ("tags",) for each in left):
        yield from patch(change, tags.merge(live.tags, {**_removed(change, wanted), **wanted.tags}), ctx, deadline)
        live = yield from settled_read(change, ctx, deadline)
        left = _left(change, wanted, live)
    if not left:
        return live
    applied = tags.Applied(change.digest, tags.live_digest(live.body, wanted.body))
    yield from patch(change, tags.merge(live.tags, {tags.APPLIED: str(applied)}), ctx, deadline)
    raise not_taken(left)


def not_taken(left: tuple[FieldChange, ...]) -> NotConvergedError:
    """Return the error that names the fields Azure accepted and did not take."""
    fields = ", ".join(each.path for each in left)
    return NotConvergedError(
        f"Azure accepted the write and did not take {fields}",
        hint="recreate the group, or leave the field to Azure with lifecycle.ignore",
    )


def _left(change: Change, wanted: Resource, live: Resource) -> tuple[FieldChange, ...]:
    """Return what differs after the write; tags that somebody else added meanwhile are theirs."""
    after = normalize(wanted.body)
    removed = _removed(change, wanted)
    return tuple(
        each
        for each in diff(align(normalize(live.body), after)[0], after)
        if each.keys[:1] != ("tags",) or each.after is not ABSENT or each.keys[-1] in removed
    )


def _removed(change: Change, wanted: Resource) -> dict[str, None]:
    """Return the tags that the group had and shall have no longer."""
    had = change.before.tags if change.before else NO_TAGS
    return {name: None for name in had if name not in wanted.tags}


def patch(change: Change, wanted: dict[str, str], ctx: Context, deadline: float) -> Process[None]:
    """Write the whole tag map; nothing restarts. Repeating it is harmless."""
    yield from patiently(ctx, lambda: ctx.backend.patch_tags(change.id, wanted), deadline)


def delete(change: Change, ctx: Context, deadline: float) -> Process[None]:
    """Delete the group and wait until it is gone: a read finds nothing, in either dialect of 404.

    Raises:
        NotConvergedError: it is still there at the deadline.
    """
    ctx.in_flight[change.address] = "delete sent"
    operation = yield from patiently(ctx, lambda: ctx.backend.delete(change.id), deadline)
    yield from settle(change, operation, ctx, deadline)
    pace = Pace()
    while (yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline)) is not None:
        overdue(ctx, deadline, "there")
        yield Waiting(change, "Deleting")
        yield from pause(pace.next())
