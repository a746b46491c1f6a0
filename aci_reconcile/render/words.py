"""Numbers, times and places in words."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

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


_DAY: Final = 86400
_HEX: Final = re.compile(r"(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])")


def shorten_digests(text: str) -> str:
    """Return a text with twelve digits of each digest and each id of a container: enough to tell them apart."""
    return _HEX.sub(r"\1", text)


def format_age(seconds: float) -> str:
    """Return an age as people say it: a duration in whole seconds, and in whole days from two on: ``3d``."""
    whole = max(round(seconds), 0)
    return f"{whole // _DAY}d" if whole >= 2 * _DAY else format_duration(whole) if whole else "0s"


def format_estimate(seconds: float) -> str:
    """Return an estimated duration in minutes, rounded up: ``5 min``, ``1 h``, ``1 h 5 min``."""
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number) or "0 min"


def format_time(timestamp: float) -> str:
    """Return seconds since the epoch as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def format_moment(timestamp: float) -> str:
    """Return seconds since the epoch as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def format_place(where: Where | None) -> str:
    """Return a place in a file as ``file:line``; empty for None."""
    if where is None:
        return ""
    return sanitize(f"{where.file}:{where.line}" if where.line else where.file)
