"""Placeholders of other tools, and the references to use instead.

Known are those of ``envsubst`` and ``az container create`` (``${NAME}``), of the "replace tokens" tasks (``#{NAME}#``,
``__NAME__``), of Azure Pipelines and Kubernetes (``$(NAME)``), of GitHub's expressions (``${{ secrets.NAME }}``), of
Helm and Jinja (``{{ name }}``), and the ``<name>`` of documentation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLACEHOLDER: Final = re.compile(
    r"#\{\s*(?P<token>[\w.-]{1,100})\s*\}#?"
    r"|\$\(\s*(?P<pipeline>[A-Za-z_][\w.-]{0,99})\s*\)"
    r"|\$?\{\{-?\s*(?P<expression>[^{}\n]{1,100}?)\s*-?\}\}"
    r"|__(?P<dunder>[A-Za-z][A-Za-z0-9.-]*(?:_[A-Za-z0-9.-]+)*)__"
    r"|<(?P<slot>[A-Za-z][\w -]{0,98})>"
)
_BARE: Final = re.compile(r"(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
TOKEN_STARTS: Final = frozenset("#$_<{ ")
"""First characters of placeholders; few other texts begin with them."""
_LONGEST: Final = 200
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")


def read_placeholder(text: str) -> str:
    """Return the name in a text that is exactly a placeholder of another tool; empty if it is not."""
    if len(text) > _LONGEST:
        return ""
    found = _PLACEHOLDER.fullmatch(text.strip())
    if found is None:
        return ""
    said = next(part for part in found.groups() if part is not None)
    name = _NO_NAME.sub("_", said.rpartition(".")[2]).strip("_")
    return name if name[:1].isalpha() and name.isascii() else "NAME"


def find_bare_names(text: str) -> tuple[str, ...]:
    """Return the names in ``${NAME}``, each once: `az` would read them from the environment."""
    return tuple(dict.fromkeys(_BARE.findall(text)))


def suggest_references(names: Sequence[str], *, secret: bool) -> str:
    """Return a hint with the references to use instead of placeholders.

    Args:
        names: the names in the placeholders.
        secret: whether Azure never returns the field, so that it may contain a secret.
    """
    listed = " and ".join(names)
    if secret:
        written = " and ".join(f"`${{env:{name}}}`" for name in names)
        return f"write {written}, and set {listed} where the tool runs"
    written = " and ".join(f"`${{var:{name}}}`" for name in names)
    given = " ".join(f"--var {name}=…" for name in names)
    return (
        f"write {written}, with `{given}` or a value under `variables` of the project file; "
        f"or `${{env:{names[0]}}}`, with {listed} under `publicEnv` there"
    )
