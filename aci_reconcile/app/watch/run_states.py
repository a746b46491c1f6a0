"""Whose run state is read in a round, and what was seen of the others before. Pure.

Lists show no run state, so each group is read by itself: all of them within one period, and only a part in each round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.health import STABLE_FOR, State
from aci_reconcile.core.model import Power
from aci_reconcile.core.resource_types import assess_health
from aci_reconcile.planning.values import POWER_IMPACTS
from aci_reconcile.reconcile.rounds import Concern, Trouble

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from aci_reconcile.core.model import Key
    from aci_reconcile.planning.values import Change

_ALWAYS: Final = 10
"""So many groups may be read in every round: a small project is seen at once."""
_NEVER: Final = -math.inf
_BAD: Final = frozenset({State.UNHEALTHY, State.STOPPED})


@dataclass(frozen=True, slots=True)
class RunState:
    """What was seen of a group, and when, in seconds since the epoch. ``text`` is empty if nothing is wrong."""

    seen: float
    address: str
    text: str = ""


@dataclass(slots=True)
class RunStates:
    """What is known of the groups' run states."""

    every: float
    """Seconds in which each group is read once."""
    known: dict[Key, RunState] = field(default_factory=dict["Key", "RunState"])
    soon: set[Key] = field(default_factory=set["Key"])
    """Groups that were just changed: they are looked at in the next round."""
    read: set[Key] = field(default_factory=set["Key"])
    """Groups whose run state the last plan has read."""
    left: dict[Key, Concern] = field(default_factory=dict["Key", "Concern"])
    """Groups that are to be started or stopped, and were left alone: a plan that does not read them cannot say so."""

    def choose(self, keys: Collection[Key], now: float, round_every: float) -> frozenset[Key]:
        """Return the groups to read now, not too many at once: those just changed, then those of the longest ago."""
        most = max(_ALWAYS, math.ceil(len(keys) * round_every / self.every))
        changed = sorted(self.soon & frozenset(keys))
        due = sorted((self._get_time(key), key) for key in keys if self._get_time(key) <= now - self.every)
        return frozenset((*changed, *(key for _, key in due))[:most])

    def _get_time(self, key: Key) -> float:
        return self.known[key].seen if key in self.known else _NEVER

    def note(self, changes: Iterable[Change], now: float) -> tuple[Change, ...]:
        """Note the run states that a plan has read; return the groups that are as declared and do not run.

        What was known of groups that are no longer in the plan is forgotten.
        """
        there = {change.id.key: change for change in changes if change.before is not None and change.after is not None}
        self.known = {key: each for key, each in self.known.items() if key in there}
        self.soon &= there.keys()
        self.left = {key: each for key, each in self.left.items() if key in there}
        self.read.clear()
        bad: list[Change] = []
        for key, change in there.items():
            if change.before is None:
                continue
            health = assess_health(change.before, now=now, stable_for=STABLE_FOR)
            if health.state is State.UNKNOWN:  # it comes from a list
                continue
            self.soon.discard(key)
            self.read.add(key)
            wrong = health.state in _BAD and not (health.state is State.STOPPED and change.power is Power.STOPPED)
            text = "; ".join(health.reasons) or f"is {health.state.value}" if wrong else ""
            self.known[key] = RunState(now, change.address, text)
            if wrong and not change.writes:
                bad.append(change)
        return tuple(bad)

    def leave(self, changes: Iterable[Change], concerns: Iterable[Concern]) -> None:
        """Note which of the groups that were read are to be started or stopped, and are left alone."""
        known = {each.address.lower(): each for each in concerns}
        self.left = {key: each for key, each in self.left.items() if key not in self.read}
        for change in changes:
            concern = known.get(change.address.lower())
            if concern is not None and change.impact in POWER_IMPACTS:
                self.left[change.id.key] = concern

    def list_concerns(self) -> tuple[Concern, ...]:
        """Return the groups that do not run, or run and should not, by what was last seen of them."""
        bad = (Concern(each.address, Trouble.UNHEALTHY, each.text) for each in self.known.values() if each.text)
        return (*bad, *self.left.values())
