"""Freeze windows against a clock that counts every minute, over the days on which clocks are changed."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st
from thoroughness import up_to

from aci_reconcile.manifest.project.freeze import make_cron_window, make_dated_window

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC")
MINUTE = timedelta(minutes=1)


@functools.cache
def _changes(name: str) -> list[datetime]:
    """Return the hours of some years in which the clocks of a zone are changed; one hour where they never are."""
    zone, start = ZoneInfo(name), datetime(2024, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=each) for each in range(3 * 8766)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hour for hour, old, new in zip(hours[1:], offsets, offsets[1:], strict=False) if old != new] or [start]


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone, and a moment near one of the changes of its clocks."""
    name = draw(st.sampled_from(ZONES))
    near = draw(st.sampled_from(_changes(name)))
    return name, near + MINUTE * draw(st.integers(-150, 150) | st.integers(-40 * 60, 40 * 60))


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _daily(now: datetime, zone: ZoneInfo, hour: int, minute: int) -> list[datetime]:
    """Return when it gets to be that time of day, the first time each day; the minute after it where it is left out."""
    ticks: dict[object, datetime] = {}
    moment = now - timedelta(hours=80)
    while moment <= now:
        wall = _wall(moment, zone)
        if (wall.hour, wall.minute) >= (hour, minute):
            ticks.setdefault(wall.date(), moment)
        moment += MINUTE
    return list(ticks.values())[1:]


@settings(max_examples=up_to(60), deadline=None, derandomize=True)
@example(("Europe/Amsterdam", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)), 15, 60)
@given(moments(), st.integers(-100, 100), st.integers(1, 90) | st.integers(1, 30 * 60))
def test_a_daily_window_begins_once_a_day_whatever_the_clocks_do(
    when: tuple[str, datetime], away: int, length: int
) -> None:
    """It lasts as long as it says, in minutes that pass; an hour that is left out or passes twice changes nothing."""
    name, now = when
    begins = _wall(now + MINUTE * away, ZoneInfo(name))
    window = make_cron_window("x", ZoneInfo(name), f"{begins:%M %H} * * *", f"{length}m")
    ticks = _daily(now, window.zone, begins.hour, begins.minute)
    ends = [tick + MINUTE * length for tick in ticks if tick <= now < tick + MINUTE * length]

    assert (max(ends).timestamp() if ends else None) == window.find_end(now.timestamp())


@settings(max_examples=up_to(60), deadline=None, derandomize=True)
@given(moments(), st.integers(0, 59), st.integers(1, 90))
def test_an_hourly_window_begins_every_hour_that_passes(when: tuple[str, datetime], minute: int, length: int) -> None:
    """The hour that passes twice has two of them."""
    name, now = when
    window = make_cron_window("x", ZoneInfo(name), f"{minute} * * * *", f"{length}m")
    past = [now - MINUTE * each for each in range(length)]
    ticks = [moment for moment in past if _wall(moment, window.zone).minute == minute]

    assert (ticks[0] + MINUTE * length if ticks else None) == (
        datetime.fromtimestamp(end, UTC) if (end := window.find_end(now.timestamp())) is not None else None
    )


@settings(max_examples=up_to(100), deadline=None, derandomize=True)
@given(moments(), st.integers(-3, 0), st.integers(0, 3))
def test_a_window_of_days_holds_whole_days_of_its_zone(when: tuple[str, datetime], before: int, after: int) -> None:
    """Whoever looks at a clock on the wall sees it hold exactly on the days it names."""
    name, now = when
    zone = ZoneInfo(name)
    day = now.astimezone(zone).date()
    first, last = day + timedelta(days=before), day + timedelta(days=after)
    window = make_dated_window("x", zone, first.isoformat(), last.isoformat())

    for minutes in range(-6 * 1440, 6 * 1440, 97):
        moment = now + MINUTE * minutes
        assert (first <= _wall(moment, zone).date() <= last) == (window.find_end(moment.timestamp()) is not None)
