"""Azure's rate limits, as far as its answers show them: requests wait here instead of being refused there.

Two limits count a request. Azure Resource Manager's is of its kind, in the whole subscription; Azure Container
Instances has one more for creations and one for deletions in each region. Nothing is held back before an answer says
that a limit is near; from then on, requests go when there is room for them, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.reconcile.regional_quota import RegionalQuota
from aci_reconcile.reconcile.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.backend import Room
    from aci_reconcile.core.errors import ThrottledError

Limit: TypeAlias = TokenBucket | RegionalQuota


class Verb(StrEnum):
    """What ARM counts separately."""

    READ = "reads"
    WRITE = "writes"
    DELETE = "deletes"


REFILL: Final = {Verb.READ: 25.0, Verb.WRITE: 10.0, Verb.DELETE: 10.0}
"""Requests a second that ARM documents; where the rate starts once it matters."""
_REGIONAL = "resourcerequeststhrottled"
"""The code of the provider's own limits, which count by region (users' reports)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What Azure counts a request as: its verb, and its region if the provider counts by region.

    ``weight``: how many requests it is, such as the pages of a list.
    """

    verb: Verb = Verb.READ
    location: str = ""
    weight: int = 1


READ: Final = Request()


def is_regional(error: ThrottledError) -> bool:
    """Whether it is the provider that refuses: it counts by region, and other regions need not wait."""
    return error.code.lower() == _REGIONAL


@dataclass(slots=True)
class Limits:
    """What was learned about one subscription's limits in this run. Times are seconds since the epoch."""

    buckets: dict[Verb, TokenBucket] = field(default_factory=dict["Verb", TokenBucket])
    quotas: dict[Request, RegionalQuota] = field(default_factory=dict["Request", RegionalQuota])

    def list_limits(self, request: Request) -> tuple[Limit, ...]:
        """Return the limits that count a request, in the order in which it waits for them."""
        bucket = self.get_bucket(request.verb)
        return (self._get_quota(request), bucket) if request.location else (bucket,)

    def get_bucket(self, verb: Verb) -> TokenBucket:
        """Return ARM's limit of a kind."""
        found = self.buckets.get(verb)
        return found or self.buckets.setdefault(verb, TokenBucket(REFILL[verb]))

    def is_scarce(self, verb: Verb) -> bool:
        """Whether ARM has reported, or shown by a refusal, that it takes no more requests of a kind for now."""
        return bool(self.get_bucket(verb).rate)

    def is_closed(self, request: Request, now: float) -> bool:
        """Whether a request that was let go must not be sent after all: Azure has refused others since.

        Threads that send requests ask this, so it changes nothing.
        """
        return any(
            each.closed_until > now or each.shut_until > now or each.is_over for each in self.list_limits(request)
        )

    def shut(self, request: Request, error: ThrottledError, now: float) -> None:
        """Note in the thread that made it that a request was refused; ``refuse`` notes all the rest of it."""
        limit = self.list_limits(request)[0 if is_regional(error) else -1]
        limit.shut_until = max(limit.shut_until, now + error.retry_after)

    def accept(self, request: Request, sent: float, now: float, room: Iterable[Room] = ()) -> None:
        """Note that Azure took a request that was sent then, and how much room the provider reports."""
        self.get_bucket(request.verb).accept(now, request.weight)
        if request.location:
            self._get_quota(request).accept(sent, now, room)

    def give_back(self, request: Request, now: float) -> None:
        """Note that a request that was let go is not sent, or that nobody knows what became of it."""
        for each in self.list_limits(request):
            each.give_back(now, request.weight)

    def refuse(self, request: Request, error: ThrottledError, sent: float, now: float, wait: float) -> bool:
        """Note that Azure refused a request; return whether that is news.

        Args:
            request: what was asked for.
            error: the refusal.
            sent: when it was asked.
            now: the time.
            wait: for how many seconds nothing is asked, where Azure does not say.
        """
        bucket = self.get_bucket(request.verb)
        if not request.location:
            return bucket.refuse(error, sent, now, wait, request.weight)
        quota = self._get_quota(request)
        if is_regional(error):
            bucket.accept(now)  # ARM has let it pass
            return quota.refuse(error, now, wait)
        quota.give_back(now)
        return bucket.refuse(error, sent, now, wait)

    def _get_quota(self, request: Request) -> RegionalQuota:
        found = self.quotas.get(request)
        return found or self.quotas.setdefault(request, RegionalQuota())
