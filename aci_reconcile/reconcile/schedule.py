"""The state of the engine's loop: what has not begun, what runs, what waits for what, and what may begin next."""

from __future__ import annotations

import queue
from collections import deque
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Hashable, Iterator
    from concurrent.futures import Future, ThreadPoolExecutor

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.steps import Process, Task


@dataclass(slots=True)
class RunningProcess:
    """A process that has begun, and the value or error to resume it with."""

    task: Task
    process: Process[bool]
    locks: frozenset[str]
    value: object = None
    error: BaseException | None = None
    context: Context = field(default_factory=copy_context)
    """Context variables of this process and its requests alone, such as the current span."""


@dataclass(order=True, slots=True)
class SleepingProcess:
    """A process that sleeps until a time."""

    until: float
    number: int
    live: RunningProcess = field(compare=False)
    idle: bool = field(compare=False)


@dataclass(slots=True)
class Schedule:
    """The state of the engine's loop."""

    waiting: dict[str, Task]
    last: dict[str, Task]
    """Those that come last, as long as something else may go on."""
    clock: Clock
    pool: ThreadPoolExecutor
    """The threads that make the requests."""
    computing: ThreadPoolExecutor
    """The threads that compute."""
    stopped: Callable[[], bool]
    stopping: bool = False
    recheck: bool = True
    """Whether a task may be able to begin since the last check."""
    ended: dict[str, bool] = field(default_factory=dict[str, bool])
    busy: set[str] = field(default_factory=set[str])
    ready: deque[RunningProcess] = field(default_factory=deque[RunningProcess])
    answers: queue.SimpleQueue[tuple[RunningProcess, Future[object]]] = field(
        default_factory=queue.SimpleQueue["tuple[RunningProcess, Future[object]]"]
    )
    in_flight: int = 0
    parked: dict[Hashable, list[tuple[RunningProcess, bool]]] = field(
        default_factory=dict["Hashable", "list[tuple[RunningProcess, bool]]"]
    )
    """Processes that wait for a notification, by its key; each with whether the wait is idle."""
    asleep: list[SleepingProcess] = field(default_factory=list[SleepingProcess])
    sleeps: int = 0
    never_begun: set[str] = field(default_factory=set[str])
    """Tasks that were skipped."""
    awaiting_capacity: dict[Hashable, list[RunningProcess]] = field(
        default_factory=dict["Hashable", "list[RunningProcess]"]
    )
    """Processes that wait for what tasks free that come last, by what that is."""
    begun_last: dict[Hashable, frozenset[str]] = field(default_factory=dict["Hashable", "frozenset[str]"])
    """Names of the tasks among the last that have begun, by what they free."""
    relocking: list[RunningProcess] = field(default_factory=list[RunningProcess])
    """Processes that go on once they have their locks again."""


def find_obstacle(state: Schedule, task: Task) -> str:
    """Return why a task can never begin; empty if it still can."""
    failed = sorted(name for name in task.after if state.ended.get(name) is False)
    if failed:
        return f"{_render_name(failed[0])} did not succeed"
    skipped = sorted(task.behind & state.never_begun)
    return f"{skipped[0]} comes first and was skipped" if skipped else ""


def _render_name(name: str) -> str:
    """Return the name of a task for messages; the task of a resource group is named by its id."""
    before, known, group = name.partition("/resourcegroups/")
    return f"resource group {group}" if before.startswith("/subscriptions/") and known else name


def skip(state: Schedule, task: Task, reason: str) -> Event:
    """End a task that never begins, and return the event for it."""
    state.waiting.pop(task.name, None)
    state.last.pop(task.name, None)
    state.ended[task.name] = False
    state.never_begun.add(task.name)
    state.recheck = True
    return task.skipped(reason)


def resume_relocking(state: Schedule) -> None:
    """Resume the processes that released their locks, if these are free again."""
    for live in tuple(state.relocking):
        if not live.task.locks & state.busy:
            state.relocking.remove(live)
            live.locks = live.task.locks
            state.busy |= live.locks
            state.ready.append(live)


def begin_last(state: Schedule) -> Generator[Event, None, bool]:
    """Begin the tasks that come last, first those that others wait for. Called when nothing else can go on.

    None of them begins once a task has failed. Return whether anything can go on now.

    Raises:
        RuntimeError: processes wait for others that are not there.
    """
    if any(state.parked.values()):
        raise RuntimeError("processes wait for others, and none of those is left")
    if state.stopping:
        return False
    failed = sorted(name for name, good in state.ended.items() if not good and name not in state.never_begun)
    # A process that waits for capacity which nobody will free must go on, to fail with Azure's refusal.
    in_vain = [key for key in state.awaiting_capacity if failed or not _find_last_tasks(state, key)]
    for key in in_vain:
        _resume(state, key, freed=False)
    if in_vain:
        return True
    turn = list(_find_needed(state)) or list(state.last.values())
    for task in turn:
        if failed:
            yield skip(state, task, f"it comes last, and {_render_name(failed[0])} did not succeed")
        else:
            state.waiting[task.name] = state.last.pop(task.name)
            state.begun_last[task.frees] = state.begun_last.get(task.frees, frozenset()) | {task.name}
    state.recheck = state.recheck or bool(turn)
    return bool(turn)


def _find_needed(state: Schedule) -> Iterator[Task]:
    """Yield the last tasks that others wait for: by name, or for what they free (at most one for each process)."""
    named = frozenset(name for task in state.waiting.values() for name in task.after | task.behind)
    for_name = [task for task in state.last.values() if task.name in named]
    yield from for_name
    for key, lives in state.awaiting_capacity.items():
        missing = max(len(lives) - sum(task.frees == key for task in for_name), 0)
        yield from [task for task in _find_last_tasks(state, key) if task.name not in named][:missing]


def _find_last_tasks(state: Schedule, key: Hashable) -> list[Task]:
    """Return the last tasks that free something and have not begun."""
    return [task for task in state.last.values() if task.frees == key]


def wait_for_capacity(state: Schedule, live: RunningProcess, key: Hashable) -> bool:
    """Let a process wait without its locks for what others free; return True if there is nothing to wait for."""
    live.value = False
    if state.stopping or not (key in state.begun_last or _find_last_tasks(state, key)):
        return True
    free_locks(state, live)
    state.awaiting_capacity.setdefault(key, []).append(live)
    return False


def resume_waiting(state: Schedule) -> None:
    """Resume the processes that waited for tasks that have ended."""
    for key, names in tuple(state.begun_last.items()):
        if names <= state.ended.keys():
            _resume(state, key, freed=any(state.ended[name] for name in names))


def resume_all(state: Schedule) -> None:
    """Resume every waiting process after an interruption; no new task takes a lock after that."""
    for key in tuple(state.awaiting_capacity):
        _resume(state, key, freed=False)
    state.ready.extend(state.relocking)
    state.relocking.clear()


def _resume(state: Schedule, key: Hashable, *, freed: bool) -> None:
    """Resume the processes that wait for something; each learns whether it was freed."""
    for live in state.awaiting_capacity.pop(key, ()):
        live.value = freed
        state.relocking.append(live)
    state.begun_last.pop(key, None)
    state.recheck = True


def free_locks(state: Schedule, live: RunningProcess) -> None:
    """Release the locks of a process."""
    state.busy -= live.locks
    live.locks = frozenset()
    state.recheck = True
