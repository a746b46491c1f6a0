"""Where complaints are gathered: every one, not the first one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Diagnostic, Severity, Where
from aci_reconcile.core.redaction import veil
from aci_reconcile.manifest.codes import CODES
from aci_reconcile.manifest.folding import folded

if TYPE_CHECKING:
    from collections.abc import Collection

_SHOWN = 60
_LONGEST_WORD: Final = 64
"""No name that is known here is longer."""
_COMPARISONS: Final = 100_000
"""How many pairs of words one run compares for its hints: a second or two, whatever the files hold."""


class Findings:
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

    def take(self, other: Findings) -> None:
        """Add what somebody else has found."""
        self._found.update(other._found)
        self._places |= other._places
        self._wrong |= other._wrong

    def about(self, where: Where) -> bool:
        """Whether somebody has complained of this very place; of a file as a whole: of anything in it."""
        return where in self._places

    def failed_at(self, where: Where) -> bool:
        """Whether there is an error at this very place."""
        return where in self._wrong

    def wrong(self, file: str) -> bool:
        """Whether there is an error in a file."""
        return any(each.where.file == file and each.severity is Severity.ERROR for each in self._found)

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(each.severity is Severity.ERROR for each in self._found)

    def near(self, wrong: str, known: Collection[str]) -> str:
        """Return a hint with the nearest of the known words; empty when none is near, or when too many were asked for.

        Comparing words costs a thousand times as much as reading them: a file of nothing but slips would take minutes.
        """
        self._compared += len(known)
        return did_you_mean(wrong, known) if self._compared <= _COMPARISONS else ""

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return them by file, line and column; many of one kind in one file are folded into one line."""
        return folded(sorted(self._found))


def quote(text: str) -> str:
    """Return a text as it may stand in a message: short, on one line, without control characters and secrets."""
    text = veil(text)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "`" + "".join(char if char.isprintable() else repr(char)[1:-1] for char in shown) + "`"


def did_you_mean(wrong: str, known: Collection[str]) -> str:
    """Return a hint with the nearest of the known words; empty when none is near."""
    if len(wrong) > _LONGEST_WORD:
        return ""
    words = {word.lower(): word for word in sorted(known, reverse=True)}
    near = difflib.get_close_matches(wrong.lower(), sorted(words), n=1, cutoff=0.7)
    return f"did you mean `{words[near[0]]}`?" if near else ""
