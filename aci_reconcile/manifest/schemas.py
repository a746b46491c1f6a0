"""The JSON Schemas that ship with the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from aci_reconcile.core.errors import UsageError

NAMES: Final = ("accepted-drift", "container-group", "drift-history", "notification", "plan", "project")


def load_schema(name: str) -> dict[str, Any]:
    """Return a schema by one of the ``NAMES``.

    Raises:
        UsageError: there is no such schema.
    """
    if name not in NAMES:
        raise UsageError(f"unknown schema {name!r}", hint=f"known schemas: {', '.join(NAMES)}")
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "schemas", package.parent / "schemas"):  # in the wheel, and in a checkout
        file = folder / f"{name}.schema.json"
        if file.is_file():
            content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return content
    raise UsageError(f"the schema {name!r} is missing from this installation", hint="reinstall the package")
