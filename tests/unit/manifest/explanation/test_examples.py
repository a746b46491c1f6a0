"""Examples of all fields: each is what the schema allows, and holds the field."""

from __future__ import annotations

import re
from typing import Any

import jsonschema.validators
import yaml

from aci_reconcile.core.fields import FIELDS
from aci_reconcile.manifest import load_schema
from aci_reconcile.manifest.explanation.examples import make_example
from aci_reconcile.manifest.explanation.lookup import DOCUMENTS, find_places, list_paths

SCHEMAS = {"a manifest": "container-group", "the project file": "project"}
BASE: dict[str, Any] = {"name": "web", "containers": [{"name": "web", "image": "nginx"}]}


def test_every_example_is_valid() -> None:
    """In the file that it is for, with the least that must stand beside it; and the field is in it."""
    validators = {each: jsonschema.validators.Draft7Validator(load_schema(name)) for each, name in SCHEMAS.items()}
    computed = {row.path for row in FIELDS if row.computed} - {"name", "type", "apiVersion"}
    shown = 0
    for place in (each for path in list_paths() for each in find_places(path) if each.node.row.path not in computed):
        text = make_example(DOCUMENTS[place.document], place.node.row.path)
        base = BASE if place.document == "a manifest" else {"name": "shop"}
        errors = [error.message for error in validators[place.document].iter_errors({**base, **yaml.safe_load(text)})]
        last = place.path.rpartition(".")[2].removesuffix("[]")

        assert [] == errors, f"{place.path}\n{text}"
        assert last in text or last in {"*", "name", "value", "mountPath", "port"}, f"{place.path}\n{text}"
        assert re.search(r"[\[ ]text[\]}]?$", text, re.MULTILINE) is None, f"no value is known: {place.path}"
        shown += 1

    assert shown > 200
