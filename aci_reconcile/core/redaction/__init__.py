"""Taking secrets out of texts: those that are known by value, and those that look like one.

Pure; nothing here keeps a text. ``Redactor`` knows the secrets of a run, ``veil`` and ``pieces`` know what secrets look
like, ``names`` knows what variables that hold them are called.
"""

from __future__ import annotations

from aci_reconcile.core.redaction.fields import veil_argument, veil_variable
from aci_reconcile.core.redaction.names import is_secret_name, is_secret_setting
from aci_reconcile.core.redaction.redactor import Redactor
from aci_reconcile.core.redaction.shapes import pieces, veil

__all__ = ["Redactor", "is_secret_name", "is_secret_setting", "pieces", "veil", "veil_argument", "veil_variable"]
