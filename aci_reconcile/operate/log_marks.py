"""What stands between the lines of a log that was joined, and why an answer cannot be joined."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from aci_reconcile.operate.log_lines import LogLine


class Doubt(StrEnum):
    """Why an answer cannot be joined as it is."""

    NONE = ""
    LOST = "lost"
    """No known line is in it: it is of another run, or the service has dropped what was in between."""
    REPEATED = "repeated"
    """The log repeats itself: there are several places where it could continue."""
    RUN = "run"
    """Nothing proves that it is of the same run: only texts are the same, or nothing was known of the run."""


class Missing(StrEnum):
    """Why lines are missing at a place, or may be."""

    DROPPED = "dropped"
    """The service no longer has them."""
    EARLIER = "earlier"
    """The log begins here, and it is as long as the service keeps one."""
    RUN_ENDED = "run ended"
    """Nothing was seen of the old run after these lines, and the service no longer has its log."""
    RUNS = "runs"
    """The container was restarted more than once; nothing was seen of the runs in between."""
    REPEATED = "repeated"
    """The log repeats itself: whether lines are missing here cannot be told."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Lines are missing here, or may be."""

    why: Missing


@dataclass(frozen=True, slots=True)
class NewRun:
    """The container was restarted: the lines that follow are of its next run."""


Joined: TypeAlias = "LogLine | Gap | NewRun"
