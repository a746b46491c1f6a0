"""Where a container stands in its series of runs, restarts and pauses: a pure function of the time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aci_reconcile.emulator.program import Attempt, Program

# A container that ran this long starts its next crash loop from the first pause, as Kubernetes has it.
_FORGIVEN_AFTER = 600.0
# However the knobs are set, one round of a crash loop takes some time: counters stay finite.
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
class Life:
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


def simulate_life(program: Program, policy: str, start: float, now: float, pauses: Pauses) -> Life:
    """Return the state at `now` of a container that is first started at `start` (not after `now`)."""
    index, begun = 0, start
    last: Finished | None = None
    first_ended: float | None = None
    while True:
        attempt = program.attempt(index, begun)
        ended = math.inf if attempt.seconds is None else begun + attempt.seconds
        if now < ended:
            return Life("running", index, start, begun, attempt, last, first_ended)
        last = Finished(begun, ended, attempt)
        first_ended = ended if first_ended is None else first_ended
        if not is_restarted(policy, attempt.exit_code):
            return Life("ended", index, start, begun, attempt, last, first_ended)
        pause = pauses.after(index, attempt)
        if now < ended + pause:
            return Life("backoff", index, start, begun, attempt, last, first_ended)
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
