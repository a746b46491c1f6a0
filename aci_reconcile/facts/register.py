"""The register: every belief about Azure, with its evidence and what rests on it.

Id, statement, evidence, date, default and values come from the emulator, which holds the beliefs. What only the tool
knows is added here: what it depends on, what the emulator does not imitate, and why some facts cannot be asked.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from aci_reconcile.emulator.evidence import FACTS, Fact, Kind
from aci_reconcile.emulator.evidence.refusals import REFUSALS
from aci_reconcile.emulator.knobs import Knobs, list_beliefs, list_values, write_knob
from aci_reconcile.facts.beyond import BEYOND_THE_EMULATOR
from aci_reconcile.facts.probes import ASKED
from aci_reconcile.facts.unasked import find_reason
from aci_reconcile.facts.uses import find_use

TRUTH = ("true", "false")


@dataclass(frozen=True, slots=True)
class Row:
    """One fact about Azure, as it is believed until somebody asks Azure."""

    id: str
    statement: str
    values: tuple[str, ...]
    """What a finding can say, in the spelling of the emulator's knobs; empty if that cannot be listed. `true` and
    `false` are about the statement where the emulator has no switch."""
    default: str
    """The value that is believed."""
    kind: Kind
    where: str
    date: str
    """When somebody last looked at the evidence: `2026-11-28`."""
    verified: str = ""
    """Where and when Azure itself was asked; empty if nobody has."""
    knob: str = ""
    """The emulator's switch for it; empty if it has none."""
    probe: str = ""
    """The probe that asks Azure; empty if none does."""
    no_probe: str = ""
    """Why none does."""
    matters: str = ""
    """What of the tool depends on it."""


def get_row(name: str) -> Row:
    """Return the row with an id. Raises LookupError if there is none."""
    return _BY_ID[name]


def _compose(fact: Fact) -> Row:
    knob = _SWITCHES.get(fact.id, "")
    return Row(
        id=fact.id,
        statement=fact.statement,
        values=list_values(Knobs, knob) if knob else TRUTH,
        # Without evidence for it, the emulator does not refuse; in everything else it does what the statement says.
        default=_DEFAULTS[knob] if knob else write_knob(fact.has_evidence or fact not in REFUSALS),
        kind=fact.kind,
        where=fact.where,
        date=fact.date,
        verified=fact.verified,
        knob=knob,
        probe=ASKED.get(fact.id, ""),
        no_probe=find_reason(fact.id),
        matters=find_use(fact.id),
    )


# What is believed is the pace of Azure, not the faster one that the emulator starts with.
_AZURE = Knobs().at("realistic")
_DEFAULTS = {one.name: write_knob(getattr(_AZURE, one.name)) for one in fields(Knobs)}
_SWITCHES = list_beliefs(Knobs)

REGISTER: tuple[Row, ...] = tuple(_compose(fact) for fact in (*FACTS, *BEYOND_THE_EMULATOR))
_BY_ID = {row.id: row for row in REGISTER}
