"""Versions: ARM's api-versions, which are dates, and ``requiredVersion``, which is about this tool."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Final

OLDEST_USED: Final = "2025-09-01"
"""The api-version to use unless a newer one is requested."""

_API = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(-preview)?")


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


@functools.lru_cache(maxsize=64)
def find_newest(*versions: str) -> str:
    """Return the highest of some api-versions, ignoring empty ones."""
    return max((version for version in versions if version), key=order_api_version, default="")


def is_allowed(version: str, required: str) -> bool | None:
    """Whether a version of this tool matches constraints such as ``>=0.1,<2``; None if they are invalid.

    Versions are compared as pip compares them (PEP 440): 1.0rc1 comes before 1.0, so ``>=1.0`` does not allow it.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = SpecifierSet(required)
    except InvalidSpecifier:
        return None
    # Whoever runs a pre-release has chosen it. Without the flag, it would be outside of every range.
    return specifiers.contains(version, prereleases=True) if len(specifiers) else None
