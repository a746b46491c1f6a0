"""A page as JSON, so that another run can show it: ``merge`` makes one report of the results of several runs.

What a page leaves at its default is left out. ``render.formats.page_reading`` reads it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.json.status import emit_health

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where
    from aci_reconcile.render.page.page import Entry, Page, Remark
    from aci_reconcile.render.rows import Row


def emit_page(page: Page) -> dict[str, object]:
    """Return the page without its links, which belong to the job that shows it."""
    return {
        "verdict": page.verdict,
        "good": page.good,
        "subject": page.subject,
        "facts": [{"name": name, "value": value} for name, value in page.facts],
        "counts": [{"name": name, "number": number} for name, number in page.counts],
        "remarks": [_emit_remark(each) for each in page.remarks],
        "entries": [_emit_entry(each) for each in page.entries],
        "sides": list(page.sides),
    }


def _emit_entry(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {
        "mark": entry.mark,
        "severity": entry.severity.value if entry.severity else None,
        "where": _emit_where(entry.where),
        "notes": list(entry.notes),
        "rows": [_emit_row(each) for each in entry.rows],
        "remarks": [_emit_remark(each) for each in entry.remarks],
        "health": emit_health(entry.health) if entry.health is not None else None,
        "logs": [{"container": name, "lines": list(lines)} for name, lines in entry.logs],
        "seconds": entry.seconds,
        "weight": entry.weight,
        "adds": entry.adds,
        "destroys": entry.destroys,
    }
    known = {"name": entry.name, "outcome": entry.outcome.value, "summary": entry.summary}
    return known | _drop_empty(found)


def _emit_row(row: Row) -> dict[str, object]:
    found: dict[str, object] = {
        "sign": row.sign.strip(),
        "remark": row.remark,
        "forces_replacement": row.forces_replacement,
    }
    return {"path": row.path, "values": list(row.values)} | _drop_empty(found)


def _emit_remark(remark: Remark) -> dict[str, object]:
    found: dict[str, object] = {
        "where": _emit_where(remark.where),
        "title": remark.title,
        "detail": list(remark.detail),
    }
    return {"severity": remark.severity.value, "text": remark.text} | _drop_empty(found)


def _emit_where(where: Where | None) -> dict[str, object] | None:
    return None if where is None else {"file": where.file, "line": where.line, "column": where.column}


def _drop_empty(members: dict[str, object]) -> dict[str, object]:
    # A time of 0 seconds is a time, and 0 == False.
    return {name: value for name, value in members.items() if value or (name == "seconds" and value is not None)}
