"""Azure Resource Manager's limit of one kind of request, as far as its answers show it.

ARM keeps a bucket of tokens for each subscription, principal and kind (documented under request-limits-and-throttling:
reads 250 and 25 a second, writes and deletes 200 and 10 a second). The numbers that the answers print do not match
those (recorded), and other runs may share the bucket. So its size is what went through before it was empty, and the
rate at which it fills is measured: what Azure takes between two refusals, as the bucket was empty at both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.reconcile.waiting_line import Line

if TYPE_CHECKING:
    from aci_reconcile.core.errors import ThrottledError

_SLOWEST: Final = 0.2
"""Requests a second that are tried at least."""
_DOUBLED_AFTER: Final = 30.0
"""Seconds without a refusal after which the rate is twice as high, as long as requests wait for it."""
_LOW: Final = 5
"""A remainder that counts as nothing left, however little the printed numbers mean."""
_MEASURED_AFTER: Final = 1.0
"""Seconds between two refusals from which on the rate between them says something."""


@dataclass(slots=True)
class TokenBucket:
    """How many requests of one kind may go; as many as there are while ``rate`` is 0. Times are seconds since 1970."""

    documented: float
    """Requests a second with which it begins once the rate matters."""
    line: Line = field(default_factory=Line)
    on_their_way: int = 0
    """Requests that were let go and are not answered."""
    closed_until: float = 0
    shut_until: float = 0
    """The same, as soon as the thread knows that made the request: others must not go on meanwhile."""
    stalled_since: float = 0
    """Since when it should have let a request through, by Azure's own word, and has not; 0 while it lets them."""
    rate: float = 0
    level: float = 0
    """How many requests Azure would take at ``counted``."""
    counted: float = 0
    size: float = 0
    """How many requests went at once before it was empty."""
    low: bool = False
    """Whether Azure reports that next to nothing is left; then the rate does not grow."""
    empty_at: float = 0
    """When it was last known to be empty."""
    taken: float = 0
    """How many requests Azure took since ``since``, without those that a full bucket had room for then."""
    since: float = 0
    """When the bucket was last known to be empty, or to be full."""
    first: float = 0
    """When the first request went."""
    reported: float = 0
    """The value of ``empty_at`` for which the slower rate was last reported."""
    is_over: bool = False
    """Whether more was let go than Azure would take."""

    def get_wait(self, now: float, weight: int = 1) -> float:
        """Return for how many seconds a request of so many tokens must wait; it may go if that is not more than 0."""
        opens = max(self.closed_until, self.shut_until)
        if opens > now or not self.rate:
            return opens - now
        self._fill(now, weight)
        return (weight - self._count_spare()) / self.rate

    def estimate_wait(self, place: int, now: float) -> float:
        """Return for how many seconds a request waits at least that has so many before it."""
        closed = max(self.closed_until - now, 0)
        return closed + place / self.rate if self.rate else closed

    def take(self, now: float, weight: int = 1) -> None:
        """Let a request go."""
        self.first = self.first or now
        self._change(weight, now)

    def give_back(self, now: float, weight: int = 1) -> None:
        """Note that a request that was let go is not sent, or that nobody knows what became of it."""
        self._change(-weight, now)

    def accept(self, now: float, weight: int = 1) -> None:
        """Note that Azure took a request."""
        self.taken += weight
        self.stalled_since = 0
        self.level -= weight
        self._change(-weight, now)

    def note(self, remaining: int | None, now: float) -> None:
        """Note how many requests an answer reports as left; None if it does not report it."""
        if remaining is None:
            return
        self.low = remaining <= _LOW
        if self.low and not self.rate:
            self._begin_pace(remaining, now)
            self._change(0, now)

    def refuse(self, error: ThrottledError, sent: float, now: float, wait: float, weight: int = 1) -> bool:
        """Note that Azure refused a request that was sent then; return whether that is news."""
        news = now >= self.closed_until
        self.closed_until = max(self.closed_until, now + (error.retry_after or wait))
        self.stalled_since = self.stalled_since or self.closed_until
        if not self.rate:
            self._begin_pace(0, now)
        # Many requests may be refused at once for one reason. Only one that was sent after the last refusal shows
        # that the lower rate is still too high.
        elif sent > self.empty_at:
            self._fill(now)
            seconds, was_full = now - self.since, self.since > self.empty_at
            unknown = self.rate if was_full else 0
            measured = self.taken / seconds if seconds >= _MEASURED_AFTER else unknown
            self.rate = max(min(max(measured, self.rate / 2), self.rate), _SLOWEST)
            self.empty_at = self.since = now
            self.taken = 0
        self.level, self.counted = 0, max(self.closed_until, now)
        self._change(-weight, now)
        return news

    def take_unreported_rate(self) -> float:
        """Return the rate in requests a second, once after each time it was set; else 0."""
        if not self.rate or self.reported == self.empty_at:
            return 0
        self.reported = self.empty_at
        return self.rate

    def _begin_pace(self, level: float, now: float) -> None:
        self.rate = self.documented
        # What was refilled meanwhile was not there at once.
        self.size = max(self.taken - (now - (self.first or now)) * self.rate, _LOW)
        self.level, self.taken = level, 0
        self.counted = self.empty_at = self.since = now

    def _fill(self, now: float, weight: int = 1) -> None:
        """Add what Azure has filled in since, and let the rate grow for as long as the bucket was not full."""
        seconds = now - self.counted
        if not self.rate or seconds <= 0:
            return
        most = max(self.size, self.rate, weight)
        waited = min(seconds, max(most - self.level, 0) / self.rate)
        self.level = min(self.level + seconds * self.rate, most)
        self.counted = now
        if self.level >= most:
            self.since, self.taken = now, -self.level
        # Runs that share a bucket get equal shares because all of them grow by the same amount.
        if not self.low or self.rate < self.documented:
            self.rate += self.documented * waited / _DOUBLED_AFTER

    def _count_spare(self) -> float:
        return self.level - self.on_their_way

    def _change(self, on_their_way: int, now: float) -> None:
        self.on_their_way += on_their_way
        self._fill(now)
        self.is_over = bool(self.rate) and self._count_spare() < 0
