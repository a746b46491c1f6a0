"""The shortest way to valid values, and fakes that stand behind the ports."""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from aci_reconcile.core.backend import Operation, Progress, Remaining
from aci_reconcile.core.model import Lifecycle, Resource, ResourceId, Scope
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import Observation, Plan, Policy, plan
from aci_reconcile.reconcile import Context, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
OWNER = "shop/prod"


def rid(name: str = "web", group: str = "rg-shop") -> ResourceId:
    """Return the id of a container group."""
    return ResourceId(SUBSCRIPTION, group, name)


def container(name: str = "web", **properties: Any) -> dict[str, Any]:
    """Return a container in ARM's shape."""
    resources = {"requests": {"cpu": 1, "memoryInGB": 1.5}}
    return {"name": name, "properties": {"image": "nginx:1.27", "resources": resources, **properties}}


def body(*containers: dict[str, Any], tags: Mapping[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """Return the body of a group."""
    inner = {"containers": list(containers) or [container()], "osType": "Linux", **properties}
    return {"location": "westeurope", "tags": dict(tags or {}), "properties": inner}


def group(name: str = "web", *containers: dict[str, Any], lifecycle: Lifecycle | None = None, **more: Any) -> Resource:
    """Return a declared group."""
    return Resource(rid(name), body(*containers, **more), lifecycle or Lifecycle())


def make_plan(desired: Iterable[Resource], live: Iterable[Resource], rules: Policy, **seen: Any) -> Plan:
    """Return the plan for these manifests, live groups and whatever else was seen."""
    return plan(desired, Observation(tuple(live), **seen), rules)


def policy(**more: Any) -> Policy:
    """Return a policy of the project ``shop/prod``."""
    settings: dict[str, Any] = {"owner": OWNER, **more}
    return Policy(**settings)


@dataclass
class FakeClock:
    """A clock that only sleeping moves."""

    time: float = 1_700_000_000.0

    def now(self) -> float:
        """Return the time."""
        return self.time

    def sleep(self, seconds: float, /) -> None:
        """Let the time pass at once."""
        self.time += seconds


def instance_view(resource: Resource, state: str = "Running", **current: Any) -> dict[str, Any]:
    """Return the body with every container in a state."""
    seen: dict[str, Any] = copy.deepcopy(dict(resource.body))
    told = {"state": state, "startTime": "2020-01-01T00:00:00Z", "detailStatus": "", **current}
    for each in seen["properties"]["containers"]:
        each["properties"]["instanceView"] = {"restartCount": 0, "currentState": told, "events": []}
    overall = {"Running": "Running", "Terminated": "Failed" if current.get("exitCode") else "Succeeded"}
    seen["properties"]["instanceView"] = {"events": [], "state": overall.get(state, "Pending")}
    seen["properties"].setdefault("provisioningState", "Succeeded")
    return seen


def live(resource: Resource, *, tags: Mapping[str, Any] | None = None, **state: Any) -> Resource:
    """Return the group as Azure would show it after it was written and settled."""
    opened = _without_secrets(copy.deepcopy(resource.body))
    seen = instance_view(Resource(resource.id, opened), **state)
    seen["tags"] = {**seen.get("tags", {}), **(tags or {})}
    return Resource(resource.id, seen)


def owned(resource: Resource, **state: Any) -> Resource:
    """Return the live group with this project's owner tag."""
    return live(resource, tags={"aci-reconcile-project": OWNER}, **state)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(each) for name, each in value.items() if not isinstance(each, Secret)}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value


@dataclass
class FakeStream:
    """A stream that says what it was given, piece by piece: bytes, None for a pause, or an error. Then it ends."""

    pieces: list[bytes | Exception | None] = field(default_factory=list[bytes | Exception | None])
    sent: bytes = b""
    closed: bool = False

    def send(self, data: bytes, /) -> None:
        """Keep what was sent."""
        self.sent += data

    def receive(self, timeout: float | None, /) -> bytes | None:
        """Return the next piece; b"" after the last."""
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


@dataclass
class FakeBackend:
    """Azure as a dictionary: every write settles at once. ``faults`` holds errors to raise, by verb, each once."""

    groups: dict[tuple[str, ...], Resource] = field(default_factory=dict)
    resource_groups: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    faults: dict[str, list[Exception | None]] = field(default_factory=lambda: defaultdict(list))
    calls: list[tuple[str, str]] = field(default_factory=list)
    sent: list[Resource] = field(default_factory=list[Resource])
    state: dict[str, Any] = field(default_factory=lambda: {"state": "Running"})
    drop: tuple[str, ...] = ()
    after_fault: Any = None
    streams: list[FakeStream] = field(default_factory=list[FakeStream])
    """What attach and execute open, one after the other."""

    @classmethod
    def holding(cls, *resources: Resource) -> Self:
        """Return a backend that holds these live groups."""
        made = cls({each.id.key: each for each in resources})
        made.resource_groups = {each.id.scope.key: {"tags": {}} for each in resources} or {
            rid().scope.key: {"tags": {}}
        }
        return made

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The writes that were sent."""
        return [
            call
            for call in self.calls
            if call[0]
            not in {"get", "list", "poll", "logs", "attach", "execute", "get_rg", "list_resources", "list_tagged"}
        ]

    def _told(self, verb: str, what: str) -> None:
        self.calls.append((verb, what))
        if self.faults[verb]:
            fault = self.faults[verb].pop(0)
            if fault is not None:
                if self.after_fault is not None:
                    self.after_fault(verb)
                raise fault

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read one group."""
        self._told("get", resource_id.address)
        return self.groups.get(resource_id.key)

    def list(self, scope: Scope, /) -> Iterable[Resource]:
        """List groups."""
        self._told("list", scope.resource_group)
        subscription, group = scope.key
        found = [each for key, each in self.groups.items() if key[0] == subscription and group in {"", key[1]}]
        return [Resource(each.id, _without_views(copy.deepcopy(dict(each.body)))) for each in found]

    def list_tagged(self, subscription: str, tag: str, /) -> Iterable[Resource]:
        """List the groups with a tag, in short."""
        self._told("list_tagged", subscription)
        ours = [each for key, each in self.groups.items() if key[0] == subscription.lower()]
        return [Resource(each.id, {"tags": dict(each.tags)}) for each in ours if any(tag == name for name in each.tags)]

    def put(self, resource: Resource, /) -> Operation:
        """Write a group; it settles at once."""
        self._told("put", resource.address)
        self.sent.append(resource)
        self.keep(resource)
        return Operation(url="https://example.invalid/operations/1")

    def keep(self, resource: Resource) -> None:
        """Hold a group as Azure would after a write."""
        seen = instance_view(Resource(resource.id, _without_secrets(copy.deepcopy(dict(resource.body)))), **self.state)
        for name in self.drop:
            seen["properties"].pop(name, None)
        self.groups[resource.id.key] = Resource(resource.id, seen)

    def patch_tags(self, resource_id: ResourceId, tags: Mapping[str, str], /) -> None:
        """Write tags."""
        self._told("patch", resource_id.address)
        held = self.groups[resource_id.key]
        self.groups[resource_id.key] = Resource(held.id, {**held.body, "tags": dict(tags)})

    def delete(self, resource_id: ResourceId, /) -> Operation:
        """Delete a group at once."""
        self._told("delete", resource_id.address)
        self.groups.pop(resource_id.key, None)
        return Operation()

    def stop(self, resource_id: ResourceId, /) -> None:
        """Stop a group at once."""
        self._told("stop", resource_id.address)
        held = self.groups[resource_id.key]
        properties = {**held.properties, "instanceView": {"events": [], "state": "Stopped"}}
        self.groups[resource_id.key] = Resource(held.id, {**held.body, "properties": properties})

    def start(self, resource_id: ResourceId, /) -> Operation:
        """Start a group at once."""
        return self._rerun("start", resource_id)

    def restart(self, resource_id: ResourceId, /) -> Operation:
        """Restart a group at once."""
        return self._rerun("restart", resource_id)

    def _rerun(self, verb: str, resource_id: ResourceId) -> Operation:
        self._told(verb, resource_id.address)
        held = self.groups[resource_id.key]
        self.groups[resource_id.key] = Resource(held.id, instance_view(held, **self.state))
        return Operation(url="https://example.invalid/operations/2")

    def poll(self, operation: Operation, /) -> Progress:
        """Tell that the operation has ended."""
        self._told("poll", operation.url)
        return Progress("Succeeded")

    def logs(
        self,
        resource_id: ResourceId,
        container: str,
        /,
        *,
        tail: int | None = None,
        timestamps: bool = False,
        raw: bool = False,
    ) -> str:
        """Return a line."""
        self._told("logs", f"{resource_id.address}/{container}")
        return "last words\n"

    def attach(self, resource_id: ResourceId, container: str, /) -> FakeStream:
        """Open the next stream."""
        self._told("attach", f"{resource_id.address}/{container}")
        return self.streams.pop(0)

    def execute(
        self, resource_id: ResourceId, container: str, command: str, /, *, rows: int, columns: int
    ) -> FakeStream:
        """Open the next stream."""
        self._told("execute", f"{resource_id.address}/{container}: {command} {rows}x{columns}")
        return self.streams.pop(0)

    def get_resource_group(self, scope: Scope, /) -> dict[str, Any] | None:
        """Read a resource group."""
        self._told("get_rg", scope.resource_group)
        return self.resource_groups.get(scope.key)

    def create_resource_group(self, scope: Scope, location: str, tags: Mapping[str, str], /) -> None:
        """Create a resource group."""
        self._told("create_rg", scope.resource_group)
        self.resource_groups[scope.key] = {"location": location, "tags": dict(tags)}

    def delete_resource_group(self, scope: Scope, /) -> Operation:
        """Delete a resource group."""
        self._told("delete_rg", scope.resource_group)
        self.resource_groups.pop(scope.key)
        return Operation()

    def get_remaining(self) -> Remaining:
        """Tell nothing of limits."""
        return Remaining()

    def list_resources(self, scope: Scope, /) -> Iterable[str]:
        """List what is in a resource group."""
        self._told("list_resources", scope.resource_group)
        return [str(each.id) for key, each in self.groups.items() if key[:2] == scope.key]


def _without_views(seen: dict[str, Any]) -> dict[str, Any]:
    seen["properties"].pop("instanceView", None)
    for each in seen["properties"]["containers"]:
        each["properties"].pop("instanceView", None)
    return seen


def _ones(size: int) -> bytes:
    return b"\x01" * size


def context(backend: FakeBackend, clock: FakeClock | None = None, **more: Any) -> Context:
    """Return what an apply needs, with chance taken out of it."""
    settings: dict[str, Any] = {
        "policy": policy(),
        "entropy": _ones,
        "jitter": lambda: 0.0,
        "wait": Wait.HEALTHY,
        **more,
    }
    return Context(backend, clock or FakeClock(), **settings)
