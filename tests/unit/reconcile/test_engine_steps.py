"""What processes arrange among themselves, what a stop does to them, and what the loop itself costs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeClock, group

from aci_reconcile.planning import Action, Change
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.events import Event, Skipped, Waiting
from aci_reconcile.reconcile.steps import Await, Notify, Task, call, compute, pause, unlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aci_reconcile.reconcile.steps import Process

CHANGE = Change(group().id, Action.NO_OP)
LANE = frozenset({"subnet"})


def task(name: str, process: Callable[[], Process[bool]], **more: Any) -> Task:
    """Return a task whose skipping is an event."""
    return Task(name, process, lambda because: Skipped(CHANGE, f"{name}: {because}"), **more)


def saying(name: str, *, seconds: float = 0, ends: bool = True, free: bool = False) -> Callable[[], Process[bool]]:
    """Return a process that says when it begins and ends."""

    def process() -> Process[bool]:
        yield Waiting(CHANGE, f"{name} begins")
        if free:
            yield from unlock()
        yield from pause(seconds)
        yield Waiting(CHANGE, f"{name} ends")
        return ends

    return process


def told(events: Iterator[Event]) -> list[str]:
    """Return the words of the events."""
    return [
        each.detail if isinstance(each, Waiting) else each.because
        for each in events
        if isinstance(each, (Waiting, Skipped))
    ]


def ran(*tasks: Task, clock: FakeClock | None = None, stopped: Callable[[], bool] = lambda: False) -> list[str]:
    """Run the tasks; returns what they said."""
    return told(run(tasks, concurrency=2, clock=clock or FakeClock(0), stopped=stopped))


def test_whoever_waits_for_a_word_goes_on_when_it_is_said() -> None:
    """All of them, and nobody who waits for another word."""
    clock = FakeClock(0)

    def waiting(name: str, word: str) -> Callable[[], Process[bool]]:
        def process() -> Process[bool]:
            yield Await(word)
            yield Waiting(CHANGE, f"{name} at {clock.now():.0f}")
            return True

        return process

    def speaking() -> Process[bool]:
        yield from pause(5)
        yield Notify("one")
        yield from pause(5)
        yield Notify("other")
        return True

    tasks = [task("a", waiting("a", "one")), task("b", waiting("b", "other")), task("c", waiting("c", "one"))]

    assert ["a at 5", "c at 5", "b at 10"] == ran(*tasks, task("s", speaking), clock=clock)


def test_a_word_that_nobody_waits_for_is_lost() -> None:
    """It stops nobody, and is not kept for later."""

    def speaking() -> Process[bool]:
        yield Notify("word")
        return True

    assert [] == ran(task("a", speaking))


def test_lanes_that_are_given_back_let_the_next_one_in() -> None:
    """While the first one goes on."""
    first, second = task("a", saying("a", seconds=9, free=True), locks=LANE), task("b", saying("b"), locks=LANE)

    assert ["a begins", "b begins", "b ends", "a ends"] == ran(first, second)


def test_a_lane_that_was_given_back_is_not_given_back_twice() -> None:
    """The end of the first task does not open the lock of the second one."""
    said = ran(
        task("a", saying("a", seconds=1, free=True), locks=LANE),
        task("b", saying("b", seconds=9), locks=LANE),
        task("c", saying("c"), locks=LANE),
    )

    assert said.index("a ends") < said.index("b ends") < said.index("c begins")


@pytest.mark.parametrize("ends", [True, False])
def test_behind_waits_for_the_end_well_or_not(ends: bool) -> None:
    """Unlike what is after it, which is skipped."""
    said = ran(
        task("b", saying("b"), behind=frozenset({"a"})),
        task("c", saying("c"), after=frozenset({"a"})),
        task("a", saying("a", seconds=3, ends=ends)),
    )

    assert said.index("a ends") < said.index("b begins")
    assert ("c begins" in said) is ends
    assert ("c: a did not succeed" in said) is not ends


def test_behind_one_that_is_skipped() -> None:
    """It is not begun, either: what comes first has not changed anything."""
    said = ran(
        task("c", saying("c"), behind=frozenset({"b"})),
        task("b", saying("b"), after=frozenset({"a"})),
        task("a", saying("a", ends=False)),
    )

    assert ["a begins", "a ends", "b: a did not succeed", "c: b comes first and was skipped"] == said


def test_a_stop_ends_idle_pauses_and_lets_the_others_end() -> None:
    """What is not begun is skipped, and whoever pauses idly from then on does not pause at all."""
    clock, stop = FakeClock(0), list[bool]()

    def idle() -> Process[bool]:
        yield from pause(1000, idle=True)
        yield Waiting(CHANGE, f"idle woke at {clock.now():.0f}")
        yield from pause(1000, idle=True)
        yield Waiting(CHANGE, f"idle ended at {clock.now():.0f}")
        return True

    def busy() -> Process[bool]:
        yield from pause(5)
        stop.append(True)
        yield Waiting(CHANGE, "stopped")
        yield from pause(7)
        yield Waiting(CHANGE, f"busy ended at {clock.now():.0f}")
        return True

    later = task("later", saying("later"), after=frozenset({"busy"}))
    said = ran(task("idle", idle), task("busy", busy), later, clock=clock, stopped=lambda: bool(stop))

    assert [
        "stopped",
        "idle woke at 5",
        "idle ended at 5",
        "busy ended at 12",
        "later: interrupted",
    ] == said


def test_a_stop_before_everything_begins_nothing() -> None:
    """Each task is named."""
    assert ["a: interrupted", "b: interrupted"] == ran(
        task("a", saying("a")), task("b", saying("b")), stopped=lambda: True
    )


class _Closing:
    """A process of each kind, and which of them were closed."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    def __call__(self, name: str, *steps: Any) -> Task:
        """Return a task that takes these steps."""

        def process() -> Process[bool]:
            try:
                yield from steps
            finally:
                self.closed.append(name)
            return True

        return task(name, process)


def test_a_defect_closes_everything() -> None:
    """Whoever sleeps, waits for a word or is ready to go on: no process is left hanging."""
    closing = _Closing()

    def broken() -> Process[bool]:
        yield from pause(1)
        yield from call(lambda: 1 // 0)
        return True

    (asleep,) = pause(50)
    tasks = (closing("asleep", asleep), closing("parked", Await("never")), task("broken", broken))

    with pytest.raises(ZeroDivisionError):
        ran(*tasks)
    assert ["asleep", "parked"] == sorted(closing.closed)


def test_a_reader_who_goes_away_closes_everything() -> None:
    """As when the terminal is gone."""
    closing = _Closing()
    (asleep,) = pause(50)
    events = run(
        [closing("asleep", asleep), closing("speaker", Waiting(CHANGE, "a"), Waiting(CHANGE, "b"))],
        concurrency=1,
        clock=FakeClock(0),
        stopped=lambda: False,
    )

    assert Waiting(CHANGE, "a") == next(events)
    events.close()  # type: ignore[attr-defined]
    assert ["asleep", "speaker"] == sorted(closing.closed)


class _Counted(dict[str, Task]):
    """Tasks that wait, and how often the loop looked through them."""

    looks = 0

    def values(self) -> Any:
        """Count."""
        self.looks += len(self)
        return super().values()


def _work(tasks: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many tasks were looked at in all, where each takes so many steps."""
    waiting = _Counted()
    begun = "aci_reconcile.reconcile.engine.Schedule"
    real = __import__("aci_reconcile.reconcile.engine", fromlist=["Schedule"]).Schedule

    def counted(found: dict[str, Task], *more: Any) -> Any:
        waiting.update(found)
        return real(waiting, *more)

    monkeypatch.setattr(begun, counted)

    def process() -> Process[bool]:
        for _ in range(steps):
            yield from pause(1)
        return True

    ran(*(task(str(number), process) for number in range(tasks)))
    monkeypatch.undo()
    return waiting.looks


def test_the_loop_does_not_look_at_every_task_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as many tasks are ten times as much work, and more steps are none."""
    few, many, longer = (_work(*size, monkeypatch) for size in ((200, 2), (2000, 2), (2000, 6)))

    assert many <= 12 * few
    assert many == longer


def test_computations_are_made_beside_the_requests() -> None:
    """No thread that makes requests waits for one, and what a computation returns or raises comes back."""
    answered = threading.Event()

    def computing() -> Process[bool]:
        seen = yield from compute(lambda: answered.wait(10))
        yield Waiting(CHANGE, f"a request was answered meanwhile: {seen}")
        try:
            yield from compute(lambda: 1 // 0)
        except ZeroDivisionError:
            yield Waiting(CHANGE, "it raised")
        return True

    def asking() -> Process[bool]:
        yield from call(answered.set)
        return True

    tasks = [*(task(f"c{each}", computing) for each in range(2)), task("a", asking)]

    assert ["a request was answered meanwhile: True"] * 2 + ["it raised"] * 2 == sorted(ran(*tasks))
