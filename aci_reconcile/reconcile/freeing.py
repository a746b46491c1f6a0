"""Quota that deletions of the same run are about to free: a creation that Azure refuses for it waits for them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.errors import QuotaError
from aci_reconcile.events import Waiting
from aci_reconcile.model import as_text
from aci_reconcile.plan.values import Action
from aci_reconcile.reconcile.steps import Await, Notify, pause
from aci_reconcile.reconcile.writes import put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process

Region: TypeAlias = "tuple[str, str]"

_LAGS: Final = (0.0, 5.0, 15.0)
"""Seconds to wait, attempt by attempt, once the deletions are done: how soon Azure counts them is not documented."""


def deletions(changes: Iterable[Change]) -> Counter[Region]:
    """Return how many groups are to be deleted in each region of each subscription."""
    return Counter(_region(each.before) for each in changes if each.action is Action.DELETE and each.before)


def freed(change: Change, ctx: Context) -> Process[None]:
    """Tell those who wait for quota that a deletion has ended, well or not."""
    if change.action is Action.DELETE and change.before is not None:
        region = _region(change.before)
        ctx.freeing[region] -= 1
        yield Notify(("freed", region))


def put_when_there_is_room(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline
) -> Process[Resource | None]:
    """Do what ``put`` does, and again after deletions of this run where Azure says that a quota is reached.

    Raises:
        QuotaError: it is reached, and nothing of this run frees it.
    """
    try:
        return (yield from put(change, wanted, ctx, deadline, expected=change.before))
    except QuotaError as error:
        last = error
    ctx.in_flight.pop(change.address, None)  # it was refused: nothing of the group is under way
    if not (yield from _awaited(change, wanted, ctx)):
        raise last
    for lag in _LAGS:
        yield from pause(lag, idle=True)
        ctx.unless_stopped()
        try:
            return (yield from put(change, wanted, ctx, deadline, expected=change.before))
        except QuotaError as error:
            last = error
        ctx.in_flight.pop(change.address, None)
    raise last


def _awaited(change: Change, wanted: Resource, ctx: Context) -> Process[bool]:
    """Wait until the deletions in the group's region have ended; returns whether there are, or were, any."""
    region = _region(wanted)
    if ctx.freeing[region]:
        yield Waiting(change, "for deletions that free the quota")
    while ctx.freeing[region]:
        ctx.unless_stopped()
        yield Await(("freed", region), idle=True)
    return region in ctx.freeing


def _region(resource: Resource) -> Region:
    return resource.id.subscription.lower(), as_text(resource.body.get("location")).replace(" ", "").lower()
