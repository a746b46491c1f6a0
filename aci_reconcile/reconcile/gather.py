"""Many reads side by side, with what became of each: what a plan is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from aci_reconcile.core.errors import AuthenticationError, AzureError
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.patience import Deadline, Patient, retry
from aci_reconcile.reconcile.steps import Task, never

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from aci_reconcile.core.model import Resource
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.steps import Process

K = TypeVar("K")
T = TypeVar("T")


class Reader(Patient, Protocol):
    """Who reads: with how many requests at once, and whom to tell of waiting."""

    @property
    def concurrency(self) -> int:
        """How many requests may be in flight at once."""
        ...

    @property
    def report(self) -> Callable[[Event], None]:
        """Told when Azure's rate limits make the reading wait."""
        ...

    @property
    def lasting(self) -> Callable[[], AbstractContextManager[None]]:
        """Makes what is entered while reads are on their way, to tell of it where that lasts."""
        ...

    @property
    def until(self) -> float:
        """When reading ends, in seconds since the epoch, whatever Azure's rate limits say."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one read: the groups it found, or why it failed."""

    found: tuple[Resource, ...] = ()
    failure: AzureError | None = None

    @property
    def error(self) -> str:
        """Why it failed, in Azure's words; empty where it did not."""
        if self.failure is None:
            return ""
        return f"{self.failure.code}: {self.failure.message}" if self.failure.code else self.failure.message


def ignore(_event: Event) -> None:
    """Ignore an event."""


def no_jitter() -> float:
    """Come back with everybody else."""
    return 0


def read_within_limits(reader: Reader, ask: Callable[[], T]) -> Process[T]:
    """Read, and wait for nothing but Azure's rate limits: the SDK has already retried other errors."""
    return (yield from retry(reader, ask, Deadline(reader.clock.now(), 0, reader.until)))


def gather(reads: Mapping[K, Process[tuple[Resource, ...]]], reader: Reader) -> dict[K, Answer]:
    """Carry out the reads and return what became of each.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is in the answers.
    """
    answers: dict[K, Answer] = {}

    def keep(key: K, read: Process[tuple[Resource, ...]]) -> Process[bool]:
        try:
            answers[key] = Answer((yield from read))
        except AuthenticationError:
            raise
        except AzureError as error:
            answers[key] = Answer(failure=error)
        return True

    tasks = [
        Task(str(number), partial(keep, key, read), _unreachable) for number, (key, read) in enumerate(reads.items())
    ]
    with reader.lasting():
        for event in run(tasks, concurrency=reader.concurrency, clock=reader.clock, stopped=never):
            reader.report(event)
    return {key: answers[key] for key in reads}


def _unreachable(because: str) -> Event:
    """Reads depend on nothing and are not interrupted, so none is ever skipped."""
    from aci_reconcile.reconcile.events import Paced

    return Paced(because, 0)
