"""An entry line by line, for formats that have no tables: its fields, and how its containers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.layout import place
from aci_reconcile.render.run_state import container_line, event_lines
from aci_reconcile.render.style import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.render.page import Entry, Remark


def field_lines(entry: Entry) -> Iterator[str]:
    """Yield the fields, each with its sign: ``+`` and ``-`` for what comes and goes."""
    for row in entry.rows:
        remark = f"  # {row.remark}" if row.remark else ""
        yield f"{'+' if entry.adds else row.sign} {row.path} {' -> '.join(row.values)}{remark}".rstrip()


def run_state_lines(entry: Entry) -> Iterator[str]:
    """Yield the events of a group that is not healthy, and its containers with their events and last words."""
    if entry.health is None or entry.health.good:
        return
    logs = dict(entry.logs)
    yield from event_lines(entry.health.events, PLAIN)
    for container in entry.health.containers:
        yield container_line(container)
        yield from (f"  {line}" for line in event_lines(container.events, PLAIN))
        yield from (f"  | {sanitize(line, keep=chr(9))}" for line in logs.get(container.name, ()))


def remark_lines(remark: Remark) -> Iterator[str]:
    """Yield a remark with its title and its place, then what to do about it."""
    title = f"{remark.title}: " if remark.title else ""
    where = place(remark.where)
    yield f"{title}{remark.text}" + (f" ({where})" if where else "")
    yield from remark.detail
