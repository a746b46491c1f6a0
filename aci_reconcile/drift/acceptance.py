"""Drift that is known and accepted for a while, with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.drift.times import day
from aci_reconcile.fields import ROOT, Fold
from aci_reconcile.fields.paths import along, parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from aci_reconcile.drift.findings import Finding
    from aci_reconcile.errors import Where


def _alike(path: str) -> tuple[str, ...]:
    """Return a path without what may differ in its spelling: the case of a field's name, and of a tag's."""
    keys = parse(ROOT, path) or (path,)
    return tuple(
        key.lower() if parent is not None and (parent.row.caseless or parent.row.folds is Fold.CASE) else key
        for key, parent, _ in along(ROOT, keys)
    )


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

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding; what could not be compared is covered by nothing."""
        if not finding.acceptable:
            return False
        if self.fingerprint:
            return self.fingerprint == finding.fingerprint
        return (
            self.address.lower() == finding.address.lower()
            and self.kind in {"", finding.kind.value}
            and (not self.paths or _alike(finding.path) in {_alike(path) for path in self.paths})
        )

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
