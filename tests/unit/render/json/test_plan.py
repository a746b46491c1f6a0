"""The published schema of a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import jsonschema
import pytest

from aci_reconcile.planning.values import Plan
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.plan import render_plan_json

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "schemas" / "plan.schema.json").read_text(encoding="utf-8")
)


def objects(node: object, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema with properties that are ours, with its place."""
    if isinstance(node, dict):
        schema = cast("dict[str, Any]", node)
        if "properties" in schema and "type" in schema:
            yield path, schema
        for name, below in schema.items():
            yield from objects(below, f"{path}/{name}")


OBJECTS = tuple(objects(SCHEMA))


def document() -> dict[str, Any]:
    """Return the smallest plan."""
    smallest: dict[str, Any] = json.loads(render_plan_json(Plan("shop"), Header("shop", "sub"), tool_version="0.1.0"))
    return smallest


def test_it_is_a_schema() -> None:
    """The schema is a valid one of its dialect."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_describes_the_smallest_plan() -> None:
    """A plan of nothing is a plan."""
    jsonschema.validate(document(), SCHEMA)


@pytest.mark.parametrize(("path", "schema"), OBJECTS, ids=[path for path, _ in OBJECTS])
def test_every_object_is_closed_and_described(path: str, schema: dict[str, Any]) -> None:
    """Nothing undescribed gets in, and an editor has something to show for each member."""
    silent = [name for name, each in schema["properties"].items() if not ({"description", "$ref"} & each.keys())]

    assert (False, []) == (schema["additionalProperties"], silent), path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format_version", "2.0"),
        ("applyable", "yes"),
        ("novelty", 1),
        ("resource_changes", ["web"]),
        ("summary", {"add": -1}),
    ],
)
def test_it_refuses_what_is_no_plan(name: str, value: object) -> None:
    """A wrong version, type, member or count is refused."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document(), name: value}, SCHEMA)
