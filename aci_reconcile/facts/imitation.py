"""Sets the switches of the emulator as a subscription answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.emulator.knobs import read_knob
from aci_reconcile.facts.register import get_row

if TYPE_CHECKING:
    from aci_reconcile.emulator import Knobs
    from aci_reconcile.facts.answers import Answers


def imitate(knobs: Knobs, answers: Answers) -> tuple[Knobs, tuple[str, ...]]:
    """Return the knobs that make the emulator answer likewise, and the facts that it has no switch for."""
    rows = {get_row(each.fact): each.value for each in answers.findings}
    values = {row.knob: read_knob(type(knobs), row.knob, value) for row, value in rows.items() if row.knob}
    return replace(knobs, **values), tuple(row.id for row in rows if not row.knob)


def describe_ignored(answers: Answers, ignored: tuple[str, ...]) -> str:
    """Return what to say of facts without a switch; empty if there are none."""
    if not ignored:
        return ""
    return f"{answers.name}: the emulator has no switch for {', '.join(ignored)}, and does there what it always does."
