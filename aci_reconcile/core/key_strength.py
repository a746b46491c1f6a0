"""Whether a key was made at random, as far as its form tells: a team's fingerprint key, or one that Azure made.

Whoever reads a group's tags can try guesses at the fingerprint key, together with guesses at the secrets. So a word is
no key.

A key that Azure made cannot be guessed, however fast a guess is. A storage account and a Log Analytics workspace have
keys of 64 bytes in base64, 88 characters (Microsoft's rules for scanners of secrets, microsoft/security-utilities
SEC101/152 and 160, and the quickstarts of both services). The password of a registry's admin user is 52 characters, of
which 42 are random (the same, SEC101/176; older registries have shorter ones, which look like a chosen password).

The form alone is not believed: the value must be in the field that only such a key fits, and its bytes as mixed as
random ones are. In doubt a value counts as chosen by a person, which costs time and nothing else.
"""

from __future__ import annotations

import base64
import re
from typing import Final

_BYTES: Final = 16
_HEX = re.compile(r"[0-9a-fA-F]+")
_HEX_DISTINCT, _DISTINCT = 8, 10
"""The least number of different characters. Nearly every random key of 16 bytes has them, a repeated word has not."""


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


_OF_64_BYTES: Final = re.compile(r"[A-Za-z0-9+/]{86}==")
_OF_REGISTRY: Final = re.compile(r"[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9+/]{5}")
_AZURE_KEY_FIELD: Final = re.compile(
    r"(?P<long>volumes\[[^\]]*\]\.azureFile\.storageAccountKey|diagnostics\.logAnalytics\.workspaceKey)"
    r"|imageRegistryCredentials\[.*\]\.password"
)
"""The fields that Azure's keys fit, in the spelling of ``normalize.secrets_of``."""
_DISTINCT_BYTES, _HIGH_BYTES = 44, 14
"""Of 64 random bytes some 57 are different and 32 are not ASCII. One key of a hundred thousand has fewer than these."""
_DISTINCT_LETTERS = 20
"""Of 42 random letters of base64 some 31 are different."""


def is_azure_key(path: str, value: str) -> bool:
    """Whether a secret is a key that Azure made at random, from the path of its field and its form."""
    field = _AZURE_KEY_FIELD.fullmatch(path)
    if field is None:
        return False
    if not field["long"]:
        return _OF_REGISTRY.fullmatch(value) is not None and len(set(value[:42])) >= _DISTINCT_LETTERS
    if not _OF_64_BYTES.fullmatch(value):
        return False
    data = base64.b64decode(value)
    return len(set(data)) >= _DISTINCT_BYTES and sum(byte > 0x7F for byte in data) >= _HIGH_BYTES  # noqa: PLR2004  the last of ASCII
