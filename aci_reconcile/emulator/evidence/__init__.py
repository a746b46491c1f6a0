"""The evidence behind the emulator: one row for each fact about Azure that it imitates.

Every default, refusal and knob names its row; a test finds those without a row, and rows without a use. The emulator
adds no default without evidence, and refuses nothing without evidence unless a knob asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aci_reconcile.emulator.evidence.answers import ANSWERS
from aci_reconcile.emulator.evidence.arm import ARM
from aci_reconcile.emulator.evidence.around_groups import AROUND_GROUPS
from aci_reconcile.emulator.evidence.deployments import DEPLOYMENTS
from aci_reconcile.emulator.evidence.fact import Fact, Kind
from aci_reconcile.emulator.evidence.graph import GRAPH
from aci_reconcile.emulator.evidence.neighbours import NEIGHBOURS
from aci_reconcile.emulator.evidence.refusals import REFUSALS
from aci_reconcile.emulator.evidence.switches import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FACTS", "Fact", "Kind", "get_fact", "rests_on"]

FACTS: tuple[Fact, ...] = (*ANSWERS, *AROUND_GROUPS, *NEIGHBOURS, *DEPLOYMENTS, *REFUSALS, *SWITCHES, *ARM, *GRAPH)
_BY_ID = {fact.id: fact for fact in FACTS}
T = TypeVar("T")


def get_fact(name: str) -> Fact:
    """Return the row with an id. Raises LookupError if there is none."""
    return _BY_ID[name]


def rests_on(*names: str) -> Callable[[T], T]:
    """Mark the code that implements a fact. Raises LookupError if the table has no such row."""
    for name in names:
        get_fact(name)
    return _return_unchanged


def _return_unchanged(code: T) -> T:
    return code
