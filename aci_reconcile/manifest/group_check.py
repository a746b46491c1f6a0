"""Checks a group by the rules and the schema; a body that was found without a flaw is not checked again.

Rules are functions of a body alone, and to them one secret is like another. The groups of a fleet are often alike but
for their names and secrets, and a watch reads the same manifests in each round.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.rules import check
from aci_reconcile.manifest.schemas import check_schema

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item

_MOST: Final = 10_000
_NO_NUMBER: Final = float("nan")
"""What stands for a secret: no body can hold it, so a text that only looks like a hidden secret is another body."""


def _hide(_secret: object) -> float:
    return _NO_NUMBER


_ENCODER: Final = json.JSONEncoder(default=_hide, check_circular=False, ensure_ascii=False, separators=(",", ":"))


class GroupChecks:
    """Remembers the bodies without a flaw, at most so many, by 32 bytes each."""

    def __init__(self, most: int = _MOST) -> None:
        self._flawless: set[bytes] = set()
        self._most = most

    def __len__(self) -> int:
        return len(self._flawless)

    def check(self, group: Item) -> None:
        """Add a diagnostic for each violation of a rule or of the schema."""
        # What could not be read, and what other groups say, is no part of the body.
        if group.places.doubtful or group.places.refers:
            check_group(group)
            return
        key = hashlib.sha256(_ENCODER.encode(group.value).encode("utf-8", "surrogatepass")).digest()
        if key in self._flawless:
            return
        before = group.diagnostics.consulted
        check_group(group)
        # A rule that found another's diagnostic at its place may have kept its own back.
        if group.diagnostics.consulted == before:
            if len(self._flawless) >= self._most:
                self._flawless.clear()
            self._flawless.add(key)


def check_group(group: Item) -> None:
    """Add a diagnostic for each violation, whatever is known."""
    check(group)
    check_schema(group)
