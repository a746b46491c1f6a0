"""The file of accepted drift."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from aci_reconcile.core.errors import Where
from aci_reconcile.findings import Acceptance, Kind
from aci_reconcile.manifest import ACCEPTED_FILE, Request, load, load_schema
from aci_reconcile.manifest.accepted_drift import read_accepted_drift

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
# yaml-language-server: $schema=accepted-drift.schema.json
- fingerprint: 1234567890123456
  reason: " ticket 1 "
  until: 2026-12-31
- {address: rg-shop/web, kind: stopped, paths: [tags.team, "containers[web]"], reason: no, until: "2026-02-28"}
"""


def read(folder: Path, text: str, name: str = ACCEPTED_FILE) -> tuple[tuple[Acceptance, ...], list[str]]:
    """Return the acceptances of a file with this text, and what is wrong with it."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    found, diagnostics = read_accepted_drift(file, folder)
    return found, [f"{each.where}: {each.code} {each.message}" for each in diagnostics]


def test_a_good_file(tmp_path: Path) -> None:
    """Scalars are texts and dates, whatever YAML would make of them."""
    found, wrong = read(tmp_path, GOOD)

    assert [] == wrong
    assert (
        Acceptance("ticket 1", date(2026, 12, 31), Where(ACCEPTED_FILE, 2, 3), fingerprint="1234567890123456"),
        Acceptance(
            "no",
            date(2026, 2, 28),
            Where(ACCEPTED_FILE, 5, 3),
            address="rg-shop/web",
            kind="stopped",
            paths=frozenset({"tags.team", "containers[web]"}),
        ),
    ) == found


def test_json_will_do(tmp_path: Path) -> None:
    """Where the name says so."""
    text = json.dumps([{"address": "rg-shop/web", "reason": "x", "until": "2026-12-31"}])

    assert 1 == len(read(tmp_path, text, "known.json")[0])


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n", "~\n"])
def test_nothing_is_accepted(tmp_path: Path, text: str) -> None:
    """An empty file is no error."""
    assert ((), []) == read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a: 1\n", ["1:1: ACI195 expected a list, found a map"]),
        ("- x\n", ["1:3: ACI195 expected a map, found a single value"]),
        ("[]\n---\n[]\n", ["3:1: ACI195 a file of accepted drift must be a single document"]),
        (
            "- {adress: rg/web, reason: x, until: 2026-12-31}\n",
            [
                "1:3: ACI197 the entry has neither a fingerprint nor an address: use exactly one",
                "1:4: ACI195 unknown key `adress`",
            ],
        ),
        (
            "- {address: rg/web}\n",
            ["1:3: ACI196 `reason` is missing", "1:3: ACI196 `until` is missing"],
        ),
        ("- {address: rg/web, reason: '', until: 2026-12-31}\n", ["1:3: ACI196 `reason` is missing"]),
        ("- {address: rg/web, reason: x, until: 2026-02-30}\n", ["1:39: ACI196 `2026-02-30` is not a date"]),
        ("- {address: rg/web, reason: x, until: 20261231}\n", ["1:39: ACI196 `20261231` is not a date"]),
        (
            "- {address: a/b/c, reason: x, until: 2026-12-31}\n",
            ["1:13: ACI195 `a/b/c` is not an address (`resourceGroup/name`) or a name"],
        ),
        (
            "- {address: rg/web, kind: not-compared, reason: x, until: 2026-12-31}\n",
            ["1:27: ACI195 `not-compared` is not a kind of drift"],
        ),
        (
            "- {address: rg/web, paths: tags.team, reason: x, until: 2026-12-31}\n",
            ["1:21: ACI195 expected a list of paths"],
        ),
        (
            "- {address: rg/web, paths: [[a]], reason: x, until: 2026-12-31}\n",
            ["1:29: ACI195 expected a path, found a list"],
        ),
        (
            "- {fingerprint: 0123456789abcdef, kind: stopped, reason: x, until: 2026-12-31}\n",
            ["1:3: ACI197 a fingerprint already determines the kind and the path: remove them"],
        ),
        (
            "- {fingerprint: 0123456789ABCDEF, reason: [x], until: 2026-12-31}\n",
            [
                "1:3: ACI196 `reason` is missing",
                "1:17: ACI195 `0123456789ABCDEF` is not 16 hexadecimal digits, as `drift --verbose` shows",
                "1:35: ACI195 expected text, found a list",
            ],
        ),
        ("- {address: rg/web\n", ["2:1: ACI004 this is not YAML: did not find expected ',' or '}'"]),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, wrong: list[str]) -> None:
    """Each thing at its place; nothing of such a file is used."""
    _, found = read(tmp_path, text)

    assert [f"{ACCEPTED_FILE}:{each}" for each in wrong] == [
        each.replace("while parsing a flow mapping ", "") for each in found
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The whole file is complained of."""
    _, diagnostics = read_accepted_drift(tmp_path / "none.yaml", tmp_path)

    assert [("ACI001", "none.yaml")] == [(each.code, str(each.where)) for each in diagnostics]


def test_the_schema_says_the_same(tmp_path: Path) -> None:
    """What the loader takes the schema takes, and the kinds are the same."""
    validator = jsonschema.Draft7Validator(load_schema("accepted-drift"))
    good = yaml.load(GOOD.replace("1234567890123456", "'1234567890123456'").replace("no,", "'no',"), yaml.BaseLoader)

    assert validator.is_valid(good)
    assert not validator.is_valid([{"address": "rg/web", "until": "2026-12-31"}])
    assert not validator.is_valid([{"reason": "x", "until": "2026-12-31"}])
    assert not validator.is_valid([{"address": "a/b", "fingerprint": "0" * 16, "reason": "x", "until": "2026-12-31"}])
    accepted = set(load_schema("accepted-drift")["items"]["properties"]["kind"]["enum"])
    assert {kind.value for kind in Kind} - {"not-compared", "secret-not-compared"} == accepted
    for name in ("drift-history", "notification"):
        assert {kind.value for kind in Kind} == _kinds(load_schema(name))


def _kinds(document: object) -> set[str]:
    if isinstance(document, dict):
        found = document.get("kind")
        if isinstance(found, dict) and "enum" in found:
            return set(found["enum"])
        return set().union(*(_kinds(each) for each in document.values()))
    return set()


def test_it_is_no_manifest(tmp_path: Path) -> None:
    """Where manifests stand beside the project file, it is not read as one of them."""
    (tmp_path / "aci-reconcile.yaml").write_text("{name: shop, resourceGroup: rg, location: x, manifests: [.]}\n")
    (tmp_path / ACCEPTED_FILE).write_text(GOOD)

    loaded = load(Request(cwd=tmp_path, environ={}, version="0.1.0"))

    assert [] == [each for each in loaded.diagnostics if ACCEPTED_FILE in each.where.file]


def test_the_codes(tmp_path: Path) -> None:
    """What has no reason, no end or no subject has a code of its own."""
    file = tmp_path / ACCEPTED_FILE
    file.write_text("- {until: never}\n- 1\n", encoding="utf-8")

    _, diagnostics = read_accepted_drift(file, tmp_path)

    assert ["ACI196", "ACI197", "ACI196", "ACI195"] == [each.code for each in diagnostics]
    assert {"ACI195", "ACI196", "ACI197"} == {each.code for each in diagnostics}
