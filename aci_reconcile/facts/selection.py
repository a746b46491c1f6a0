"""Which probes are asked, what that costs, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.facts.inquiry import LANES
from aci_reconcile.facts.probes import PROBES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aci_reconcile.facts.probes import Probe

CORE_HOUR: Final = 0.05
GB_HOUR: Final = 0.006
"""US dollars, rounded up from Azure's list prices of Linux groups. Regions and contracts differ."""
_HOUR: Final = 3600.0
_START: Final = 60.0
"""Seconds for the resource group, and for looking at what is there."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What asking some probes takes. `cost` is in US dollars."""

    groups: int
    seconds: float
    cost: float


def choose_probes(names: Iterable[str], *, deep: bool, network: bool = False) -> tuple[Probe, ...]:
    """Return the probes with these ids, or that answer facts with these ids; without any, all that are asked usually.

    Raises:
        UsageError: there is neither a probe nor an asked fact with such an id.
    """
    wanted = {name.lower() for name in names}
    if not wanted:
        return tuple(probe for probe in PROBES if (deep or not probe.deep) and (network or not probe.network))
    known = {probe.id for probe in PROBES} | {fact for probe in PROBES for fact in probe.facts}
    for name in sorted(wanted - known):
        near = next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.6)), "")
        hint = f"did you mean {near}?" if near else "`facts show` lists the facts and their probes"
        raise UsageError(f"no probe is called {name!r}, and none answers a fact with this id", hint=hint)
    return tuple(probe for probe in PROBES if wanted & {probe.id, *probe.facts})


def estimate(probes: Sequence[Probe]) -> Estimate:
    """Estimate from what each probe says of itself; every group has one core and 1 GB."""
    used = sum(probe.groups * probe.seconds for probe in probes)
    longest = max((probe.seconds for probe in probes), default=0.0)
    seconds = _START + max(longest, used / LANES)
    return Estimate(sum(probe.groups for probe in probes), seconds, used / _HOUR * (CORE_HOUR + GB_HOUR))


def check_budget(expected: Estimate, budget: float) -> None:
    """Make sure that the estimate is within the budget.

    Raises:
        UsageError: it is not.
    """
    if expected.cost > budget:
        raise UsageError(
            f"this is estimated to cost {expected.cost:.2f} USD, more than the budget of {budget:.2f} USD",
            hint="raise --budget, leave out --deep, or choose probes with --only",
        )
