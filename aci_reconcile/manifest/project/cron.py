"""Cron expressions, and their ticks in a time zone. The only importer of cronsim."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DESCENDING: Final = re.compile(r"[A-Za-z0-9]+-[A-Za-z0-9]+")
_FIELDS: Final = 5
_LOOKAHEAD: Final = timedelta(hours=26)
"""More than any change of clocks: ticks are searched backwards from this much later."""


class CronError(ValueError):
    """An invalid expression."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def check_cron(cron: str) -> None:
    """Check an expression.

    Raises:
        CronError: it is not a cron expression of five fields.
    """
    from cronsim import CronSim, CronSimError

    try:
        CronSim(cron, datetime.fromtimestamp(0, UTC))
    except (CronSimError, AssertionError, IndexError, ValueError) as error:  # hostile expressions raise all of these
        reason = str(error) if isinstance(error, CronSimError) else "it cannot be parsed"
        message = f"{quote(cron)} is not a cron expression: {reason}"
        raise CronError(message, _suggest_range(cron)) from error
    if len(cron.split()) != _FIELDS:
        raise CronError(f"{quote(cron)} is not a cron expression of five fields: minute, hour, day, month, weekday")


def find_last_tick(cron: str, zone: ZoneInfo, now: float) -> float | None:
    """Return the last tick until now, this moment included; None if there was none in 50 years."""
    from cronsim import CronSim

    later = datetime.fromtimestamp(int(now), UTC) + _LOOKAHEAD
    # When clocks are set back, an hour repeats: a search backwards from `now` itself could begin in the wrong one.
    ticks = (tick.timestamp() for tick in CronSim(cron, later.astimezone(zone), reverse=True))
    return next((tick for tick in ticks if tick <= now), None)


def find_next_tick(cron: str, zone: ZoneInfo, now: float) -> float | None:
    """Return the first tick after now; None if there is none in 50 years."""
    from cronsim import CronSim

    # In the second of two hours that repeat, a tick of the first one is over.
    ticks = (tick.timestamp() for tick in CronSim(cron, datetime.fromtimestamp(int(now), UTC).astimezone(zone)))
    return next((tick for tick in ticks if tick > now), None)


def _suggest_range(cron: str) -> str:
    """Return a hint for a range that wraps around the end of a week, a year or a day."""
    if _DESCENDING.search(cron) is None:
        return ""
    return "ranges must ascend, and a week begins with SUN: write FRI-MON as FRI,SAT,SUN,MON"
