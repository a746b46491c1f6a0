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


def weakness(key: str) -> str:
    """Return why a key is a weak one; empty where it looks as if it was made at random."""
    digits = key.replace("-", "")
    if _HEX.fullmatch(digits):
        held, distinct, wanted = len(digits) // 2, len(set(digits.lower())), _HEX_DISTINCT
    else:
        held, distinct, wanted = len(key.rstrip("=")) * 3 // 4, len(set(key)), _DISTINCT
        if len(key) >= _BYTES and _one_case(key):
            return "it has small letters only, as words have, or capitals only"
    if held < _BYTES:
        return f"it holds fewer than {_BYTES} random bytes"
    return "" if distinct >= wanted else "it repeats itself"


def _one_case(key: str) -> bool:
    """Whether letters of one case alone stand in it; of 22 random ones of base64 that has one in ten thousand."""
    return not (any(each.islower() for each in key) and any(each.isupper() for each in key))
