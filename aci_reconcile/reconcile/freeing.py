"""What other groups of the same run free, quota and DNS labels: a creation that Azure refuses for it is sent again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.errors import InvalidRequestError, QuotaError
from aci_reconcile.events import Waiting
from aci_reconcile.model import as_text
from aci_reconcile.plan.values import Action
from aci_reconcile.reconcile.ordering import label_of
from aci_reconcile.reconcile.steps import Await, Notify, pause
from aci_reconcile.reconcile.writes import put

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.errors import AzureError
    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process

Region: TypeAlias = "tuple[str, str]"

_LAGS: Final = (0.0, 5.0, 15.0)
"""Seconds to wait, attempt by attempt, once the deletions are done: how soon Azure counts them is not documented."""
_LABEL_LAGS: Final = (2.0, 5.0, 15.0, 30.0)
"""The same for a DNS label, which the refused attempt has found still taken."""
_TAKEN = "DnsNameLabelAlreadyTaken"


def deletions(changes: Iterable[Change]) -> Counter[Region]:
    """Return how many groups are to be deleted in each region of each subscription."""
    return Counter(_region(each.before) for each in changes if each.action is Action.DELETE and each.before)


def freed(change: Change, ctx: Context) -> Process[None]:
    """Tell those who wait for quota that a deletion has ended, well or not."""
    if change.action is Action.DELETE and change.before is not None:
        region = _region(change.before)
        ctx.freeing[region] -= 1
        yield Notify(("freed", region))


def put_once_freed(change: Change, wanted: Resource, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Do what ``put`` does, and again where Azure misses a quota or a DNS label that this run frees.

    Raises:
        AzureError: as ``put``; nothing of this run frees what is missing, or Azure has not noticed.
    """
    lags: Iterator[float] | None = None
    while True:
        try:
            return (yield from put(change, wanted, ctx, deadline, expected=change.before))
        except (QuotaError, InvalidRequestError) as error:
            ctx.in_flight.pop(change.address, None)  # it was refused: nothing of the group is under way
            if lags is None:
                lags = iter((yield from _hopeful(error, change, wanted, ctx)))
            lag = next(lags, None)
            if lag is None:
                raise
        yield from pause(lag, idle=True)
        ctx.unless_stopped()


def _hopeful(error: AzureError, change: Change, wanted: Resource, ctx: Context) -> Process[tuple[float, ...]]:
    """Return the seconds to wait, attempt by attempt, where this run has freed what is missing; else none."""
    if isinstance(error, QuotaError):
        return _LAGS if (yield from _awaited(change, wanted, ctx)) else ()
    return _LABEL_LAGS if error.code == _TAKEN and label_of(wanted) in ctx.freed_labels else ()


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
