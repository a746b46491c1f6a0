"""Files of values for ``${var:NAME}`` (``--var-file``): ``NAME=VALUE`` lines, or a JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from aci_reconcile.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.cli.given import Sources

_LARGEST = 1024 * 1024


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
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"--var-file {shown}: larger than 1 MiB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"--var-file {shown}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--var-file {shown}: not UTF-8") from error
    return _from_json(text, shown) if text.lstrip().startswith("{") else dict(_from_lines(text, shown))


def _from_json(text: str, shown: str) -> Mapping[str, str]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--var-file {shown}: not valid JSON: {error}") from error
    return {name: _scalar(value, name, shown) for name, value in cast("dict[str, object]", content).items()}


def _scalar(value: object, name: str, shown: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        raise UsageError(f"--var-file {shown}: the value of {name} is neither a text nor a number")
    return str(value)


def _from_lines(text: str, shown: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                f"--var-file {shown}: line {number} is not NAME=VALUE", hint="write NAME=VALUE lines, or a JSON object"
            )
        yield name.strip(), value.strip()
