"""One group, from what it is to what it should be: read again, write, settle, read, compare, and see that it runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.errors import AciReconcileError, AzureError, ImmutableFieldError, RetryableError
from aci_reconcile.events import Failed, Moved, Skipped, Started
from aci_reconcile.model import NO_TAGS, as_text
from aci_reconcile.plan.brakes import is_protected
from aci_reconcile.plan.policy import UNLIMITED
from aci_reconcile.plan.values import Action, Impact
from aci_reconcile.provisioning import is_settled
from aci_reconcile.reconcile.clearance import at_hand, succeeded
from aci_reconcile.reconcile.comparing import moved, not_taken
from aci_reconcile.reconcile.context import MovedError
from aci_reconcile.reconcile.freeing import note_freed, put_once_freed
from aci_reconcile.reconcile.hopeless import HopelessError
from aci_reconcile.reconcile.limits import Ask, Kind
from aci_reconcile.reconcile.others import undeferred
from aci_reconcile.reconcile.patience import admitted, going_on, patiently
from aci_reconcile.reconcile.recreating import GoneError, recreated
from aci_reconcile.reconcile.running import aftermath, running, unhealthy
from aci_reconcile.reconcile.steps import FrozenRunError, InterruptedRunError
from aci_reconcile.reconcile.verifying import accepted, verify
from aci_reconcile.reconcile.watch import fresh, look, watch_of
from aci_reconcile.reconcile.writes import (
    ACCEPTED,
    PROVISIONED,
    delete,
    deletion_of,
    marked,
    owned,
    patch,
    serial,
    stamped,
)

if TYPE_CHECKING:
    from aci_reconcile.model import Json, Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process
    from aci_reconcile.reconcile.watch import Listing


def converge(change: Change, ctx: Context) -> Process[bool]:
    """Carry out one change; returns whether the group is as it should be."""
    good = yield from _told(change, ctx)
    if good:
        note_freed(change, ctx)
    return good


def _told(change: Change, ctx: Context) -> Process[bool]:
    """Carry out one change and tell how it ended."""
    began = ctx.clock.now()
    good = False
    try:
        with ctx.span(f"{change.action.value} container group", change.address):
            good = yield from _converged(change, ctx, began)
    except MovedError:
        yield Moved(change, ctx.clock.now() - began, written=change.address in ctx.in_flight)
    except InterruptedRunError:
        if change.address in ctx.in_flight:
            return False
        yield Skipped(change, "interrupted")
    except FrozenRunError as error:
        yield Skipped(change, str(error))
    except HopelessError as error:
        yield from unhealthy(change, error.health, ctx, ctx.clock.now() - began, error.live)
    except GoneError as gone:
        seconds, why = ctx.clock.now() - began, gone.unrestored
        yield Failed(change, gone.error, seconds, gone=not gone.restored, restored=gone.restored, unrestored=why)
    except AciReconcileError as error:
        seconds = ctx.clock.now() - began
        written = ctx.in_flight.get(change.address) in {ACCEPTED, PROVISIONED}
        health, logs = (yield from aftermath(change, ctx)) if written else (None, ())
        yield Failed(change, error, seconds, health=health, logs=logs)
    ctx.in_flight.pop(change.address, None)
    return good


def _converged(change: Change, ctx: Context, began: float) -> Process[bool]:
    deadline = ctx.deadline()
    live = change.before
    if change.writes:
        yield from admitted(ctx, _first_ask(change), deadline, idle=True)
        ctx.unless_closed(change)
        if change.deferred is None:  # else it is not known yet whether anything is to be written
            yield Started(change)
        live = yield from _read_again(change, ctx, deadline)
        if moved(change, change.before, live):
            raise MovedError
        if change.deferred is not None:
            change = yield from undeferred(change, change.deferred, live, ctx, deadline)
            if change.writes:
                yield Started(change)
    if change.writes:
        ctx.unless_closed(change)
        live = yield from _written(change, live, ctx, deadline)
        if live is not None:
            ctx.in_flight[change.address] = PROVISIONED
    elif change.stuck:
        raise not_taken(change.fields)
    return (yield from running(change, live, ctx, deadline, began))


def _first_ask(change: Change) -> Ask:
    """Return what the limits must let go before work on the group begins."""
    if change.action in {Action.DELETE, Action.REPLACE}:
        return deletion_of(change)
    return Ask(Kind.WRITE, as_text(change.after.body.get("location")).lower() if change.after else "")


def _read_again(change: Change, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Read the group just before it is written; where many are, one list reads them all.

    What the plan itself took from a list that is still fresh need not be read again; what it read later, it must.
    """
    watch = watch_of(ctx, change.id.scope)
    if change.deferred is None and watch.worthwhile(ctx.writes.get(change.id.scope.key, 1)):
        listing = yield from look(watch, ctx, deadline, since=fresh(ctx), idle=True, besides=_outdated(change, ctx))
        seen = listing.groups.get(change.id.key) if listing else None
        if listing and (seen is None or is_settled(seen.body)):
            return seen
    again = partial(going_on, ctx)
    return (yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline, again=again, idle=True))


def _outdated(change: Change, ctx: Context) -> Listing | None:
    """Return the plan's list where the plan read the group once more after it, and was made from that."""
    planned = ctx.listings.get(change.id.scope.key)
    return planned if planned is not None and planned.groups.get(change.id.key) is not change.before else None


def _written(change: Change, current: Resource | None, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Send the writes of a change; returns the settled read, None once deleted."""
    if change.action is Action.DELETE or change.after is None:
        if current is not None:
            yield from succeeded(change, ctx.takers.get(change.address.lower(), ()), ctx.clearance, ctx.clock.sleep)
            ctx.unless_closed(change)
            yield from delete(change, ctx, deadline)
        return None
    if change.impact is Impact.TAGS_ONLY:
        return (yield from _tagged(change, change.after, ctx, deadline))
    at_hand(change)
    wanted = stamped(change, change.after, (yield from marked(change.after, ctx)), ctx)
    if change.action is Action.REPLACE:
        return (yield from recreated(change, wanted, ctx, deadline))
    try:
        seen = yield from put_once_freed(change, wanted, ctx, deadline)
    except (ImmutableFieldError, RetryableError) as error:
        if isinstance(error, RetryableError) and not _hangs(change, error):
            raise
        if not _may_be_recreated(change, ctx):
            raise _refused(error) from error
        ctx.in_flight.pop(change.address, None)  # it was refused: nothing of the group is under way
        return (yield from recreated(change, wanted, ctx, deadline))
    return (yield from accepted(change, wanted, ctx, deadline, seen))


def _may_be_recreated(change: Change, ctx: Context) -> bool:
    """Whether a group that Azure refuses to update may be deleted and created again without asking anew."""
    allowed = ctx.policy.allow_replace == UNLIMITED or (change.after is not None and change.after.lifecycle.replace)
    return change.before is not None and allowed and not is_protected(change)


def _hangs(change: Change, error: AzureError) -> bool:
    """Whether Azure takes no update of a group that was in transition before the run, and still is."""
    hung = change.before is not None and not is_settled(change.before.body)
    return hung and error.code == "ContainerGroupTransitioning"


def _refused(error: AzureError) -> AzureError:
    """Return the refusal of an update, with what may be done about it."""
    return type(error)(
        error.message,
        code=error.code,
        status=error.status,
        request_id=error.request_id,
        hint="allow its replacement with --allow-replace, or with lifecycle.replace: allow in its manifest",
    )


def _tagged(change: Change, after: Resource, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Write tags; a group that we wrote before remembers the manifest, an adopted one no more than the write itself."""
    live = change.before.tags if change.before else NO_TAGS
    if after.lifecycle.detach:
        ctx.unless_closed(change)
        yield from patch(change, tags.merge(NO_TAGS, after.tags), ctx, deadline)
        return (yield from verify(change, after, ctx, deadline))
    known = change.digest if tags.Applied.of(live).desired else ""
    memory: dict[str, Json] = {**owned(after, ctx), tags.APPLIED: str(tags.Applied(known, serial=serial(ctx)))}
    if change.stamp:
        memory[tags.SECRETS] = yield from marked(after, ctx)
    wanted = tags.merge(after.tags, memory)
    ctx.unless_closed(change)
    yield from patch(change, wanted, ctx, deadline)
    return (yield from verify(change, replace(after, body={**after.body, "tags": wanted}), ctx, deadline))
