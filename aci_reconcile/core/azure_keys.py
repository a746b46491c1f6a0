"""Keys that Azure makes: so random that nobody can guess one, however fast a guess is.

A storage account and a Log Analytics workspace have keys of 64 bytes in base64, 88 characters (Microsoft's rules for
scanners of secrets, microsoft/security-utilities SEC101/152 and 160, and the quickstarts of both services). The
password of a registry's admin user is 52 characters, of which 42 are random (the same, SEC101/176; older registries
have shorter ones, which are not known from a password that somebody chose).

The form alone is not believed: the value stands in the field that only such a key fits, and its bytes are as mixed as
random ones are. What is not sure counts as chosen by a person, which costs time and nothing else.
"""

from __future__ import annotations

import base64
import re
from typing import Final

_OF_64_BYTES: Final = re.compile(r"[A-Za-z0-9+/]{86}==")
_OF_REGISTRY: Final = re.compile(r"[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9+/]{5}")
_FIELD: Final = re.compile(
    r"(?P<long>volumes\[[^\]]*\]\.azureFile\.storageAccountKey|diagnostics\.logAnalytics\.workspaceKey)"
    r"|imageRegistryCredentials\[.*\]\.password"
)
"""The fields, as ``secrets_of`` names them."""
_DISTINCT, _HIGH = 44, 14
"""Of 64 random bytes some 57 differ and 32 are no ASCII; fewer than these are in one of a hundred thousand keys."""
_LETTERS = 20
"""Of 42 random letters of base64 some 31 differ."""


def is_azure_key(path: str, value: str) -> bool:
    """Whether a secret is a key that Azure made at random, from the path of its field and its form."""
    field = _FIELD.fullmatch(path)
    if field is None:
        return False
    if not field["long"]:
        return _OF_REGISTRY.fullmatch(value) is not None and len(set(value[:42])) >= _LETTERS
    if not _OF_64_BYTES.fullmatch(value):
        return False
    data = base64.b64decode(value)
    return len(set(data)) >= _DISTINCT and sum(byte > 0x7F for byte in data) >= _HIGH  # noqa: PLR2004  the last of ASCII
