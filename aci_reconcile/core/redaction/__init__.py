"""Removes secrets from texts: known values, and whatever looks like a secret.

Pure; no text is kept. ``Redactor`` knows the secrets of a run, ``veil`` and ``find_pieces`` know what secrets
look like, ``names`` knows the names of variables that hold them.
"""

from __future__ import annotations

from aci_reconcile.core.redaction.names import (
    holds_secret,
    is_secret_name,
    is_secret_setting,
    veil_argument,
    veil_variable,
)
from aci_reconcile.core.redaction.redactor import Redactor
from aci_reconcile.core.redaction.shapes import find_pieces, veil

__all__ = [
    "Redactor",
    "find_pieces",
    "holds_secret",
    "is_secret_name",
    "is_secret_setting",
    "veil",
    "veil_argument",
    "veil_variable",
]
