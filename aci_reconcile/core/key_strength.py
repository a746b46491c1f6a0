"""Whether a fingerprint key was made at random, as far as its form tells.

Whoever reads a tag can try guesses at the key, together with guesses at the secrets. So a word is no key.
"""

from __future__ import annotations

import re
from typing import Final

_BYTES: Final = 16
_HEX = re.compile(r"[0-9a-fA-F]+")
_HEX_DISTINCT, _DISTINCT = 8, 10
"""So many different characters are in nearly every random key of 16 bytes; in a word repeated they are not."""


def find_weakness(key: str) -> str:
    """Return why a key is weak; empty if it looks random."""
    digits = key.replace("-", "")
    if _HEX.fullmatch(digits):
        held, distinct, wanted = len(digits) // 2, len(set(digits.lower())), _HEX_DISTINCT
    else:
        held, distinct, wanted = len(key.rstrip("=")) * 3 // 4, len(set(key)), _DISTINCT
        if len(key) >= _BYTES and _has_one_case(key):
            return "it has small letters only, as words have, or capitals only"
    if held < _BYTES:
        return f"it holds fewer than {_BYTES} random bytes"
    return "" if distinct >= wanted else "it repeats itself"


def _has_one_case(key: str) -> bool:
    """Whether all letters have one case, as in one of ten thousand random keys of 22 base64 characters."""
    return not (any(each.islower() for each in key) and any(each.isupper() for each in key))
