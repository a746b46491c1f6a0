"""What a simulated container does each time it is started."""

from __future__ import annotations

import math
from dataclasses import dataclass

_LOG_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a container: how long, how it ends, and what it prints when."""

    seconds: float | None = None
    """None: it runs for ever."""
    exit_code: int = 0
    lines: tuple[tuple[float, str], ...] = ()
    """Seconds after the start, and a line of log."""
    period: float = 0.0
    """If not zero, `repeated` is printed each so many seconds, first after one period."""
    repeated: tuple[str, ...] = ()
    detail: str = ""
    """What `detailStatus` says at the end, where it is neither Completed nor Error."""

    unhealthy: bool = False
    """It ended because its liveness probe failed too often."""

    def list_printed(self, elapsed: float) -> list[tuple[float, str]]:
        """Return the lines printed so far, with the seconds after the start; never more than the log can hold."""
        if self.seconds is not None:
            elapsed = min(elapsed, self.seconds)
        printed = [(at, text) for at, text in self.lines if at <= elapsed]
        if not self.period:
            return printed
        rounds = math.floor(elapsed / self.period)
        room = _LOG_BYTES // max(1, sum(len(text) + 1 for text in self.repeated))
        for number in range(max(1, rounds - room), rounds + 1):
            printed += [(number * self.period, text) for text in self.repeated]
        return printed

    def status(self) -> str:
        """Return the recorded word for how a run ended."""
        return self.detail or ("Completed" if self.exit_code == 0 else "Error")


@dataclass(frozen=True, slots=True)
class Program:
    """The runs of a container: the first one, and all that follow when it is restarted."""

    first: Attempt
    then: Attempt
    pull_seconds: float = 0.0
    cured: float = math.inf
    """Runs that would end after this instant are `healthy` instead."""
    healthy: Attempt | None = None

    def attempt(self, index: int, begun: float = -math.inf) -> Attempt:
        """Return the run after so many restarts, which begins at an instant."""
        run = self.first if index == 0 else self.then
        if self.healthy is not None and begun + (run.seconds or 0.0) > self.cured:
            return self.healthy
        return run


def always(attempt: Attempt, pull_seconds: float = 0.0) -> Program:
    """Return a program that does the same each time."""
    return Program(attempt, attempt, pull_seconds)
