"""What the emulator believes about Azure: a plain table, one row for each belief.

Each default that it fills in, each refusal and each knob names its row; a test finds those without one, and rows that
nothing names. What rests on nothing is not filled in, and refused only where a knob asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aci_reconcile.emulator.evidence.answers import ANSWERS
from aci_reconcile.emulator.evidence.arm import ARM
from aci_reconcile.emulator.evidence.fact import Fact, Kind
from aci_reconcile.emulator.evidence.refusals import REFUSALS
from aci_reconcile.emulator.evidence.switches import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FACTS", "Fact", "Kind", "get_fact", "rests_on"]

FACTS: tuple[Fact, ...] = (*ANSWERS, *REFUSALS, *SWITCHES, *ARM)
_BY_ID = {fact.id: fact for fact in FACTS}
T = TypeVar("T")


def get_fact(name: str) -> Fact:
    """Return the row with an id. Raises LookupError where there is none."""
    return _BY_ID[name]


def rests_on(*names: str) -> Callable[[T], T]:
    """Mark the code that carries out a belief. Raises LookupError where the table has no such row."""
    for name in names:
        get_fact(name)
    return _return_unchanged


def _return_unchanged(code: T) -> T:
    return code
