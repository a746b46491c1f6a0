"""A whole world in process: the emulator behind the real Azure SDK, under a clock that only sleeping moves."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import IncompleteReadError, ServiceResponseError
from factories import SUBSCRIPTION, FakeClock, policy

from aci_reconcile.azure import connect, make_endpoint
from aci_reconcile.core import tags
from aci_reconcile.core.model import Scope
from aci_reconcile.emulator import Emulator, Faults, Knobs, Request, Response, open_store
from aci_reconcile.reconcile import Context, Reader, apply, propose

if TYPE_CHECKING:
    from aci_reconcile.azure import ArmBackend
    from aci_reconcile.azure.http.transport import Send
    from aci_reconcile.core.model import Resource, ResourceId
    from aci_reconcile.emulator.faults import Outcome
    from aci_reconcile.planning import Plan, Policy
    from aci_reconcile.reconcile.events import Event

API_VERSION = "2025-09-01"
WRITES = frozenset({"PUT", "PATCH", "POST", "DELETE"})
SCOPE = Scope(SUBSCRIPTION, "rg-shop")


class Witness(Emulator):
    """An emulator that remembers what it really carried out, whatever the client was told of it."""

    done: list[tuple[Request, Response]]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.done = []

    def _answer(self, request: Request, outcome: Outcome) -> Response:
        response = super()._answer(request, outcome)
        if request.method in WRITES and 200 <= response.status < 300:
            self.done.append((request, response))
        return response


@dataclass
class AzureWorld:
    """The emulator, a backend on it, and the requests that were made."""

    knobs: Knobs = field(default_factory=lambda: Knobs(provisioning_seconds=2))
    clock: FakeClock = field(default_factory=FakeClock)
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    stable_for: float = 10
    timeout: float = 1800
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.store = open_store(None)
        self.numbers = itertools.count(7)
        self.emulator = Witness(
            self.store, knobs=self.knobs, clock=self.clock.now, faults=self.faults, on_request=self._seen
        )
        self.backend = self.connected(self._send)
        self.arm("PUT", f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-shop", {"location": "westeurope"})

    def connected(self, send: Send | None, url: str = "http://127.0.0.1:1") -> ArmBackend:
        """Return one more backend, whose requests a function answers, or a server."""
        return connect(
            make_endpoint(url), api_version=API_VERSION, concurrency=4, environ={}, send=send, sleep=self.clock.sleep
        )

    def _seen(self, request: Request, response: Response) -> None:
        self.requests.append((request.method, request.url, response.status))
        self.bodies.append(request.body)

    def _send(self, method: str, url: str, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        answer = self.emulator.handle(Request(method, url, headers, body))
        if answer.wire == "reset":
            raise ServiceResponseError("Connection aborted.", error=ConnectionResetError(104, "reset by peer"))
        if answer.wire == "truncate" and answer.body:
            raise IncompleteReadError("IncompleteRead: the body ended early")
        return answer.status, answer.headers, answer.body

    def arm(self, method: str, path: str, body: Any = None) -> Any:
        """Do something to Azure behind the tool's back; returns the answer's JSON."""
        content = b"" if body is None else json.dumps(body).encode()
        join = "&" if "?" in path else "?"
        answer = self.emulator.handle(Request(method, f"{path}{join}api-version={API_VERSION}", {}, content))
        return json.loads(answer.body) if answer.body else None

    def put(self, resource_id: ResourceId, body: Any) -> Any:
        """Write a group behind the tool's back and let it settle."""
        answer = self.arm("PUT", str(resource_id), body)
        self.clock.sleep(self.knobs.provisioning_seconds + self.knobs.vnet_extra_seconds + 5)
        return answer

    @property
    def writes(self) -> list[tuple[str, str, int]]:
        """The writes among the requests so far."""
        return [each for each in self.requests if each[0] in WRITES]

    def look(self, **more: Any) -> Reader:
        """Return how to look at this world."""
        return Reader(self.backend, self.clock, **more)

    def context(self, rules: Policy) -> Context:
        """Return how to act in it."""
        return Context(
            self.backend,
            self.clock,
            rules,
            entropy=lambda size: next(self.numbers).to_bytes(size, "big"),
            jitter=lambda: 0.0,
            stable_for=self.stable_for,
            timeout=self.timeout,
        )

    def plan(self, *desired: Resource, health: bool = False, **rules: Any) -> Plan:
        """Plan."""
        return propose(desired, [SCOPE], policy(**rules), self.look(health=health))

    def apply(self, *desired: Resource, **rules: Any) -> list[Event]:
        """Plan and apply; returns what happened."""
        proposal = self.plan(*desired, health=True, **rules)
        return list(apply(proposal, self.context(policy(**rules))))


def unowned(resource: Resource) -> Resource:
    """Return the group without our tags, as a stranger would declare it."""
    named = {name: value for name, value in resource.tags.items() if not tags.is_ours(name)}
    return replace(resource, body={**resource.body, "tags": named})
