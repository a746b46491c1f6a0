"""Retries by the meaning of an error, with rate limits and deadlines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from aci_reconcile.core.errors import AzureError, NoAnswerError, NotConvergedError, RetryableError, ThrottledError
from aci_reconcile.reconcile.limits import READ, Limits, Request, Verb
from aci_reconcile.reconcile.steps import InterruptedRunError, Process, T, call, pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.reconcile.events import Event

_MOST_REFUSALS = 25
"""How often one request may be refused for its rate before that counts as an error: a server that always refuses."""
_NOTEWORTHY = 1.0
"""Waits for Azure's limits are reported from so many seconds on."""
_LONG = 5.0
"""From so many seconds on it is reported that requests go more slowly."""


_TOO_LONG = "use --timeout to allow more time for reading"


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


class _TooLateError(Exception):
    """A request was still queued when the run was interrupted, or when Azure refused others of its kind.

    It was not sent, so it may simply be tried again.
    """


@dataclass(slots=True)
class Backoff:
    """How long to wait before the next request: soon at first, then less and less often."""

    delay: float = 0.25
    factor: float = 1.5
    ceiling: float = 5

    def next(self) -> float:
        """Return the seconds to wait, and slow down."""
        now, self.delay = self.delay, min(self.delay * self.factor, self.ceiling)
        return now


def repeat_unless_stopped(ctx: Requester, _unanswered: bool, /) -> Process[None]:  # noqa: FBT001  as `retry` calls `again`
    """Allow another attempt of a read that precedes a write, unless the run is interrupted.

    Raises:
        InterruptedRunError: it is.
    """
    if ctx.stopped():
        raise InterruptedRunError
    yield from ()


def retry(  # noqa: PLR0913  each is a choice of the one who asks
    ctx: Requester,
    run: Callable[[], T],
    deadline: Deadline,
    *,
    request: Request = READ,
    again: Callable[[bool], Process[T | None]] | None = None,
    idle: bool = False,
    admitted: bool = False,
) -> Process[T]:
    """Make a request, and repeat it as long as Azure's answers allow hope.

    Args:
        ctx: clock, jitter and limits.
        run: the request.
        deadline: when to give up; the last error is raised then. Azure's rate limits move it.
        request: what kind of request it is, for the limits.
        again: runs before each repetition, with whether an attempt had no answer and may have been carried out. It
            returns a result if no repetition is needed, and raises if the request is no longer right.
        idle: nothing of the group is under way: an interruption ends the waiting at once, and ``again`` ends the rest.
        admitted: the limits have let the first attempt go already.
    """
    backoff = Backoff(delay=1, factor=2, ceiling=30)
    tries, refusals, unanswered = 0, 0, False
    while True:
        if tries or not admitted:
            yield from wait_for_limits(ctx, request, deadline, idle=idle)
        known = (yield from again(unanswered)) if tries and again is not None else None
        if known is not None:
            return known
        tries += 1
        sent = ctx.clock.now()
        try:
            result = yield from call(partial(_attempt, ctx, run, request, idle=idle))
        except _TooLateError:
            continue
        except ThrottledError as error:
            refusals += 1
            if refusals > _MOST_REFUSALS:
                raise
            yield from _handle_refusal(ctx, request, error, sent, backoff.next(), deadline)
        except (RetryableError, NoAnswerError) as error:
            unanswered = unanswered or isinstance(error, NoAnswerError)
            delay = backoff.next()
            if ctx.clock.now() + delay > deadline.at:
                raise
            yield from pause(delay + ctx.jitter() * min(delay, 1), idle=idle)
        else:
            _note_remaining(ctx, request.verb)
            return result


def _attempt(ctx: Requester, run: Callable[[], T], request: Request, *, idle: bool) -> T:
    """Make a request in a thread of the pool, unless an interruption or a refusal came while it was queued."""
    if (idle and ctx.stopped()) or ctx.limits.get_wait(request, ctx.clock.now()) > 0:
        raise _TooLateError
    return run()


def _note_remaining(ctx: Requester, verb: Verb) -> None:
    left = ctx.backend.get_remaining()
    of_verb = {Verb.READ: left.reads, Verb.WRITE: left.writes, Verb.DELETE: left.deletes}
    ctx.limits.note(verb, of_verb[verb], ctx.clock.now())


def _handle_refusal(
    ctx: Requester, request: Request, error: ThrottledError, sent: float, wait: float, deadline: Deadline
) -> Process[None]:
    """Note a refusal and report the wait that follows; raise it where the deadline does not allow that wait."""
    now = ctx.clock.now()
    # One line for all requests that wait for the same limit.
    if ctx.limits.refuse(request, error, sent, now, wait):
        seconds = ctx.limits.get_wait(request, now)
        if seconds > _NOTEWORTHY:
            yield _make_paced(request, seconds, location=request.location if "resource" in error.code.lower() else "")
    if not deadline.allows(request.verb, ctx.limits.get_wait(request, now), now):
        error.hint = _TOO_LONG
        raise error


def _make_paced(request: Request, seconds: float, *, location: str = "", rate: float = 0) -> Event:
    from aci_reconcile.reconcile.events import Paced  # late: a plan that waits for nothing does not need it

    return Paced(request.verb.value, seconds, location, rate)


def wait_for_limits(ctx: Requester, request: Request, deadline: Deadline, *, idle: bool) -> Process[None]:
    """Wait until Azure's limits allow a request, and move the deadline by that time.

    An ``idle`` wait ends at once when the run is interrupted; then the caller must not begin anything.

    Raises:
        ThrottledError: they let it go too late.
    """
    if ctx.clock.now() > deadline.last:
        raise NoAnswerError("reading took too long", hint=_TOO_LONG)
    began, since = ctx.clock.now(), ctx.limits.get_last_refusal(request.verb)
    wait = ctx.limits.reserve(request, began)
    while wait > 0 and not (idle and ctx.stopped()):
        if not deadline.allows(request.verb, wait, ctx.clock.now()):
            late = ThrottledError(f"Azure's limit of {request.verb} asks to wait for {wait:.0f} s")
            late.hint = _TOO_LONG
            raise late
        yield from _report_slower(ctx, request, wait)
        yield from pause(wait + ctx.jitter() * min(wait, 1) * 0.1, idle=idle)
        now, before = ctx.clock.now(), since
        since = ctx.limits.get_last_refusal(request.verb)
        wait = ctx.limits.get_wait(request, now) if since == before else ctx.limits.reserve(request, now)
    deadline.extend(ctx.clock.now() - began, request.verb)


def _report_slower(ctx: Requester, request: Request, wait: float) -> Process[None]:
    """Report once that requests of this kind go more slowly, where a request waits for that."""
    now = ctx.clock.now()
    if wait > max(ctx.limits.get_wait(request, now), 0) + _LONG and (
        rate := ctx.limits.take_unreported_rate(request.verb, now)
    ):
        yield _make_paced(request, wait, rate=rate)


def check_deadline(ctx: Requester, deadline: Deadline, what: str) -> None:
    """Check that the deadline has not passed.

    Raises:
        NotConvergedError: it has.
    """
    if ctx.clock.now() > deadline.at:
        raise NotConvergedError(
            f"still {what} after {deadline.seconds:.0f} s",
            hint="look at it with `aci-reconcile status`, or allow more time with --timeout",
        )


def make_failure(code: str, message: str) -> AzureError:
    """Return the error of an operation that ended badly."""
    return AzureError(message or "the operation failed, and Azure gave no reason", code=code)
