"""The loop that gives each process what it asks for."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeClock, group

from aci_reconcile.planning import Action, Change
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.events import Event, Skipped, Waiting
from aci_reconcile.reconcile.steps import Process, Task, call, pause

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGE = Change(group().id, Action.NO_OP)


def told(text: str) -> Event:
    """Return an event."""
    return Waiting(CHANGE, text)


def task(name: str, process: Callable[[], Process[bool]], **more: Any) -> Task:
    """Return a task whose skipping is an event."""
    return Task(name, process, lambda because: Skipped(CHANGE, because), **more)


def events(
    *tasks: Task, clock: FakeClock | None = None, concurrency: int = 2, stop_after: int | None = None
) -> list[str]:
    """Run the tasks and return what they said."""
    seen: list[str] = []
    stopped = (lambda: False) if stop_after is None else (lambda: len(seen) >= stop_after)
    for event in run(tasks, concurrency=concurrency, clock=clock or FakeClock(), stopped=stopped):
        if isinstance(event, Waiting):
            seen.append(event.detail)
        if isinstance(event, Skipped):
            seen.append(f"skipped: {event.because}")
    return seen


def saying(*words: str, ends: bool = True, seconds: float = 0) -> Callable[[], Process[bool]]:
    """Return a process that says words, with pauses between them."""

    def process() -> Process[bool]:
        for word in words:
            yield told(word)
            if seconds:
                yield from pause(seconds)
        return ends

    return process


def test_a_result_comes_back_and_so_does_an_error() -> None:
    """A process reads like straight code."""

    def process() -> Process[bool]:
        value = yield from call(lambda: 41)
        yield told(str(value + 1))
        try:
            yield from call(lambda: 1 // 0)
        except ZeroDivisionError:
            yield told("caught")
        return True

    assert ["42", "caught"] == events(task("a", process))


def test_pauses_cost_no_real_time_and_interleave() -> None:
    """Two processes sleep side by side."""
    clock = FakeClock(0)

    said = events(task("a", saying("a1", "a2", seconds=3)), task("b", saying("b1", "b2", seconds=2)), clock=clock)

    assert ["a1", "b1", "b2", "a2"] == said
    assert 6 == round(clock.now())


def test_dependents_wait_and_are_skipped_after_a_failure() -> None:
    """What depends on a failed task is not begun; what is independent goes on."""
    said = events(
        task("b", saying("b"), after=frozenset({"a"})),
        task("c", saying("c"), after=frozenset({"b"})),
        task("a", saying("a", ends=False)),
        task("d", saying("d")),
    )

    assert ["a", "d", "skipped: a did not succeed", "skipped: b did not succeed"] == sorted(said)


def test_one_at_a_time_in_a_lane() -> None:
    """Two tasks of one lock never overlap; another lock does not wait."""
    lock = frozenset({"subnet"})
    said = events(
        task("a", saying("a1", "a2", seconds=1), locks=lock),
        task("b", saying("b1", "b2", seconds=1), locks=lock),
        task("c", saying("c1", "c2", seconds=1)),
    )

    assert said.index("a2") < said.index("b1")
    assert said.index("c1") < said.index("a2")


def test_the_pool_bounds_the_requests_in_flight() -> None:
    """Many processes, few requests at once."""
    lock, state = threading.Lock(), {"now": 0, "most": 0}

    def request() -> None:
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        threading.Event().wait(0.01)
        with lock:
            state["now"] -= 1

    def process() -> Process[bool]:
        yield from call(request)
        return True

    events(*(task(str(n), process) for n in range(12)), concurrency=3)

    assert 3 == state["most"]


def test_stopping_begins_nothing_new_and_says_so() -> None:
    """Processes are closed where they stand, the rest is reported as skipped."""
    closed: list[str] = []

    def process() -> Process[bool]:
        try:
            yield told("begun")
            yield from pause(1000)
        finally:
            closed.append("closed")
        return True

    said = events(task("a", process), task("b", saying("b"), after=frozenset({"a"})), stop_after=1)

    assert ["begun", "skipped: interrupted"] == said
    assert ["closed"] == closed


def test_a_defect_ends_the_run() -> None:
    """An exception that nobody expects is not swallowed."""

    def process() -> Process[bool]:
        yield from call(lambda: dict[str, str]()["missing"])
        return True

    with pytest.raises(KeyError):
        events(task("a", process))


def test_what_is_current_in_a_process_is_current_in_its_requests_only() -> None:
    """Whatever thread they run in, and whoever else is on their way."""
    current = ContextVar("current", default="nothing")

    def process(name: str) -> Process[bool]:
        found = [(yield from call(current.get))]
        current.set(name)
        yield from pause(1)
        found.append((yield from call(current.get)))
        yield told(" ".join((*found, current.get())))
        return True

    before = current.set("outer")
    said = events(*(task(name, partial(process, name)) for name in "ab"))
    current.reset(before)

    assert ["outer a a", "outer b b"] == sorted(said)
