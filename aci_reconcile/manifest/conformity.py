"""Whether a document is what a shipped JSON Schema describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aci_reconcile.manifest.schemas import load_schema

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_schema_error(document: Mapping[str, Any], name: str) -> str:
    """Return the first violation of the schema ``name`` in a document; empty if there is none."""
    import jsonschema.validators

    validator: Any = jsonschema.validators.Draft202012Validator(load_schema(name))
    found = next(validator.iter_errors(document), None)
    return "" if found is None else f"{found.json_path}: {found.message}"
