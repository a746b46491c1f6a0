"""What a run has before it, what is on its way and what has ended."""

from __future__ import annotations

import queue
from collections import deque
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from concurrent.futures import Future, ThreadPoolExecutor

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.reconcile.steps import Process, Task


@dataclass(slots=True)
class Live:
    """A process on its way, and what it is to be resumed with."""

    task: Task
    process: Process[bool]
    lanes: frozenset[str]
    value: object = None
    error: BaseException | None = None
    context: Context = field(default_factory=copy_context)
    """What is current in it, such as a span, is current in its requests and in no other process."""


@dataclass(order=True, slots=True)
class Nap:
    """A process that sleeps until a time."""

    until: float
    number: int
    live: Live = field(compare=False)
    idle: bool = field(compare=False)


@dataclass(slots=True)
class Agenda:
    """The state of the loop."""

    waiting: dict[str, Task]
    last: dict[str, Task]
    """Those that come last, until it is their turn."""
    clock: Clock
    pool: ThreadPoolExecutor
    """Makes the requests."""
    computing: ThreadPoolExecutor
    """Makes what takes a core."""
    stopped: Callable[[], bool]
    stopping: bool = False
    news: bool = True
    """Whether a task may have become free to begin."""
    ended: dict[str, bool] = field(default_factory=dict[str, bool])
    busy: set[str] = field(default_factory=set[str])
    ready: deque[Live] = field(default_factory=deque[Live])
    answers: queue.SimpleQueue[tuple[Live, Future[object]]] = field(
        default_factory=queue.SimpleQueue["tuple[Live, Future[object]]"]
    )
    in_flight: int = 0
    parked: dict[Hashable, list[tuple[Live, bool]]] = field(default_factory=dict["Hashable", "list[tuple[Live, bool]]"])
    """Processes that wait for others, each with whether it does so idly."""
    asleep: list[Nap] = field(default_factory=list[Nap])
    naps: int = 0
    never_begun: set[str] = field(default_factory=set[str])
    """Tasks that were skipped."""
    short: dict[Hashable, list[Live]] = field(default_factory=dict["Hashable", "list[Live]"])
    """Processes that wait for what tasks free that come last."""
    begun_last: dict[Hashable, frozenset[str]] = field(default_factory=dict["Hashable", "frozenset[str]"])
    """Names of the last tasks that have begun, by what they free."""
    returning: list[Live] = field(default_factory=list[Live])
    """Processes that go on once their lanes are free again."""
