"""Base64, which ARM expects for files of secret volumes; secrets are encoded and checked without being revealed."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.core.secret import Secret


def encode_base64(text: str) -> str:
    """Return a text in base64."""
    return base64.b64encode(text.encode()).decode()


def is_base64(secret: Secret) -> bool:
    """Whether a secret is base64; True if its value is missing."""
    good = [True]

    def look(text: str) -> str:
        try:
            base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            good.append(False)
        return text

    secret.map(look)
    return all(good)
