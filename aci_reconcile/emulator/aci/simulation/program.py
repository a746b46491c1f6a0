"""The program of a simulated container, and its state in the series of runs, restarts and pauses.

The state is a pure function of the time: nothing runs, and nothing is counted in between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

_LOG_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a container: how long, how it ends, and what it prints when."""

    seconds: float | None = None
    """None if it runs forever."""
    exit_code: int = 0
    lines: tuple[tuple[float, str], ...] = ()
    """Seconds after the start, and a line of log."""
    period: float = 0.0
    """If not zero, the period in seconds in which `repeated` is printed, first after one period."""
    repeated: tuple[str, ...] = ()
    detail: str = ""
    """The final `detailStatus`, if it is neither Completed nor Error."""

    unhealthy: bool = False
    """It ended because its liveness probe failed too often."""

    def list_printed(self, elapsed: float, after: float = -1.0) -> list[tuple[float, str]]:
        """Return the lines printed after one moment and up to another, with the seconds after the start.

        They are never more than the log can hold.
        """
        if self.seconds is not None:
            elapsed = min(elapsed, self.seconds)
        printed = [(at, text) for at, text in self.lines if after < at <= elapsed]
        if not self.period:
            return printed
        rounds = math.floor(elapsed / self.period)
        room = _LOG_BYTES // max(1, sum(len(text) + 1 for text in self.repeated))
        first = max(1, rounds - room, math.floor(after / self.period) + 1)
        for number in range(first, rounds + 1):
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


def repeat(attempt: Attempt, pull_seconds: float = 0.0) -> Program:
    """Return a program that does the same each time."""
    return Program(attempt, attempt, pull_seconds)


# After ten minutes without a crash, Kubernetes begins again with the first pause (its documentation, container restart
# policy). Nothing is recorded of ACI.
_FORGIVEN_AFTER = 600.0
# The shortest round of a crash loop, so that counters stay finite when all pauses are zero.
_SHORTEST_ROUND = 0.01


@dataclass(frozen=True, slots=True)
class Pauses:
    """The waiting times of a crash loop."""

    first: float
    longest: float

    def after(self, index: int, attempt: Attempt) -> float:
        """Return the pause after the run with this number."""
        if (attempt.seconds or 0.0) >= _FORGIVEN_AFTER:
            index = 0
        pause = self.first * 2.0 ** min(index, 64)
        return max(_SHORTEST_ROUND, min(pause, self.longest))


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has ended."""

    begun: float
    ended: float
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class ContainerState:
    """The state of one container that has been started at least once."""

    phase: Literal["running", "backoff", "ended"]
    restarts: int
    first_begun: float
    begun: float
    attempt: Attempt
    last: Finished | None
    """The last run that ended, if any did; the present one where the phase is not running."""
    first_ended: float | None


def is_restarted(policy: str, exit_code: int) -> bool:
    """Whether a container that ended with this code is started again."""
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)


def simulate_container(program: Program, policy: str, start: float, now: float, pauses: Pauses) -> ContainerState:
    """Return the state at `now` of a container that is first started at `start` (not after `now`)."""
    index, begun = 0, start
    last: Finished | None = None
    first_ended: float | None = None
    while True:
        attempt = program.attempt(index, begun)
        ended = math.inf if attempt.seconds is None else begun + attempt.seconds
        if now < ended:
            return ContainerState("running", index, start, begun, attempt, last, first_ended)
        last = Finished(begun, ended, attempt)
        first_ended = ended if first_ended is None else first_ended
        if not is_restarted(policy, attempt.exit_code):
            return ContainerState("ended", index, start, begun, attempt, last, first_ended)
        pause = pauses.after(index, attempt)
        if now < ended + pause:
            return ContainerState("backoff", index, start, begun, attempt, last, first_ended)
        # From the second run on, and once the pauses no longer grow, all rounds are alike: skip to the present one.
        rounds = 1
        if index and pause == pauses.after(index + 1, attempt):
            last_alike = min(now, program.cured if begun < program.cured else now)
            rounds = max(1, math.floor((last_alike - begun) / (ended + pause - begun)))
        begun += rounds * (ended + pause - begun)
        index += rounds


def find_end(program: Program, policy: str, start: float, pauses: Pauses) -> tuple[float, int]:
    """Return when a container that starts at `start` ends for good, and its exit code; infinity is never."""
    clock = start
    for index in (0, 1):
        attempt = program.attempt(index)
        if attempt.seconds is None:
            return math.inf, 0
        clock += attempt.seconds
        if not is_restarted(policy, attempt.exit_code):
            return clock, attempt.exit_code
        clock += pauses.after(index, attempt)
    return math.inf, 0
