"""What every group's process needs: the backend, time, chance, and how long to be patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.errors import AzureError, NoAnswerError, NotConvergedError, RetryableError, ThrottledError
from aci_reconcile.reconcile.engine import Process, T, call, pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.backend import Backend, Clock
    from aci_reconcile.plan.values import Policy


class Wait(StrEnum):
    """What an apply waits for: that Azure accepted, that provisioning ended, or that the containers are up."""

    NONE = "none"
    PROVISIONED = "provisioned"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class Context:
    """How to carry out a plan. Times are in seconds."""

    backend: Backend
    clock: Clock
    policy: Policy
    entropy: Callable[[int], bytes]
    jitter: Callable[[], float]
    """A number from 0 to 1, to keep many clients from coming back all at once."""
    wait: Wait = Wait.HEALTHY
    stable_for: float = 10
    timeout: float = 1800
    in_flight: dict[str, str] = field(default_factory=dict[str, str])
    """Addresses of groups whose write was sent and not yet seen to its end, for an interrupted run to name."""

    def deadline(self) -> float:
        """Return when patience with a group ends."""
        return self.clock.now() + self.timeout


@dataclass(slots=True)
class Pace:
    """How long to wait before the next look: soon at first, then less and less often."""

    delay: float = 0.25
    factor: float = 1.5
    ceiling: float = 5

    def next(self) -> float:
        """Return the seconds to wait, and slow down."""
        now, self.delay = self.delay, min(self.delay * self.factor, self.ceiling)
        return now


def patiently(ctx: Context, run: Callable[[], T], deadline: float, *, repeat: bool = True) -> Process[T]:
    """Make a request, again and again while Azure says that waiting helps.

    Args:
        ctx: clock and jitter.
        run: the request.
        deadline: when to give up; the last error is raised then.
        repeat: whether a request that got no answer may be made again: true of reads alone.
    """
    pace = Pace(delay=1, factor=2, ceiling=30)
    while True:
        try:
            return (yield from call(run))
        except RetryableError as error:
            delay = pace.next()
            if isinstance(error, ThrottledError):
                delay = max(delay, error.retry_after)
            if ctx.clock.now() + delay > deadline:
                raise
            yield from pause(delay + ctx.jitter() * min(delay, 1))
        except NoAnswerError:
            delay = pace.next()
            if not repeat or ctx.clock.now() + delay > deadline:
                raise
            yield from pause(delay)


def overdue(ctx: Context, deadline: float, what: str) -> None:
    """Raise once the deadline has passed.

    Raises:
        NotConvergedError: it has.
    """
    if ctx.clock.now() > deadline:
        raise NotConvergedError(
            f"still {what} after {ctx.timeout:.0f} s", hint="look at `status`, or give it longer with --timeout"
        )


def failure(code: str, message: str) -> AzureError:
    """Return the error of an operation that ended badly."""
    return AzureError(message or "the operation failed, and Azure does not say why", code=code)
