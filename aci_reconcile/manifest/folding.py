"""Folds many diagnostics of one kind in one file into one line: forty keys in the wrong case are one mistake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aci_reconcile.core.errors import Diagnostic

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

_MOST: Final = 100
"""Number of diagnostics of any other code and file that are shown before the rest is folded."""

_LINES: Final = 8


def fold_similar(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return sorted diagnostics, with many of one kind in one file folded into the last one shown."""
    kinds: dict[tuple[str, str], list[Diagnostic]] = {}
    for each in found:
        kinds.setdefault((each.where.file, each.code), []).append(each)
    if not any(len(same) > _ONE_LINE.get(code, _MOST) for (_, code), same in kinds.items()):
        return tuple(found)
    return tuple(sorted(each for (_, code), same in kinds.items() for each in _shorten(code, same)))


def _shorten(code: str, same: list[Diagnostic]) -> Iterator[Diagnostic]:
    most = _ONE_LINE.get(code, _MOST)
    if len(same) <= most:
        yield from same
        return
    told = 1 if code in _ONE_LINE else most
    yield from same[: told - 1]
    last, rest = same[told - 1], same[told:]
    yield replace(last, message=f"{last.message}; {len(rest):,} more of this kind in {_name_lines(rest)}")


def _name_lines(rest: list[Diagnostic]) -> str:
    """Name the lines of the others."""
    lines = list(dict.fromkeys(each.where.line for each in rest))
    shown = ", ".join(map(str, lines[:_LINES]))
    more = " …" if len(lines) > _LINES else ""
    return f"line{'s' * (len(lines) > 1)} {shown}{more}"
