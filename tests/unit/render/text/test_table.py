"""A table that fits: what is kept in its columns, and what goes below its rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.render.text.table import Column, fit_columns

COLUMNS = (Column("NAME", 0), Column("STATE", 3, usual="up"), Column("HOST", 1), Column("COUNT", 2, "{} of them"))
ROWS = [["web", "up", "web.example.com", "3"], ["db", "down", "", "1"]]
cells = st.text("abc", max_size=30)


def joined(width: int) -> list[str]:
    """Return the table as it is printed."""
    lines, below = fit_columns(COLUMNS, ROWS, width)
    head, *rest = ["  ".join(line) for line in lines]
    return [head, *(text for pair in zip(rest, below, strict=True) for text in pair if text)]


def test_with_room_for_all_there_is_one_line_a_row() -> None:
    """What a cell lacks is a hyphen."""
    wide = ["NAME  STATE  HOST             COUNT", "web   up     web.example.com  3", "db    down   -                1"]

    assert wide == joined(0) == joined(35)


def test_the_least_important_goes_below_first() -> None:
    """In its own words; what is empty or as usual is not told there."""
    assert ["NAME  STATE  COUNT", "web   up     3", "    web.example.com", "db    down   1"] == joined(34)
    assert ["NAME  STATE", "web   up", "    web.example.com,\n    3 of them", "db    down", "    1 of them"] == joined(
        12
    )
    assert ["NAME", "web", "    web.example.com,\n    3 of them", "db", "    down,\n    1 of them"] == joined(4)


@given(st.lists(st.tuples(cells, cells, cells, cells).map(list), max_size=4), st.integers(1, 90))
def test_nothing_is_lost_and_nothing_is_too_wide(rows: list[list[str]], width: int) -> None:
    """But for what cannot be narrower: the first column, and a word that is longer than the line."""
    lines, below = fit_columns(COLUMNS, rows, width)
    least = max(len(row[0]) for row in [["NAME"], *rows])

    assert all(len("  ".join(line)) <= max(width, least) for line in lines)
    for row, line, rest in zip(rows, lines[1:], below, strict=True):
        told = f"{'  '.join(line)} {rest}"
        assert all(cell in told for at, cell in enumerate(row) if cell != COLUMNS[at].usual)
