"""Many groups at once: each is a process that says what it needs next, and one loop gives it that.

A process is a generator. It yields a ``Call`` (a request, made in a thread of the pool, whose result it is sent), a
``Pause``, or an event for whoever reads the stream; it returns whether the group is as it should be. Waiting therefore
costs nothing: the size of the pool bounds the requests in flight, not the groups on their way.
"""

from __future__ import annotations

import heapq
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from aci_reconcile.backend import Clock
    from aci_reconcile.events import Event

_GLANCE = 0.2
"""Seconds after which a wait looks whether the run was interrupted."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to be made by a thread of the pool."""

    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """Time to let pass, in seconds."""

    seconds: float


Process: TypeAlias = "Generator[Call | Pause | Event, Any, T]"


def call(run: Callable[[], T]) -> Process[T]:
    """Make a request from within a process; what it raises is raised here."""
    result: T = yield Call(run)
    return result


def pause(seconds: float) -> Process[None]:
    """Let time pass from within a process."""
    yield Pause(seconds)


@dataclass(frozen=True, slots=True)
class Task:
    """A process and when it may run.

    ``after``: names of tasks that must have ended well before. ``lanes``: no two tasks that share one run at a time.
    ``skipped`` makes the event for a task that is never begun, from the reason.
    """

    name: str
    process: Callable[[], Process[bool]]
    skipped: Callable[[str], Event]
    after: frozenset[str] = frozenset()
    lanes: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Live:
    """A process on its way, and what it is to be resumed with."""

    task: Task
    process: Process[bool]
    value: object = None
    error: BaseException | None = None


@dataclass(slots=True)
class _Run:
    """The state of the loop."""

    waiting: list[Task]
    clock: Clock
    pool: ThreadPoolExecutor
    ended: dict[str, bool] = field(default_factory=dict[str, bool])
    busy: set[str] = field(default_factory=set[str])
    ready: deque[_Live] = field(default_factory=deque[_Live])
    calls: dict[Future[object], _Live] = field(default_factory=dict[Future[object], _Live])
    asleep: list[tuple[float, int, _Live]] = field(default_factory=list[tuple[float, int, _Live]])
    naps: int = 0


def run(tasks: Iterable[Task], *, concurrency: int, clock: Clock, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Run the tasks and yield their events as they come.

    Once ``stopped()`` is true nothing new begins: requests in flight are awaited, processes on their way are closed
    where they stand, and tasks not begun are reported as skipped. An exception that a process lets out ends the run.
    """
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="aci-reconcile") as pool:
        state = _Run(list(tasks), clock, pool)
        while not stopped():
            yield from _begin(state)
            if state.ready:
                yield from _step(state, state.ready.popleft())
            elif not _awake(state):
                break
        yield from _left(state)


def _begin(state: _Run) -> Iterator[Event]:
    """Begin every task whose turn it is; skip those whose dependencies failed."""
    for task in tuple(state.waiting):
        failed = sorted(name for name in task.after if state.ended.get(name) is False)
        if failed:
            state.waiting.remove(task)
            state.ended[task.name] = False
            yield task.skipped(f"{failed[0]} is not as it should be")
        elif all(name in state.ended for name in task.after) and not task.lanes & state.busy:
            state.waiting.remove(task)
            state.busy |= task.lanes
            state.ready.append(_Live(task, task.process()))


def _step(state: _Run, live: _Live) -> Iterator[Event]:
    """Resume a process until it asks for something or ends."""
    while True:
        try:
            step = live.process.throw(live.error) if live.error else live.process.send(live.value)
        except StopIteration as end:
            state.ended[live.task.name] = bool(end.value)
            state.busy -= live.task.lanes
            return
        live.value = live.error = None
        if isinstance(step, Call):
            state.calls[state.pool.submit(step.run)] = live
            return
        if isinstance(step, Pause):
            state.naps += 1
            heapq.heappush(state.asleep, (state.clock.now() + step.seconds, state.naps, live))
            return
        yield step


def _awake(state: _Run) -> bool:
    """Wait for a request to return or a pause to end; False when there is nothing to wait for."""
    if not state.calls and not state.asleep:
        return False
    due = state.asleep[0][0] - state.clock.now() if state.asleep else _GLANCE
    if state.calls:
        done, _ = wait(state.calls, timeout=min(max(due, 0), _GLANCE), return_when=FIRST_COMPLETED)
        for future in done:
            live = state.calls.pop(future)
            live.error = future.exception()
            live.value = None if live.error else future.result()
            state.ready.append(live)
    elif due > 0:
        state.clock.sleep(due)
    while state.asleep and state.asleep[0][0] <= state.clock.now():
        state.ready.append(heapq.heappop(state.asleep)[2])
    return True


def _left(state: _Run) -> Iterator[Event]:
    """Close what is still on its way, and report what never began."""
    wait(state.calls)
    for live in (*state.ready, *state.calls.values(), *(nap[2] for nap in state.asleep)):
        live.process.close()
    for task in state.waiting:
        yield task.skipped("interrupted")
