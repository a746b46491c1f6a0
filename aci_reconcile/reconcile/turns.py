"""Whose turn it is: what never begins, what comes last, and who waits for what that frees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable, Iterator

    from aci_reconcile.reconcile.agenda import Agenda, Live
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.steps import Task


def find_hindrance(state: Agenda, task: Task) -> str:
    """Return why a task can never begin; empty where it still can."""
    failed = sorted(name for name in task.after if state.ended.get(name) is False)
    if failed:
        return f"{_render_name(failed[0])} did not succeed"
    skipped = sorted(task.behind & state.never_begun)
    return f"{skipped[0]} comes first and was skipped" if skipped else ""


def _render_name(name: str) -> str:
    """Return the name of a task for messages; a resource group's task is named by its whole key."""
    before, known, group = name.partition("/resourcegroups/")
    return f"resource group {group}" if before.startswith("/subscriptions/") and known else name


def skip(state: Agenda, task: Task, reason: str) -> Event:
    """End a task that never begins, and return the event for it."""
    state.waiting.pop(task.name, None)
    state.last.pop(task.name, None)
    state.ended[task.name] = False
    state.never_begun.add(task.name)
    state.news = True
    return task.skipped(reason)


def resume_returning(state: Agenda) -> None:
    """Resume the processes that gave up their lanes, where these are free again."""
    for live in tuple(state.returning):
        if not live.task.lanes & state.busy:
            state.returning.remove(live)
            live.lanes = live.task.lanes
            state.busy |= live.lanes
            state.ready.append(live)


def begin_last(state: Agenda) -> Generator[Event, None, bool]:
    """Begin the tasks that come last, those that others wait for first; called when nothing else can go on.

    None of them begins once a task has failed. Return whether anything can go on now.

    Raises:
        RuntimeError: processes wait for others that are not there.
    """
    if any(state.parked.values()):
        raise RuntimeError("processes wait for others, and none of those is left")
    if state.stopping:
        return False
    failed = sorted(name for name, good in state.ended.items() if not good and name not in state.never_begun)
    in_vain = [key for key in state.short if failed or not _find_last_tasks(state, key)]
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
    state.news = state.news or bool(turn)
    return bool(turn)


def _find_needed(state: Agenda) -> Iterator[Task]:
    """Yield the last tasks that others wait for: by name, or for what they free (at most one for each process)."""
    named = frozenset(name for task in state.waiting.values() for name in task.after | task.behind)
    for_name = [task for task in state.last.values() if task.name in named]
    yield from for_name
    for key, lives in state.short.items():
        missing = max(len(lives) - sum(task.frees == key for task in for_name), 0)
        yield from [task for task in _find_last_tasks(state, key) if task.name not in named][:missing]


def _find_last_tasks(state: Agenda, key: Hashable) -> list[Task]:
    """Return the last tasks that free something and have not begun."""
    return [task for task in state.last.values() if task.frees == key]


def wait_for_freed(state: Agenda, live: Live, key: Hashable) -> bool:
    """Let a process give up its lanes and wait for what others free; return True if there is nothing to wait for."""
    live.value = False
    if state.stopping or not (key in state.begun_last or _find_last_tasks(state, key)):
        return True
    free_lanes(state, live)
    state.short.setdefault(key, []).append(live)
    return False


def resume_waiting(state: Agenda) -> None:
    """Resume the processes that waited for tasks that have ended."""
    for key, names in tuple(state.begun_last.items()):
        if names <= state.ended.keys():
            _resume(state, key, freed=any(state.ended[name] for name in names))


def resume_all(state: Agenda) -> None:
    """Resume every waiting process after an interruption; no new task enters a lane after that."""
    for key in tuple(state.short):
        _resume(state, key, freed=False)
    state.ready.extend(state.returning)
    state.returning.clear()


def _resume(state: Agenda, key: Hashable, *, freed: bool) -> None:
    """Resume the processes that wait for something, with whether it was freed."""
    for live in state.short.pop(key, ()):
        live.value = freed
        state.returning.append(live)
    state.begun_last.pop(key, None)
    state.news = True


def free_lanes(state: Agenda, live: Live) -> None:
    """Let others into the lanes of a process."""
    state.busy -= live.lanes
    live.lanes = frozenset()
    state.news = True
