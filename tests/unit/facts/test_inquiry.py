"""The probes recover what the emulator was told to be like, whatever that is, and leave nothing behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import naming
from probed_azure import Azure, get_values, run_probes
from random_azure import ASKED, make_random_knobs
from thoroughness import up_to

from aci_reconcile.emulator.knobs import Knobs, write_knob
from aci_reconcile.facts.answers import Finding, read_answers, write_answers
from aci_reconcile.facts.imitation import imitate
from aci_reconcile.facts.probes import Seen
from aci_reconcile.facts.register import REGISTER


def check_recovered(knobs: Knobs) -> None:
    """Ask an emulator that behaves so, and compare."""
    azure = Azure(knobs)
    found = run_probes(azure)
    expected = {fact: write_knob(getattr(knobs, knob)) for fact, knob in ASKED.items()}
    if knobs.ended_update == "accept":
        del expected["ended-update-code"]
    if knobs.most_ports == 1:
        del expected["unproven-refusals"]  # a port twice is refused for being two ports: nobody can tell

    assert expected == {fact: value for fact, value in get_values(found).items() if fact in ASKED}
    assert [] == azure.list_left()


def test_each_switch_is_asked() -> None:
    """None is left of which only a document could tell."""
    assert [] == [row.id for row in REGISTER if row.knob and not row.probe]


@pytest.mark.parametrize("seed", range(up_to(20)))
def test_the_probes_recover_every_switch(seed: int) -> None:
    """What was set at random is found out by requests alone."""
    check_recovered(make_random_knobs(seed))


def test_an_emulator_with_these_answers_behaves_as_what_was_asked() -> None:
    """From the subscription to the file, and from the file to the switches."""
    knobs = replace(make_random_knobs(1), ended_update="refuse", most_ports=10)
    seen = [each for each in run_probes(Azure(knobs)).values() if isinstance(each, Seen)]
    answers = read_answers(write_answers(Finding(each.fact, each.value) for each in seen), "facts.json")
    imitated, ignored = imitate(Knobs(), answers)

    assert {knob: getattr(knobs, knob) for knob in ASKED.values()} == {
        knob: getattr(imitated, knob) for knob in ASKED.values()
    }
    assert {each.fact for each in seen} - set(ASKED) == set(ignored)


@pytest.mark.sweep
@pytest.mark.parametrize("first", range(20, 1020, 20))
def test_the_probes_recover_every_switch_in_a_thousand_runs(first: int) -> None:
    """Likewise, many times."""
    for seed in range(first, first + 20):
        with naming(f"seed {seed}"):
            check_recovered(make_random_knobs(seed))
