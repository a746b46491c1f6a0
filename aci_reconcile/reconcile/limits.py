"""Azure's rate limits, as far as its answers show them: requests wait here instead of being refused there.

ARM keeps a bucket of tokens for each subscription, principal and kind of request (documented under
request-limits-and-throttling: reads 250 and 25 a second, writes and deletes 200 and 10 a second), and Azure Container
Instances counts creations and deletions by region. The numbers that the answers print do not match those (recorded), so
nothing is computed from them: no request waits until Azure refuses one, or reports that next to nothing is left. From
then on, requests of that verb go at a rate that each refusal halves and that grows while there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aci_reconcile.core.errors import ThrottledError


class Verb(StrEnum):
    """What ARM counts separately."""

    READ = "reads"
    WRITE = "writes"
    DELETE = "deletes"


REFILL: Final = {Verb.READ: 25.0, Verb.WRITE: 10.0, Verb.DELETE: 10.0}
"""Requests a second that ARM documents; where the rate starts once it matters."""

_SLOWEST = 0.2
_DOUBLED_AFTER = 30.0
"""Seconds without a refusal after which the rate is twice as high."""
_LOW = 5
"""A remainder that counts as nothing left, however little the printed numbers mean."""
_REGIONAL = "resourcerequeststhrottled"
"""The code of the provider's own limits, which count by region (users' reports)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What Azure counts a request as: its verb, and its region if the provider counts by region."""

    verb: Verb = Verb.READ
    location: str = ""


READ: Final = Request()


@dataclass(slots=True)
class _Bucket:
    """How fast one kind of request may go: as fast as it likes while ``rate`` is 0."""

    rate: float = 0
    tokens: float = 0
    counted: float = 0
    closed_until: float = 0
    refused: float = 0
    """When Azure last refused, or reported that next to nothing is left; seconds since the epoch."""
    reported: float = 0
    """The value of ``refused`` for which the slower rate was last reported."""


@dataclass(slots=True)
class Limits:
    """What was learned about one subscription's limits in this run. Times are seconds since the epoch."""

    buckets: dict[Request, _Bucket] = field(default_factory=dict["Request", "_Bucket"])

    def reserve(self, request: Request, now: float) -> float:
        """Return for how many seconds a request must wait, and count it as sent then."""
        bucket = self._get_bucket(Request(request.verb))
        wait = max(self.get_wait(request, now), 0.0)
        if not bucket.rate:
            return wait
        rate = _compute_rate(bucket, now)
        bucket.tokens = min(bucket.tokens + max(now - bucket.counted, 0) * rate, max(rate, 1)) - 1
        bucket.counted = max(now, bucket.counted)
        if bucket.tokens < 0:
            # It goes once there is a token. Requests that come later go after it, even if the rate has grown since.
            bucket.counted, bucket.tokens = bucket.counted - bucket.tokens / rate, 0
        return max(wait, bucket.counted - now)

    def get_last_refusal(self, verb: Verb) -> float:
        """Return when the rate of a kind was last lowered; waits that were reserved before that no longer count."""
        return self._get_bucket(Request(verb)).refused

    def take_unreported_rate(self, verb: Verb, now: float) -> float:
        """Return the current rate of a kind in requests a second, once after each time it was lowered; else 0."""
        bucket = self._get_bucket(Request(verb))
        if not bucket.rate or bucket.reported == bucket.refused:
            return 0
        bucket.reported = bucket.refused
        return _compute_rate(bucket, now)

    def get_wait(self, request: Request, now: float) -> float:
        """Return for how many seconds nothing of this kind may be sent; negative where requests may go."""
        return max(self._get_bucket(Request(request.verb)).closed_until, self._get_bucket(request).closed_until) - now

    def refuse(self, request: Request, error: ThrottledError, sent: float, now: float, wait: float) -> bool:
        """Note that Azure refused a request; returns whether that is news.

        Args:
            request: what was asked for.
            error: the refusal.
            sent: when it was asked.
            now: the time.
            wait: for how many seconds nothing is asked, where Azure does not say.
        """
        # The provider counts creations and deletions by region; other regions need not wait for its refusal.
        regional = error.code.lower() == _REGIONAL
        bucket = self._get_bucket(request if regional else Request(request.verb))
        news = now >= bucket.closed_until
        bucket.closed_until = max(bucket.closed_until, now + (error.retry_after or wait))
        # Many requests may be refused at once for one reason. Only one that was sent after the last refusal shows
        # that the lower rate is still too high.
        if not regional and sent > bucket.refused:
            bucket.rate = max(_compute_rate(bucket, now) / 2, _SLOWEST) if bucket.rate else REFILL[request.verb]
            bucket.tokens, bucket.counted, bucket.refused = 0, bucket.closed_until, now
        return news

    def note(self, verb: Verb, remaining: int | None, now: float) -> None:
        """Note how many requests of a verb an answer reports as left; None if it does not report it."""
        bucket = self._get_bucket(Request(verb))
        if remaining is not None and remaining <= _LOW and not bucket.rate:
            bucket.rate, bucket.tokens, bucket.counted, bucket.refused = REFILL[verb], float(remaining), now, now

    def _get_bucket(self, request: Request) -> _Bucket:
        return self.buckets.setdefault(request, _Bucket())


def _compute_rate(bucket: _Bucket, now: float) -> float:
    """Return the rate, which grows while nothing is refused."""
    return bucket.rate * (1 + max(now - bucket.refused, 0) / _DOUBLED_AFTER)
