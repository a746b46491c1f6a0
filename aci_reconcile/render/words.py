"""Numbers, times and places in words."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where


def count(number: int, singular: str, plural: str = "") -> str:
    """Return the number with its noun or verb. Without ``plural``, an ``s`` is added."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def format_duration(seconds: float) -> str:
    """Return a duration as people say it: ``0.4s``, ``12s``, ``2m05s``, ``1h00m``."""
    if seconds < 1:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"


def format_estimate(seconds: float) -> str:
    """Return an estimated duration in minutes, rounded up: ``5 min``, ``1 h``, ``1 h 5 min``."""
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number) or "0 min"


def format_time(timestamp: float) -> str:
    """Return seconds since the epoch as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_place(where: Where | None) -> str:
    """Return a place in a file as ``file:line``; empty for None."""
    if where is None:
        return ""
    return sanitize(f"{where.file}:{where.line}" if where.line else where.file)
