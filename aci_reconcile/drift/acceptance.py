"""Drift that is known and accepted for a while, with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.drift.times import day

if TYPE_CHECKING:
    from datetime import date

    from aci_reconcile.drift.findings import Finding
    from aci_reconcile.errors import Where


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An entry of the file of accepted drift: which findings, why, and until when, that day included (UTC).

    It names a fingerprint, or an address and, where not everything about that group is meant, kinds or paths.
    """

    reason: str
    until: date
    where: Where
    fingerprint: str = ""
    address: str = ""
    kind: str = ""
    paths: frozenset[str] = field(default_factory=frozenset[str])

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding; what could not be compared is covered by nothing."""
        if not finding.acceptable:
            return False
        if self.fingerprint:
            return self.fingerprint == finding.fingerprint
        return (
            self.address.lower() == finding.address.lower()
            and self.kind in {"", finding.kind.value}
            and (not self.paths or finding.path in self.paths)
        )

    def expired(self, now: str) -> bool:
        """Whether its last day is over."""
        return day(now) > self.until

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        if self.fingerprint:
            return f"the finding {self.fingerprint}"
        return " ".join(filter(None, (self.address, self.kind, ", ".join(sorted(self.paths)))))
