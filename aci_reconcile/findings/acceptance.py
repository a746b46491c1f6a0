"""Drift that is known and accepted for a while, with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.findings.times import day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from aci_reconcile.core.errors import Where


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

    def among(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Return which of these addresses a bare name may mean; none where it has its resource group."""
        if "/" in self.address or not self.address:
            return ()
        known = {each.lower(): each for each in addresses}
        return tuple(each for key, each in sorted(known.items()) if key.rpartition("/")[2] == self.address.lower())

    def expired(self, now: str) -> bool:
        """Whether its last day is over."""
        return day(now) > self.until

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        if self.fingerprint:
            return f"the finding {self.fingerprint}"
        return " ".join(filter(None, (self.address, self.kind, ", ".join(sorted(self.paths)))))
