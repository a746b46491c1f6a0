"""A finding: one thing about one group that is not as it should be, with a fingerprint that stays the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.errors import Where
    from aci_reconcile.findings.acceptance import Acceptance


class Kind(StrEnum):
    """What was found; part of the fingerprint, so that a published word keeps its meaning."""

    CHANGED = "changed"
    """A field is not as the manifest says."""
    MISSING = "missing"
    """The group is declared and not there."""
    VANISHED = "vanished"
    """The group was there at the last look, with our tag, and is gone."""
    UNDECLARED = "undeclared"
    """The group carries our tag and stands in no manifest."""
    UNOWNED = "unowned"
    """The group is declared and carries no owner's tag."""
    UNHEALTHY = "unhealthy"
    """A container has failed, or is not up, or nobody knows."""
    STOPPED = "stopped"
    RESTARTING = "restarting"
    """A container ends and is started again, over and over."""
    IMAGE_MOVED = "image-moved"
    """The container runs another image than at the last look, under the same name and after the same write."""
    ADDRESS_CHANGED = "address-changed"
    """The group has another IP address than at the last look, after the same write."""
    NOT_COMPARED = "not-compared"
    """The group could not be read or compared: neither drift nor none."""
    SECRET_NOT_COMPARED = "secret-not-compared"  # noqa: S105  a word, not a password


RUN_STATE: Final = frozenset({Kind.UNHEALTHY, Kind.STOPPED, Kind.RESTARTING})
SINCE_LAST_LOOK: Final = frozenset({Kind.VANISHED, Kind.IMAGE_MOVED, Kind.ADDRESS_CHANGED})

_SEVERITIES: Final[Mapping[Kind, Severity]] = {
    Kind.CHANGED: Severity.ERROR,
    Kind.MISSING: Severity.ERROR,
    Kind.VANISHED: Severity.ERROR,
    Kind.UNDECLARED: Severity.WARNING,
    Kind.UNOWNED: Severity.WARNING,
    Kind.UNHEALTHY: Severity.ERROR,
    Kind.STOPPED: Severity.WARNING,
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
    a field is in it. ``since`` is when a look found it first.
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
        return fingerprint(self.kind, self.address, self.path)

    @property
    def acceptable(self) -> bool:
        """Whether it can be accepted: what could not be compared is known to nobody."""
        return self.kind not in {Kind.NOT_COMPARED, Kind.SECRET_NOT_COMPARED}

    @property
    def counts(self) -> bool:
        """Whether it is drift: neither accepted, nor a mere notice, nor something that could not be compared."""
        return self.acceptance is None and self.severity is not Severity.NOTICE and self.acceptable

    @property
    def told(self) -> bool:
        """Whether somebody is told of it: it is drift, or nobody knows whether it is."""
        return self.counts or self.kind is Kind.NOT_COMPARED

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Where it stands among others: the worst first, then by address."""
        return _ORDER[self.severity], self.address.lower(), self.kind.value, self.path


def fingerprint(kind: Kind, address: str, path: str) -> str:
    """Return the fingerprint of a finding."""
    return hashlib.sha256(f"{kind.value}\n{address.lower()}\n{path}".encode("utf-8", "surrogatepass")).hexdigest()[
        :_DIGITS
    ]


def severity_of(kind: Kind) -> Severity:
    """Return how bad a kind of finding is by itself."""
    return _SEVERITIES[kind]


def found(kind: Kind, address: str, text: str, *, path: str = "", where: Where | None = None) -> Finding:
    """Return a finding with the severity of its kind."""
    return Finding(kind, address, path, text, severity_of(kind), where)
