"""`facts.json` is written as it is read, and what it cannot say is refused at its place."""

from __future__ import annotations

import json

import pytest

from aci_reconcile.core.errors import UsageError
from aci_reconcile.facts.answers import Finding, read_answers, write_answers
from aci_reconcile.facts.register import REGISTER
from aci_reconcile.manifest import load_schema

FULL = Finding("update-status", "201", "PUT answered 201", "2025-09-01", "westeurope", "2026-11-29")


def write(*facts: object, version: object = "1.0") -> str:
    """Return a file, one entry a line."""
    return json.dumps({"format_version": version, "facts": list(facts)}, indent=1)


def test_what_is_written_is_read() -> None:
    """In the order of the ids."""
    text = write_answers([FULL, Finding("capitals", "refuse")])

    assert (Finding("capitals", "refuse"), FULL) == read_answers(text, "facts.json").findings
    assert text == write_answers(read_answers(text, "facts.json").findings)
    assert ["id", "value"] == list(json.loads(text)["facts"][0])


def test_every_belief_can_be_an_answer() -> None:
    """As the register spells it."""
    findings = tuple(Finding(row.id, row.default) for row in sorted(REGISTER, key=lambda row: row.id))

    assert findings == read_answers(write_answers(findings), "facts.json").findings


def test_a_value_is_spelled_as_the_register_does() -> None:
    """So that two files can be compared; keys of a later minor version do not matter."""
    text = write(
        {"id": "capitals", "value": "refuse", "new": 1}, {"id": "label-scope-added", "value": "True"}, version="1.7"
    )
    (_, second) = read_answers("\ufeff" + text, "facts.json").findings

    assert "true" == second.value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f.json: the file is empty"),
        (write({"id": "capitals", "value": "refuse"})[:40], "f.json:"),
        ("[]", "f.json:1:1: expected a map, found a list"),
        ('{"format_version": "1.0"}', "f.json:1:1: 'facts' is a required property"),
        (write(version="2.0"), "f.json:2:20: format version `2.0` is not one of 1.x"),
        (write(version=1), "f.json:2:20: 1 is not of type 'string'"),
        (write({"value": "x"}), "f.json:4:3: 'id' is a required property"),
        (write({"id": "capitals", "value": 1}), "f.json:6:13: 1 is not of type 'string'"),
        (write({"id": "capitals", "value": "r", "date": "x"}), "f.json:7:12: 'x' does not match"),
        (write({"id": "update-statsu", "value": "200"}), "f.json:5:10: there is no fact `update-statsu`"),
        (write({"id": "update-status", "value": "202"}), "f.json:6:13: `202` cannot be the answer to update-status"),
        (write({"id": "page-size", "value": "many"}), "f.json:6:13: `many` cannot be the answer to page-size"),
        (write(*[{"id": "capitals", "value": "accept"}] * 2), "f.json:8:3: there is a second answer for capitals"),
        ('{"format_version": "1.0", "facts": [' + "1" * 5000 + "]}", "f.json: "),
        ("[" * 5000, "f.json:1:"),
        ("x" * 1_000_000, "f.json: too large"),
    ],
)
def test_what_it_cannot_say_is_refused_at_its_place(text: str, told: str) -> None:
    """Torn files, unknown facts, impossible values, wrong versions."""
    with pytest.raises(UsageError) as caught:
        read_answers(text, "f.json")

    assert caught.value.message.startswith(told)
    assert caught.value.hint


def test_the_schema_describes_what_is_written() -> None:
    """With all that an entry can say."""
    properties = load_schema("facts")["properties"]["facts"]["items"]["properties"]

    assert list(properties) == list(json.loads(write_answers([FULL]))["facts"][0])
