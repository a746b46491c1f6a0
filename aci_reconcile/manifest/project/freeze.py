"""Windows in which nothing is written: by dates, or by a cron expression."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from aci_reconcile.manifest.project.cron import CronError, check_cron, find_last_tick
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_DURATION = re.compile(r"(?:([0-9]{1,3})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(rf"{_DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?")
_LONGEST: Final = 366 * 86400.0
_FOREVER: Final = datetime(9999, 12, 30, tzinfo=UTC).timestamp()
"""From here on, some time zone has no date for a moment, or no next day."""


class WindowError(ValueError):
    """An invalid window; ``key`` names the invalid setting, empty for the window as a whole."""

    def __init__(self, message: str, key: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Window:
    """One window: between two moments, or for some seconds after each tick of a cron expression."""

    reason: str
    zone: ZoneInfo
    start: float = 0
    end: float = 0
    cron: str = ""
    seconds: float = 0

    def find_end(self, now: float) -> float | None:
        """Return the end of the window if it is open now; else None."""
        start, end = (self.start, self.end) if not self.cron else self._find_last(now)
        return end if start <= now < end else None

    def _find_last(self, now: float) -> tuple[float, float]:
        """Return the last occurrence that has begun; an empty one if there was none."""
        tick = find_last_tick(self.cron, self.zone, now)
        return (now, now) if tick is None else (tick, tick + self.seconds)


def explain_freeze(windows: Iterable[Window], now: float) -> str:
    """Return why writing is forbidden at a moment; empty if it is allowed."""
    # Of several open windows, the one that ends last says when writing is possible again.
    ends = [(end, window) for window in windows if (end := window.find_end(now)) is not None]
    if not ends:
        return ""
    end, window = max(ends, key=lambda each: each[0])
    if end >= _FOREVER:
        return f"{window.reason} (forever)"
    return f"{window.reason} (until {datetime.fromtimestamp(end, window.zone):%Y-%m-%d %H:%M} {window.zone.key})"


def make_calendar(windows: Iterable[Window]) -> Callable[[float], str]:
    """Return a function that says why writing is forbidden at a moment.

    Several threads call it before every write. Windows begin and end at whole seconds, so the answer is cached for one
    second.
    """
    known = tuple(windows)

    @lru_cache(maxsize=1)
    def within(second: int) -> str:
        return explain_freeze(known, second)

    return lambda now: within(floor(now)) if known else ""


def make_dated_window(reason: str, zone: ZoneInfo, start: str, end: str) -> Window:
    """Return the window between two days, both of them included, or two moments.

    Raises:
        WindowError: a text is not a date or time, or the window is empty.
    """
    # Where a change of clocks makes a time ambiguous, the longer window counts: a freeze too long is harmless.
    begins, ends = min(_parse_moments("from", start, zone, days=0)), max(_parse_moments("to", end, zone, days=1))
    if begins >= ends:
        raise WindowError(f"{quote(end)} is not after {quote(start)}", "to")
    return Window(reason, zone, begins, ends)


def make_cron_window(reason: str, zone: ZoneInfo, cron: str, duration: str) -> Window:
    """Return the windows that begin at each tick.

    Raises:
        WindowError: a text is not a cron expression of five fields, or not a duration.
    """
    try:
        check_cron(cron)
    except CronError as error:
        raise WindowError(str(error), "cron", error.hint) from error
    return Window(reason, zone, cron=cron, seconds=_parse_duration(duration))


def find_zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        WindowError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise WindowError(
            f"{quote(name)} is not a time zone", "timezone", "write an IANA name such as Europe/Amsterdam"
        ) from error


def _parse_moments(key: str, text: str, zone: ZoneInfo, *, days: int) -> tuple[float, float]:
    """Return the moments that a text may mean: a time that a change of clocks repeats or skips has two.

    Python accepts more forms of ISO 8601 (``20261120``, ``2026-W48``). They are refused, because a last day that is
    read as a moment would not be frozen.

    Args:
        key: what the text stands for.
        text: a date, or a date and a time.
        zone: the time zone, unless the text has one.
        days: what to add to a date without a time.

    Raises:
        WindowError: it is neither.
    """
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if day == date.max:  # users write this for "no end"
                return _FOREVER, _FOREVER
            moment = datetime.combine(day + timedelta(days=days), time())
        elif _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
        else:
            raise ValueError(text)  # noqa: TRY301  reported below, as for the others
        if moment.tzinfo is not None:
            return moment.timestamp(), moment.timestamp()
        first, second = (moment.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    except (ValueError, OverflowError) as error:
        hint = "write a day as 2026-12-31, or a moment as 2026-12-31T18:00"
        raise WindowError(f"{quote(text)} is not a date or a time", key, hint) from error
    return first, second


def _parse_duration(text: str) -> float:
    match = _DURATION.fullmatch(text)
    days, hours, minutes = (int(each or 0) for each in match.groups()) if match else (0, 0, 0)
    seconds = ((days * 24 + hours) * 60 + minutes) * 60.0
    if not 0 < seconds <= _LONGEST:
        message = f"{quote(text)} is not a duration from 1m to 366d"
        raise WindowError(message, "duration", "write a duration such as 90m, 64h or 2d")
    return seconds
