"""One list of a resource group in place of a read of each of its groups: what it has shown, and when the next is due.

A list holds everything but instance views and secrets. It shows at once which of the groups that were written have
been provisioned, or are gone. A raw client needed 205 calls for 200 creations that way, and 601 when it polled each
operation (measured); under ARM's documented limits the second way is refused most of the time.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AzureError
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.reconcile.limits import Request, Verb
from aci_reconcile.reconcile.retries import repeat_unless_stopped, retry
from aci_reconcile.reconcile.steps import Await, InterruptedRunError, Notify, pause

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.core.model import Resource, Scope
    from aci_reconcile.reconcile.limit_waits import Deadline, Requester
    from aci_reconcile.reconcile.steps import Process

_PAGE = 100
"""Groups on a page of a list, for weighing it against single requests. How many Azure gives is not documented."""
_WORTHWHILE = 3
"""A page is worth as many single requests: it is larger, and a settled group must be read only once."""
_SOON = 0.2
"""Seconds until the next list while groups end one after another."""
_SELDOM = 0.5
"""Seconds between two lists of one page, once the groups have been in transition for long."""
_SHARE = 0.1
"""The next list is due after this share of the time that groups have been in transition, so that waiting never takes
much longer than Azure does."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The groups of a resource group by their keys, no older than ``began`` (seconds since the epoch)."""

    began: float = 0
    groups: Mapping[tuple[str, ...], Resource] = field(default_factory=dict["tuple[str, ...]", "Resource"])


@dataclass(slots=True)
class Watch:
    """One resource group: how many of its groups are waited for, and when it is listed next."""

    scope: Scope
    pages: int = 1
    unread: int = 0
    """How many of its groups are to be written and are not read again yet, without those that Azure's limits hold."""
    pending: int = 0
    due: float = 0
    since: float = 0
    """When the first of those that are waited for began to be, in seconds since the epoch."""
    last: Listing = field(default_factory=Listing)
    ended: int = 0
    """How many of its groups had settled in the last list."""
    is_listing: bool = False
    """Whether somebody is listing it right now."""
    usable: bool = True
    """Whether it can be listed at all."""
    shortest: float = math.inf
    """Seconds that the quickest of its writes has taken so far."""

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

    @contextmanager
    def read_one(self) -> Generator[None]:
        """Count one group less as unread afterwards."""
        try:
            yield
        finally:
            self.unread -= 1

    @contextmanager
    def hold_one_back(self) -> Generator[None]:
        """Count one group less as unread meanwhile."""
        self.unread -= 1
        try:
            yield
        finally:
            self.unread += 1

    def is_worthwhile(self, groups: int) -> bool:
        """Whether one list costs less than reading so many groups one by one."""
        return self.usable and groups >= self.pages * _WORTHWHILE

    def has_listing(self, since: float, besides: Listing | None = None) -> bool:
        """Whether the last list was begun at ``since`` or later, and is another one than ``besides``."""
        return self.last.began >= since and self.last is not besides

    def update(self, listing: Listing, now: float) -> None:
        """Keep a new list and set when the next one is due: later each time, but soon after a group has ended."""
        ended = sum(is_settled(each) for each in listing.groups.values())
        ending = ended != self.ended or len(listing.groups) < len(self.last.groups)
        self.last, self.ended = listing, ended
        self.pages = count_pages(len(listing.groups))
        self.due = now + (_SOON if ending else self._compute_delay(now))

    def _compute_delay(self, now: float) -> float:
        """Return the seconds until the next list: the more pages it takes, the less often."""
        most = min(max(_SELDOM, self.pages / 4), 10.0)
        return min(max(_SOON / _SELDOM * most, (now - self.since) * _SHARE), most)


def count_pages(groups: int) -> int:
    """Return how many pages a list of so many groups has."""
    return 1 + max(groups - 1, 0) // _PAGE


def make_watch(scope: Scope, groups: int, listing: Listing | None, unread: int = 0) -> Watch:
    """Make the watch of a resource group.

    Args:
        scope: the resource group.
        groups: how many groups are in it, for what is known.
        unread: how many of its groups are to be written.
        listing: what the plan was made from, if that was a list of all of them.
    """
    if listing is None:
        return Watch(scope, pages=count_pages(groups), unread=unread)
    ended = sum(is_settled(each) for each in listing.groups.values())
    return Watch(scope, count_pages(len(listing.groups)), unread, last=listing, ended=ended)


_FRESH = 5.0
"""Seconds for which a list counts as a read just before the write."""


def get_watch(watches: dict[tuple[str, str], Watch], scope: Scope) -> Watch:
    """Return the watch of a resource group; make one where there is none."""
    return watches.setdefault(scope.key, Watch(scope))


def get_listing(
    watch: Watch,
    ctx: Requester,
    deadline: Deadline,
    *,
    since: float,
    idle: bool = False,
    besides: Listing | None = None,
) -> Process[Listing | None]:
    """Return a list of the resource group that was begun at ``since`` or later; processes share it.

    None where the resource group cannot be listed: then each group must be read.

    Args:
        watch: the resource group.
        ctx: how.
        deadline: when to give up.
        since: seconds since the epoch.
        idle: whether nothing is under way yet.
        besides: a list that will not do, however fresh it is.

    Raises:
        InterruptedRunError: it is ``idle``, and the run is interrupted.
    """
    while watch.usable and not watch.has_listing(since, besides):
        if idle and ctx.stopped():
            raise InterruptedRunError
        if watch.is_listing:
            yield Await(watch.scope.key, idle)
        else:
            yield from _refresh_listing(watch, ctx, deadline, idle=idle)
    return watch.last if watch.usable else None


def wait_for_listing(watch: Watch, ctx: Requester, deadline: Deadline, *, since: float) -> Process[Listing | None]:
    """Wait until the next list is due, at the same time for all, and return it; None as in ``get_listing``."""
    seen = watch.last
    while watch.due > ctx.clock.now():
        yield from pause(watch.due - ctx.clock.now())
        if watch.last is not seen and watch.last.began >= since:
            return watch.last
    return (yield from get_listing(watch, ctx, deadline, since=max(since, watch.due)))


def _refresh_listing(watch: Watch, ctx: Requester, deadline: Deadline, *, idle: bool) -> Process[None]:
    """List the resource group for all processes that wait for it."""
    watch.is_listing = True
    ask, again = (
        partial(list_scope, watch.scope, ctx.backend, ctx.clock),
        partial(repeat_unless_stopped, ctx) if idle else None,
    )
    try:
        asked = Request(Verb.READ, weight=watch.pages)
        listing = yield from retry(ctx, ask, deadline, request=asked, again=again, idle=idle)
        watch.update(listing, ctx.clock.now())
    # Whoever may read single groups may not be allowed to list them: then each is read.
    except AzureError:
        watch.usable = False
    except InterruptedRunError:
        watch.is_listing = False
        yield Notify(watch.scope.key)
        raise
    watch.is_listing = False
    yield Notify(watch.scope.key)


def list_scope(scope: Scope, backend: Backend, clock: Clock) -> Listing:
    """List a resource group, and note when that began."""
    began = clock.now()
    return Listing(began, {each.id.key: each for each in backend.list(scope)})


def fresh_since(ctx: Requester) -> float:
    """Return the time since when a list must have begun to count as just read."""
    return ctx.clock.now() - _FRESH
