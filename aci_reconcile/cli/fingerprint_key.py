"""The key that a team fingerprints its secrets with: taken from the environment, and only where it is a good one.

Whoever reads a tag can try guesses at the key, together with guesses at the secrets. So a word is no key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.errors import UsageError
from aci_reconcile.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "ACI_RECONCILE_FINGERPRINT_KEY"
MAKE_ONE: Final = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"

_BYTES: Final = 16
_HEX = re.compile(r"[0-9a-fA-F]+")
_HEX_DISTINCT, _DISTINCT = 8, 10
"""So many different characters are in nearly every random key of 16 bytes; in a word repeated they are not."""


def fingerprint_key(environ: Mapping[str, str]) -> Secret | None:
    """Return the key; None where none is set.

    Raises:
        UsageError: it can be guessed.
    """
    key = environ.get(VARIABLE, "").strip()
    if not key:
        return None
    if reason := _weakness(key):
        raise UsageError(
            f"{VARIABLE} can be guessed: {reason}",
            hint=f"make one with: {MAKE_ONE}; the secrets count as not compared until they are pushed with it once",
        )
    return Secret(key, source=f"env:{VARIABLE}")


def _weakness(key: str) -> str:
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
