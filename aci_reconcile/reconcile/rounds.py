"""What the rounds of ``watch`` have done: frozen values. The log, the metrics and the health checks read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Heal(StrEnum):
    """What a watch puts right by itself; each allows what those before it do.

    ``none``: it only reports; ``tags``: what changes tags alone; ``config``: every difference from the manifests;
    ``all``: groups that were stopped or have crashed, too.
    """

    NONE = "none"
    TAGS = "tags"
    CONFIG = "config"
    ALL = "all"


class Fault(StrEnum):
    """Why a round failed."""

    MANIFESTS = "manifests"
    """They have errors, or cannot be read or fetched."""
    AZURE = "azure"
    """Something could not be read, or there is no credential."""
    STATE = "state"
    """What was deleted in the last 24 hours cannot be kept, or the lock cannot be asked for, or is lost."""


class Trouble(StrEnum):
    """What is the matter with a group at the end of a round; the values are labels of metrics."""

    DIFFERS = "differs"
    """It is not as declared, and this watch may not put it right (``--heal``)."""
    HELD = "held"
    """A safety limit blocks its change, or something that it depends on is not as declared."""
    FAILED = "failed"
    """Its last change failed; it is tried again after a pause."""
    GIVEN_UP = "given up"
    """It failed again and again: it is left alone for a while, and then tried once (the circuit is open)."""
    PASSING = "in transition"
    """It differs, and somebody else's change is under way: it is looked at again in the next round."""
    UNREADABLE = "unreadable"
    """It could not be read."""
    UNHEALTHY = "unhealthy"
    """It is as declared, and its containers do not run."""
    ORPHAN = "orphan"
    """It belongs to the project, and no manifest declares it."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A group that is not as it should be, and why. The text may come from Azure: every renderer escapes it."""

    address: str
    trouble: Trouble
    text: str


@dataclass(frozen=True, slots=True)
class Healed:
    """A change that a round has made: the action and impact of the plan, and how long it took."""

    address: str
    action: str
    impact: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the last 24 hours have taken of a safety limit; a limit of -1 is none."""

    used: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class NextSwitch:
    """When schedules start or stop groups next, in seconds since the epoch, and which groups, in words."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round: what was found and what was done. Times are seconds since the epoch, durations seconds."""

    number: int
    """From 1 since the process began."""
    began: float
    seconds: float = 0
    cpu_seconds: float = 0
    """Of this process, in this round."""
    fault: Fault | None = None
    """Why it failed; None: it is good."""
    failure: str = ""
    """The message of that, in one line."""
    planned: bool = False
    """Whether a plan could be made; else what follows is what the last plan showed."""
    declared: int = 0
    """Groups in the manifests."""
    owned: int = 0
    """Live groups of the project."""
    in_sync: int = 0
    """Declared groups that are as declared, those that this round has healed included."""
    healed: tuple[Healed, ...] = ()
    failed_changes: int = 0
    """Changes of this round that failed."""
    given_up: int = 0
    """How many of those were given up with that."""
    concerns: tuple[Concern, ...] = ()
    paused: str = ""
    """Why nothing at all is healed although ``--heal`` allows it: a freeze, a ref that went back, another's lock."""
    revision: str = ""
    """The commit of the manifests, where they come from Git."""
    fetch_failure: str = ""
    """Why they are those of an earlier round: git could not fetch."""
    deletions: Allowance = Allowance()
    recreations: Allowance = Allowance()
    restarts: Allowance = Allowance()
    due: float = 0
    """When the next round begins."""
    switch: NextSwitch | None = None
    """What schedules do next; None if none of them ever does anything."""

    @property
    def good(self) -> bool:
        """Whether the manifests and everything in Azure could be read."""
        return self.fault is None

    def keep(self, last: Round | None) -> Round:
        """Return it with what the last round knew of the groups, where it could make no plan by itself."""
        if self.planned or last is None:
            return self
        return replace(
            self,
            declared=last.declared,
            owned=last.owned,
            in_sync=last.in_sync,
            concerns=last.concerns,
            paused=last.paused,
            revision=last.revision,
            fetch_failure=last.fetch_failure,
            deletions=last.deletions,
            recreations=last.recreations,
            restarts=last.restarts,
        )

    def count(self, trouble: Trouble) -> int:
        """Return how many groups have this trouble."""
        return sum(each.trouble is trouble for each in self.concerns)


@dataclass(frozen=True, slots=True)
class Totals:
    """What all rounds of this process have done; each number only grows."""

    rounds: int = 0
    failed_rounds: int = 0
    changes: int = 0
    """Changes that were made."""
    failed_changes: int = 0
    deletions: int = 0
    """Of groups, those that were created again included."""
    restarts: int = 0
    """Of stopped or crashed groups, started ones included."""
    given_up: int = 0
    """How often a group was given up."""
    cpu_seconds: float = 0
    seconds: float = 0
    """Spent in rounds."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How a watch stands: what the health checks and the metrics are computed from."""

    project: str
    heal: Heal
    started: float
    every: float
    """Seconds from the beginning of one round to the next."""
    alive: float
    """When the loop last gave a sign of life, in seconds since the epoch."""
    last: Round | None = None
    """The last round that has ended."""
    good_at: float | None = None
    """When the last good round ended."""
    totals: Totals = Totals()
    environment: str = ""

    @property
    def ready(self) -> bool:
        """Whether the last round was good."""
        return self.last is not None and self.last.good
