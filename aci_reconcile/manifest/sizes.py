"""Limits for the expansion of references: a few letters can expand to a megabyte, thousands of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aci_reconcile.core.secret import Secret

MAX_EXPANDED: Final = 4 * 2**20
"""Characters to which the references of one document may expand: ARM accepts 4 MB (docs: request limits)."""
MAX_EXPANDED_IN_ALL: Final = 64 * MAX_EXPANDED
"""The same for all documents of a run, which are in memory together."""


class Size:
    """The size of expanded references so far, in one document and in the run."""

    __slots__ = ("_document", "_run")

    def __init__(self) -> None:
        self._document = 0
        self._run = 0

    def begin(self) -> None:
        """Begin with another document."""
        self._document = 0

    def add(self, value: str | Secret) -> bool:
        """Count some more; False once it is too much."""
        length = _measure(value)
        self._document += length
        self._run += length
        return self._document <= MAX_EXPANDED and self._run <= MAX_EXPANDED_IN_ALL


def _measure(value: str | Secret) -> int:
    if isinstance(value, str):
        return len(value)
    lengths = [0]

    def look(text: str) -> str:
        lengths.append(len(text))
        return text

    value.map(look)
    return lengths[-1]
