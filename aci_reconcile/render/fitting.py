"""A table that fits: columns that find no room stand on a line of their own below their row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.render.words import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = "  "
_BELOW = "    "


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    weight: int
    """Where room is short, a column without a value goes first, then that of the least weight; 0 always stays."""
    below: str = "{}"
    """How a value is told there."""
    usual: str = ""
    """A value that is not worth telling there."""


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> tuple[list[list[str]], list[str]]:
    """Return the lines of a table, cell by cell, the heading first, and what stands below each row.

    Args:
        columns: the columns.
        rows: their cells.
        width: how wide a line may be; 0 for any width. Where even what stays has no room, lines are wider.
    """
    kept = _kept(columns, rows, width)
    shown = [[each[at] or "-" for at in kept] for each in ([column.name for column in columns], *rows)]
    lost = [at for at in range(len(columns)) if at not in kept]
    return list(aligned(shown)), ["\n".join(_below(columns, row, lost, width)) for row in rows]


def _kept(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    kept = list(range(len(columns)))
    widths = [max(map(len, (column.name, *(row[at] for row in rows)))) for at, column in enumerate(columns)]
    told = [any(row[at] for row in rows) for at in kept]
    for at in sorted(kept, key=lambda at: (told[at], columns[at].weight)):
        needed = sum(widths[each] for each in kept) + len(_GAP) * (len(kept) - 1)
        if width and needed > width and columns[at].weight:
            kept.remove(at)
    return kept


def _below(columns: Sequence[Column], row: Sequence[str], lost: Sequence[int], width: int) -> Iterator[str]:
    told = [columns[at].below.format(row[at]) for at in lost if row[at] and row[at] != columns[at].usual]
    line = ""
    for text in told:
        if line and len(_BELOW) + len(line) + len(", ") + len(text) + 1 > width:
            yield f"{_BELOW}{line},"
            line = ""
        line = f"{line}, {text}" if line else text
    if line:
        yield f"{_BELOW}{line}"
