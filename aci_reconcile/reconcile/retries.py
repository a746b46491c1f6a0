"""Retries by the meaning of an error, with rate limits and deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.backend import Operation
from aci_reconcile.core.errors import AzureError, NoAnswerError, NotConvergedError, RetryableError, ThrottledError
from aci_reconcile.reconcile.limit_waits import TOO_LONG, Deadline, Requester, make_paced, wait_for_limits
from aci_reconcile.reconcile.limits import READ, Request, Verb, is_regional
from aci_reconcile.reconcile.steps import InterruptedRunError, Process, T, call, pause

if TYPE_CHECKING:
    from collections.abc import Callable


_PATIENCE = 1800.0
"""Seconds for which a limit may let nothing through after the end that it named, where there is no timeout."""
_NOTEWORTHY = 1.0
"""Waits for Azure's limits are reported from so many seconds on."""


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
    repetition = _Repetition(ctx, request, deadline, idle, admitted)
    try:
        while True:
            yield from repetition.wait_until_admitted()
            if repetition.tries and again is not None:
                known = yield from again(repetition.unanswered)
                if known is not None:
                    return known
            done = yield from repetition.attempt(run)
            if done is not None:
                return done[0]
    finally:
        repetition.give_back()


@dataclass(slots=True)
class _Repetition:
    """A request that is made until it succeeds or fails for good."""

    ctx: Requester
    request: Request
    deadline: Deadline
    idle: bool
    admitted: bool
    """Whether the limits have let the next attempt go."""
    backoff: Backoff = field(default_factory=lambda: Backoff(delay=1, factor=2, ceiling=30))
    tries: int = 0
    unanswered: bool = False
    """Whether an attempt had no answer, so that it may have been carried out."""

    def wait_until_admitted(self) -> Process[None]:
        """Wait until the limits let the next attempt go, or the run is interrupted."""
        if self.admitted:
            return
        # A write that was refused, and a read that a write waits for, go before what came later.
        in_front = self.idle if self.request.verb is Verb.READ else self.tries > 0
        waiting = wait_for_limits(self.ctx, self.request, self.deadline, idle=self.idle, in_front=in_front)
        self.admitted = yield from waiting

    def attempt(self, run: Callable[[], T]) -> Process[tuple[T] | None]:
        """Make the request once; return its result, or None if it is to be made again."""
        self.tries += 1
        attempt = _Attempt(self.ctx, self.request, idle=self.idle)
        try:
            result = yield from call(partial(attempt.make, run))
        except _TooLateError:
            self.give_back()
            return None
        except ThrottledError as error:
            self.admitted = False
            yield from _handle_refusal(self.ctx, self.request, error, attempt.sent, self.backoff.next(), self.deadline)
            return None
        except AzureError as error:
            self._note_answer(attempt.sent, error)
            yield from self._pause_after(error)
            return None
        self._note_answer(attempt.sent, result)
        return (result,)

    def give_back(self) -> None:
        """Tell the limits that what they have let go is not sent, if there is anything."""
        if self.admitted:
            self.ctx.limits.give_back(self.request, self.ctx.clock.now())
        self.admitted = False

    def _pause_after(self, error: AzureError) -> Process[None]:
        """Pause before the next attempt; raise an error that allows no hope, or for which there is no time."""
        if not isinstance(error, (RetryableError, NoAnswerError)):
            raise error
        self.unanswered = self.unanswered or isinstance(error, NoAnswerError)
        delay = self.backoff.next()
        if self.ctx.clock.now() + delay > self.deadline.at:
            raise error
        yield from pause(delay + self.ctx.jitter() * min(delay, 1), idle=self.idle)

    def _note_answer(self, sent: float, answer: object) -> None:
        """Note that Azure's limits let a request pass; without an answer nobody knows whether they did."""
        if isinstance(answer, NoAnswerError):
            self.give_back()
            return
        self.admitted, now = False, self.ctx.clock.now()
        room = answer.room if isinstance(answer, Operation) else ()
        self.ctx.limits.accept(self.request, sent, now, room)
        left = self.ctx.backend.get_remaining()
        of_verb = {Verb.READ: left.reads, Verb.WRITE: left.writes, Verb.DELETE: left.deletes}
        self.ctx.limits.get_bucket(self.request.verb).note(of_verb[self.request.verb], now)


@dataclass(slots=True)
class _Attempt:
    """One attempt of a request, in a thread of the pool."""

    ctx: Requester
    request: Request
    idle: bool = field(kw_only=True)
    sent: float = 0

    def make(self, run: Callable[[], T]) -> T:
        """Make the request, unless an interruption or a refusal came while it was queued."""
        self.sent = self.ctx.clock.now()
        if (self.idle and self.ctx.stopped()) or self.ctx.limits.is_closed(self.request, self.sent):
            raise _TooLateError
        try:
            return run()
        except ThrottledError as error:
            self.ctx.limits.shut(self.request, error, self.ctx.clock.now())
            raise


def _handle_refusal(
    ctx: Requester, request: Request, error: ThrottledError, sent: float, wait: float, deadline: Deadline
) -> Process[None]:
    """Note a refusal and report the wait that follows.

    Raises:
        ThrottledError: the deadline does not allow that wait, or the limit lets nothing through for too long.
    """
    now = ctx.clock.now()
    # One line for all requests that wait for the same limit.
    news = ctx.limits.refuse(request, error, sent, now, wait)
    limit = ctx.limits.list_limits(request)[0 if is_regional(error) else -1]
    seconds = limit.closed_until - now
    if news and seconds > _NOTEWORTHY:
        yield make_paced(request, seconds, location=request.location if is_regional(error) else "")
    if not deadline.allows(request.verb, seconds, now):
        error.hint = TOO_LONG
        raise error
    # A quota that ends is waited for. A server that always refuses, whatever end it names, is an error in the end.
    if now - limit.stalled_since > (deadline.seconds or _PATIENCE):
        raise _make_stalled_error(request, error, now - limit.stalled_since, limit.closed_until)


def _make_stalled_error(request: Request, error: ThrottledError, seconds: float, ends: float) -> ThrottledError:
    named = f" of {error.most} in {error.interval:.0f} s" if error.most else ""
    where = f" in {request.location}" if is_regional(error) and request.location else ""
    until = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    stalled = ThrottledError(
        f"Azure's limit{named} of {request.verb}{where} lets nothing through, {seconds:.0f} s after it should have; "
        f"now it asks to wait until {until}: {error.message}",
        code=error.code,
        status=error.status,
        request_id=error.request_id,
        retry_after=error.retry_after,
    )
    stalled.hint = "somebody else may use up the quota; --timeout says for how long that is waited for"
    return stalled


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
