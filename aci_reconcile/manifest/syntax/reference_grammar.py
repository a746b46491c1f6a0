"""How references are written: ``${var:…}``, ``${env:…:-default}``, ``${file:…}``, ``${keyvault:…}``, ``${group:…}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = r"[A-Za-z_][A-Za-z0-9_.-]*"
# `$${…}` is an escaped reference: `escape` in its match is the first `$`.
REFERENCE: Final = re.compile(
    rf"(?P<escape>\$)?\$\{{(?:var:(?P<var>{NAME})|env:(?P<env>{NAME})(?::-(?P<default>[^}}]*))?"
    r"|(?P<other>file|keyvault|group):(?P<target>[^{}\s][^{}]*))\}"
)
LOOKALIKE: Final = re.compile(r"\$\{\s*(var|env|file|keyvault|group)\s*:[^}]*\}?", re.IGNORECASE)
_VAULT: Final = r"(?=[A-Za-z0-9-]{3,24}/)[A-Za-z](?:-?[A-Za-z0-9])*"
VAULT_SECRET: Final = re.compile(rf"{_VAULT}/[A-Za-z0-9-]{{1,127}}(?:/[0-9A-Fa-f]{{32}})?")
"""Docs (naming rules): the names of a vault and of a secret in it. A vault's begins with a letter, ends with a letter
or a digit, and has no two hyphens beside each other; a version is a number of 32 hexadecimal digits."""
_VERSIONED: Final = re.compile(rf"{_VAULT}/[A-Za-z0-9-]{{1,127}}/[^/]*")
GROUP_VALUE: Final = re.compile(
    r"(?P<address>(?:[A-Za-z0-9_.()-]{1,90}/)?[A-Za-z0-9-]{1,63}):(?P<path>ipAddress\.(?:ip|fqdn))"
)


def scan_references(text: str) -> Iterator[re.Match[str]]:
    """Yield the references of a text, including escaped ones.

    The search stops at the last ``}``: beyond it, a search from every ``${`` would take quadratic time.
    """
    return REFERENCE.finditer(text, 0, text.rfind("}") + 1)


def has_reference(text: str) -> bool:
    """Whether a text contains a reference that is not escaped as ``$${…}``."""
    return "${" in text and any(not match["escape"] for match in scan_references(text))


def escape(text: str) -> str:
    """Return a text with its references escaped."""
    parts: list[str] = []
    end = 0
    for match in scan_references(text):
        parts += (text[end : match.start()], "$", match.group())
        end = match.end()
    return "".join([*parts, text[end:]])


def suggest_vault_name(target: str) -> str:
    """Return a hint on naming a secret of a vault."""
    if _VERSIONED.fullmatch(target):
        return "a version has 32 hexadecimal digits; leave it out for the latest one"
    return "write `${keyvault:vault/secret}`; names have letters, digits and single hyphens, with a letter first"
