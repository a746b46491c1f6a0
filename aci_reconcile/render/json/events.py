"""What happened to groups, as JSON: one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.operate.timeline import Entry


def emit_entry(entry: Entry) -> dict[str, object]:
    """Return an entry of a timeline."""
    return {
        "address": entry.address,
        "container": entry.container or None,
        "init": entry.init,
        "time": entry.time or None,
        "first": entry.first or None,
        "name": entry.name,
        "type": entry.type,
        "message": entry.message,
        "count": entry.count,
        "source": entry.source.value,
    }
