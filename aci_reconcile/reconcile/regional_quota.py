"""The limits of Azure Container Instances for creations and for deletions in a region, as far as its answers show them.

Documented are 100 in 5 minutes and 300 in an hour, and Azure raises that on request. So the numbers come from the
answers: each to a PUT or DELETE of a group says how much room its windows have (recorded), and a refusal names its
limit (users' reports). Room comes back when a request of this run is as old as the window is long. Whether Azure's
windows slide like that is not documented: it takes what Azure says, whenever it says more or less than that.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.reconcile.waiting_line import Line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.backend import Room
    from aci_reconcile.core.errors import ThrottledError

_GLANCE: Final = 0.1
"""Seconds after which the first in line looks whether an answer has changed something."""
_SELDOM: Final = 5.0
"""Seconds after which a request is tried at the latest where nothing says when there is room."""
_LONGEST: Final = 3600.0
"""Seconds for which requests of ours are remembered, unless an answer names a longer window."""
_MANY: Final = 100
"""So many old requests are forgotten together."""


@dataclass(slots=True)
class _Window:
    """So many requests in so many seconds: how many more there may be, by the answer that came at ``since``."""

    seconds: float
    left: float
    since: float
    most: float = 0
    """How many there may be in all, as far as that is known."""


@dataclass(slots=True)
class RegionalQuota:
    """How many creations, or deletions, may go in a region; as many as there are until an answer says something."""

    line: Line = field(default_factory=Line)
    on_their_way: int = 0
    closed_until: float = 0
    shut_until: float = 0
    """The same, as soon as the thread knows that made the request: others must not go on meanwhile."""
    stalled_since: float = 0
    """Since when it should have let a request through, by Azure's own word, and has not; 0 while it lets them."""
    windows: dict[float, _Window] = field(default_factory=dict[float, _Window])
    times: list[float] = field(default_factory=list[float])
    """When Azure took requests of this run, at the latest."""
    at_once: float = math.inf
    """How many requests may be on their way; few at first after a refusal."""
    try_at: float = 0
    """When a single request is tried although there seems to be no room."""
    limit: tuple[int, float] = (0, 0.0)
    """How many requests in how many seconds the last refusal named."""
    is_over: bool = False
    """Whether more was let go than Azure would take."""

    def get_wait(self, now: float, _weight: int = 1) -> float:
        """Return for how many seconds the next request must wait; it may go if that is not more than 0."""
        opens = max(self.closed_until, self.shut_until)
        if opens > now:
            return opens - now
        if self.on_their_way < self.at_once and self._count_spare(now) >= 1:
            return 0
        if self.on_their_way:
            return _GLANCE
        at = min(self._find_room(now), self.try_at)
        if math.isinf(at):
            at = self.try_at = now + _SELDOM
        return at - now

    def estimate_wait(self, _place: int, now: float) -> float:
        """Return for how many seconds a request waits at least."""
        return max(self.closed_until - now, 0)

    def take(self, now: float, _weight: int = 1) -> None:
        """Let a request go."""
        self._change(1, now)

    def give_back(self, now: float, _weight: int = 1) -> None:
        """Note that a request that was let go did not reach the provider, or that nobody knows whether it did."""
        self._change(-1, now)

    def accept(self, sent: float, now: float, room: Iterable[Room] = ()) -> None:
        """Note that the provider took a request that was sent then, and how much room its answer reports."""
        self.at_once += 1
        self.stalled_since = 0
        reported = {each.seconds: each.requests for each in room}
        for window in self.windows.values():
            if window.seconds not in reported:
                window.left, window.since = self._count_left(window, now) - 1, now
        self.times.append(now)
        for seconds, left in reported.items():
            self._note(seconds, left, sent, now)
        self._change(-1, now)
        self._choose_try(now)
        self._forget_old_times(now)

    def refuse(self, error: ThrottledError, now: float, wait: float) -> bool:
        """Note that the provider refused a request; return whether that is news."""
        news = now >= self.closed_until
        self.closed_until = max(self.closed_until, now + (error.retry_after or wait))
        self.stalled_since = self.stalled_since or self.closed_until
        self.at_once, self.try_at = 1, self.closed_until
        self.limit = error.most, error.interval
        if error.interval:
            self.windows[error.interval] = _Window(error.interval, 0, now, error.most)
        self._change(-1, now)
        return news

    def _note(self, seconds: float, left: int, sent: float, now: float) -> None:
        known = self.windows.setdefault(seconds, _Window(seconds, left, 0))
        # Answers overtake each other. The lowest number is the latest, unless a request was sent after all others
        # were answered.
        known.left = left if sent >= known.since else min(self._count_left(known, now), left)
        known.since = now
        known.most = max(known.most, left + self._count_own(known, now))

    def _choose_try(self, now: float) -> None:
        """Choose when to ask although no request of this run comes free: only where others share the quota."""
        if self.limit[0]:
            shared = [each for each in self.windows.values() if self._count_others(each, now) >= 1]
            soon = min((each.seconds / each.most for each in shared), default=math.inf)
            self.try_at = now + min(soon, _SELDOM) if shared else math.inf

    def _find_room(self, now: float) -> float:
        """Return when requests of this run come free, so that there is room for one more; infinity if unknown."""
        return max((self._find_room_in(each, now) for each in self.windows.values()), default=now)

    def _find_room_in(self, window: _Window, now: float) -> float:
        lacking = math.ceil(1 - self._count_left(window, now))
        if lacking <= 0:
            return now
        place = bisect_right(self.times, now - window.seconds) + lacking - 1
        return self.times[place] + window.seconds if place < len(self.times) else math.inf

    def _count_left(self, window: _Window, now: float) -> float:
        """Return how many more requests a window has room for, with what has come free since the last answer."""
        freed = bisect_right(self.times, now - window.seconds) - bisect_right(self.times, window.since - window.seconds)
        return window.left + freed

    def _count_own(self, window: _Window, now: float) -> int:
        return len(self.times) - bisect_right(self.times, now - window.seconds)

    def _count_others(self, window: _Window, now: float) -> float:
        return window.most - self._count_left(window, now) - self._count_own(window, now) - self.on_their_way

    def _count_spare(self, now: float) -> float:
        return (
            min((self._count_left(each, now) for each in self.windows.values()), default=math.inf) - self.on_their_way
        )

    def _forget_old_times(self, now: float) -> None:
        old = bisect_right(self.times, now - max(_LONGEST, *self.windows)) if self.windows else 0
        if old > _MANY:
            del self.times[:old]

    def _change(self, on_their_way: int, now: float) -> None:
        self.on_their_way += on_their_way
        self.is_over = self.on_their_way > 1 and self._count_spare(now) < 0  # a single one is always tried
