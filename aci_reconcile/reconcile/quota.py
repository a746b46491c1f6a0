"""Quota that this run frees: deletions come last, and one comes earlier where a group cannot be created without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.planning.order import get_region
from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.steps import await_freed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.steps import Process

QUOTA_LAGS: Final = (0.0, 5.0, 15.0)
"""Seconds to wait, attempt by attempt, after a deletion: how soon Azure counts it is not documented."""


def find_regions_to_free(changes: Iterable[Change]) -> frozenset[tuple[str, str]]:
    """Return the regions, each with its subscription, in which groups are deleted in the end."""
    return frozenset(get_region(each.before) for each in changes if each.action is Action.DELETE and each.before)


def wait_for_quota(change: Change, wanted: Resource, places: Collection[tuple[str, str]]) -> Process[bool]:
    """Wait until the run deletes a group that frees quota in the region; return whether one was deleted.

    The run would delete such a group at its end. It does so earlier once nothing else can go on, and only if nothing
    has failed.
    """
    if get_region(wanted) not in places:
        return False
    yield Waiting(change, "for a deletion that frees the quota")
    return (yield from await_freed(get_region(wanted)))
