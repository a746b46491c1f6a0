"""Times as the history, the findings and the acceptances have them."""

from __future__ import annotations

from datetime import UTC, date, datetime


def moment(seconds: float) -> str:
    """Return seconds since the epoch as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def day(time: str) -> date:
    """Return the day, in UTC, of a time that ``moment`` has written."""
    return datetime.fromisoformat(time).astimezone(UTC).date()
