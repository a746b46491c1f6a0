"""Many groups at once: each is a process that says what it needs next, and this loop gives it that.

Waiting costs nothing: the size of the pool bounds the requests in flight, not the groups on their way.
"""

from __future__ import annotations

import heapq
import queue
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.reconcile.steps import ARRANGED, Await, Call, Notify, Pause, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from aci_reconcile.backend import Clock
    from aci_reconcile.events import Event
    from aci_reconcile.reconcile.steps import Process, Step, Task

_GLANCE = 0.2
"""Seconds after which a wait looks whether the run was interrupted."""


@dataclass(slots=True)
class _Live:
    """A process on its way, and what it is to be resumed with."""

    task: Task
    process: Process[bool]
    lanes: frozenset[str]
    value: object = None
    error: BaseException | None = None
    context: Context = field(default_factory=copy_context)
    """What is current in it, such as a span, is current in its requests and in no other process."""


@dataclass(order=True, slots=True)
class _Nap:
    """A process that sleeps until a time."""

    until: float
    number: int
    live: _Live = field(compare=False)
    idle: bool = field(compare=False)


@dataclass(slots=True)
class _Run:
    """The state of the loop."""

    waiting: dict[str, Task]
    clock: Clock
    pool: ThreadPoolExecutor
    stopped: Callable[[], bool]
    stopping: bool = False
    news: bool = True
    """Whether a task may have become free to begin."""
    ended: dict[str, bool] = field(default_factory=dict[str, bool])
    busy: set[str] = field(default_factory=set[str])
    ready: deque[_Live] = field(default_factory=deque[_Live])
    answers: queue.SimpleQueue[tuple[_Live, Future[object]]] = field(
        default_factory=queue.SimpleQueue["tuple[_Live, Future[object]]"]
    )
    in_flight: int = 0
    parked: dict[Hashable, list[tuple[_Live, bool]]] = field(
        default_factory=dict["Hashable", "list[tuple[_Live, bool]]"]
    )
    """Processes that wait for others, each with whether it does so idly."""
    asleep: list[_Nap] = field(default_factory=list[_Nap])
    naps: int = 0


def run(tasks: Iterable[Task], *, concurrency: int, clock: Clock, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Run the tasks and yield their events as they come.

    Once ``stopped()`` is true no task begins any more: those are reported as skipped. Processes on their way go on to
    their end; they see the interruption for themselves, and an idle pause ends at once. An exception that a process
    lets out ends the run.
    """
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="aci-reconcile") as pool:
        state = _Run({task.name: task for task in tasks}, clock, pool, stopped)
        try:
            while True:
                yield from _begin(state)
                if state.ready:
                    yield from _step(state, state.ready.popleft())
                elif not _awake(state):
                    break
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            _close(state)
        for task in state.waiting.values():
            yield task.skipped("interrupted")


def _begin(state: _Run) -> Iterator[Event]:
    """Begin every task whose turn it is; skip those whose dependencies failed."""
    _look_for_a_stop(state)
    while state.news and not state.stopping:
        state.news = False
        for task in tuple(state.waiting.values()):
            failed = sorted(name for name in task.after if state.ended.get(name) is False)
            if failed:
                del state.waiting[task.name]
                state.ended[task.name] = False
                state.news = True
                yield task.skipped(f"{failed[0]} is not as it should be")
            elif state.ended.keys() >= task.after | task.behind and not task.lanes & state.busy:
                del state.waiting[task.name]
                state.busy |= task.lanes
                state.ready.append(_Live(task, task.process(), task.lanes))


def _look_for_a_stop(state: _Run) -> None:
    """Wake the idle once the run is interrupted."""
    if state.stopping or not state.stopped():
        return
    state.stopping = True
    state.ready.extend(nap.live for nap in state.asleep if nap.idle)
    state.asleep = [nap for nap in state.asleep if not nap.idle]
    heapq.heapify(state.asleep)
    for key, waiting in state.parked.items():
        state.ready.extend(each for each, idle in waiting if idle)
        state.parked[key] = [each for each in waiting if not each[1]]


def _step(state: _Run, live: _Live) -> Iterator[Event]:
    """Resume a process until it asks for something or ends."""
    while True:
        try:
            step = live.context.run(_resumed, live)
        except StopIteration as end:
            state.ended[live.task.name] = bool(end.value)
            _free(state, live)
            return
        live.value = live.error = None
        if not _arranged(state, live, step):
            return
        if not isinstance(step, ARRANGED):
            yield step


def _resumed(live: _Live) -> Step:
    """Hand a process what it has waited for; returns what it asks for next."""
    return live.process.throw(live.error) if live.error else live.process.send(live.value)


def _arranged(state: _Run, live: _Live, step: Step) -> bool:
    """Give a process what it asks for; returns whether it can go on at once."""
    match step:
        case Call(run):
            state.in_flight += 1
            state.pool.submit(live.context.copy().run, run).add_done_callback(partial(_answered, state, live))
            return False
        case Pause():
            return _sleep(state, live, step)
        case Await(key, idle):
            if idle and state.stopping:
                return True
            state.parked.setdefault(key, []).append((live, idle))
            return False
        case Notify(key):
            state.ready.extend(each for each, _ in state.parked.pop(key, ()))
        case Release():
            _free(state, live)
        case _:
            pass
    return True


def _free(state: _Run, live: _Live) -> None:
    state.busy -= live.lanes
    live.lanes = frozenset()
    state.news = True


def _sleep(state: _Run, live: _Live, step: Pause) -> bool:
    if step.idle and state.stopping:
        return True
    state.naps += 1
    heapq.heappush(state.asleep, _Nap(state.clock.now() + step.seconds, state.naps, live, step.idle))
    return False


def _answered(state: _Run, live: _Live, future: Future[object]) -> None:
    """Note an answer; the threads of the pool call this."""
    state.answers.put((live, future))


def _awake(state: _Run) -> bool:
    """Wait for a request to return or a pause to end; False when there is nothing to wait for."""
    if not state.in_flight and not state.asleep:
        if any(state.parked.values()):
            raise RuntimeError("processes wait for others, and none of those is left")
        return False
    due = state.asleep[0].until - state.clock.now() if state.asleep else _GLANCE
    if state.in_flight:
        _take(state, min(max(due, 0), _GLANCE))
    elif due > 0:
        state.clock.sleep(due)
    while state.asleep and state.asleep[0].until <= state.clock.now():
        state.ready.append(heapq.heappop(state.asleep).live)
    return True


def _take(state: _Run, timeout: float) -> None:
    """Hand out the answers that are there, waiting for the first one."""
    try:
        live, future = state.answers.get(timeout=timeout) if timeout > 0 else state.answers.get_nowait()
        while True:
            state.in_flight -= 1
            live.error = future.exception()
            live.value = None if live.error else future.result()
            state.ready.append(live)
            live, future = state.answers.get_nowait()
    except queue.Empty:
        return


def _close(state: _Run) -> None:
    """Close the processes that a defect, or a reader who goes away, leaves on their way."""
    parked = (live for waiting in state.parked.values() for live, _ in waiting)
    for live in (*state.ready, *(nap.live for nap in state.asleep), *parked):
        live.context.run(live.process.close)
