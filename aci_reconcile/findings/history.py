"""What is remembered from one look to the next, without secrets and field values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.container_health import find_pulled_digest
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.findings.findings import fingerprint
from aci_reconcile.findings.looking import path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.errors import Severity
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.findings.findings import Finding, Kind


@dataclass(frozen=True, slots=True)
class Place:
    """Of which project and environment, in which subscription, at which endpoint (empty: the public cloud)."""

    project: str
    subscription: str
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A finding of an earlier look. ``told``: it was drift then, or could not be compared."""

    kind: Kind
    address: str
    path: str
    severity: Severity
    since: str
    told: bool

    @classmethod
    def of(cls, finding: Finding) -> Known:
        """Remember a finding."""
        return cls(finding.kind, finding.address, finding.path, finding.severity, finding.since, finding.told)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the finding."""
        return fingerprint(self.kind, self.address, self.path)


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
        """Return the group with missing details filled in from the last look: Azure drops old events."""
        if earlier.written != self.written:
            return self
        containers = tuple(_fill_digest(each, earlier.container(each.path)) for each in self.containers)
        return replace(self, ip=self.ip or earlier.ip, containers=containers)


@dataclass(frozen=True, slots=True)
class History:
    """The last look: the findings by fingerprint, and the groups by address in lower case."""

    place: Place
    looked: str = ""
    findings: Mapping[str, Known] = field(default_factory=dict[str, Known])
    groups: Mapping[str, Group] = field(default_factory=dict[str, Group])


def group_of(live: Resource, health: Health, now: str) -> Group:
    """Return the record of a live group."""
    memory = "\n".join(tags.get(live.tags, name) for name in sorted(tags.MEMORY))
    return Group(
        live.address,
        now,
        as_text(as_object(live.properties.get("ipAddress")).get("ip")),
        _make_mark(memory),
        tuple(
            Container(path_of(each), _make_mark(each.image), find_pulled_digest(each), each.restarts)
            for each in health.containers
        ),
    )


def _make_mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _fill_digest(container: Container, earlier: Container | None) -> Container:
    known = earlier is not None and earlier.image == container.image and not container.digest
    return replace(container, digest=earlier.digest) if known and earlier is not None else container
