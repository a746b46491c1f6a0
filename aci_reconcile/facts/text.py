"""Rows of the register as text for a terminal, and as JSON."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import TYPE_CHECKING

from aci_reconcile.render.text.table import Column, fit_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.facts.register import Row
    from aci_reconcile.render.text.style import Style

FORMAT_VERSION = "1.0"
NOT_YET = "not yet"
"""What is said of a fact until somebody has asked Azure."""

_COLUMNS = (Column("ID", 0), Column("BELIEVED", 0), Column("EVIDENCE", 0), Column("PROBE", 1, "asked by {}"))
_LABELS, _LEAST = 15, 20


def render_facts_text(rows: Sequence[Row], style: Style, *, width: int, statements: bool = False) -> str:
    """Return a table of rows; with ``statements``, each with what it states."""
    cells = [(row.id, row.default, row.kind, row.probe) for row in rows]
    lines, below = fit_columns(_COLUMNS, cells, width)
    table = ["  ".join(style.paint(style.bold, cell) for cell in lines[0])]
    for row, line, rest in zip(rows, lines[1:], below, strict=True):
        statement = _wrap(row.statement, "    ", width) if statements else ""
        table += ["  ".join(line), *(style.paint(style.dim, each) for each in (rest, statement) if each)]
    return "\n".join(table)


def render_fact_text(row: Row, style: Style, *, width: int) -> str:
    """Return all that is known of one fact."""
    values = f"{row.default} (one of {', '.join(row.values)})" if row.knob and row.values else row.default
    lines = [style.paint(style.bold, row.id), _wrap(row.statement, "  ", width), ""]
    pairs = {
        "believed": values,
        "evidence": f"{row.kind}: {row.where}",
        "looked at": row.date,
        "verified live": row.verified or NOT_YET,
        "emulator": f"--knob {row.knob}=VALUE" if row.knob else "has no switch for it",
        "probe": row.probe or (f"none: {row.no_probe}" if row.no_probe else "none yet"),
        "matters for": row.matters,
    }
    for label, text in pairs.items():
        first, *rest = wrap(text, max(_LEAST, width - _LABELS - 2), break_on_hyphens=False) or ["-"]
        lines.append(f"  {style.paint(style.dim, label.ljust(_LABELS))}{first}")
        lines += [f"  {'':{_LABELS}}{each}" for each in rest]
    return "\n".join(lines)


def render_facts_json(rows: Sequence[Row]) -> str:
    """Return a document of rows."""
    return json.dumps({"format_version": FORMAT_VERSION, "facts": list(map(_emit, rows))}, indent=2, ensure_ascii=False)


def _emit(row: Row) -> dict[str, object]:
    return {
        "id": row.id,
        "statement": row.statement,
        "default": row.default,
        "values": list(row.values),
        "evidence": {"kind": row.kind, "where": row.where, "date": row.date},
        "verified": row.verified,
        "knob": row.knob,
        "probe": row.probe,
        "no_probe": row.no_probe,
        "matters": row.matters,
    }


def _wrap(text: str, indent: str, width: int) -> str:
    return "\n".join(wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False))
