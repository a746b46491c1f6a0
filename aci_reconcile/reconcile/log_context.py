"""What following logs needs: the backend, time, what is wanted of the logs, and a pace that all containers share."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.limits import Limits
from aci_reconcile.reconcile.retries import repeat_unless_stopped, retry
from aci_reconcile.reconcile.steps import InterruptedRunError, never, pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.backend import Backend, Clock, Stream
    from aci_reconcile.operate.log_events import LogEvent
    from aci_reconcile.reconcile.steps import Process, T


@dataclass(slots=True)
class Pace:
    """The requests of a run that follows logs: less than half of what ARM refills, for others need some, too.

    ARM refills 25 reads a second (request-limits-and-throttling); what it refuses is obeyed besides, by ``Limits``.
    """

    rate: float = 10.0
    burst: float = 40.0
    tokens: float = 40.0
    counted: float = -math.inf

    def reserve(self, now: float) -> float:
        """Return for how many seconds the next request must wait, and count it."""
        passed = now - self.counted if self.counted > -math.inf else 0.0
        self.tokens = min(self.tokens + max(passed, 0.0) * self.rate, self.burst) - 1
        self.counted = max(now, self.counted)
        return max(-self.tokens / self.rate, 0.0)


def close_now(stream: Stream, /) -> None:
    """Close a stream, and wait until it is closed."""
    stream.close()


@dataclass(frozen=True, slots=True)
class LogContext:
    """How to read logs. Times are seconds."""

    backend: Backend
    clock: Clock
    jitter: Callable[[], float]
    timed: bool = False
    """Whether every line is wanted with its time."""
    tail: int | None = None
    """How many of the lines that are there at first are wanted; all of them if None."""
    since: float | None = None
    """From when on they are wanted."""
    timeout: float = 1800
    """How long one request is repeated while there is no answer."""
    stopped: Callable[[], bool] = never
    reads_last: bool = False
    """Whether the log is read once more when the run is interrupted: its group is deleted then."""
    close: Callable[[Stream], None] = close_now
    """Closes the stream of a container that is not followed to its end."""
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)

    def check_not_stopped(self) -> None:
        """Check that the run is not interrupted.

        Raises:
            InterruptedRunError: it is.
        """
        if self.stopped():
            raise InterruptedRunError

    def rest(self, seconds: float) -> Process[None]:
        """Let time pass.

        Raises:
            InterruptedRunError: the run was interrupted.
        """
        yield from pause(seconds, idle=True)
        self.check_not_stopped()

    def ask(self, run: Callable[[], T]) -> Process[T]:
        """Make a request, at the pace that all containers share.

        Raises:
            InterruptedRunError: the run was interrupted.
            AzureError: Azure refuses, or there was no answer for too long.
        """
        self.check_not_stopped()
        if wait := self.pace.reserve(self.clock.now()):
            yield from self.rest(wait)
        deadline = Deadline(self.clock.now() + self.timeout, self.timeout)
        return (yield from retry(self, run, deadline, idle=True, again=partial(repeat_unless_stopped, self)))


def report(event: LogEvent) -> Process[None]:
    """Report something of a log from within a process."""
    step: Any = event  # the engine passes on whatever is no step of its own
    yield step
