"""The shipped JSON Schemas: fresh, valid, and saying the same as the field table and as Azure's own schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema.validators
import pytest
import yaml
from cases import naming
from script_modules import load_script

from aci_reconcile.core.errors import Severity, UsageError
from aci_reconcile.core.fields import FIELDS, Kind
from aci_reconcile.manifest import Request, load, load_schema
from aci_reconcile.manifest.keys import PROJECT
from aci_reconcile.manifest.source.files import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
MADE = ("container-group", "project")
EXAMPLES = sorted([*(ROOT / "manifests").glob("*.yaml"), *(ROOT / "tests/golden/diagnostics/good").glob("*.yaml")])
COMPUTED = tuple(row.path for row in FIELDS if row.computed and row.path not in {"name", "type", "apiVersion"})
SETTABLE = [
    row for row in FIELDS if row.path not in COMPUTED and not row.path.startswith(tuple(f"{e}[" for e in COMPUTED))
]


@pytest.mark.parametrize("name", MADE)
def test_fresh(name: str) -> None:
    """The committed file is what the table makes of it: else run scripts/build_schemas.py."""
    builder = load_script("build_schemas")

    assert (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8") == builder.render(
        builder.FILES[name]()
    )


@pytest.mark.parametrize("name", MADE)
def test_valid_itself(name: str) -> None:
    """It is a schema by the rules of its own dialect, has a title, and every pointer in it leads somewhere."""
    found = load_schema(name)

    jsonschema.validators.Draft7Validator.check_schema(found)
    assert found["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert found["title"]
    assert all(_follow(found, pointer) for pointer in _pointers(found))


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").iterdir()), ids=lambda path: path.name)
def test_names_the_place_that_it_can_be_had_from(path: Path) -> None:
    """Over https, in the documentation's site; what `init` writes next to a project is the same file."""
    name = path.name.removesuffix(".schema.json")

    assert f"{load_script('build_schemas').HOME}{path.name}" == load_schema(name)["$id"]


def test_the_catalog_of_editors_agrees() -> None:
    """What docs/contributing/release.md offers to SchemaStore names our files and the places of their schemas."""
    page = (ROOT / "docs" / "contributing" / "release.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    entries = json.loads(block)

    assert [load_schema(name)["$id"] for name in ("project", "container-group")] == [each["url"] for each in entries]
    assert [PROJECT_FILE] == entries[0]["fileMatch"]


def test_unknown_names() -> None:
    """There is no other schema."""
    with pytest.raises(UsageError):
        load_schema("compose")


def _pointers(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _pointers(each)
    elif isinstance(value, list):
        for each in value:
            yield from _pointers(each)


def _follow(found: Any, pointer: str) -> Any:
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _reach(root: Any, path: str) -> list[Any]:
    """Return the sub-schemas that describe a path in ARM's notation, in whichever form."""
    nodes = [root]
    for step in re.findall(r"\[\]|\*|[^.\[\]*]+", path):
        nodes = [below for node in nodes for below in _below(root, node, step)]
    return nodes


def _below(root: Any, node: Any, step: str) -> Iterator[Any]:
    for branch in [node, *node.get("anyOf", [])]:
        found = {"[]": branch.get("items"), "*": branch.get("additionalProperties")}.get(
            step, branch.get("properties", {}).get(step)
        )
        if isinstance(found, dict):
            yield _follow(root, found["$ref"]) if "$ref" in found else found


def test_every_field_is_in_the_schema() -> None:
    """With its description and its enum, in ARM's wrapping and without."""
    root = load_schema("container-group")

    paths = [(each, path) for each in SETTABLE for path in sorted({each.path, each.path.replace("properties.", "")})]
    for row, path in paths:
        with naming(path):
            found = _reach(root, path)
            told = json.dumps(found, ensure_ascii=False)
            assert found
            assert row.kind in {Kind.LIST, Kind.OBJECT, Kind.MAP} or row.summary in told
            assert all(value in told for value in row.enum if row.path != "type")


def test_no_computed_field_is_in_the_schema() -> None:
    """An editor does not offer what Azure says."""
    root = load_schema("container-group")

    assert [] == [row.path for row in FIELDS if row not in SETTABLE and _reach(root, row.path)]


def _published(folder: Path) -> list[tuple[str, list[str]]]:
    lines = (folder / "properties" / "containerGroups-flat-2025-09-01.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return [(row[0].removeprefix("."), row[2].split(",")) for row in rows]


def test_schema_table_and_azure_agree(shared_data: Path) -> None:
    """Every settable path that Azure publishes is in the schema; nothing settable is that it does not publish."""
    root = load_schema("container-group")
    published = _published(shared_data)
    computed = {row.path for row in FIELDS if row.computed}
    ours = {"name", "type", "apiVersion"}
    settable = {path for path, flags in published if "readonly" not in flags and path not in computed} | ours

    missing = sorted(path for path in settable if not _reach(root, path))
    table = {row.path for row in FIELDS}
    listed = {path for path, _ in published}
    items = {path for path in table if path.endswith(("[]", ".*"))}

    assert [] == missing
    assert [] == sorted(settable - table)
    assert [] == sorted({row.path for row in SETTABLE} - listed - items - ours)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_examples_are_good_for_the_schema(file: Path) -> None:
    """In the short form and in ARM's own; and the project file for its own."""
    validator = jsonschema.validators.Draft7Validator(
        load_schema("project" if file.name == PROJECT_FILE else "container-group")
    )

    for document in yaml.load_all(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
        assert [] == [error.message for error in validator.iter_errors(_typed(document))]


def test_the_worked_examples_load() -> None:
    """Without any complaint but secrets that are not set."""
    loaded = load(Request(cwd=ROOT / "manifests", version="0.1.0", resolve=False))

    assert [] == [each for each in loaded.diagnostics if each.severity is not Severity.NOTICE]
    assert loaded.resources


def _typed(value: Any) -> Any:
    """Type a document that was read as texts only as an editor would."""
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return yaml.safe_load(value) if value in {"null", "true", "false"} or value.replace(".", "", 1).isdigit() else value


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "web"},
        {"name": "web", "containers": [{"image": "x"}]},
        {"name": "web", "containers": [], "colour": 1},
        {"name": "web", "properties": {"containers": [], "colour": 1}},
        {"name": "web", "containers": [{"name": "a", "ports": [0]}]},
        {"name": "web", "containers": [{"name": "a", "resources": {"cpu": 1}}]},
        {"name": "web", "containers": [], "restartPolicy": "Sometimes"},
        {"name": "web", "containers": [], "volumes": [{"name": "a", "emptyDir": 1}]},
    ],
)
def test_strict(wrong: Any) -> None:
    """What is missing, unknown or of the wrong kind is refused."""
    assert not jsonschema.validators.Draft7Validator(load_schema("container-group")).is_valid(wrong)


def test_the_project_schema_knows_every_setting() -> None:
    """For the project itself and for each environment, and nothing else."""
    root = load_schema("project")
    each = PROJECT.children["environments"].item
    assert each is not None

    assert {"$schema", *PROJECT.children} == set(root["properties"])
    assert set(each.children) == set(root["properties"]["environments"]["additionalProperties"]["properties"])
    assert not jsonschema.validators.Draft7Validator(root).is_valid({"name": "shop", "cloud": "china"})
