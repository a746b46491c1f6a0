"""A small world to test the emulator in: a clock that stands still, bodies, and short ways to send requests."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import Emulator, Knobs, Request, Response, Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
RESOURCE_GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-test"
GROUPS = f"{RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroups"
SUBNET = f"{RESOURCE_GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
VERSION = "2025-09-01"
START = 1_700_000_000.0


@dataclass
class World:
    """An emulator, its store and its clock."""

    knobs: Knobs = field(default_factory=Knobs)
    store: Store = field(default_factory=lambda: open_store(None))
    now: float = START
    entropy: Callable[[int], bytes] = os.urandom
    log: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def __post_init__(self) -> None:
        self.emulator = Emulator(
            self.store,
            knobs=self.knobs,
            clock=lambda: self.now,
            entropy=self.entropy,
            on_request=lambda request, response: self.log.append((request.method, response.status)),
        )
        self.send("PUT", RESOURCE_GROUP, {"location": "westus"})

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        version: str = VERSION,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Sends one request; `path` may be a whole URL with its api-version."""
        url = path if "api-version=" in path else f"{path}{'&' if '?' in path else '?'}api-version={version}"
        content = b"" if body is None else json.dumps(body).encode()
        return self.emulator.handle(Request(method, url, headers or {}, content))

    def put(self, name: str, body: Any, version: str = VERSION) -> Response:
        """Creates or replaces a container group."""
        return self.send("PUT", f"{GROUPS}/{name}", body, version)

    def get(self, name: str, version: str = VERSION) -> Any:
        """The body of a container group."""
        return self.send("GET", f"{GROUPS}/{name}", version=version).json()

    def create(self, name: str, body: Any = None) -> Any:
        """Creates a container group, waits for it, and gives its body."""
        response = self.put(name, body or group())
        assert response.status == 201, response.body
        return self.settle(name)

    def settle(self, name: str) -> Any:
        """Lets time pass until no operation can be running, and gives the group's body."""
        self.now += 60.0
        return self.get(name)

    def code(self, response: Response) -> tuple[int, str]:
        """Status and error code of a refusal."""
        return response.status, response.json()["error"]["code"]


def group(image: str = "nginx", **properties: Any) -> Any:
    """The shortest complete body of a container group; its container opens the ports of the address."""
    opened: Any = {"ports": properties["ipAddress"]["ports"]} if properties.get("ipAddress") else {}
    body: Any = {
        "location": "westus",
        "properties": {"osType": "Linux", "containers": [container("web", image, **opened)]},
    }
    body["properties"].update(properties)
    return body


def container(name: str, image: str = "nginx", **properties: Any) -> Any:
    """A container of a group."""
    resources = {"requests": {"cpu": 1.0, "memoryInGB": 1.0}}
    return {"name": name, "properties": {"image": image, "resources": resources, **properties}}


def public(*ports: int, **more: Any) -> Any:
    """A public address."""
    return {"type": "Public", "ports": [{"port": port, "protocol": "TCP"} for port in ports], **more}


def changed(body: Any, path: str, value: Any) -> Any:
    """A copy of a body with one value replaced, or removed where the value is None; `path` is dotted."""
    result = copy.deepcopy(body)
    *parents, last = path.split(".")
    node: Any = result
    for key in parents:
        node = node[int(key)] if key.isdecimal() else node.setdefault(key, {})
    if value is None:
        node.pop(last)
    else:
        node[last] = value
    return result


def view(body: Any, name: str = "web") -> Any:
    """The instance view of a container."""
    containers = body["properties"]["containers"] + body["properties"].get("initContainers", [])
    return next(item["properties"]["instanceView"] for item in containers if item["name"] == name)


def events(body: Any, name: str = "web") -> dict[str, int]:
    """The events of a container, by name, with their counts."""
    return {event["name"]: event["count"] for event in view(body, name)["events"]}
