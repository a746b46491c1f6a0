"""The values for ``${var:NAME}``: from ``--var``, from ``--var-file``, and from their environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Severity, UsageError
from aci_reconcile.manifest import read_variable_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aci_reconcile.app.requests import Sources

_LARGEST: Final = 1024 * 1024
_MOST_ERRORS: Final = 10
"""How many errors of one file a message has."""


def read_variables(sources: Sources, cwd: Path) -> dict[str, str]:
    """Return the values; a later file wins over an earlier one, and ``--var`` over files.

    Raises:
        UsageError: a file cannot be read, or holds something else than values.
    """
    values: dict[str, str] = {}
    for file in sources.variable_files:
        values.update(_read_file(cwd / file, str(file)))
    values.update(sources.variables)
    return values


def _read_file(path: Path, name: str) -> Mapping[str, str]:
    try:
        with path.open("rb") as stream:  # a pipe, such as <(sops -d prod.env), has no size beforehand
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"--var-file {name}: {error.strerror or 'cannot be read'}") from error
    if len(content) > _LARGEST:
        raise UsageError(f"--var-file {name}: larger than 1 MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"--var-file {name}: not UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    values, diagnostics = read_variable_file(text, name)
    wrong = [each for each in diagnostics if each.severity is Severity.ERROR]
    if wrong:
        lines = [f"{each.where}: {each.message}" for each in wrong[:_MOST_ERRORS]]
        lines += [f"and {len(wrong) - _MOST_ERRORS} more"] * (len(wrong) > _MOST_ERRORS)
        complaints = "\n  ".join(lines)
        raise UsageError(f"--var-file {name} has errors:\n  {complaints}", hint=wrong[0].hint)
    return values
