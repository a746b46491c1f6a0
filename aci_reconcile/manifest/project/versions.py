"""Two kinds of versions: ARM's api-versions, which are dates, and those of this tool, which are numbers."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

OLDEST_USED: Final = "2025-09-01"
"""The api-version to use unless a newer one is requested."""

_API = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(-preview)?")
_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|~=|<|>)\s*([0-9]+(?:\.[0-9]+)*)\s*")


def is_api_version(text: str) -> bool:
    """Whether a text is a date, or a date and ``-preview``."""
    match = _API.fullmatch(text)
    if match is None:
        return False
    try:
        dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def order_api_version(text: str) -> tuple[str, bool]:
    """Order api-versions by date; a preview comes before the stable version of the same day."""
    return text[:10], not text.endswith("-preview")


def find_newest(*versions: str) -> str:
    """Return the highest of some api-versions, ignoring empty ones."""
    return max((version for version in versions if version), key=order_api_version, default="")


def satisfies(version: str, required: str) -> bool | None:
    """Whether a version matches constraints such as ``>=0.1,<2``; None if they are invalid.

    What follows the numbers of ``version`` (``.dev1``, ``+local``) is ignored.
    """
    clauses = [_CLAUSE.fullmatch(clause) for clause in required.split(",")]
    if not all(clauses):
        return None
    have = _numbers(re.match(r"[0-9]+(\.[0-9]+)*", version))
    return all(_holds(have, clause[1], _parse(clause[2])) for clause in clauses if clause)


def _numbers(match: re.Match[str] | None) -> tuple[int, ...]:
    return _parse(match.group()) if match else (0,)


def _parse(text: str) -> tuple[int, ...]:
    return tuple(int(part[:9]) for part in text.split("."))


def _holds(have: tuple[int, ...], operator: str, want: tuple[int, ...]) -> bool:
    size = max(len(have), len(want))
    left, right = (each + (0,) * (size - len(each)) for each in (have, want))
    if operator == "~=":
        keep = max(len(want) - 1, 1)
        return left >= right and left[:keep] == right[:keep]
    return {
        ">=": left >= right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        "<": left < right,
        ">": left > right,
    }[operator]
