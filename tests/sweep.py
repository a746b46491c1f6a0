"""A world in which an apply of everything meets faults, and what went wrong at which request."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from azure_world import SCOPE, AzureWorld
from factories import SUBSCRIPTION, FakeClock, policy, rid
from mixed import AFTER, BEFORE, NEEDED, RULES

from aci_reconcile.app.execution import check_applyable
from aci_reconcile.cli.console import Console
from aci_reconcile.cli.plan_output import show_plan
from aci_reconcile.cli.progress import follow_events, report_end
from aci_reconcile.cli.session import Session
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.core.normalize import align, normalize
from aci_reconcile.emulator import Fault, Knobs
from aci_reconcile.reconcile import Reader, apply, propose
from aci_reconcile.render.header import Header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.model import Resource
    from aci_reconcile.emulator.faults import FaultKind
    from aci_reconcile.planning import Plan
    from aci_reconcile.reconcile.events import Event

Kept: TypeAlias = Literal["group", "label", "operation", "profile", "provider", "resource_group", "subnet", "terminal"]
KEPT: tuple[Kept, ...] = get_args(Kept)
"""What the emulator keeps."""
KNOBS = Knobs(provisioning_seconds=1, vnet_extra_seconds=0.5)
TIMEOUT = 120.0
"""Seconds of patience with a group; the clock is a fake one."""
PROVIDER = "/providers/microsoft.containerinstance/"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A request among those of a run: the ``nth`` (from 0) with this method and path, as a fault names it."""

    method: str
    path: str
    nth: int

    @property
    def group(self) -> str:
        """The last part of the path: the name of a group or a resource group, or what a list lists."""
        return self.path.rstrip("$").rpartition("/")[2]

    @property
    def shape(self) -> tuple[str, str, bool, bool]:
        """What kind of request it is: method, what becomes of what it is about, whether that was there, and the first.

        A resource group is no group, whatever becomes of it; all operations are alike.
        """
        needed = NEEDED.get(self.group, (self.group or "operation",))
        becomes = " and ".join(sorted(needed)) if PROVIDER in self.path else "resource group"
        return self.method, becomes, self.group in {each.id.name for each in BEFORE}, self.nth == 0


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to go wrong."""

    kind: FaultKind
    status: int = 503

    @property
    def after(self) -> bool:
        """Whether the request is carried out all the same, and nobody is told."""
        return self.kind in {"error-after", "reset-after", "truncate"}

    def at(self, spot: Spot, times: int = 1) -> Fault:
        """Return the fault that hits a request."""
        return Fault(self.kind, spot.method, spot.path, skip=spot.nth, times=times, status=self.status)

    def bites(self, spot: Spot) -> bool:
        """Whether it makes a difference to a request; only a PUT of a group begins an operation."""
        return not self.kind.endswith("operation") or (spot.method == "PUT" and PROVIDER in spot.path)


TRANSIENT = {
    "429": Kind("error", 429),
    "500": Kind("error", 500),
    "503": Kind("error", 503),
    "reset before": Kind("reset"),
    "reset after": Kind("reset-after"),
    "504 after": Kind("error-after", 504),
    "truncated": Kind("truncate"),
}
LASTING = {"stuck operation": Kind("endless-operation"), "failed operation": Kind("failed-operation")}
KINDS = {**TRANSIENT, **LASTING}


@dataclass(frozen=True, slots=True)
class Ran:
    """How an apply ended: the exit code of the command, what it told, and what it wrote."""

    code: int
    events: tuple[Event, ...]
    out: str
    err: str


def as_command(world: AzureWorld, desired: Sequence[Resource], backend: Backend | None = None) -> Ran:
    """Plan, show and apply as the command does, down to its exit code, but one request after the other."""
    backend = backend or world.backend
    out, err = io.StringIO(), io.StringIO()
    session = Session({}, None, Console(out, err, json=True))
    seen: list[Event] = []
    try:
        look = Reader(backend, world.clock, concurrency=1, health=True)
        plan = propose(desired, [SCOPE], policy(**RULES), look)
        show_plan(plan, Header("shop/prod", SUBSCRIPTION, "", "prod"), session)
        check_applyable(plan)
        context = replace(world.context(policy(**RULES)), backend=backend)
        told = _noted(apply(plan, context, concurrency=1), seen)
        (finished,) = follow_events(told, context, session, verb="Apply")
        code = int(report_end(finished, session, verb="Apply"))
    except AciReconcileError as error:
        code = int(error.exit_code)
        err.write(f"{error.message}\n")
    return Ran(code, tuple(seen), out.getvalue(), err.getvalue())


def _noted(events: Iterable[Event], seen: list[Event]) -> Iterator[Event]:
    for event in events:
        seen.append(event)
        yield event


@dataclass
class Sweep(AzureWorld):
    """The world before the change, and the way from there."""

    knobs: Knobs = KNOBS
    stable_for: float = 1
    timeout: float = TIMEOUT

    @classmethod
    def begun(cls, *faults: Fault, knobs: Knobs = KNOBS) -> Sweep:
        """Return a fresh world in which ``BEFORE`` is live, and faults that wait for their requests."""
        first = _first()
        world = cls(knobs, FakeClock(first.clock.time))
        with first.store.transaction() as source, world.store.transaction(write=True) as copy:
            for kind in KEPT:
                for key, document in source.scan(kind, ""):
                    copy.put(kind, key, document)
                    copy.next_serial()
        world.requests.clear()
        world.emulator.done.clear()
        world.faults.add(faults)
        return world

    def planned(self, desired: Sequence[Resource] = AFTER) -> Plan:
        """Plan, one request after the other."""
        return propose(desired, [SCOPE], policy(**RULES), Reader(self.backend, self.clock, concurrency=1, health=True))

    def apply_once(self, desired: Sequence[Resource] = AFTER) -> Ran:
        """Do what the command does."""
        return as_command(self, desired)

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The requests so far, as faults name them."""
        seen: Counter[tuple[str, str]] = Counter()
        found: list[Spot] = []
        for method, url, _ in self.requests:
            path = _named(url)
            found.append(Spot(method, path, seen[method, path]))
            seen[method, path] += 1
        return tuple(found)

    @property
    def effects(self) -> dict[str, Counter[str]]:
        """The writes that Azure carried out, by the last part of their path."""
        found: dict[str, Counter[str]] = {}
        for request, response in self.emulator.done:
            if (request.method, response.status) != ("DELETE", 204):
                name = request.split().path.rpartition("/")[2]
                found.setdefault(name, Counter())[request.method] += 1
        return found

    def wrong(self, desired: Sequence[Resource] = AFTER) -> list[str]:
        """Return the names of the groups that are not as declared, and of those that should not be there."""
        declared = {each.id.key: each for each in desired}
        found: list[str] = []
        for scope in dict.fromkeys(each.id.scope for each in tuple(declared.values())):
            listed = self.arm("GET", f"{scope}{PROVIDER}containerGroups")
            for live in listed.get("value", []):
                wanted = declared.pop(rid(live["name"], scope.resource_group).key, None)
                if wanted is None or not equal(live, wanted):
                    found.append(live["name"])
        return sorted((*found, *(each.id.name for each in declared.values())))

    def unstick(self) -> None:
        """Let every operation that never ends end well, now."""
        with self.store.transaction(write=True) as session:
            for kind in KEPT:
                for key, document in tuple(session.scan(kind, "")):
                    text = json.dumps(document).replace("Infinity", str(self.clock.now()))
                    session.put(kind, key, json.loads(text))


@cache
def _first() -> Sweep:
    """Return the world that every run begins with."""
    world = Sweep()
    assert 0 == world.apply_once(BEFORE).code
    return world


@cache
def clean() -> tuple[Spot, ...]:
    """Return the requests of an apply that nothing disturbs."""
    world = Sweep.begun()
    assert 0 == world.apply_once().code
    return world.spots


def _named(url: str) -> str:
    """Return what a fault calls the path; operations have names that nobody can foresee."""
    path = url.partition("?")[0].removeprefix("http://127.0.0.1:1").lower()
    head, found, _ = path.partition("/operations/")
    return f"{head}{found}" if found else f"{path}$"


def equal(live: Mapping[str, Any], wanted: Resource) -> bool:
    """Whether a live group is what a manifest declares, our own tags aside."""
    after = normalize(wanted.body)
    kept = {name: value for name, value in live.get("tags", {}).items() if not name.startswith("aci-reconcile-")}
    return align(normalize({**live, "tags": kept}), after)[0] == after
