"""What a conversion has to say about its source: what was lost, what was left out on purpose, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.core.redaction import veil

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where


class Kind(StrEnum):
    """What a finding means for the reader."""

    LOST = "lost"
    """The source says something that the manifest does not: the two groups differ until a person decides."""
    NOT_OURS = "not ours"
    """A resource that is no container group: whoever deployed it must go on doing so."""
    NOTE = "note"
    """Left out or decided, and the group is the same."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that a reader of the manifests should know about the source."""

    where: Where
    path: str
    message: str
    hint: str = ""
    kind: Kind = Kind.LOST


@dataclass(frozen=True, slots=True)
class Findings:
    """A growing list of findings; the same one twice is one."""

    found: dict[Finding, None] = field(default_factory=dict[Finding, None])

    def lose(self, where: Where, path: str, message: str, hint: str = "") -> None:
        """Report something that the manifest does not say."""
        self._add(Finding(where, path, veil(message), hint, Kind.LOST))

    def note(self, where: Where, path: str, message: str, hint: str = "") -> None:
        """Report something that was left out or decided, and changes nothing."""
        self._add(Finding(where, path, veil(message), hint, Kind.NOTE))

    def refer(self, where: Where, path: str, message: str, hint: str = "") -> None:
        """Report a resource that is no container group."""
        self._add(Finding(where, path, veil(message), hint, Kind.NOT_OURS))

    def _add(self, finding: Finding) -> None:
        self.found[finding] = None

    def collect(self) -> tuple[Finding, ...]:
        """Return them in the order of the source."""
        return tuple(sorted(self.found))
