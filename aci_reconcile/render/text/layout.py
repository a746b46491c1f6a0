"""Laying out the groups of a plan in columns that are the same from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.planning.values import Action, Change, Impact
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.rows import Row, make_rows
from aci_reconcile.render.values import cut, find_difference
from aci_reconcile.render.words import format_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.render.text.style import Style

_INDENT = 6
_BELOW = 10
"""Where a value begins that doesn't fit beside its path."""
_WHERE = 63
_REMARK = 25
"""How far after the values the remarks stand, where the value is shorter."""
_LEAST = 24
"""The least room that a value is given; below it a narrow terminal wraps."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the lines of one plan have in common."""

    width: int
    address: int
    path: int
    where: int

    @classmethod
    def of(cls, blocks: Sequence[tuple[Change, Sequence[Row]]], width: int) -> Columns:
        """Measure the groups of a plan; a path that takes more than half of the width doesn't count."""
        limit = width * 6 // 10 - _INDENT
        paths = (len(row.path) for _, lines in blocks for row in lines)
        places = [len(format_place(change.where)) for change, _ in blocks]
        return cls(
            width,
            max((len(sanitize(change.address)) for change, _ in blocks), default=0),
            max((length for length in paths if length <= limit), default=0),
            min(_WHERE, width - max(places, default=0)),
        )


def render_groups(changes: Sequence[Change], style: Style, *, width: int, whole: bool) -> Iterator[str]:
    """Yield the block of each group, its lines in common columns. ``whole``: no value is cut."""
    blocks = [(change, make_rows(change)) for change in changes]
    columns = Columns.of(blocks, width)
    for change, lines in blocks:
        told = [_render_head(change, columns, style)]
        told += [f"{'':{_INDENT}}{style.paint(style.dim, sanitize(reason))}" for reason in change.reasons]
        told += [text for row in lines for text in _render_row(row, columns, style, whole=whole)]
        yield "\n".join(told)


def describe_cost(change: Change) -> str:
    """Return what stands in brackets after a group's name: what the change costs, and what is lost."""
    if change.action is Action.NO_OP:
        told = "not written again"
    elif change.action is Action.DELETE:
        told = f"loses {', '.join(change.loses)}" if change.loses else ""
    else:
        adopted = "take over" if change.former_owner else "adopt" if change.action is Action.ADOPT else ""
        told = ", ".join(text for text in (adopted, change.impact.value) if text)
        if change.impact is Impact.RECREATE and change.loses:
            told += f": {', '.join(change.loses)}"
    return f"[{sanitize(told)}]" if told else ""


def _render_head(change: Change, columns: Columns, style: Style) -> str:
    address, brackets, where = sanitize(change.address), describe_cost(change), format_place(change.where)
    plain = f"    {address:<{columns.address}} {brackets}".rstrip()
    gap = " " * max(columns.where - len(plain), 2)
    colour = style.replace if change.impact is Impact.RECREATE else ""
    pad = " " * (columns.address - len(address) + 1) if brackets else ""
    name = f"{style.mark(change.action)} {style.paint(style.bold, address)}{pad}{style.paint(colour, brackets)}"
    return f"{name}{gap}{style.paint(style.dim, where)}" if where else name


def _render_row(row: Row, columns: Columns, style: Style, *, whole: bool) -> Iterator[str]:
    sign = {"+": style.create, "-": style.delete, " ": ""}[row.sign]
    start = f"{'':{_INDENT - 2}}{style.paint(sign, row.sign)} "
    value = " -> ".join(row.values)
    remark = _render_remark(row, style)
    fits = max(len(row.path), columns.path) + len(value) < columns.width - _INDENT
    if fits or (whole and len(row.path) <= columns.path):
        pad = " " * max(_REMARK - len(value), 2) if remark else ""
        yield f"{start}{row.path:<{columns.path}} {value}{pad}{remark}".rstrip()
        return
    yield f"{start}{row.path}" + (f"  {remark}" if remark else "")
    for text in _fold_values(row.values, max(columns.width - _BELOW, _LEAST), whole=whole):
        yield f"{'':{_BELOW}}{text}"


def _fold_values(values: tuple[str, ...], room: int, *, whole: bool) -> Iterator[str]:
    """Yield values on lines of their own: both sides on one where they fit, else each on one, cut where they part."""
    together = " -> ".join(values)
    if whole or len(together) <= room or len(values) == 1:
        yield from () if not together else (together if whole else cut(together, room),)
        return
    before, after = values
    at = find_difference(before, after)
    yield cut(before, room - 3, around=at)
    yield f"-> {cut(after, room - 3, around=at)}"


def _render_remark(row: Row, style: Style) -> str:
    if not row.remark:
        return ""
    return style.paint(style.error if row.guilty else style.warn, f"# {row.remark}")
