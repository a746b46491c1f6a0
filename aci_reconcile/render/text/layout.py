"""Lays out the groups of a plan in common columns."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from aci_reconcile.planning.values import POWER_IMPACTS, Action, Change, Impact
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.rows import Row, make_rows
from aci_reconcile.render.values import cut, find_difference
from aci_reconcile.render.words import format_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.render.text.style import Style

_INDENT = 6
_BELOW = 10
"""The column of a value that does not fit next to its path."""
_WHERE = 63
_REMARK = 25
"""The column of a remark, counted from the value, if the value is shorter."""
_LEAST = 24
"""The least room for a value; a narrower terminal wraps."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that the lines of one plan share."""

    width: int
    address: int
    path: int
    where: int

    @classmethod
    def of(cls, blocks: Sequence[tuple[Change, Sequence[Row]]], width: int) -> Columns:
        """Measure the groups of a plan, without the longest paths: one of them would push every value to the right."""
        # A path that leaves less than four tenths for its values gets its values on the next line instead.
        limit = width * 6 // 10 - _INDENT
        paths = (len(row.path) for _, lines in blocks for row in lines)
        places = [len(format_place(change.where)) for change, _ in blocks]
        return cls(
            width,
            max((len(sanitize(change.address)) for change, _ in blocks), default=0),
            max((length for length in paths if length <= limit), default=0),
            min(_WHERE, width - max(places, default=0)),
        )


def render_groups(changes: Sequence[Change], style: Style, *, width: int, full: bool) -> Iterator[str]:
    """Yield the block of each group, with lines in common columns. ``full``: no value is cut."""
    blocks = [(change, make_rows(change)) for change in changes]
    columns = Columns.of(blocks, width)
    for change, lines in blocks:
        block = [_render_head(change, columns, style)]
        block += [f"{'':{_INDENT}}{style.paint(style.dim, sanitize(reason))}" for reason in change.reasons]
        block += [text for row in lines for text in _render_row(row, columns, style, full=full)]
        yield "\n".join(block)


def describe_cost(change: Change) -> str:
    """Return the brackets after a group's name: what the change costs, and what is lost."""
    if change.action is Action.NO_OP:
        cost = "not written again"
    elif change.action is Action.DELETE:
        cost = f"loses {', '.join(change.loses)}" if change.loses else ""
    else:
        adopted = "take over" if change.former_owner else "adopt" if change.action is Action.ADOPT else ""
        cost = ", ".join(text for text in (adopted, change.impact.value) if text)
        if change.impact in {Impact.RECREATE, *POWER_IMPACTS} and change.loses:
            cost += f": {', '.join(change.loses)}"
        # A write of the body starts the containers, so a group that is to be stopped is stopped after it.
        if change.sends_body and change.keeps_stopped:
            cost = f"{cost}, then stop" if cost else "then stop"
    return f"[{sanitize(cost)}]" if cost else ""


def _render_head(change: Change, columns: Columns, style: Style) -> str:
    address, brackets, where = sanitize(change.address), describe_cost(change), format_place(change.where)
    plain = f"    {address:<{columns.address}} {brackets}".rstrip()
    gap = " " * max(columns.where - len(plain), 2)
    # Only a recreation is coloured, because it is the one that loses something.
    colour = style.replace if change.impact is Impact.RECREATE else ""
    pad = " " * (columns.address - len(address) + 1) if brackets else ""
    name = f"{style.mark(change.action)} {style.paint(style.bold, address)}{pad}{style.paint(colour, brackets)}"
    return f"{name}{gap}{style.paint(style.dim, where)}" if where else name


def _render_row(row: Row, columns: Columns, style: Style, *, full: bool) -> Iterator[str]:
    sign = {"+": style.create, "-": style.delete, " ": ""}[row.sign]
    start = f"{'':{_INDENT - 2}}{style.paint(sign, row.sign)} "
    value = " -> ".join(row.values)
    remark = _render_remark(row, style)
    fits = max(len(row.path), columns.path) + len(value) < columns.width - _INDENT
    if fits or (full and len(row.path) <= columns.path):
        pad = " " * max(_REMARK - len(value), 2) if remark else ""
        yield f"{start}{row.path:<{columns.path}} {value}{pad}{remark}".rstrip()
        return
    yield f"{start}{row.path}" + (f"  {remark}" if remark else "")
    room = max(columns.width - _BELOW, _LEAST)
    for text in _wrap_note(row, room) if row.note else _fold_values(row.values, room, full=full):
        yield f"{'':{_BELOW}}{text}"


def _wrap_note(row: Row, room: int) -> list[str]:
    # A name that does not fit is not broken, because it is to be copied.
    return wrap(" ".join(row.values), room, break_long_words=False, break_on_hyphens=False)


def _fold_values(values: tuple[str, ...], room: int, *, full: bool) -> Iterator[str]:
    """Yield values on their own lines: both sides on one if they fit, else one each, cut around the difference."""
    together = " -> ".join(values)
    if full or len(together) <= room or len(values) == 1:
        yield from () if not together else (together if full else cut(together, room),)
        return
    before, after = values
    at = find_difference(before, after)
    yield cut(before, room - 3, around=at)
    yield f"-> {cut(after, room - 3, around=at)}"


def _render_remark(row: Row, style: Style) -> str:
    if not row.remark:
        return ""
    return style.paint(style.error if row.forces_replacement else style.warn, f"# {row.remark}")
