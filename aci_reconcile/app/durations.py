"""Durations as people write them: ``30m``, ``10s``, ``1h30m``, ``500ms``, ``7d``; a number alone is seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

_PARTS = re.compile(
    r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?"
)
_SECONDS = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_LONGEST = 7 * 24 * 3600.0


def parse_duration(text: str) -> float:
    """Return how many seconds a text means.

    Raises:
        ValueError: it is no duration, or is longer than a week.
    """
    stripped = text.strip()
    match = _PARTS.fullmatch(f"{stripped}s" if re.fullmatch(r"\d+(\.\d+)?", stripped) else stripped)
    if not stripped or match is None:
        raise ValueError(f"{stripped!r} is not a duration; write 30s, 10m or 1h30m")
    seconds = sum(float(part or 0) * unit for part, unit in zip(match.groups(), _SECONDS, strict=True))
    if seconds > _LONGEST:
        raise ValueError(f"{stripped!r} is longer than a week")
    return seconds


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: seconds since the epoch, or so many seconds ago."""

    seconds: float
    ago: bool = False

    def find(self, now: float) -> float:
        """Return it in seconds since the epoch."""
        return now - self.seconds if self.ago else self.seconds


def parse_moment(text: str) -> Moment:
    """Return the moment that a text means: a duration until now, or a time with its zone (RFC 3339).

    Raises:
        ValueError: it is neither.
    """
    stripped = text.strip()
    if re.match(r"\d{4}-", stripped):
        try:
            found = datetime.fromisoformat(stripped)
        except ValueError:
            found = None
        if found is not None and found.tzinfo is not None:
            return Moment(found.timestamp())
        raise ValueError(f"{stripped!r} is no time with its zone; write 2026-11-29T10:00:00Z")
    return Moment(parse_duration(stripped), ago=True)
