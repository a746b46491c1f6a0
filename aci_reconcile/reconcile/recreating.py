"""A group is deleted and created again; where Azure refuses that for good, the former one may be put back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile import tags
from aci_reconcile.errors import AciReconcileError, AzureError, NoAnswerError, NotConvergedError, QuotaError
from aci_reconcile.events import Waiting
from aci_reconcile.plan.former import Former, former_of
from aci_reconcile.reconcile.clearance import cleared
from aci_reconcile.reconcile.comparing import moved
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.limits import Ask, Kind
from aci_reconcile.reconcile.patience import Pace, going_on, patiently
from aci_reconcile.reconcile.quota import quota_freed
from aci_reconcile.reconcile.refusals import Refusals
from aci_reconcile.reconcile.settling import settled_read
from aci_reconcile.reconcile.steps import compute, pause
from aci_reconcile.reconcile.verifying import accepted
from aci_reconcile.reconcile.writes import delete, put, serial

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process

SeenTo: TypeAlias = "Callable[[Change, Resource, Context, Deadline, Resource | None], Process[Resource | None]]"


class GoneError(Exception):
    """The group was deleted for a recreation, and creating it again failed."""

    def __init__(self, error: AciReconcileError, *, restored: bool = False, unrestored: str = "") -> None:
        super().__init__(error.message)
        self.error = error
        self.restored = restored
        """Whether the former group is back."""
        self.unrestored = unrestored
        """Why it is not, where it was to be."""


def recreated(change: Change, wanted: Resource, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Delete, wait until it is gone, create; nothing is deleted that could not be created again, as far as can be told.

    Raises:
        GoneError: it was deleted and could not be created again.
    """
    yield from cleared(change, ctx.clearance, ctx.clock.sleep, ctx.freeing)
    ctx.unless_closed(change)
    former = (yield from _remembered(change, ctx, deadline)) if ctx.policy.restore else Former()
    yield from _removed(change, ctx, deadline)
    yield Waiting(change, "deleted, creating it again")
    try:
        seen = yield from _created(change, wanted, ctx, deadline)
    except GoneError as gone:
        if ctx.policy.restore and _is_refusal(gone.error):
            yield from _put_back(change, former, gone.error, ctx)
        raise
    return seen


def _remembered(change: Change, ctx: Context, deadline: Deadline) -> Process[Former]:
    """Read the group once more, with its run state, and return what it could be put back with."""
    again = partial(going_on, ctx)
    live = yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline, again=again, idle=True)
    if live is None or change.after is None or moved(change, change.before, live):
        raise MovedError
    after = change.after
    return (yield from compute(partial(former_of, live, after, ctx.policy)))


def _removed(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Delete the group that is to be created again; a deletion that did not end well has ended all the same.

    Raises:
        AzureError: the group is still there.
        GoneError: nobody knows whether it is.
    """
    try:
        yield from delete(change, ctx, deadline)
    except AzureError as error:
        there = yield from _exists(change, ctx, deadline)
        if there:
            raise
        if there is None:
            raise GoneError(error) from error


def _created(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, seen_to: SeenTo = accepted
) -> Process[Resource | None]:
    """Create a group whose name was just in use; ``seen_to`` looks at what became of it.

    A creation that fails is tried again until the deadline: much of what stands in its way passes (a DNS label or a
    quota that is not free yet, a registry that does not answer). A refusal that no waiting cures ends it.

    Raises:
        GoneError: it could not be created.
    """
    pace, refusals = Pace(delay=1, factor=2, ceiling=30), Refusals(change, wanted, ctx)
    there: bool | None = False
    while True:
        try:
            if there is None:  # a creation may have been carried out: nothing is sent before that is known
                there = yield from _exists(change, ctx, deadline)
            seen = (yield from put(change, wanted, ctx, deadline, expected=None)) if there is False else None
            return (yield from seen_to(change, wanted, ctx, deadline, seen))
        except (AzureError, NotConvergedError) as error:
            there = yield from _exists(change, ctx, deadline)
            if there:
                raise
            delay = pace.next()
            if refusals.is_final(error) or ctx.stopped() or ctx.clock.now() + delay > deadline.at:
                raise GoneError(error) from error
            said = error.code if isinstance(error, AzureError) else ""
            yield Waiting(change, f"not created yet ({said or error.message}), retrying in {delay:.0f} s")
            if isinstance(error, QuotaError):
                yield from quota_freed(change, wanted, ctx.freeing)
        yield from pause(delay, idle=True)


def _settled(
    change: Change, _wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None
) -> Process[Resource | None]:
    """Wait until the former group is there again; whatever it lacks, nothing better can be sent."""
    return seen or (yield from settled_read(change, ctx, deadline))


def _exists(change: Change, ctx: Context, deadline: Deadline) -> Process[bool | None]:
    """Whether the group is there; None where that cannot be told."""
    try:
        return (yield from patiently(ctx, lambda: ctx.backend.get(change.id), deadline)) is not None
    except AzureError:
        return None


def _is_refusal(error: AciReconcileError) -> bool:
    """Whether Azure said no: where it said nothing, the new group may yet come."""
    return isinstance(error, AzureError) and not isinstance(error, NoAnswerError)


def _renewed(former: Resource, ctx: Context) -> Resource:
    """Return a former group that remembers this very write: what was approved of it before was not carried out."""
    applied = replace(tags.Applied.of(former.tags), serial=serial(ctx))
    return former.with_body({**former.body, "tags": tags.merge(former.tags, {tags.APPLIED: str(applied)})})


def _put_back(change: Change, former: Former, refusal: AciReconcileError, ctx: Context) -> Process[None]:
    """Create the former group again; an interruption does not keep it away: the recreation was begun.

    Raises:
        GoneError: always; it tells whether the group is back.
    """
    group = former.group
    if group is None:
        raise GoneError(refusal, unrestored=former.why_not) from refusal
    yield Waiting(change, "refused; restoring the former group")
    group = _renewed(group, ctx)
    deadline, settled = ctx.deadline(), replace(ctx, wait=Wait.PROVISIONED)
    try:
        yield from _created(replace(change, after=group), group, settled, deadline, _settled)
        if former.stopped:
            stop = partial(ctx.backend.stop, change.id)
            yield from patiently(ctx, stop, deadline, ask=Ask(Kind.WRITE))
    except GoneError as failed:
        raise GoneError(refusal, unrestored=failed.error.message) from refusal
    except (AzureError, NotConvergedError) as failed:  # it is there, and not quite as it was
        raise GoneError(refusal, restored=True, unrestored=failed.message) from refusal
    raise GoneError(refusal, restored=True) from refusal
