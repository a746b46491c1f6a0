"""Requests that wait for Azure's limits: in line, until it is their turn and there is room, but not for too long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from aci_reconcile.core.errors import NoAnswerError, ThrottledError
from aci_reconcile.reconcile.limits import Limit, Limits, Request, Verb
from aci_reconcile.reconcile.steps import Await, HeldRunError, Notify, Process, pause
from aci_reconcile.reconcile.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.waiting_line import Ticket

_MOMENT = 0.01
"""Seconds that a wait takes at least: adding less to the time may not change it."""
_GLANCE = 5.0
"""Seconds after which the first in a line looks again whether there is room."""
_LONG = 5.0
"""From so many seconds on it is reported that requests go more slowly."""
TOO_LONG: Final = "use --timeout to allow more time for reading"


@dataclass(slots=True)
class Deadline:
    """When to give up, in seconds since the epoch; waiting for Azure's rate limits moves it."""

    at: float
    seconds: float
    """The timeout that it was made from."""
    last: float = math.inf
    """The latest time, however long Azure's limits make requests wait."""
    waited: float = 0
    """How many seconds reads have waited for Azure's limits."""

    def extend(self, seconds: float, verb: Verb = Verb.WRITE) -> None:
        """Move the deadline."""
        self.at += seconds
        if verb is Verb.READ:
            self.waited += seconds

    def allows(self, verb: Verb, wait: float, now: float) -> bool:
        """Whether the deadline allows a wait for Azure's limits; reads may wait no longer than the timeout in all."""
        if now + wait > self.last:
            return False
        return verb is not Verb.READ or not self.seconds or self.waited + wait <= self.seconds


class Requester(Protocol):
    """Time, chance and what was learned of limits: all that repeating a request takes."""

    @property
    def backend(self) -> Backend:
        """The way to Azure."""
        ...

    @property
    def clock(self) -> Clock:
        """Time."""
        ...

    @property
    def jitter(self) -> Callable[[], float]:
        """A number from 0 to 1, to keep many clients from coming back all at once."""
        ...

    @property
    def limits(self) -> Limits:
        """What was learned of Azure's rate limits."""
        ...

    @property
    def stopped(self) -> Callable[[], bool]:
        """Whether the run was interrupted."""
        ...


def make_paced(request: Request, seconds: float, *, location: str = "", rate: float = 0) -> Event:
    """Return the event that requests of a kind wait."""
    from aci_reconcile.reconcile.events import Paced  # late: a plan that waits for nothing does not need it

    return Paced(request.verb.value, seconds, location, rate)


def wait_for_limits(
    ctx: Requester,
    request: Request,
    deadline: Deadline,
    *,
    idle: bool,
    in_front: bool = False,
    check: Callable[[float], None] | None = None,
) -> Process[bool]:
    """Wait until Azure's limits let a request go, and move the deadline by that time; return whether they do.

    An ``idle`` wait ends at once when the run is interrupted; then they do not.

    Args:
        ctx: clock, jitter and limits.
        request: what kind of request it is.
        deadline: when to give up.
        idle: whether nothing of the group is under way.
        in_front: whether it goes before the others that wait.
        check: raises if so many seconds are too long to wait.

    Raises:
        ThrottledError: they let it go too late.
    """
    if ctx.clock.now() > deadline.last:
        raise NoAnswerError("reading took too long", hint=TOO_LONG)
    began, passed = ctx.clock.now(), list[Limit]()
    try:
        for limit in ctx.limits.list_limits(request):
            waiting = _Waiting(ctx, request, limit, deadline, idle, check)
            if not (yield from waiting.wait_in_line(in_front=in_front)):
                break
            passed.append(limit)
        else:
            passed.clear()
            deadline.extend(ctx.clock.now() - began, request.verb)
            return True
    finally:
        for limit in passed:
            limit.give_back(ctx.clock.now(), request.weight)
    return False


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that waits for one of the limits."""

    ctx: Requester
    request: Request
    limit: Limit
    deadline: Deadline
    idle: bool
    check: Callable[[float], None] | None

    def wait_in_line(self, *, in_front: bool) -> Process[bool]:
        """Wait until it is this request's turn and there is room for it; return False if the run is interrupted."""
        limit, now = self.limit, self.ctx.clock.now()
        if not limit.line and limit.get_wait(now, self.request.weight) <= 0:
            limit.take(now, self.request.weight)
            return True
        ticket = limit.line.join(in_front=in_front)
        try:
            went = yield from self._wait_for_turn(ticket)
        except (ThrottledError, HeldRunError):
            yield from self._leave(ticket)
            raise
        yield from self._leave(ticket)
        return went

    def _leave(self, ticket: Ticket) -> Process[None]:
        """Leave the line, and wake whoever is the first now."""
        self.limit.line.leave(ticket)
        if self.limit.line.first is not None:
            yield Notify(self.limit.line.first)

    def _wait_for_turn(self, ticket: Ticket) -> Process[bool]:
        yield from self._check_wait(self.limit.estimate_wait(len(self.limit.line) - 1, self.ctx.clock.now()))
        while not (self.idle and self.ctx.stopped()):
            if self.limit.line.first is not ticket:
                yield Await(ticket, self.idle)
                continue
            now = self.ctx.clock.now()
            wait = self.limit.get_wait(now, self.request.weight)
            if wait <= 0:
                self.limit.take(now, self.request.weight)
                return True
            yield from self._check_wait(wait)
            # Answers to other requests may show meanwhile that there is room.
            wait = max(min(wait, _GLANCE), _MOMENT)
            yield from pause(wait + self.ctx.jitter() * min(wait, 1) * 0.1, idle=self.idle)
        return False

    def _check_wait(self, wait: float) -> Process[None]:
        """Check that it may wait so long, and report once that requests of this kind go more slowly."""
        now = self.ctx.clock.now()
        if not self.deadline.allows(self.request.verb, max(wait, 0), now):
            late = ThrottledError(f"Azure's limit of {self.request.verb} asks to wait for {wait:.0f} s")
            late.hint = TOO_LONG
            raise late
        if self.check is not None:
            self.check(wait)
        if isinstance(self.limit, TokenBucket) and wait > max(self.limit.closed_until - now, 0) + _LONG:
            rate = self.limit.take_unreported_rate()
            if rate:
                yield make_paced(self.request, wait, rate=rate)
