"""What is kept from one drift check to the next, and its JSON document. No secrets and no field values are in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core import tags
from aci_reconcile.core.container_health import find_pulled_digest
from aci_reconcile.core.errors import Severity
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.findings.finding import Kind, compute_fingerprint, make_container_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Place:
    """Of which project and environment, in which subscription, at which endpoint (empty: the public cloud)."""

    project: str
    subscription: str
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class RecordedFinding:
    """A finding of an earlier check. ``reported``: it was drift then, or could not be compared."""

    kind: Kind
    address: str
    path: str
    severity: Severity
    since: str
    reported: bool

    @classmethod
    def of(cls, finding: Finding) -> RecordedFinding:
        """Remember a finding."""
        return cls(finding.kind, finding.address, finding.path, finding.severity, finding.since, finding.reported)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the finding."""
        return compute_fingerprint(self.kind, self.address, self.path)


@dataclass(frozen=True, slots=True)
class Container:
    """A container as it was seen.

    ``image`` is a hash of the declared name, ``digest`` the image that was pulled, if known.
    """

    path: str
    image: str
    digest: str
    restarts: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group of ours as it was seen: when, with which IP address, and after which write."""

    address: str
    seen: str
    ip: str = ""
    written: str = ""
    """A mark that differs after each write of this tool, so that what a write changes is not taken for drift."""
    containers: tuple[Container, ...] = ()

    def container(self, path: str) -> Container | None:
        """Return one of its containers."""
        return next((each for each in self.containers if each.path == path), None)

    def fill(self, earlier: Group) -> Group:
        """Return the group with missing details filled in from the last check: Azure drops old events."""
        if earlier.written != self.written:
            return self
        containers = tuple(_fill_digest(each, earlier.container(each.path)) for each in self.containers)
        return replace(self, ip=self.ip or earlier.ip, containers=containers)


@dataclass(frozen=True, slots=True)
class History:
    """The last check: the findings by fingerprint, and the groups by address in lower case."""

    place: Place
    checked_at: str = ""
    findings: Mapping[str, RecordedFinding] = field(default_factory=dict[str, RecordedFinding])
    groups: Mapping[str, Group] = field(default_factory=dict[str, Group])


def record_group(live: Resource, health: Health, now: str) -> Group:
    """Return the record of a live group."""
    memory = "\n".join(tags.get(live.tags, name) for name in sorted(tags.MEMORY))
    return Group(
        live.address,
        now,
        as_text(as_object(live.properties.get("ipAddress")).get("ip")),
        _make_mark(memory),
        tuple(
            Container(make_container_path(each), _make_mark(each.image), find_pulled_digest(each), each.restarts)
            for each in health.containers
        ),
    )


def _make_mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _fill_digest(container: Container, earlier: Container | None) -> Container:
    # Azure drops old events, and with them the digest of the image that was pulled.
    known = earlier is not None and earlier.image == container.image and not container.digest
    return replace(container, digest=earlier.digest) if known and earlier is not None else container


FORMAT_VERSION: Final = "1.0"
"""A reader accepts a newer minor version, which only adds, and refuses another major one."""


def dump_history(history: History) -> dict[str, Any]:
    """Return the history as JSON, in an order that does not depend on the order of the manifests."""
    return {
        "format_version": FORMAT_VERSION,
        "project": history.place.project,
        "subscription": history.place.subscription,
        "endpoint": history.place.endpoint,
        "looked_at": history.checked_at,
        "findings": {mark: _dump_finding(each) for mark, each in sorted(history.findings.items())},
        "groups": {key: dump_group(each) for key, each in sorted(history.groups.items())},
    }


def parse_history(document: Mapping[str, Any]) -> History:
    """Read a history from JSON that matches the schema."""
    return History(
        Place(document["project"], document["subscription"], document["endpoint"]),
        document["looked_at"],
        {mark: _parse_finding(each) for mark, each in document["findings"].items()},
        {key: parse_group(each) for key, each in document["groups"].items()},
    )


def _dump_finding(known: RecordedFinding) -> dict[str, Any]:
    return {
        "kind": known.kind.value,
        "address": known.address,
        "path": known.path,
        "severity": known.severity.value,
        "since": known.since,
        "told": known.reported,
    }


def _parse_finding(document: Mapping[str, Any]) -> RecordedFinding:
    severity = Severity(document["severity"])
    return RecordedFinding(
        Kind(document["kind"]), document["address"], document["path"], severity, document["since"], document["told"]
    )


def dump_group(group: Group) -> dict[str, Any]:
    """Return the record of a group as JSON."""
    return {
        "address": group.address,
        "seen": group.seen,
        "ip": group.ip,
        "written": group.written,
        "containers": {
            each.path: {"image": each.image, "digest": each.digest, "restarts": each.restarts}
            for each in group.containers
        },
    }


def parse_group(document: Mapping[str, Any]) -> Group:
    """Read the record of a group from JSON that matches the schema."""
    containers = (
        Container(path, each["image"], each["digest"], each["restarts"])
        for path, each in document["containers"].items()
    )
    return Group(document["address"], document["seen"], document["ip"], document["written"], tuple(containers))
