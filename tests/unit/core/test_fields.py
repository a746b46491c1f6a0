"""The field table agrees with the published schema, and its paths can be read and written."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

import pytest

from aci_reconcile.core.fields import API_VERSION, FIELDS, ROOT, Kind
from aci_reconcile.core.fields.paths import display, parse

OURS_ALONE = {
    "properties.imageRegistryCredentials[].isDelegatedIdentity": "seen in live answers, in no published schema",
    "properties.provisioningTimeoutInSeconds": "recorded since 2023-05-01, in no stable schema",
    "properties.isCustomProvisioningTimeout": "recorded since 2023-05-01, in no stable schema",
}
TYPES = {"string": Kind.STRING, "int": Kind.INTEGER, "bool": Kind.BOOLEAN, "any": Kind.ANY}
NUMBERS = ("cpu", "memoryInGB")


def published(folder: Path) -> dict[str, dict[str, str]]:
    """Return the rows of the published schema by path."""
    with (folder / "properties" / f"containerGroups-flat-{API_VERSION}.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["path"].removeprefix("."): row for row in rows}


def kind_of(row: dict[str, str]) -> Kind:
    """Return our kind for a published type."""
    told = row["type"].partition("{")[0]
    if told.startswith("array<"):
        return Kind.LIST
    if told.startswith("map<"):
        return Kind.MAP
    if told.startswith("'"):
        return Kind.STRING
    if row["path"].rpartition(".")[2] in NUMBERS:
        return Kind.NUMBER
    return TYPES.get(told, Kind.OBJECT)


def test_every_published_property_is_a_row_and_no_other(shared_data: Path) -> None:
    """Items of lists and values of maps are rows of their own; the rest is named here."""
    own = {row.path for row in FIELDS if not row.path.endswith(("[]", ".*"))}

    assert set(published(shared_data)) | set(OURS_ALONE) == own


def test_every_row_has_the_published_type(shared_data: Path) -> None:
    """CPU and memory are fractional, which the published table cannot say."""
    rows = {row.path: row.kind for row in FIELDS}
    told = {path: kind_of(row) for path, row in published(shared_data).items()}

    assert told == {path: rows[path] for path in told}


def test_flags_are_the_published_ones(shared_data: Path) -> None:
    """Read-only is computed, sensitive is write-only, required is required; the name stands beside the body."""
    rows = {row.path: row for row in FIELDS}
    wrong = [
        path
        for path, told in published(shared_data).items()
        if ("readonly" in told["flags"] and not rows[path].computed)
        or ("sensitive" in told["type"] and not rows[path].write_only)
        or (("required" in told["flags"]) != rows[path].required and path != "name")
    ]

    assert [] == wrong


def test_published_enums_are_ours(shared_data: Path) -> None:
    """Every documented value is in the table."""
    rows = {row.path: row for row in FIELDS}
    wrong = {}
    for path, told in published(shared_data).items():
        if rows[path].settable and told["type"].startswith("'") and "|" in told["type"]:
            values = {part.strip().strip("'") for part in told["type"].split(" | ")} - {"string"}
            if values != set(rows[path].enum):
                wrong[path] = values

    assert {} == wrong


def test_every_row_says_what_it_is() -> None:
    """Summaries are sentences: the schema and the reference show them."""
    bad = [row.path for row in FIELDS if not row.summary.endswith((".", "…")) or row.summary[0].islower()]

    assert [] == bad


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("containers[web].image", ("properties", "containers", "web", "properties", "image")),
        ("properties.containers[web].properties.image", ("properties", "containers", "web", "properties", "image")),
        (
            "containers[web].environmentVariables[LOG_LEVEL]",
            ("properties", "containers", "web", "properties", "environmentVariables", "LOG_LEVEL"),
        ),
        ("tags.team", ("tags", "team")),
        ("tags[a.b/c]", ("tags", "a.b/c")),
        ("ipAddress.ports[80/TCP]", ("properties", "ipAddress", "ports", "80/TCP")),
        ("IPADDRESS.dnsnamelabel", ("properties", "ipAddress", "dnsNameLabel")),
        ("volumes[v].azureFile.shareName", ("properties", "volumes", "v", "azureFile", "shareName")),
    ],
)
def test_paths_are_read_as_people_write_them(written: str, keys: tuple[str, ...]) -> None:
    """Wrappers may be left out, spelling is ARM's."""
    assert keys == parse(ROOT, written)


@pytest.mark.parametrize(
    "written", ["", "nothing", "containers[web].imag", "tags.a.b.c]", "location.x", "containers]["]
)
def test_a_path_that_leads_nowhere_is_none(written: str) -> None:
    """The caller says what to do about it."""
    assert parse(ROOT, written) is None


def test_displaying_and_reading_a_path_are_inverse() -> None:
    """What a plan shows can be written into ``lifecycle.ignore``."""
    keys = ("properties", "containers", "web", "properties", "resources", "requests", "cpu")

    assert keys == parse(ROOT, display(ROOT, keys))
    assert "containers[web].resources.requests.cpu" == display(ROOT, keys)


def test_the_reference_page_is_fresh() -> None:
    """docs/fields.md is what the table says now."""
    script = Path(__file__).resolve().parents[3] / "scripts" / "build_field_reference.py"
    build = runpy.run_path(str(script))

    assert build["TARGET"].read_text(encoding="utf-8") == build["page"]()
