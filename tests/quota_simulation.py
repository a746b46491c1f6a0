"""Applies of many groups within Azure's limits, in simulated time: several processes, one subscription.

What is tested is the code that ships: the process of each group, what waits for limits, and the emulator's own limits.
Simulated are the engine's loop, so that processes can share one time, and a backend that keeps groups in a dictionary.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from factories import FakeBackend, group, live, make_plan, policy

from aci_reconcile.azure.errors import translate_answer
from aci_reconcile.azure.http.answer import Answer
from aci_reconcile.core.backend import Operation, Progress, Remaining
from aci_reconcile.core.errors import ThrottledError
from aci_reconcile.core.model import Resource, as_text
from aci_reconcile.emulator import Knobs
from aci_reconcile.emulator.arm.limits import Limits
from aci_reconcile.emulator.model import ArmError, Request
from aci_reconcile.reconcile import Wait
from aci_reconcile.reconcile.context import Context
from aci_reconcile.reconcile.execution import (
    _make_tasks,  # pyright: ignore[reportPrivateUsage]
    _prepare,  # pyright: ignore[reportPrivateUsage]
)
from aci_reconcile.reconcile.retries import _TooLateError  # pyright: ignore[reportPrivateUsage]
from aci_reconcile.reconcile.steps import Await, Call, Compute, Notify, Pause, Process, Unlock

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from aci_reconcile.core.model import ResourceId, Scope
    from aci_reconcile.reconcile.events import Event

EPOCH = 1_700_000_000.0
PROVISIONING = 2.0
LATENCY = 0.05
CONCURRENCY = 32
_LEFT = "x-ms-ratelimit-remaining-subscription-"


class Time:
    """What time it is, and what happens next."""

    def __init__(self) -> None:
        self.time = EPOCH
        self.late = 0.0
        """Seconds that the request that is being answered has taken already."""
        self._turns: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        """Return the time."""
        return self.time + self.late

    def sleep(self, seconds: float, /) -> None:
        """Nobody sleeps but by a step."""
        raise AssertionError(seconds)

    def call_later(self, seconds: float, then: Callable[[], None]) -> None:
        """Do something later."""
        heapq.heappush(self._turns, (self.time + seconds, next(self._numbers), then))

    def play(self, until: float) -> None:
        """Go on until nothing happens any more."""
        while self._turns:
            self.time, _, then = heapq.heappop(self._turns)
            assert self.time - EPOCH < until, "it does not end"
            then()


@dataclass
class Cloud:
    """One subscription in Azure: its groups, and its limits."""

    time: Time = field(default_factory=Time)
    limits: Limits = field(default_factory=Limits)
    knobs: Knobs = field(default_factory=lambda: Knobs(limits=True))
    groups: dict[tuple[str, ...], tuple[Resource, Resource, float]] = field(
        default_factory=dict[tuple[str, ...], tuple[Resource, Resource, float]]
    )
    """Each group in transition and when it has settled, and when that is."""
    writes: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    """When which group was written."""
    refused: Counter[str] = field(default_factory=Counter[str])

    def ask(self, method: str, url: str, region: str = "") -> Answer:
        """Count a request; raise what Azure refuses it with."""
        request, now = Request(method, url), self.time.now()
        try:
            self.limits.spend(request, "sub", now, self.knobs)
            if region:
                self.limits.spend_in_region(request, "sub", region, now)
        except ArmError as error:
            self.refused[f"{method} {error.code}"] += 1
            raise translate_answer(Answer(error.status, error.headers, error.response().body)) from None
        return Answer(200, self.limits.headers(request, "sub", now, self.knobs))

    def see(self, key: tuple[str, ...]) -> Resource | None:
        """Return a group as it is now."""
        found = self.groups.get(key)
        if found is None:
            return None
        busy, done, settled = found
        return done if self.time.now() >= settled else busy


@dataclass
class CloudBackend(FakeBackend):
    """What one process sees of a cloud."""

    cloud: Cloud = field(default_factory=Cloud)
    remaining: Remaining = field(default_factory=Remaining)

    def _ask(self, method: str, url: str, region: str = "") -> Answer:
        answer = self.cloud.ask(method, url, region)
        told = {kind: answer.headers.get(f"{_LEFT}{kind}") for kind in ("reads", "writes", "deletes")}
        self.remaining = replace(self.remaining, **{kind: int(text) for kind, text in told.items() if text})
        return answer

    def get_remaining(self) -> Remaining:
        """Tell what the last answers said."""
        return self.remaining

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read one group."""
        self._ask("GET", str(resource_id))
        return self.cloud.see(resource_id.key)

    def list(self, scope: Scope, /) -> Iterable[Resource]:
        """List groups, in pages; one that is refused is asked for again."""
        page, pages, time = 0, 1 + max(len(self.cloud.groups) - 1, 0) // 100, self.cloud.time
        while page < pages:
            try:
                self._ask("GET", scope.resource_group)
                page += 1
                time.late += LATENCY
            except ThrottledError as error:
                if not page:
                    raise
                time.late += error.retry_after
        return [each for each in map(self.cloud.see, self.cloud.groups) if each is not None]

    def put(self, resource: Resource, /) -> Operation:
        """Write a group; it takes a while to settle."""
        answer = self._ask("PUT", str(resource.id), as_text(resource.body["location"]))
        done = live(resource)
        busy = Resource(done.id, {**done.body, "properties": {**done.properties, "provisioningState": "Pending"}})
        self.cloud.groups[resource.id.key] = (busy, done, self.cloud.time.now() + PROVISIONING)
        self.cloud.writes.append((self.cloud.time.now() - EPOCH, resource.id.name))
        return Operation("|".join(resource.id.key), "", answer.room)

    def poll(self, operation: Operation, /) -> Progress:
        """Tell how far a group is."""
        self._ask("GET", operation.url)
        found = self.cloud.see(tuple(operation.url.split("|")))
        assert found is not None
        return Progress(as_text(found.properties.get("provisioningState")))


class Client:
    """One process of an apply: what the engine does, in the time that all share."""

    def __init__(self, cloud: Cloud, groups: Sequence[Resource], seed: int, latency: float) -> None:
        self.time, self.latency, self.room = cloud.time, latency, CONCURRENCY
        self.chance = random.Random(seed)
        self.events: list[Event] = []
        self.open = 0
        self.killed = False
        self._queue: deque[tuple[Process[bool], Callable[[], object]]] = deque()
        self._parked: dict[Hashable, list[Process[bool]]] = {}
        plan = make_plan([each for each in groups if each.id.key not in cloud.groups], [], policy())
        chance = self.chance.random
        backend = CloudBackend(cloud=cloud)
        ctx = Context(backend, cloud.time, policy(), self.chance.randbytes, chance, wait=Wait.PROVISIONED)
        self.ctx = _prepare(plan, ctx)
        for task in _make_tasks(plan, self.ctx):
            self.open += 1
            self.time.call_later(0, partial(self._step, task.process()))

    def _step(self, process: Process[bool], value: object = None, error: BaseException | None = None) -> None:
        """Go on with a process until it waits for something."""
        while not self.killed:
            try:
                step = process.throw(error) if error else process.send(value)
            except StopIteration:
                self.open -= 1
                return
            value = error = None
            if self._handle(process, step):
                return

    def _handle(self, process: Process[bool], step: object) -> bool:
        """Carry out what a process asks for; return whether it waits for that."""
        match step:
            case Call(run) | Compute(run):
                self._queue.append((process, run))
                self._send()
            case Pause(seconds):
                self.time.call_later(seconds, partial(self._step, process))
            case Await(key):
                self._parked.setdefault(key, []).append(process)
            case Notify(key):
                for each in self._parked.pop(key, ()):
                    self.time.call_later(0, partial(self._step, each))
                return False
            case Unlock():
                return False
            case event:
                self.events.append(event)  # type: ignore[arg-type]
                return False
        return True

    def _send(self) -> None:
        """Send what waits for a thread."""
        while self.room and self._queue:
            self.room -= 1
            process, run = self._queue.popleft()
            value: object = None
            error: Exception | None = None
            try:
                value = run()
            except Exception as raised:  # noqa: BLE001  the process is to see it
                error = raised
            took = 0 if isinstance(error, _TooLateError) else self.latency * (0.5 + self.chance.random())
            self.time.call_later(self.time.late + took, partial(self._take, process, value, error))
            self.time.late = 0.0

    def _take(self, process: Process[bool], value: object, error: Exception | None) -> None:
        self.room += 1
        self._step(process, value, error)
        self._send()


def make_groups(count: int, regions: int) -> list[Resource]:
    """Return so many groups, in turn in so many regions."""
    made = (group(f"g{number:04}") for number in range(count))
    return [
        replace(each, body={**each.body, "location": f"region{number % regions}"}) for number, each in enumerate(made)
    ]


@dataclass(frozen=True)
class Simulation:
    """What came of it."""

    seconds: float
    cloud: Cloud
    clients: tuple[Client, ...]

    def list_events(self, kind: type[Any]) -> list[Any]:
        """Return the events of a kind, of all processes."""
        return [event for each in self.clients for event in each.events if isinstance(event, kind)]


def simulate(
    groups: Sequence[Resource],
    *,
    clients: int = 1,
    latency: float = LATENCY,
    seed: int = 1,
    kill_at: float = 0,
    again_at: float = 0,
) -> Simulation:
    """Apply groups with so many processes, each of which has its own regions; the first may be killed, and run again.

    Args:
        groups: what to apply.
        clients: how many processes.
        latency: seconds from a request to its answer.
        seed: chance.
        kill_at: the seconds after which the first process is killed.
        again_at: the seconds after which it is run again.
    """
    cloud = Cloud()
    regions = list(dict.fromkeys(as_text(each.body["location"]) for each in groups))
    parts = [
        [each for each in groups if each.body["location"] in regions[number::clients]] for number in range(clients)
    ]
    made = [Client(cloud, part, seed + number, latency) for number, part in enumerate(parts)]
    if kill_at:
        cloud.time.call_later(kill_at, partial(setattr, made[0], "killed", True))
        cloud.time.call_later(again_at, lambda: made.append(Client(cloud, parts[0], seed + clients, latency)))
    cloud.time.play(20_000)

    assert not any(each.open for each in made if not each.killed), [each.open for each in made]
    return Simulation(cloud.time.now() - EPOCH, cloud, tuple(made))
