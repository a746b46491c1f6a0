"""Tables in columns; a column that does not fit moves to a line of its own below its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = "  "
_BELOW = "    "


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    weight: int
    """If a line is too narrow, columns without a value go first, then those of the least weight; 0 always stays."""
    below: str = "{}"
    """The form of a value below its row."""
    usual: str = ""
    """A value that is left out below the row."""
    dull: bool = False
    """Whether a value that all rows share is left out below them."""


def fit_columns(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int
) -> tuple[list[list[str]], list[str]]:
    """Return the lines of a table as cells, the heading first, and the text below each row.

    Args:
        columns: the columns.
        rows: their cells.
        width: the longest line; 0 for any length. Lines are longer if even the columns of weight 0 do not fit.
    """
    kept = _choose_columns(columns, rows, width)
    cells = [[each[at] or "-" for at in kept] for each in ([column.name for column in columns], *rows)]
    lost = [
        at
        for at, column in enumerate(columns)
        if at not in kept and not (column.dull and len({row[at] for row in rows}) == 1)
    ]
    return list(align(cells)), ["\n".join(_render_below(columns, row, lost, width)) for row in rows]


def _choose_columns(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    kept = list(range(len(columns)))
    widths = [max(map(len, (column.name, *(row[at] for row in rows)))) for at, column in enumerate(columns)]
    has_values = [any(row[at] for row in rows) for at in kept]
    # An empty column says nothing; among the others, the weights say what a reader misses least.
    for at in sorted(kept, key=lambda at: (has_values[at], columns[at].weight)):
        needed = sum(widths[each] for each in kept) + len(_GAP) * (len(kept) - 1)
        if width and needed > width and columns[at].weight:
            kept.remove(at)
    return kept


def _render_below(columns: Sequence[Column], row: Sequence[str], lost: Sequence[int], width: int) -> Iterator[str]:
    texts = [columns[at].below.format(row[at]) for at in lost if row[at] and row[at] != columns[at].usual]
    line = ""
    for text in texts:
        if line and len(_BELOW) + len(line) + len(", ") + len(text) + 1 > width:
            yield f"{_BELOW}{line},"
            line = ""
        line = f"{line}, {text}" if line else text
    if line:
        yield f"{_BELOW}{line}"


def align(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the rows with each cell, except the last of a row, padded to its column. Rows may differ in length."""
    widths = [
        max(len(row[column]) for row in rows if column < len(row)) for column in range(max(map(len, rows), default=0))
    ]
    for row in rows:
        yield [cell.ljust(widths[column]) if column < len(row) - 1 else cell for column, cell in enumerate(row)]
