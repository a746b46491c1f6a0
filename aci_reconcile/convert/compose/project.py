"""A Compose project as container groups: one for all services, or one for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.compose.addresses import Addresses
from aci_reconcile.convert.compose.interpolation import Interpolation
from aci_reconcile.convert.compose.overlays import merge_overlays
from aci_reconcile.convert.compose.services import Service, ServiceReader
from aci_reconcile.convert.compose.units import make_label
from aci_reconcile.convert.compose.volumes import Volumes
from aci_reconcile.convert.conversion import ConvertedGroup
from aci_reconcile.convert.cursor import Tracker
from aci_reconcile.manifest.project.variables import read_variable_file
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode, MapNode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aci_reconcile.convert.conversion import Draft
    from aci_reconcile.convert.cursor import MapCursor
    from aci_reconcile.core.errors import Where

_NOTHING: Final = "ACI has nothing like this key"
_PERSISTENCE: Final = ("Never", "OnFailure", "Always")
_ALWAYS: Final = "Always"
_NOTES: Final = {
    "version": "Compose ignores the version of its format",
    "networks": "containers of a group share one network",
}


@dataclass(frozen=True, slots=True)
class ComposeOptions:
    """What the caller decides about a Compose project."""

    localhost: bool = False
    """Whether names of services in addresses become ``localhost``."""
    group_per_service: bool = False
    """Whether each service becomes a group of its own."""
    project_name: str = ""
    """The name of the group if the file has none."""
    read_file: Callable[[str, Where], str | None] = lambda _name, _where: None
    """Returns the text of a file that a source names; None if there is none."""


def convert_project(files: Sequence[MapNode], draft: Draft, options: ComposeOptions, values: Mapping[str, str]) -> None:
    """Convert the services of a project, whose later files win over the earlier ones."""
    tracker = Tracker(draft.findings)
    top = tracker.open(merge_overlays(files)).map()
    if top is None:  # pragma: no cover  the caller passes maps
        return
    _Project(top, draft, options, values).convert()
    tracker.finish(_NOTHING)


class _Project:
    """A project under conversion."""

    def __init__(self, top: MapCursor, draft: Draft, options: ComposeOptions, values: Mapping[str, str]) -> None:
        self._top = top
        self._draft = draft
        self._options = options
        known = {**_read_defaults(options, top.where), **values}
        words = Interpolation(draft, "", known)
        name = top.get("name")
        self._name = make_label((words.know(name) or "") if name else options.project_name) or "compose"
        self._words = Interpolation(draft, self._name, known)
        self._volumes = Volumes(top.map("volumes"), top.map("secrets"), self._words)

    def convert(self) -> None:
        """Convert every service."""
        services = self._top.map("services")
        names = frozenset(name for name, _ in services or ())
        reader = ServiceReader(
            self._words,
            self._volumes,
            self._make_addresses(services, names),
            self._options.read_file,
            self._options.group_per_service,
        )
        read = [self._take_apart(reader, name).read(name, cursor) for name, cursor in services or ()]
        found = [each for each in read if each is not None]
        if not found:
            where = services.where if services else self._top.where
            self._draft.findings.lose(where, "services", "no service is one that ACI can run")
        elif self._options.group_per_service:
            for each in found:
                depends = tuple(make_label(name) for name in each.depends_on)
                self._add_group(make_label(each.name), [each], depends)
        else:
            self._add_group(self._name, found, ())
        self._finish()

    def _take_apart(self, reader: ServiceReader, name: str) -> ServiceReader:
        """Return the reader of a service, whose secrets are those of its own group if it has one."""
        if not self._options.group_per_service:
            return reader
        return replace(reader, words=replace(self._words, group=make_label(name)))

    def _make_addresses(self, services: MapCursor | None, names: frozenset[str]) -> Addresses:
        if not self._options.group_per_service:
            return Addresses(names, localhost=self._options.localhost)
        opened = {name for name, cursor in services or () if _opens_ports(cursor.node)}
        return Addresses(names, elsewhere={name: f"${{group:{make_label(name)}:ipAddress.ip}}" for name in opened})

    def _add_group(self, name: str, services: list[Service], depends_on: tuple[str, ...]) -> None:
        mounted = {mount["name"] for each in services for mount in each.container["properties"].get("volumeMounts", ())}
        properties: dict[str, Any] = {
            "osType": "Linux",
            "restartPolicy": self._choose_policy(services),
            "containers": [each.container for each in services],
        }
        address = self._make_address(services)
        if address:
            properties["ipAddress"] = address
        volumes = [volume for key, volume in self._volumes.found.items() if key in mounted]
        if volumes:
            properties["volumes"] = volumes
        where = services[0].where
        self._draft.groups.append(ConvertedGroup(name, {"properties": properties}, where, depends_on=depends_on))

    def _choose_policy(self, services: list[Service]) -> str:
        """Return the policy of the group: what its services say, or the one that restarts most."""
        said = {each.policy for each in services if each.policy}
        policy = max(said, key=_PERSISTENCE.index, default=_ALWAYS)
        if len(said) > 1 or (said and any(not each.policy for each in services) and policy != _ALWAYS):
            for each in services:
                if each.policy != policy:
                    message = f"a group has one restart policy: {policy}, which another service has"
                    self._draft.findings.lose(each.where, f"services.{each.name}.restart", message)
        return policy

    def _make_address(self, services: list[Service]) -> dict[str, Any]:
        """Return the public address of a group; empty if no service opens a port."""
        opened: dict[tuple[int, str], str] = {}
        for each in services:
            for port in each.ports:
                first = opened.setdefault((port.number, port.protocol), each.name)
                if first != each.name:
                    message = f"port {port.number} is open in {quote(first)}, too: containers of a group share ports"
                    self._draft.findings.lose(each.where, f"services.{each.name}.ports", message)
        public = dict.fromkeys(port for each in services for port in each.ports if port.public)
        labels = dict.fromkeys(each.domain for each in services if each.domain)
        for other in list(labels)[1:]:
            self._draft.findings.lose(
                services[0].where, "domainname", f"a group has one name, so {quote(other)} is lost"
            )
        if not public:
            if labels:
                where, path = services[0].where, "domainname"
                self._draft.findings.lose(where, path, "a group without an open port has no public name")
            return {}
        ports = [{"port": each.number, "protocol": each.protocol} for each in public]
        label = {"dnsNameLabel": next(iter(labels))} if labels else {}
        return {"type": "Public", "ports": ports, **label}

    def _finish(self) -> None:
        """Say what no service uses, and what the file says besides."""
        for kind, declared in (("volume", self._volumes.declared), ("secret", self._volumes.secrets)):
            for _, cursor in declared or ():
                if cursor.unread:
                    cursor.note(f"no service uses this {kind}")
        for key, reason in _NOTES.items():
            self._top.note(key, reason)
        for key, cursor in self._top:
            if key.startswith("x-"):
                cursor.note("an extension of the file, which has no meaning of its own")


def _read_defaults(options: ComposeOptions, where: Where) -> dict[str, str]:
    """Return the values of the file ``.env`` beside the Compose file, which Compose reads by itself."""
    text = options.read_file(".env", where)
    return read_variable_file(text, ".env")[0] if text else {}


def _opens_ports(node: object) -> bool:
    ports = node.get("ports") if isinstance(node, MapNode) else None
    return isinstance(ports, ListNode) and bool(ports.items)
