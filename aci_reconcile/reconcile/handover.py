"""Quota and DNS labels that one group of a run gives up and another one takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import InvalidRequestError, QuotaError
from aci_reconcile.planning.dns_labels import find_dns_label
from aci_reconcile.planning.order import get_region
from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.steps import await_capacity, pause
from aci_reconcile.reconcile.writes import put

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from aci_reconcile.core.errors import AzureError
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process

QUOTA_LAGS: Final = (0.0, 5.0, 15.0)
"""Seconds to wait before each attempt after a deletion: how soon Azure counts it is not documented."""


def find_regions_to_free(changes: Iterable[Change]) -> frozenset[tuple[str, str]]:
    """Return the regions, each with its subscription, in which the changes delete groups."""
    return frozenset(get_region(each.before) for each in changes if each.action is Action.DELETE and each.before)


def wait_for_quota(change: Change, wanted: Resource, places: Collection[tuple[str, str]]) -> Process[bool]:
    """Wait until the run deletes a group that frees quota in the region; return whether one was deleted.

    The run would delete such a group at its end. It does so earlier once nothing else can go on, and only if nothing
    has failed.
    """
    if get_region(wanted) not in places:
        return False
    yield Waiting(change, "for a deletion that frees the quota")
    return (yield from await_capacity(get_region(wanted)))


_LABEL_LAGS: Final = (2.0, 5.0, 15.0, 30.0)
"""Seconds to wait before each new attempt for a DNS label that Azure still calls taken."""
_TAKEN = "DnsNameLabelAlreadyTaken"


def note_deletion(change: Change, ctx: Context) -> None:
    """Note that a deletion has ended well."""
    if change.action is Action.DELETE and change.before is not None:
        ctx.freed_regions.add(get_region(change.before))


def put_with_retries(change: Change, wanted: Resource, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Send a PUT, and again if Azure refuses it for quota or a DNS label that this run frees.

    Raises:
        AzureError: as ``put``; nothing of this run frees what is missing, or Azure has not noticed.
    """
    lags: Iterator[float] = iter(())
    first = True
    while True:
        try:
            return (yield from put(change, wanted, ctx, deadline, expected=change.before))
        except (QuotaError, InvalidRequestError) as error:
            ctx.in_flight.pop(change.address, None)  # it was refused: nothing of the group is under way
            lag = next(lags, None)
            if lag is None:
                lags, first = iter((yield from _choose_lags(error, change, wanted, ctx, first=first))), False
                lag = next(lags, None)
            if lag is None:
                raise
        yield from pause(lag, idle=True)
        # A freeze or an interruption may have come while it waited, and nothing of the group is under way.
        ctx.check_may_write(change)


def _choose_lags(
    error: AzureError, change: Change, wanted: Resource, ctx: Context, *, first: bool
) -> Process[tuple[float, ...]]:
    """Return the pauses before each new attempt; none if this run frees nothing of what is missing."""
    # Azure counts quota by region, and only its refusal shows that there is too little.
    if isinstance(error, QuotaError):
        freed = yield from wait_for_quota(change, wanted, ctx.regions_to_free)
        ctx.check_may_write(change)
        return QUOTA_LAGS if freed or (first and get_region(wanted) in ctx.freed_regions) else ()
    return _LABEL_LAGS if first and error.code == _TAKEN and find_dns_label(wanted) in ctx.freed_labels else ()
