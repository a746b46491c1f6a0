"""One service of a Compose project as a container."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.compose.environment import Environment
from aci_reconcile.convert.compose.ports import Port, read_ports
from aci_reconcile.convert.compose.probes import ProbeReader
from aci_reconcile.convert.compose.resources import read_resources
from aci_reconcile.convert.compose.units import make_label
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.convert.compose.addresses import Addresses
    from aci_reconcile.convert.compose.interpolation import Interpolation
    from aci_reconcile.convert.compose.volumes import Volumes
    from aci_reconcile.convert.cursor import Cursor, MapCursor
    from aci_reconcile.core.errors import Where

_NOTES: Final = {
    "expose": "containers of a group reach each other's ports without it",
    "networks": "containers of a group share one network",
    "links": "containers of a group share one network",
    "pull_policy": "ACI pulls the image whenever the group starts",
    "logging": "ACI keeps the logs; `diagnostics.logAnalytics` sends them elsewhere",
    "stdin_open": "a container of ACI has no standard input",
    "tty": "a container of ACI has no terminal of its own",
    "init": "ACI has its own first process",
    "develop": "for work on the source",
    "attach": "for the terminal of `compose up`",
}
"""Keys whose loss changes nothing that the service does."""
_POLICIES: Final = {
    "no": "Never",
    "none": "Never",
    "on-failure": "OnFailure",
    "always": "Always",
    "any": "Always",
    "unless-stopped": "Always",
}


@dataclass(frozen=True, slots=True)
class Service:
    """A service as a container, and what it asks of its group."""

    name: str
    where: Where
    container: dict[str, Any]
    ports: tuple[Port, ...] = ()
    policy: str = ""
    domain: str = ""
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceReader:
    """Reads the services of a project."""

    words: Interpolation
    volumes: Volumes
    addresses: Addresses
    read_file: Callable[[str, Where], str | None]
    apart: bool = False
    """Whether each service becomes a group of its own."""
    _names: dict[str, str] = field(default_factory=dict[str, str])

    def read(self, name: str, cursor: Cursor) -> Service | None:
        """Return a service; None if ACI cannot run it, which is reported."""
        service = cursor.map()
        if service is None:
            return None
        profiles = service.get("profiles")
        if profiles is not None and isinstance(profiles.node, ListNode) and profiles.node.items:
            _skip(service)
            cursor.findings.note(cursor.where, cursor.path, "it has `profiles`, so it does not start by itself")
            return None
        image = service.get("image")
        if image is None:
            _skip(service)
            hint = "build the image, push it to a registry, and write `image:`"
            cursor.findings.lose(cursor.where, cursor.path, "ACI builds no images, and the service names none", hint)
            return None
        service.note("build", "ACI builds no images: push the image before the first apply")
        properties: dict[str, Any] = {"image": self.words.say(image) or ""}
        properties.update(self._read_command(service, name))
        ports = read_ports(service.items("ports"), self.words)
        if ports:
            properties["ports"] = [_show_port(each) for each in ports]
        properties["environmentVariables"] = Environment(self.words, self.addresses, self.read_file, name).read(service)
        deploy = service.map("deploy")
        properties["resources"] = read_resources(service, deploy, self.words)
        properties["volumeMounts"] = self._read_mounts(service, name)
        properties["livenessProbe"] = ProbeReader(self.words, self.addresses, name).read(service)
        found = {key: value for key, value in properties.items() if value not in (None, [], {})}
        container = {"name": self._choose_name(name, service), "properties": found}
        policy = self._read_policy(service, deploy)
        self._read_rest(service)
        domain, depends = service.get("domainname"), self._read_dependencies(service)
        label = (self.words.say(domain) or "") if domain else ""
        return Service(name, cursor.where, container, ports, policy, label, depends)

    def _choose_name(self, name: str, service: MapCursor) -> str:
        """Return the name of the container: a DNS label, and no other one's."""
        own = service.get("container_name")
        wanted = (self.words.know(own) if own else None) or name
        label = make_label(wanted) or "container"
        if label != wanted:
            service.findings.note(service.where, service.path, f"the container is called {quote(label)}")
        if self._names.setdefault(label, name) != name:
            service.findings.lose(service.where, service.path, f"two containers would be called {quote(label)}")
        return label

    def _read_command(self, service: MapCursor, name: str) -> dict[str, Any]:
        entrypoint, command = service.get("entrypoint"), service.get("command")
        first = self._split(entrypoint, name) if entrypoint else None
        second = self._split(command, name) if command else None
        if command is not None and second and not first:
            message = "in ACI, `command` also replaces the entry point of the image"
            command.findings.note(command.where, command.path, message, "if the image has one, write it in front")
        return {"command": [*(first or ()), *(second or ())]}

    def _split(self, cursor: Cursor, name: str) -> list[str] | None:
        """Return the words of a command, which may be a text or a list."""
        if isinstance(cursor.node, ListNode):
            said = [self.words.say(each) for each in cursor.items()]
            return [self.addresses.rewrite(each, cursor, name) for each in said if each is not None]
        text = self.words.say(cursor)
        if text is None:
            return None
        try:
            return [self.addresses.rewrite(each, cursor, name) for each in shlex.split(text)]
        except ValueError:
            cursor.lose("the command has a quote without an end")
            return None

    def _read_mounts(self, service: MapCursor, name: str) -> list[dict[str, Any]]:
        mounts = [self.volumes.mount(each, name) for each in service.items("volumes")]
        tmpfs = service.get("tmpfs")
        if tmpfs is not None:
            items = tmpfs.items() if isinstance(tmpfs.node, ListNode) else (tmpfs,)
            mounts += [self.volumes.mount_tmpfs(each, name) for each in items]
        for each in service.items("secrets"):
            mount = self.volumes.mount_secret(each, name)
            mounts += [mount] if mount not in mounts else []
        return [each for each in mounts if each is not None]

    def _read_policy(self, service: MapCursor, deploy: MapCursor | None) -> str:
        """Return when the group restarts the container; empty if the service does not say."""
        restart = service.get("restart")
        policy = ""
        if restart is not None:
            text = (self.words.know(restart) or "").partition(":")[0]
            policy = _POLICIES.get(text, "")
            if text and not policy:
                restart.lose(f"{quote(text)} is no restart policy")
        for key, cursor in deploy or ():
            policy = self._read_deploy_key(key, cursor) or policy
        return policy

    def _read_deploy_key(self, key: str, cursor: Cursor) -> str:
        if key == "restart_policy":
            policy = cursor.map()
            condition = policy.get("condition") if policy else None
            for other in ("delay", "max_attempts", "window"):
                if policy is not None:
                    policy.note(other, "ACI decides how long it waits between restarts, and how often it tries")
            text = self.words.know(condition) if condition else None
            return _POLICIES.get(text or "any", "")
        if key == "replicas":
            text = self.words.know(cursor) or "1"
            if text != "1":
                hint = "write one manifest per replica, or use an NGroup"
                cursor.findings.lose(
                    cursor.where, cursor.path, f"{text} replicas: a group runs each container once", hint
                )
        elif key == "mode":
            mode = self.words.know(cursor)
            if mode not in {None, "replicated"}:
                cursor.lose(f"ACI has no mode {quote(mode or '')}")
        elif key in {"update_config", "rollback_config", "endpoint_mode", "placement"}:
            cursor.note("ACI has no cluster to place or to roll services in")
        return ""

    def _read_dependencies(self, service: MapCursor) -> tuple[str, ...]:
        cursor = service.get("depends_on")
        if cursor is None:
            return ()
        found: list[str] = []
        if isinstance(cursor.node, ListNode):
            found = [each.text() or "" for each in cursor.items()]
        else:
            for name, each in cursor.map() or ():
                found.append(name)
                self._read_dependency(name, each)
        if not self.apart and found:
            message = "containers of a group start together: a service must wait for others by itself"
            cursor.findings.note(cursor.where, cursor.path, message)
        return tuple(found)

    def _read_dependency(self, name: str, cursor: Cursor) -> None:
        entry = cursor.map()
        if entry is None:
            return
        for key in ("restart", "required"):
            entry.note(key, "ACI restarts each container by its own policy")
        condition = entry.get("condition")
        text = self.words.know(condition) if condition else None
        if condition is not None and text == "service_completed_successfully":
            hint = "move it to `initContainers`, which run before all others"
            condition.lose(f"a container cannot wait until {quote(name)} has ended", hint)
        elif condition is not None and text == "service_healthy" and not self.apart:
            condition.lose(f"a container cannot wait until {quote(name)} is healthy", "let the program try again")

    def _read_rest(self, service: MapCursor) -> None:
        for key, reason in _NOTES.items():
            service.note(key, reason)
        scale, platform = service.get("scale"), service.get("platform")
        if scale is not None and self.words.know(scale) not in {"1", None}:
            scale.lose("a group runs each container once", "write one manifest per replica, or use an NGroup")
        if platform is not None and self.words.know(platform) not in {"linux", "linux/amd64", None}:
            platform.lose("ACI runs linux/amd64 here")
        mode = service.get("network_mode")
        if mode is not None and self.words.know(mode) not in {"bridge", "host", None}:
            mode.lose("ACI has no such network")
        for key, cursor in service:
            if key.startswith("x-"):
                cursor.note("an extension of the file, which has no meaning of its own")


def _show_port(port: Port) -> dict[str, Any]:
    return {"port": port.number, "protocol": port.protocol}


def _skip(service: MapCursor) -> None:
    for _, cursor in service:
        cursor.take()
