"""The emulator answers as a subscription did."""

from __future__ import annotations

from dataclasses import fields

from aci_reconcile.emulator import Knobs
from aci_reconcile.emulator.knobs import list_beliefs, write_knob
from aci_reconcile.facts.answers import Answers, Finding
from aci_reconcile.facts.imitation import describe_ignored, imitate
from aci_reconcile.facts.register import REGISTER


def test_each_finding_sets_its_switch_and_no_other() -> None:
    """Those of the whole register; what has no switch is named."""
    found = Answers("f.json", tuple(Finding(row.id, row.values[-1] if row.values else row.default) for row in REGISTER))
    knobs, ignored = imitate(Knobs(), found)
    beliefs = set(list_beliefs(Knobs).values())

    assert {each.fact: each.value for each in found.findings if each.fact not in ignored} == {
        row.id: write_knob(getattr(knobs, row.knob)) for row in REGISTER if row.knob
    }
    assert [row.id for row in REGISTER if not row.knob] == list(ignored)
    assert {} == {
        one.name: getattr(knobs, one.name)
        for one in fields(Knobs)
        if one.name not in beliefs and getattr(knobs, one.name) != one.default
    }
    assert describe_ignored(found, ignored).startswith("f.json: the emulator has no switch for ")


def test_without_findings_nothing_changes() -> None:
    """And nothing is said."""
    assert (Knobs(), ()) == imitate(Knobs(), Answers("f.json", ()))
    assert "" == describe_ignored(Answers("f.json", ()), ())
