"""How long Azure's documented limits alone make a plan take. An estimate for people; nothing depends on it.

- Azure Container Instances: 100 creations of container groups in 5 minutes and 300 in an hour, in each region of a
  subscription; deletions likewise, on their own (documented under "Quotas and limits").
- Azure Resource Manager: 200 writes at once and 10 more each second, in a subscription; deletes likewise, on their own
  (documented under "Understand how Azure Resource Manager throttles requests").

Provisioning takes its own time on top. An update in place counts as a write, not as a creation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_text
from aci_reconcile.planning.values import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change, Plan

SHORT_WINDOW, SHORT_MOST = 300.0, 100
LONG_WINDOW, LONG_MOST = 3600.0, 300
BUCKET, REFILL = 200, 10.0

_NOTICEABLE = 60.0


class Limit(StrEnum):
    """What is counted: the first two for each region, the others for the whole subscription."""

    CREATIONS = "creations"
    DELETIONS = "deletions"
    WRITES = "writes"
    DELETES = "deletes"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The limit that holds a plan up the longest.

    ``seconds``: from the first request to the last. ``location`` is empty for a limit of the whole subscription.
    """

    seconds: float
    limit: Limit
    count: int
    location: str = ""

    @property
    def matters(self) -> bool:
        """Whether it is worth reporting: more than a minute."""
        return self.seconds > _NOTICEABLE


def estimate_duration(plan: Plan) -> Estimate | None:
    """Return the limit that takes longest, each counted by itself; None if no limit applies."""
    felt = [each for each in _list_estimates(plan) if each.seconds > 0]
    return max(felt, key=lambda each: each.seconds, default=None)


def compute_window_seconds(count: int) -> float:
    """Return the seconds from the first to the last of so many creations.

    At best: 100 at once, 100 more after 5 minutes and after 10, the next 100 only when the hour is over.
    """
    hours, rest = divmod(max(count - 1, 0), LONG_MOST)
    return hours * LONG_WINDOW + rest // SHORT_MOST * SHORT_WINDOW


def compute_bucket_seconds(count: int) -> float:
    """Return the seconds from the first to the last of so many writes."""
    return max(count - BUCKET, 0) / REFILL


def _list_estimates(plan: Plan) -> Iterator[Estimate]:
    creations, deletions = Counter(_list_creations(plan.changes)), Counter(_list_deletions(plan.changes))
    for limit, counted in ((Limit.CREATIONS, creations), (Limit.DELETIONS, deletions)):
        for (_, location), count in sorted(counted.items()):
            yield Estimate(compute_window_seconds(count), limit, count, location)
    writes, delete_requests = Counter(_list_writes(plan)), Counter(_list_delete_requests(plan))
    for limit, counts in ((Limit.WRITES, writes), (Limit.DELETES, delete_requests)):
        for _, count in sorted(counts.items()):
            yield Estimate(compute_bucket_seconds(count), limit, count)


def _list_creations(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    for each in changes:
        if each.action in {Action.CREATE, Action.REPLACE} and each.after is not None:
            yield _find_region(each.after)


def _list_deletions(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    for each in changes:
        if each.action in {Action.DELETE, Action.REPLACE} and each.before is not None:
            yield _find_region(each.before)


def _list_writes(plan: Plan) -> Iterator[str]:
    """Yield the subscription of each PUT and PATCH."""
    yield from (each.scope.subscription.lower() for each in plan.resource_groups if each.create)
    for each in plan.changes:
        if each.writes and each.action is not Action.DELETE:
            yield each.id.subscription.lower()


def _list_delete_requests(plan: Plan) -> Iterator[str]:
    """Yield the subscription of each DELETE."""
    yield from (each.scope.subscription.lower() for each in plan.resource_groups if not each.create)
    for each in plan.changes:
        if each.action in {Action.DELETE, Action.REPLACE}:
            yield each.id.subscription.lower()


def _find_region(group: Resource) -> tuple[str, str]:
    location = as_text(group.body.get("location"))
    return group.id.subscription.lower(), location.replace(" ", "").lower()
