"""Many groups at once: each is a process that yields what it needs next, and this loop gives it that.

Waiting costs nothing: the pool bounds how many requests are in flight, not how many groups are in transition.
"""

from __future__ import annotations

import heapq
import queue
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.reconcile.hash_cost import AT_ONCE
from aci_reconcile.reconcile.schedule import (
    RunningProcess,
    Schedule,
    SleepingProcess,
    begin_last,
    find_obstacle,
    free_locks,
    resume_all,
    resume_relocking,
    resume_waiting,
    skip,
    wait_for_capacity,
)
from aci_reconcile.reconcile.steps import ENGINE_STEPS, Await, AwaitCapacity, Call, Compute, Notify, Pause, Unlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.steps import Step, Task

_GLANCE = 0.2
"""Seconds between two checks whether the run was interrupted."""


def run(tasks: Iterable[Task], *, concurrency: int, clock: Clock, stopped: Callable[[], bool]) -> Iterator[Event]:
    """Run the tasks and yield their events as they come.

    Once ``stopped()`` is true no task begins any more: those are reported as skipped. Processes on their way go on to
    their end; they see the interruption for themselves, and an idle pause ends at once. An exception that a process
    lets out ends the run.
    """
    with (
        ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="aci-reconcile") as pool,
        ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="aci-reconcile-compute") as computing,
    ):
        state = _make_agenda(tasks, clock, pool, computing, stopped)
        try:
            while True:
                yield from _begin_tasks(state)
                if state.ready:
                    yield from _step(state, state.ready.popleft())
                elif not _wait(state) and not (yield from begin_last(state)):
                    break
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            computing.shutdown(wait=False, cancel_futures=True)
            _close(state)
        for task in (*state.waiting.values(), *state.last.values()):
            yield task.skipped("interrupted")


def _make_agenda(
    tasks: Iterable[Task],
    clock: Clock,
    pool: ThreadPoolExecutor,
    computing: ThreadPoolExecutor,
    stopped: Callable[[], bool],
) -> Schedule:
    waiting = {task.name: task for task in tasks}
    last = {name: task for name, task in waiting.items() if task.last}
    first = {name: task for name, task in waiting.items() if name not in last}
    return Schedule(first, last, clock, pool, computing, stopped)


def _begin_tasks(state: Schedule) -> Iterator[Event]:
    """Begin every task that nothing stands in the way of; skip those whose dependencies failed."""
    _wake_if_stopped(state)
    while state.recheck and not state.stopping:
        state.recheck = False
        resume_relocking(state)
        for task in tuple(state.waiting.values()):
            reason = find_obstacle(state, task)
            if reason:
                yield skip(state, task, reason)
            elif state.ended.keys() >= task.after | task.behind and not task.locks & state.busy:
                del state.waiting[task.name]
                state.busy |= task.locks
                state.ready.append(RunningProcess(task, task.process(), task.locks))


def _wake_if_stopped(state: Schedule) -> None:
    """Wake the idle processes once the run is interrupted."""
    if state.stopping or not state.stopped():
        return
    state.stopping = True
    state.ready.extend(nap.live for nap in state.asleep if nap.idle)
    state.asleep = [nap for nap in state.asleep if not nap.idle]
    heapq.heapify(state.asleep)
    for key, waiting in state.parked.items():
        state.ready.extend(each for each, idle in waiting if idle)
        state.parked[key] = [each for each in waiting if not each[1]]
    resume_all(state)


def _step(state: Schedule, live: RunningProcess) -> Iterator[Event]:
    """Resume a process until it asks for something or ends."""
    while True:
        try:
            step = live.context.run(_resume, live)
        except StopIteration as end:
            state.ended[live.task.name] = bool(end.value)
            free_locks(state, live)
            resume_waiting(state)
            return
        live.value = live.error = None
        if not _handle_step(state, live, step):
            return
        if not isinstance(step, ENGINE_STEPS):
            yield step


def _resume(live: RunningProcess) -> Step:
    """Resume a process with the value or error that it waited for; return its next step."""
    return live.process.throw(live.error) if live.error else live.process.send(live.value)


def _handle_step(state: Schedule, live: RunningProcess, step: Step) -> bool:
    """Carry out the step that a process asks for; return whether it can go on at once."""
    match step:
        case Call(run) | Compute(run):
            state.in_flight += 1
            pool = state.computing if isinstance(step, Compute) else state.pool
            pool.submit(live.context.copy().run, run).add_done_callback(partial(_note_answer, state, live))
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
        case AwaitCapacity(key):
            return wait_for_capacity(state, live, key)
        case Unlock():
            free_locks(state, live)
        case _:
            pass
    return True


def _sleep(state: Schedule, live: RunningProcess, step: Pause) -> bool:
    if step.idle and state.stopping:
        return True
    state.sleeps += 1
    heapq.heappush(state.asleep, SleepingProcess(state.clock.now() + step.seconds, state.sleeps, live, step.idle))
    return False


def _note_answer(state: Schedule, live: RunningProcess, future: Future[object]) -> None:
    """Note an answer; the threads of the pool call this."""
    state.answers.put((live, future))


def _wait(state: Schedule) -> bool:
    """Wait for a request to return or a pause to end; False when there is nothing to wait for."""
    if not state.in_flight and not state.asleep:
        return False
    due = state.asleep[0].until - state.clock.now() if state.asleep else _GLANCE
    if state.in_flight:
        _take_answers(state, min(max(due, 0), _GLANCE))
    elif due > 0:
        state.clock.sleep(due)
    while state.asleep and state.asleep[0].until <= state.clock.now():
        state.ready.append(heapq.heappop(state.asleep).live)
    return True


def _take_answers(state: Schedule, timeout: float) -> None:
    """Wait for an answer, then hand all answers to the processes that asked."""
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


def _close(state: Schedule) -> None:
    """Close the processes that are still open because of a defect, or because the reader stopped reading."""
    parked = (live for waiting in state.parked.values() for live, _ in waiting)
    short = (live for lives in state.awaiting_capacity.values() for live in lives)
    for live in (*state.ready, *(nap.live for nap in state.asleep), *parked, *short, *state.relocking):
        live.context.run(live.process.close)
