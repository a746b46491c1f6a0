"""A finding: one problem of one group, with a fingerprint that stays the same, and who accepted it until when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.health import ContainerHealth


def to_moment(seconds: float) -> str:
    """Return seconds since the epoch as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def to_day(time: str) -> date:
    """Return the day, in UTC, of a time from ``to_moment``."""
    return datetime.fromisoformat(time).astimezone(UTC).date()


class Kind(StrEnum):
    """What was found; part of the fingerprint, so that a published word keeps its meaning."""

    CHANGED = "changed"
    """A field is not as the manifest says."""
    MISSING = "missing"
    """The group is declared and does not exist."""
    VANISHED = "vanished"
    """The group was there at the last check, with our tag, and is gone."""
    UNDECLARED = "undeclared"
    """An orphan: the group carries our tag, and no manifest declares it."""
    UNOWNED = "unowned"
    """The group is declared and carries no owner's tag."""
    UNHEALTHY = "unhealthy"
    """A container has failed, or is not up, or nobody knows."""
    STOPPED = "stopped"
    """The group is stopped, and its manifest does not say whether it is to run: no drift."""
    RESTARTING = "restarting"
    """A container ends and is started again, over and over."""
    IMAGE_MOVED = "image-moved"
    """The container runs another image than at the last check, under the same name and after the same write."""
    ADDRESS_CHANGED = "address-changed"
    """The group has another IP address than at the last check, after the same write."""
    NOT_COMPARED = "not-compared"
    """The group could not be read or compared: neither drift nor none."""
    SECRET_NOT_COMPARED = "secret-not-compared"  # noqa: S105  a word, not a password


RUN_STATE: Final = frozenset({Kind.UNHEALTHY, Kind.STOPPED, Kind.RESTARTING})
SINCE_LAST_CHECK: Final = frozenset({Kind.VANISHED, Kind.IMAGE_MOVED, Kind.ADDRESS_CHANGED})

_SEVERITIES: Final[Mapping[Kind, Severity]] = {
    Kind.CHANGED: Severity.ERROR,
    Kind.MISSING: Severity.ERROR,
    Kind.VANISHED: Severity.ERROR,
    Kind.UNDECLARED: Severity.WARNING,
    Kind.UNOWNED: Severity.WARNING,
    Kind.UNHEALTHY: Severity.ERROR,
    Kind.STOPPED: Severity.NOTICE,
    Kind.RESTARTING: Severity.ERROR,
    Kind.IMAGE_MOVED: Severity.WARNING,
    Kind.ADDRESS_CHANGED: Severity.WARNING,
    Kind.NOT_COMPARED: Severity.ERROR,
    Kind.SECRET_NOT_COMPARED: Severity.NOTICE,
}
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one group.

    ``text`` is in our words, but for names and what Azure says of a container; whoever shows it escapes it. No value of
    a field is in it. ``since`` is when a check found it first.
    """

    kind: Kind
    address: str
    path: str = ""
    text: str = ""
    severity: Severity = Severity.ERROR
    where: Where | None = None
    since: str = ""
    acceptance: Acceptance | None = None

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the kind, the address (in lower case, as ARM folds case) and the path.

        No value is part of it: a field that changes once more is the same finding.
        """
        return compute_fingerprint(self.kind, self.address, self.path)

    @property
    def acceptable(self) -> bool:
        """Whether it can be accepted. What could not be compared cannot: it is unknown."""
        return self.kind not in {Kind.NOT_COMPARED, Kind.SECRET_NOT_COMPARED}

    @property
    def counts(self) -> bool:
        """Whether it is drift: neither accepted, nor a mere notice, nor something that could not be compared."""
        return self.acceptance is None and self.severity is not Severity.NOTICE and self.acceptable

    @property
    def reported(self) -> bool:
        """Whether it is reported: it is drift, or could not be compared."""
        return self.counts or self.kind is Kind.NOT_COMPARED

    @property
    def order(self) -> tuple[int, str, str, str]:
        """The sort key: the worst first, then by address."""
        return _ORDER[self.severity], self.address.lower(), self.kind.value, self.path


def compute_fingerprint(kind: Kind, address: str, path: str) -> str:
    """Return the fingerprint of a finding."""
    # Published fingerprints are in files and issues, so neither the text nor its order may ever change.
    return hashlib.sha256(f"{kind.value}\n{address.lower()}\n{path}".encode("utf-8", "surrogatepass")).hexdigest()[
        :_DIGITS
    ]


def get_severity(kind: Kind) -> Severity:
    """Return the default severity of a kind."""
    return _SEVERITIES[kind]


def make_finding(kind: Kind, address: str, text: str, *, path: str = "", where: Where | None = None) -> Finding:
    """Return a finding with the severity of its kind."""
    return Finding(kind, address, path, text, get_severity(kind), where)


def make_container_path(container: ContainerHealth) -> str:
    """Return the path of a container, in the form of a field's path."""
    return f"{'initContainers' if container.init else 'containers'}[{container.name}]"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An entry of the file of accepted drift: which findings, why, and until when, that day included (UTC).

    It names a fingerprint, or a group and, where not everything about that group is meant, kinds or paths. The group is
    named by its address, or by its name alone where that is unique.
    """

    reason: str
    until: date
    where: Where
    fingerprint: str = ""
    address: str = ""
    kind: str = ""
    paths: frozenset[str] = field(default_factory=frozenset[str])

    def find_matches(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Return which of these addresses a bare name may mean; none if it names its resource group."""
        if "/" in self.address or not self.address:
            return ()
        known = {each.lower(): each for each in addresses}
        return tuple(each for key, each in sorted(known.items()) if key.rpartition("/")[2] == self.address.lower())

    def is_expired(self, now: str) -> bool:
        """Whether its last day has passed."""
        return to_day(now) > self.until

    @property
    def subject(self) -> str:
        """What it accepts, in words."""
        if self.fingerprint:
            return f"the finding {self.fingerprint}"
        return " ".join(filter(None, (self.address, self.kind, ", ".join(sorted(self.paths)))))
