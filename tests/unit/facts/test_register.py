"""The register holds each belief of the emulator once, in the words that its switches read."""

from __future__ import annotations

from dataclasses import fields

import pytest

from aci_reconcile.emulator import Knobs
from aci_reconcile.emulator.evidence import FACTS
from aci_reconcile.facts.register import REGISTER, Row, get_row


def test_each_belief_of_the_emulator_is_a_row() -> None:
    """In the same order, so that none is missing and none is told twice."""
    assert [fact.id for fact in FACTS] == [row.id for row in REGISTER]


def test_each_switch_for_a_belief_has_a_row_of_its_own() -> None:
    """So a finding sets one switch, and a switch is asked for by one row."""
    switches = [one.name for one in fields(Knobs) if one.metadata["belief"]]

    assert sorted(switches) == sorted(row.knob for row in REGISTER if row.knob)


@pytest.mark.parametrize("row", [row for row in REGISTER if row.knob], ids=lambda row: row.id)
def test_values_and_default_are_what_the_switch_reads(row: Row) -> None:
    """A default is one of the values, and the emulator takes each."""
    for value in (row.default, *row.values):
        Knobs().with_value(f"{row.knob}={value}")

    assert not row.values or row.default in row.values


@pytest.mark.parametrize(
    ("name", "values", "default"),
    [
        ("update-status", ("200", "201"), "200"),
        ("put-takes-tags", ("true", "false"), "true"),
        ("most-ports", (), "5"),
        ("no-retry-after", (), "none"),
        ("update-contested", (), "none"),
        ("group-created", ("true", "false"), "true"),
        ("container-names-unique", ("true", "false"), "false"),
    ],
)
def test_values_and_defaults_follow_from_the_switch(name: str, values: tuple[str, ...], default: str) -> None:
    """Without a switch, a statement holds or does not; without evidence, the emulator acts as if it did not."""
    row = get_row(name)

    assert (values, default) == (row.values, row.default)


def test_an_unknown_row_is_an_error() -> None:
    """Not an empty answer."""
    with pytest.raises(LookupError):
        get_row("no-such-row")
