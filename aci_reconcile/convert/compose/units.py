"""Sizes, durations and names of Compose files, as ACI takes them."""

from __future__ import annotations

import math
import re
from typing import Final

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_GIGA: Final = 1024**3
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)")
_SECONDS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BAD: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 63


def read_gigabytes(text: str) -> float | None:
    """Return a size such as ``512m`` in GB, rounded up to the steps of ACI; None if it is none."""
    if _SIZE.fullmatch(text.strip()) is None:
        return None
    return max(math.ceil(round(read_exact(text) * 10, 6)) / 10, 0.1)


def read_exact(text: str) -> float:
    """Return a valid size in GB, as it is."""
    match = _SIZE.fullmatch(text.strip())
    return float(match[1]) * float(1024 ** _POWERS[match[2].lower()]) / _GIGA if match else 0.0


def read_seconds(text: str) -> float | None:
    """Return a duration such as ``1m30s`` in seconds; None if it is none."""
    stripped = text.strip()
    if not stripped or _SPAN.sub("", stripped):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _SPAN.findall(stripped))


def make_label(text: str) -> str:
    """Return a DNS label that is near a name."""
    return _BAD.sub("-", text.lower()).strip("-")[:_LONGEST].strip("-")
