"""Collects diagnostics: all of them, not only the first."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Diagnostic, Severity, Where
from aci_reconcile.core.redaction import veil
from aci_reconcile.manifest.codes import CODES
from aci_reconcile.manifest.folding import fold_similar

if TYPE_CHECKING:
    from collections.abc import Collection

_SHOWN = 60
_LONGEST_WORD: Final = 64
"""No known name is longer."""
_COMPARISONS: Final = 100_000
"""How many pairs of words one run compares for its hints: a second or two, whatever the files hold."""


class Diagnostics:
    """A growing list of diagnostics; the severity of each is that of its code."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._places: set[Where] = set()
        self._compared = 0
        self._wrong: set[Where] = set()

    def add(self, code: str, where: Where, message: str, *, hint: str = "", path: str = "") -> None:
        """Note a complaint; the same one twice is one."""
        severity = CODES[code].severity
        self._found[Diagnostic(where, code, message, hint, path, severity)] = None
        self._places.update((where, Where(where.file)))
        if severity is Severity.ERROR:
            self._wrong.add(where)

    def take(self, other: Diagnostics) -> None:
        """Add the diagnostics of another collection."""
        self._found.update(other._found)
        self._places |= other._places
        self._wrong |= other._wrong

    def has_any_at(self, where: Where) -> bool:
        """Whether there is a diagnostic at this place; for a whole file, whether there is one anywhere in it."""
        return where in self._places

    def has_error_at(self, where: Where) -> bool:
        """Whether there is an error at this place."""
        return where in self._wrong

    def has_error_in(self, file: str) -> bool:
        """Whether there is an error in a file."""
        return any(each.where.file == file and each.severity is Severity.ERROR for each in self._found)

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(each.severity is Severity.ERROR for each in self._found)

    def suggest(self, wrong: str, known: Collection[str]) -> str:
        """Return a hint with the nearest known word; empty if none is near, or after too many comparisons.

        Comparing words costs a thousand times as much as reading them, so a file of typos would take minutes.
        """
        self._compared += len(known)
        return suggest_word(wrong, known) if self._compared <= _COMPARISONS else ""

    def collect(self) -> tuple[Diagnostic, ...]:
        """Return them by file, line and column; many of one kind in one file are folded into one line."""
        return fold_similar(sorted(self._found))


def quote(text: str) -> str:
    """Return a text as it may stand in a message: short, on one line, without control characters and secrets."""
    text = veil(text)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "`" + "".join(char if char.isprintable() else repr(char)[1:-1] for char in shown) + "`"


def suggest_word(wrong: str, known: Collection[str]) -> str:
    """Return a hint with the nearest known word; empty if none is near."""
    if len(wrong) > _LONGEST_WORD:
        return ""
    words = {word.lower(): word for word in sorted(known, reverse=True)}
    near = difflib.get_close_matches(wrong.lower(), sorted(words), n=1, cutoff=0.7)
    return f"did you mean `{words[near[0]]}`?" if near else ""
