"""What looks like a secret where its name stands apart from it: variables of a container, arguments of a command."""

from __future__ import annotations

import re
from typing import Final

from aci_reconcile.core.redaction.names import is_secret_setting
from aci_reconcile.core.redaction.shapes import veil
from aci_reconcile.core.secret import REDACTED

_OPTION: Final = r"--?[A-Za-z][A-Za-z0-9-]*"
_HARMLESS: Final = r"(?is:\s*|\d{1,3}|true|false|null|none|yes|no|on|off|/[\w./-]*|\$.*|.*\$\{.*|\{\{.*|<.*|#\{.*)"
"""Values that are no secret whatever they are called: small numbers, switches, paths, references, placeholders."""


def veil_variable(name: str, value: str) -> str:
    """Return the value of a variable without secrets; hide all of it if its name says that it is secret."""
    veiled = veil(value)
    if veiled == value and is_secret_setting(name) and not re.fullmatch(_HARMLESS, value):
        return REDACTED
    return veiled


def veil_argument(before: str, argument: str) -> str:
    """Return an argument of a command without secrets, judged with the argument before it."""
    veiled = veil(argument)
    if (
        veiled == argument
        and re.fullmatch(_OPTION, before)
        and is_secret_setting(before)
        and not argument.startswith("-")
    ):
        return argument if re.fullmatch(_HARMLESS, argument) else REDACTED
    return veiled
