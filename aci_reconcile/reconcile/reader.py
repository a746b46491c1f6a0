"""Reads of what is live: many side by side, within Azure's rate limits, and with what became of each."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from aci_reconcile.core.errors import AuthenticationError, AzureError
from aci_reconcile.core.health import State
from aci_reconcile.core.provisioning import state_of
from aci_reconcile.core.resource_types import assess_health, is_settled
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.hash_cost import HashCost
from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.limits import Limits
from aci_reconcile.reconcile.retries import retry
from aci_reconcile.reconcile.steps import Task, never, pause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.core.model import Key, Resource, ResourceId, Scope
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.steps import Process
    from aci_reconcile.reconcile.watch import Listing


SETTLING: Final = 60.0
"""Seconds for which a group that somebody else has in transition is waited for, before it is taken as it is."""
_GLANCE = 1.0


def ignore(_event: Event) -> None:
    """Ignore an event."""


def skip_jitter() -> float:
    """Come back with everybody else."""
    return 0


class Refresh(StrEnum):
    """How much is read: what the lists leave open, or every group with a get."""

    AUTO = "auto"
    GET = "get"


def always(_key: Key, /) -> bool:
    """Ask for every group."""
    return True


def remember_nothing(_desired: Resource, _live: Resource, /) -> Change | None:
    """Remember no earlier decision."""
    return None


def own_nothing(_tag: str) -> bool:
    """Own nothing."""
    return False


def ignore_text(_text: str) -> None:
    """Ignore a message."""


@dataclass(frozen=True, slots=True)
class Search:
    """Where to search for groups of ours besides the resource groups that the project names."""

    subscriptions: tuple[str, ...] = ()
    """The first is that of the run. One that may not be searched is left out."""
    instead: tuple[Scope, ...] = ()
    """Resource groups that are listed if their subscription may not be searched."""
    ours: Callable[[str], bool] = own_nothing
    """Whether groups with this owner tag count."""
    needed: bool = False
    """Whether the plan depends on the search: then a failed one makes the plan incomplete."""
    report: Callable[[str], None] = ignore_text
    """Takes the message that says what was not searched, and why."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read: with which backend, how many requests at once, and whether run states are wanted, too."""

    backend: Backend
    clock: Clock
    concurrency: int = 8
    refresh: Refresh = Refresh.AUTO
    health: bool = False
    until_settled: bool = False
    """Whether to wait for a group in transition although it equals its manifest.

    A drift check wants to know how it ends; an apply waits for it later, beside its other work.
    """
    jitter: Callable[[], float] = skip_jitter
    limits: Limits = field(default_factory=Limits)
    listed: Mapping[tuple[str, str], Callable[[], Listing]] = field(
        default_factory=dict["tuple[str, str]", "Callable[[], Listing]"]
    )
    """Lists of resource groups that are on their way already, by the scope's key."""
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict["tuple[str, str]", "Listing"])
    """Receives what was listed, by the scope's key, so that an apply need not list it again."""
    report: Callable[[Event], None] = ignore
    """Receives an event when Azure's rate limits make the reading wait."""
    stopped: Callable[[], bool] = never
    show_progress: Callable[[], AbstractContextManager[None]] = nullcontext
    """Makes a context that is entered while reads are under way; it may report that they take long."""
    hash_cost: HashCost = field(default_factory=HashCost)
    """Counts what comparing fingerprints costs."""
    until: float = math.inf
    """When reading ends, in seconds since the epoch, whatever Azure's rate limits say."""
    search: Search = field(default_factory=Search)
    """Where to search for groups of ours besides the resource groups that are named."""
    asks: Callable[[Key], bool] = always
    """Whether the run state of a group is wanted now, where run states matter: a run that never ends asks for some
    groups at a time."""
    settling: float = SETTLING
    """Seconds for which a group in transition is waited for."""
    recall: Callable[[Resource, Resource], Change | None] = remember_nothing
    """Returns the earlier decision about a manifest and a listed group, where both are what they were then."""


K = TypeVar("K")
T = TypeVar("T")


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
        Task(str(number), partial(keep, key, read), _make_impossible_event)
        for number, (key, read) in enumerate(reads.items())
    ]
    with reader.show_progress():
        for event in run(tasks, concurrency=reader.concurrency, clock=reader.clock, stopped=never):
            reader.report(event)
    return {key: answers[key] for key in reads}


def _make_impossible_event(because: str) -> Event:
    """Reads depend on nothing and are not interrupted, so none is ever skipped."""
    from aci_reconcile.reconcile.events import Paced

    return Paced(because, 0)


def read_when_settled(
    resource_id: ResourceId, reader: Reader, is_enough: Callable[[Resource], bool]
) -> Process[tuple[Resource, ...]]:
    """Read one group; wait for one in transition, by default up to a minute, because settled reads compare best.

    Do not wait where ``is_enough`` says so or where the group fails again and again. Return a group that does not
    settle as it is.

    Raises:
        AzureError: it cannot be read.
    """
    until = 0.0
    while True:
        live = yield from read_within_limits(reader, partial(reader.backend.get, resource_id))
        if live is None:
            return ()
        if is_settled(live) or is_enough(live) or assess_health(live, now=reader.clock.now()).state is State.UNHEALTHY:
            return (live,)
        if not reader.settling:
            return (live,)
        if not until:
            until = reader.clock.now() + reader.settling
            from aci_reconcile.reconcile.events import Settling  # late: a plan that waits for nothing does not need it

            yield Settling(resource_id.address, state_of(live.body), reader.settling)
        if reader.clock.now() > until:
            return (live,)
        yield from pause(_GLANCE)
