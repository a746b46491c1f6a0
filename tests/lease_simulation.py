"""Several runs that want one lock, in simulated time: killed, stopped, cut off, broken by force.

Each run has two threads, as a real one has: it writes, and it renews its lease. Only one thread of a simulation runs at
a time, the one whose turn comes first; so one seed is one story. What is tested is the code that ships: ``take``,
``HeldLock`` and ``Fence``.
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lease_model import Account, FakeBlob, Time

from aci_reconcile.azure.lock.lease import HeldLock, Timing, take
from aci_reconcile.core.errors import AciReconcileError, NoAnswerError
from aci_reconcile.core.lock import Holder

if TYPE_CHECKING:
    from collections.abc import Callable

END = 600.0
"""Seconds of simulated time."""
MARGIN = 20.0
"""Seconds that a request may be on its way: what the lease lasts longer than the fence is open."""


class KilledError(BaseException):
    """The process is no more."""


@dataclass
class Story:
    """What happened: the writes that arrived, and those that arrived while somebody else held the lock."""

    writes: int = 0
    doubles: list[str] = field(default_factory=list)
    held_up: list[str] = field(default_factory=list)
    """Doubles of requests that were on their way for longer than the margin: these are possible, and documented."""
    fenced: int = 0
    holders: int = 0


@dataclass
class Process:
    """One run. While it stands still, none of its threads goes on."""

    name: str
    dies_at: float
    stops: tuple[tuple[float, float], ...]

    def find_turn(self, at: float) -> float:
        """Return when a thread goes on that wants to go on then."""
        return next((end for begin, end in self.stops if begin <= at < end), at)


class Stage:
    """Lets one thread run at a time, in the order of simulated time."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self._turns: list[tuple[float, int, threading.Event]] = []
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._back = threading.Event()

    def enter(self, play: Callable[[], None], at: float) -> None:
        """Add a thread that begins then."""
        turn = self._add_turn(at)

        def run() -> None:
            turn.wait()
            with suppress(KilledError):
                play()
            self._back.set()

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def sleep(self, process: Process, seconds: float) -> None:
        """Let others go on until then. Raises KilledError if the process is dead by then."""
        at = process.find_turn(self.time.now + seconds)
        turn = self._add_turn(at)
        self._back.set()
        turn.wait()
        if at >= process.dies_at:
            raise KilledError

    def play(self) -> None:
        """Run until every thread has ended."""
        while self._turns:
            self.time.now, _, turn = heapq.heappop(self._turns)
            self._back.clear()
            turn.set()
            self._back.wait()
        for each in self._threads:
            each.join()

    def _add_turn(self, at: float) -> threading.Event:
        turn = threading.Event()
        heapq.heappush(self._turns, (at, next(self._numbers), turn))
        return turn


@dataclass
class Run:
    """What one process does: take the lock, write, renew, and begin again until the end."""

    process: Process
    stage: Stage
    account: Account
    chance: random.Random
    timing: Timing
    story: Story
    outages: tuple[tuple[float, float], ...]

    def play(self) -> None:
        """Write whenever the lock is held."""
        for number in itertools.count():
            if self.stage.time.now >= END:
                return
            blob = FakeBlob(self.account, travel=self._travel)
            lease = f"{self.process.name}-{number}"
            try:
                found = take(blob, Holder(lease), lease, timing=self.timing, ticks=self.stage.time.read)
            except AciReconcileError:
                self._sleep(self.chance.uniform(0, 5))
                continue
            if not isinstance(found, HeldLock):
                self._sleep(self.chance.uniform(1, 3))
                continue
            self.story.holders += 1
            self._write_all(found)

    def _write_all(self, held: HeldLock) -> None:
        over = threading.Event()
        self.stage.enter(lambda: self._renew(held, over), self.stage.time.now)
        try:
            for _ in range(self.chance.randrange(1, 40)):
                self._sleep(self.chance.expovariate(1 / 3))
                with held.fence.guard():
                    self._send(held)
        except AciReconcileError:
            self.story.fenced += 1
        finally:
            over.set()
        held.release()

    def _send(self, held: HeldLock) -> None:
        checked = self.stage.time.now
        # Most requests arrive at once, some late, and a few later than the margin allows.
        delays = [0.05, self.chance.uniform(0, MARGIN - 0.1), self.chance.uniform(MARGIN, 60)]
        self._sleep(self.chance.choices(delays, [90, 9, 1])[0])
        self.story.writes += 1
        if self.account.taken[-1] != held.lease:
            late = self.stage.time.now - checked > MARGIN
            (self.story.held_up if late else self.story.doubles).append(f"{held.lease} at {self.stage.time.now:.1f}")

    def _renew(self, held: HeldLock, over: threading.Event) -> None:
        """Renew as the thread of a lock does."""
        pause = held.timing.renewal
        while True:
            self._sleep(pause)
            if over.is_set() or held.find_loss():
                return
            pause = held.timing.renewal if held.renew() else held.timing.again

    def _travel(self) -> None:
        """Let a request take its time, or lose it, or its answer."""
        self._sleep(self.chance.choice([0.01, 0.1, self.chance.uniform(0, 5)]))
        now = self.stage.time.now
        if any(begin <= now < end for begin, end in self.outages):
            self._sleep(10)
            raise NoAnswerError("no answer")

    def _sleep(self, seconds: float) -> None:
        self.stage.sleep(self.process, seconds)


def simulate(seed: int, timing: Timing | None = None) -> Story:
    """Play one story and return what happened."""
    chance, story, time = random.Random(seed), Story(), Time(0.0)
    stage, account = Stage(time), Account(time)
    for number in range(chance.randrange(2, 5)):
        dies_at = chance.uniform(0, END) if chance.random() < 0.4 else END * 10
        process = Process(f"run{number}", dies_at, _find_pauses(chance, 120))
        actor = Run(process, stage, account, chance, timing or Timing(), story, _find_pauses(chance, 90))
        stage.enter(actor.play, chance.uniform(0, 5))
    stage.enter(lambda: _break_by_force(stage, account, chance), chance.uniform(0, END))
    stage.play()
    return story


def _find_pauses(chance: random.Random, longest: float) -> tuple[tuple[float, float], ...]:
    begins = sorted(chance.uniform(0, END) for _ in range(chance.randrange(3)))
    return tuple((begin, begin + chance.uniform(0, longest)) for begin in begins)


def _break_by_force(stage: Stage, account: Account, chance: random.Random) -> None:
    somebody = Process("somebody", END * 10, ())
    for _ in range(chance.randrange(3)):
        FakeBlob(account).break_lease(60)
        stage.sleep(somebody, chance.uniform(0, 200))
