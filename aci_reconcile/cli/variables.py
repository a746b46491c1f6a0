"""The values for ``${var:NAME}`` that a run is given: by ``--var``, by ``--var-file``, and by their variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.errors import Severity, UsageError
from aci_reconcile.manifest import read_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aci_reconcile.cli.given import Sources

_LARGEST: Final = 1024 * 1024
_TOLD: Final = 10
"""How many complaints of one file are told at once."""


def variables_of(sources: Sources, cwd: Path) -> dict[str, str]:
    """Return the values; a later file wins over an earlier one, and ``--var`` over files.

    Raises:
        UsageError: a file can't be read, or says something else than values.
    """
    values: dict[str, str] = {}
    for file in sources.variable_files:
        values.update(_read(cwd / file, str(file)))
    values.update(sources.variables)
    return values


def _read(path: Path, shown: str) -> Mapping[str, str]:
    try:
        with path.open("rb") as stream:  # a pipe, such as <(sops -d prod.env), has no size beforehand
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"--var-file {shown}: {error.strerror or 'cannot be read'}") from error
    if len(content) > _LARGEST:
        raise UsageError(f"--var-file {shown}: larger than 1 MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"--var-file {shown}: not UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    values, said = read_values(text, shown)
    wrong = [each for each in said if each.severity is Severity.ERROR]
    if wrong:
        lines = [f"{each.where}: {each.message}" for each in wrong[:_TOLD]]
        lines += [f"and {len(wrong) - _TOLD} more"] * (len(wrong) > _TOLD)
        told = "\n  ".join(lines)
        raise UsageError(f"--var-file {shown} has errors:\n  {told}", hint=wrong[0].hint)
    return values
