"""Collects diagnostics: all of them, not only the first.

Many of one kind in one file are folded into one line: forty keys in the wrong case are one mistake.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Diagnostic, Severity, Where
from aci_reconcile.core.redaction import veil

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from aci_reconcile.manifest.code import Code

_LONGEST_QUOTE = 60
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
        self.consulted = 0
        """How often a diagnostic was added, or found to be at a place: as long as this stays, all is as without any."""

    def add(self, code: Code, where: Where, message: str, *, hint: str = "", path: str = "") -> None:
        """Add a diagnostic; the same one twice is one, because the project file is read once per environment.

        Args:
            code: what is wrong; it determines the severity.
            where: the place in a file.
            message: what is wrong here. It must not hold a secret: pass a text of the author through ``quote``.
            hint: what to write instead, or what to do.
            path: the field, as people write it: ``containers[web].image``.
        """
        severity = code.severity
        self.consulted += 1
        self._found[Diagnostic(where, code.number, message, hint, path, severity)] = None
        self._places.update((where, Where(where.file)))
        if severity is Severity.ERROR:
            self._wrong.add(where)

    def take(self, other: Diagnostics) -> None:
        """Add the diagnostics of another collection, which was kept apart until it was known whether they count."""
        self.consulted += other.consulted
        self._found.update(other._found)
        self._places |= other._places
        self._wrong |= other._wrong

    def has_any_at(self, where: Where) -> bool:
        """Whether there is a diagnostic at this place; for a whole file, whether there is one anywhere in it."""
        return self._note(found=where in self._places)

    def has_error_at(self, where: Where) -> bool:
        """Whether there is an error at this place."""
        return self._note(found=where in self._wrong)

    def _note(self, *, found: bool) -> bool:
        self.consulted += found
        return found

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

    def list_all(self) -> tuple[Diagnostic, ...]:
        """Return all of them by file, line and column, none folded."""
        return tuple(sorted(self._found))

    def collect(self) -> tuple[Diagnostic, ...]:
        """Return them by file, line and column; many of one kind in one file are folded into one line."""
        return fold_similar(sorted(self._found))


def quote(text: str) -> str:
    """Return a text as it may stand in a message: short, on one line, without control characters and secrets."""
    # Before it is cut: half a token would no longer be recognized as a secret.
    text = veil(text)
    short = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return "`" + "".join(char if char.isprintable() else repr(char)[1:-1] for char in short) + "`"


def suggest_word(wrong: str, known: Collection[str]) -> str:
    """Return a hint with the nearest known word; empty if none is near."""
    if len(wrong) > _LONGEST_WORD:
        return ""
    # Sorted, so that a hint does not depend on the order of a set.
    words = {word.lower(): word for word in sorted(known, reverse=True)}
    near = difflib.get_close_matches(wrong.lower(), sorted(words), n=1, cutoff=0.7)
    return f"did you mean `{words[near[0]]}`?" if near else ""


_ONE_LINE: Final[Mapping[str, int]] = {
    "ACI111": 3,
    "ACI114": 3,
    "ACI117": 3,
    "ACI121": 3,
    "ACI126": 3,
    "ACI220": 1,
    "ACI221": 1,
}
"""Codes that an export causes dozens of times, and how many of each are shown before all are folded into one line."""

_MOST_OF_A_KIND: Final = 100
"""Number of diagnostics of any other code and file that are shown before the rest is folded."""

_LINES: Final = 8


def fold_similar(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return sorted diagnostics, with many of one kind in one file folded into the last one shown."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for each in found:
        groups.setdefault((each.where.file, each.code), []).append(each)
    if not any(len(same) > _ONE_LINE.get(code, _MOST_OF_A_KIND) for (_, code), same in groups.items()):
        return tuple(found)
    return tuple(sorted(each for (_, code), same in groups.items() for each in _shorten(code, same)))


def _shorten(code: str, same: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the first few of one kind; the last of them says how many follow, and where."""
    most = _ONE_LINE.get(code, _MOST_OF_A_KIND)
    if len(same) <= most:
        yield from same
        return
    # Of what an export causes, one line is enough; of an author's own mistakes, all up to the limit.
    count = 1 if code in _ONE_LINE else most
    yield from same[: count - 1]
    last, rest = same[count - 1], same[count:]
    yield replace(last, message=f"{last.message}; {len(rest):,} more of this kind in {_name_lines(rest)}")


def _name_lines(rest: list[Diagnostic]) -> str:
    """Name the lines of the rest."""
    lines = list(dict.fromkeys(each.where.line for each in rest))
    first = ", ".join(map(str, lines[:_LINES]))
    more = " …" if len(lines) > _LINES else ""
    return f"line{'s' * (len(lines) > 1)} {first}{more}"


_INVISIBLE: Final = re.compile(r"[\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
_CURLED: Final = re.compile(r"[\u2018-\u201f]")


def find_odd_character(text: str) -> str:
    """Name a character that only looks like a space, like nothing, or like a quote; empty if there is none."""
    found = _INVISIBLE.search(text)
    if found is not None:
        return f"it contains U+{ord(found.group()):04X}, which looks like a space, but is not: type it again"
    found = _CURLED.search(text)
    return f"U+{ord(found.group()):04X} is not a quote in YAML: type `\"` or `'`" if found is not None else ""
