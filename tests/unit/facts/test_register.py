"""The register holds each belief of the emulator once, in the words that its switches read."""

from __future__ import annotations

import runpy
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from aci_reconcile.emulator import Knobs
from aci_reconcile.emulator.evidence import FACTS
from aci_reconcile.facts.beyond import BEYOND_THE_EMULATOR
from aci_reconcile.facts.probes import PROBES
from aci_reconcile.facts.register import REGISTER, Row, get_row
from aci_reconcile.facts.unasked import REASONS
from aci_reconcile.facts.uses import USES, find_use

ROOT = Path(__file__).resolve().parents[3]


def test_each_belief_of_the_emulator_is_a_row() -> None:
    """In the same order, so that none is missing and none is told twice; then what it does not imitate."""
    assert [fact.id for fact in (*FACTS, *BEYOND_THE_EMULATOR)] == [row.id for row in REGISTER]
    assert len(REGISTER) == len({row.id for row in REGISTER})


def test_each_row_says_what_depends_on_it() -> None:
    """In words; and neither what depends on them nor why nobody asks them is said of facts that there are not."""
    known = {row.id for row in REGISTER}
    told = {fact for facts in (*USES.values(), *REASONS.values()) for fact in facts.split()}

    assert [] == [row.id for row in REGISTER if not row.matters]
    assert set() == told - known


def test_a_fact_has_one_reason_why_it_is_not_asked() -> None:
    """And not two that contradict each other."""
    told = [fact for facts in REASONS.values() for fact in facts.split()]

    assert sorted(set(told)) == sorted(told)


def test_a_fact_that_is_not_asked_because_nothing_depends_on_it_has_no_use() -> None:
    """What has become of use since then has to be asked, or has another reason."""
    told = REASONS["nothing of the tool depends on it"].split()

    assert [] == [fact for fact in told if not find_use(fact).startswith("Nothing: ")]


def test_each_row_says_when_its_evidence_was_looked_at() -> None:
    """As a day."""
    assert [] == [row.id for row in REGISTER if date.fromisoformat(row.date).isoformat() != row.date]


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
        ("update-status", ("200", "201"), "201"),
        ("put-takes-tags", ("true", "false"), "true"),
        ("most-ports", (), "5"),
        ("no-retry-after", (), "none"),
        ("update-contested", (), "none"),
        ("group-created", ("true", "false"), "true"),
        ("container-names-unique", ("true", "false"), "false"),
        ("update-headers", ("true", "false"), "true"),
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


def test_the_page_is_what_the_register_makes_of_it() -> None:
    """Else run scripts/build_facts.py."""
    script = runpy.run_path(str(ROOT / "scripts" / "build_facts.py"))

    assert script["render"]() == (ROOT / "docs" / "facts.md").read_text("utf-8")


def test_the_page_has_each_fact_once() -> None:
    """Whatever the number of its uses."""
    page = (ROOT / "docs" / "facts.md").read_text("utf-8")

    assert {row.id: 1 for row in REGISTER} == {row.id: page.count(f"\n| `{row.id}`: ") for row in REGISTER}


def test_each_row_is_asked_or_says_why_not() -> None:
    """And not both."""
    assert [] == [row.id for row in REGISTER if bool(row.probe) == bool(row.no_probe)]


def test_probes_answer_facts_that_there_are() -> None:
    """Each fact is asked by one of them."""
    asked = [fact for probe in PROBES for fact in probe.facts]

    assert sorted(set(asked)) == sorted(asked)
    assert set() == set(asked) - {row.id for row in REGISTER}
