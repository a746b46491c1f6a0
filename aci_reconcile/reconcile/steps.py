"""What a process may ask for.

A process is a generator. It yields a ``Call`` (a request, made in a thread of the pool, whose result it is sent), a
``Compute``, a ``Pause``, something for other processes, or an event for whoever reads the stream; it returns its
result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Hashable

    from aci_reconcile.reconcile.events import Event

T = TypeVar("T")


class InterruptedRunError(Exception):
    """The run was interrupted before this group's next step; caught where the group's process ends."""


class HeldRunError(Exception):
    """A freeze began, the time box ended, or the lock was lost, before this group's first write.

    It is caught where the group's process ends.
    """

    def __init__(self, why: str, *, unfinished: bool = False) -> None:
        super().__init__(why)
        self.unfinished = unfinished
        """Whether it is the time box, or the lock: the next run goes on here."""


@dataclass(frozen=True, slots=True)
class Call:
    """Make a request in a thread of the pool."""

    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Compute:
    """Compute something that takes long, beside the requests; at most one at a time for each core."""

    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """Let time pass, in seconds. An ``idle`` pause ends at once when the run is interrupted."""

    seconds: float
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Unlock:
    """Release the task's locks, although the task goes on."""


@dataclass(frozen=True, slots=True)
class Await:
    """Wait until another process yields ``Notify`` with this key.

    An ``idle`` wait ends when the run is interrupted, too.
    """

    key: Hashable
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """Wake the processes that wait for this key."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class AwaitCapacity:
    """Release the task's locks and wait until tasks that come last have freed this.

    They begin once nothing else can go on.

    The process is sent whether one of them has ended well since; not where the run is interrupted, and not where one
    of the run's tasks has not ended well, for then none of them begins.
    """

    key: Hashable


Step: TypeAlias = "Call | Compute | Pause | Unlock | Await | Notify | AwaitCapacity | Event"
Process: TypeAlias = "Generator[Step, Any, T]"
ENGINE_STEPS = (Call, Compute, Pause, Unlock, Await, Notify, AwaitCapacity)
"""The steps that the engine carries out; all others are events for the reader."""


def never() -> bool:
    """Never stop."""
    return False


def call(run: Callable[[], T]) -> Process[T]:
    """Make a request from within a process; what it raises is raised here."""
    result: T = yield Call(run)
    return result


def compute(run: Callable[[], T]) -> Process[T]:
    """Compute something from within a process; what it raises is raised here."""
    result: T = yield Compute(run)
    return result


def pause(seconds: float, *, idle: bool = False) -> Process[None]:
    """Let time pass from within a process."""
    yield Pause(seconds, idle)


def await_capacity(key: Hashable) -> Process[bool]:
    """Wait from within a process until tasks that come last have freed something; returns whether one has."""
    freed: bool = yield AwaitCapacity(key)
    return freed


def unlock() -> Process[None]:
    """Release the locks of a task from within its process."""
    yield Unlock()


@dataclass(frozen=True, slots=True)
class Task:
    """A process and when it may run.

    ``after``: names of tasks that must have ended well before; ``behind``: names of tasks that must have ended, well or
    not; where one of them was never begun, neither is this one. ``locks``: no two tasks that share one run at a time.
    ``skipped`` makes the event for a task that is never begun, from the reason. ``last``: it begins when nothing else
    can go on, and only if everything has ended well. ``frees``: what it frees for those that say ``AwaitCapacity``.
    """

    name: str
    process: Callable[[], Process[bool]]
    skipped: Callable[[str], Event]
    after: frozenset[str] = frozenset()
    locks: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    last: bool = False
    frees: Hashable = None
