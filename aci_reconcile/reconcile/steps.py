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


class FrozenRunError(Exception):
    """A freeze began before this group's first write; caught where the group's process ends."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to be made by a thread of the pool."""

    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Compute:
    """A long computation, made beside the requests; no more of them at a time than there are cores."""

    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """Time to let pass, in seconds. One that is ``idle`` ends at once when the run is interrupted."""

    seconds: float
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Unlock:
    """The task's locks are needed no longer, though the task goes on."""


@dataclass(frozen=True, slots=True)
class Await:
    """Go on once another process has yielded ``Notify`` with this key.

    One that is ``idle`` goes on when the run is interrupted, too.
    """

    key: Hashable
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """Let those go on that wait for this key."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class AwaitCapacity:
    """Give up the task's locks until tasks that come last have freed this, and nothing else can go on.

    The process is sent whether one of them has ended well since; not where the run is interrupted, and not where one
    of the run's tasks has not ended well, for then none of them begins.
    """

    key: Hashable


Step: TypeAlias = "Call | Compute | Pause | Unlock | Await | Notify | AwaitCapacity | Event"
Process: TypeAlias = "Generator[Step, Any, T]"
ENGINE_STEPS = (Call, Compute, Pause, Unlock, Await, Notify, AwaitCapacity)
"""The steps that are for the loop; the others are events."""


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
    """Let others into the locks."""
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
