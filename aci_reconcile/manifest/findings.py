"""Where complaints are gathered: every one, not the first one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from aci_reconcile.errors import Diagnostic, Severity, Where
from aci_reconcile.manifest.codes import CODES
from aci_reconcile.redaction import veil

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60


class Findings:
    """A growing list of diagnostics; the severity of each is that of its code."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._places: set[Where] = set()
        self._wrong: set[Where] = set()

    def add(self, code: str, where: Where, message: str, *, hint: str = "", path: str = "") -> None:
        """Note a complaint; the same one twice is one."""
        severity = CODES[code].severity
        self._found[Diagnostic(where, code, message, hint, path, severity)] = None
        self._places.update((where, Where(where.file)))
        if severity is Severity.ERROR:
            self._wrong.add(where)

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

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return them by file, line and column."""
        return tuple(sorted(self._found))


def quote(text: str) -> str:
    """Return a text as it may stand in a message: short, on one line, without control characters and secrets."""
    text = veil(text)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "`" + "".join(char if char.isprintable() else repr(char)[1:-1] for char in shown) + "`"


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest of the known words; empty when none is near."""
    words = {word.lower(): word for word in sorted(known, reverse=True)}
    near = difflib.get_close_matches(wrong.lower(), sorted(words), n=1, cutoff=0.7)
    return f"did you mean `{words[near[0]]}`?" if near else ""
