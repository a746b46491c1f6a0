"""Whose turn it is: what never begins, what comes last, and who waits for what that frees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable, Iterator

    from aci_reconcile.events import Event
    from aci_reconcile.reconcile.agenda import Agenda, Live
    from aci_reconcile.reconcile.steps import Task


def hindered(state: Agenda, task: Task) -> str:
    """Return why a task is never to begin; empty where it may yet."""
    failed = sorted(name for name in task.after if state.ended.get(name) is False)
    if failed:
        return f"{_said(failed[0])} did not succeed"
    skipped = sorted(task.behind & state.never_begun)
    return f"{skipped[0]} comes first and was skipped" if skipped else ""


def _said(name: str) -> str:
    """Return the name of a task as people say it: a resource group's is its whole key."""
    before, known, group = name.partition("/resourcegroups/")
    return f"resource group {group}" if before.startswith("/subscriptions/") and known else name


def skipped(state: Agenda, task: Task, reason: str) -> Event:
    """Let a task end that is never begun."""
    state.waiting.pop(task.name, None)
    state.last.pop(task.name, None)
    state.ended[task.name] = False
    state.never_begun.add(task.name)
    state.news = True
    return task.skipped(reason)


def let_back(state: Agenda) -> None:
    """Let those go on that had given up their lanes, where these are free."""
    for live in tuple(state.returning):
        if not live.task.lanes & state.busy:
            state.returning.remove(live)
            live.lanes = live.task.lanes
            state.busy |= live.lanes
            state.ready.append(live)


def turn_of_the_last(state: Agenda) -> Generator[Event, None, bool]:
    """Nothing can go on: let tasks begin that come last, those that others wait for before the rest.

    Beside a task that has not ended well none of them begins. Returns whether anything can go on now.

    Raises:
        RuntimeError: processes wait for others that are not there.
    """
    if any(state.parked.values()):
        raise RuntimeError("processes wait for others, and none of those is left")
    if state.stopping:
        return False
    failed = sorted(name for name, good in state.ended.items() if not good and name not in state.never_begun)
    in_vain = [key for key in state.short if failed or not _frees(state, key)]
    for key in in_vain:
        _send_back(state, key, freed=False)
    if in_vain:
        return True
    turn = list(_wanted(state)) or list(state.last.values())
    for task in turn:
        if failed:
            yield skipped(state, task, f"it comes last, and {_said(failed[0])} did not succeed")
        else:
            state.waiting[task.name] = state.last.pop(task.name)
            state.freeing[task.frees] = state.freeing.get(task.frees, frozenset()) | {task.name}
    state.news = state.news or bool(turn)
    return bool(turn)


def _wanted(state: Agenda) -> Iterator[Task]:
    """Yield the tasks that others wait for: by name, or for what they free, no more than there are processes."""
    named = frozenset(name for task in state.waiting.values() for name in task.after | task.behind)
    for_name = [task for task in state.last.values() if task.name in named]
    yield from for_name
    for key, lives in state.short.items():
        missing = max(len(lives) - sum(task.frees == key for task in for_name), 0)
        yield from [task for task in _frees(state, key) if task.name not in named][:missing]


def _frees(state: Agenda, key: Hashable) -> list[Task]:
    """Return the tasks that free something and whose turn has not come."""
    return [task for task in state.last.values() if task.frees == key]


def short_of(state: Agenda, live: Live, key: Hashable) -> bool:
    """Let a process wait for what others free, its lanes given up; returns whether there is nothing to wait for."""
    live.value = False
    if state.stopping or not (key in state.freeing or _frees(state, key)):
        return True
    free(state, live)
    state.short.setdefault(key, []).append(live)
    return False


def note_freed(state: Agenda) -> None:
    """Let those go on for whose sake tasks have ended."""
    for key, names in tuple(state.freeing.items()):
        if names <= state.ended.keys():
            _send_back(state, key, freed=any(state.ended[name] for name in names))


def send_all_back(state: Agenda) -> None:
    """Let everybody go on whose wait an interruption ends; nobody else enters a lane any more."""
    for key in tuple(state.short):
        _send_back(state, key, freed=False)
    state.ready.extend(state.returning)
    state.returning.clear()


def _send_back(state: Agenda, key: Hashable, *, freed: bool) -> None:
    """Tell those who wait for something to be freed whether it was."""
    for live in state.short.pop(key, ()):
        live.value = freed
        state.returning.append(live)
    state.freeing.pop(key, None)
    state.news = True


def free(state: Agenda, live: Live) -> None:
    """Let others into the lanes of a process."""
    state.busy -= live.lanes
    live.lanes = frozenset()
    state.news = True
