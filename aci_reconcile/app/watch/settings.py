"""What a watch is asked to do, and what it needs of its caller."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app.policy import Allow
from aci_reconcile.reconcile.rounds import Heal
from aci_reconcile.reconcile.steps import never

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.watch.ledger_json import State
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.rounds import Round


@dataclass(frozen=True, slots=True)
class Settings:
    """What a watch does. Times are in seconds."""

    heal: Heal = Heal.NONE
    allow: Allow = field(default_factory=Allow)
    every: float = 60
    """From the beginning of one round to the next."""
    health_every: float = 600
    """In which each group's run state is read once."""
    restarts_per_hour: int = 3
    """How often one group that was stopped or has crashed is started or restarted."""
    state: State | None = None
    """Where the next process finds what this one has taken of the limits of a day."""
    place: tuple[str, ...] = ()
    """Options that say where groups are, for commands in hints."""


def show_nothing(_event: Event) -> None:
    """Show nothing of a change."""


def tell_nothing(_before: Round | None, _now: Round) -> None:
    """Tell nothing of a round."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How a watch is told to end, and how it tells what it does."""

    stopped: Callable[[], bool] = never
    """Whether nothing new is to begin."""
    may_end: Callable[[], AbstractContextManager[None]] = nullcontext
    """Makes a context in which a signal may break off what is done: nothing is written there."""
    show: Callable[[Event], None] = show_nothing
    """Takes each event of a change."""
    tell: Callable[[Round | None, Round], None] = tell_nothing
    """Takes each round, and the one before it."""
    chance: Callable[[], float] = random.random
    """Returns a number from 0 to 1."""
