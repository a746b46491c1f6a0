"""Durations as people write them: ``30m``, ``10s``, ``1h30m``, ``500ms``, ``7d``; a number alone is seconds."""

from __future__ import annotations

import re

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
