"""An entry line by line, for formats without tables: its fields, and the state of its containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.status import describe_container, render_events
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.render.words import format_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.render.page.page import Entry, Remark


def render_fields(entry: Entry) -> Iterator[str]:
    """Yield the fields, each with its sign: ``+`` and ``-`` for what appears and disappears."""
    for row in entry.rows:
        remark = f"  # {row.remark}" if row.remark else ""
        yield f"{'+' if entry.adds else row.sign} {row.path} {' -> '.join(row.values)}{remark}".rstrip()


def render_run_state(entry: Entry) -> Iterator[str]:
    """Yield the events of an unhealthy group, and its containers with their events and the ends of their logs."""
    if entry.health is None or entry.health.good:
        return
    logs = dict(entry.logs)
    yield from render_events(entry.health.events, PLAIN)
    for container in entry.health.containers:
        yield describe_container(container)
        yield from (f"  {line}" for line in render_events(container.events, PLAIN))
        yield from (f"  | {sanitize(line, keep=chr(9))}" for line in logs.get(container.name, ()))


def render_remark(remark: Remark) -> Iterator[str]:
    """Yield a remark with its title and its place, then its details."""
    title = f"{remark.title}: " if remark.title else ""
    where = format_place(remark.where)
    yield f"{title}{remark.text}" + (f" ({where})" if where else "")
    yield from remark.detail
