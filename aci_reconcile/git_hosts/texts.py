"""Texts for a Git host: the marker that identifies our own, and their maximum length."""

from __future__ import annotations

import re
from typing import Final

MOST: Final = 65_536
"""Characters of a body or a comment (GitHub's limit). Counted in UTF-16 here: that is never less than GitHub counts."""

_CUT: Final = "\n\n(cut here: the text is longer than the Git host allows)\n"
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9._/@:=-]")


def make_marker(what: str, key: str) -> str:
    """Return a hidden first line: ``<!-- aci-reconcile-drift: shop/prod -->``; ``what`` is a fixed word.

    It never contains anything that could end an HTML comment.
    """
    return f"<!-- aci-reconcile-{what}: {_NOT_IN_KEYS.sub('_', key)} -->"


def add_marker(text: str, mark: str) -> str:
    """Return the text below its marker, cut to the maximum length."""
    return fit(f"{mark}\n{text}")


def has_marker(text: str, mark: str) -> bool:
    """Whether a text is ours: its first line is the marker. A marker further down, such as a quote, does not count."""
    return text.lstrip("\ufeff \r\n\t").startswith(mark)


def is_same(left: str, right: str) -> bool:
    """Whether two texts are equal, although a Git host may change line breaks and trailing white space."""
    one, other = (each.replace("\r\n", "\n").rstrip() for each in (left, right))
    return one == other


def fit(text: str, most: int = MOST) -> str:
    """Return the text, or the first lines that fit, and a line about the cut."""
    if _count_units(text) <= most:
        return text
    room = most - _count_units(_CUT)
    kept = text.encode("utf-16-le", "surrogatepass")[: room * 2].decode("utf-16-le", "ignore")
    # Between lines: half a link or half a tag could change the text after it.
    return kept[: kept.rfind("\n")] + _CUT if "\n" in kept else kept + _CUT


def _count_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
