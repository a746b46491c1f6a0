"""What one list of a resource group has shown, and when the next one is due.

A list holds everything but instance views and secrets. It shows at once which of the groups that were written have
been provisioned, or are gone. A raw client needed 205 calls for 200 creations that way, and 601 when it polled each
operation (measured); under ARM's documented limits the second way is refused most of the time.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.provisioning import is_settled

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from aci_reconcile.core.model import Resource, Scope

_PAGE = 100
"""Groups on a page of a list, for weighing it against single requests. How many Azure gives is not documented."""
_WORTHWHILE = 3
"""A page is worth as many single requests: it is larger, and a settled group must be looked at only once."""
_SOON = 0.2
"""Seconds after which a look is worth it where groups end one after another."""
_SELDOM = 0.5
"""Seconds between two looks that take one page, once the groups have been on their way for long."""
_SHARE = 0.1
"""Of the time that groups have been on their way: so much later, at most, they are seen to have ended."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The groups of a resource group by their keys, no older than ``began`` (seconds since the epoch)."""

    began: float = 0
    groups: Mapping[tuple[str, ...], Resource] = field(default_factory=dict["tuple[str, ...]", "Resource"])


@dataclass(slots=True)
class Watch:
    """One resource group: how many of its groups are waited for, and when it is looked at next."""

    scope: Scope
    pages: int = 1
    pending: int = 0
    due: float = 0
    since: float = 0
    """When the first of those that are waited for began to be, in seconds since the epoch."""
    last: Listing = field(default_factory=Listing)
    ended: int = 0
    """How many of its groups were not on their way at the last look."""
    is_listing: bool = False
    """Whether somebody is listing it right now."""
    usable: bool = True
    """Whether it can be listed at all."""

    @contextmanager
    def join(self, now: float) -> Generator[None]:
        """Count one more group as waited for."""
        if not self.pending:
            self.since = now
            self.due = now + self._compute_delay(now)
        self.pending += 1
        try:
            yield
        finally:
            self.pending -= 1

    def is_worthwhile(self, groups: int) -> bool:
        """Whether one list costs less than reading so many groups one by one."""
        return self.usable and groups >= self.pages * _WORTHWHILE

    def update(self, listing: Listing, now: float) -> None:
        """Keep a new list and set when the next one is due: later each time, but soon after a group has ended."""
        ended = sum(is_settled(each.body) for each in listing.groups.values())
        ending = ended != self.ended or len(listing.groups) < len(self.last.groups)
        self.last, self.ended = listing, ended
        self.pages = count_pages(len(listing.groups))
        self.due = now + (_SOON if ending else self._compute_delay(now))

    def _compute_delay(self, now: float) -> float:
        """Return the seconds until the next look: the more pages it takes, the less often."""
        most = min(max(_SELDOM, self.pages / 4), 10.0)
        return min(max(_SOON / _SELDOM * most, (now - self.since) * _SHARE), most)


def count_pages(groups: int) -> int:
    """Return how many pages a list of so many groups has."""
    return 1 + max(groups - 1, 0) // _PAGE


def make_watch(scope: Scope, groups: int, listing: Listing | None) -> Watch:
    """Make the watch of a resource group.

    Args:
        scope: the resource group.
        groups: how many groups are in it, for what is known.
        listing: what the plan was made from, if that was a list of all of them.
    """
    if listing is None:
        return Watch(scope, pages=count_pages(groups))
    ended = sum(is_settled(each.body) for each in listing.groups.values())
    return Watch(scope, pages=count_pages(len(listing.groups)), last=listing, ended=ended)
