"""The laws of schedules, in zones whose clocks change in odd ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.model import Power, Schedule
from aci_reconcile.manifest import find_declared_power, find_next_switch
from aci_reconcile.manifest.project.cron import find_last_tick, find_next_tick

# Santiago changes at midnight, Troll by two hours.
ZONES = st.sampled_from([
    "UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Antarctica/Troll", "Asia/Kathmandu",
    "Africa/Casablanca",
])  # fmt: skip
ISLAND = "Australia/Lord_Howe"
"""Where clocks change by half an hour, cronsim finds some of the ticks of a `*` only on its way back."""
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 9, 6, 4, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC),
]  # fmt: skip
MOMENTS = st.builds(
    lambda change, seconds: (change + timedelta(seconds=seconds)).timestamp(),
    st.sampled_from(CHANGES),
    st.integers(-200_000, 200_000),
)
TIMES = st.tuples(st.integers(0, 59), st.integers(0, 23))
DAYS = st.sampled_from(["*", "MON-FRI", "SUN", "SAT,SUN", "0,3"])
WEEKDAYS = {"*": range(7), "MON-FRI": range(5), "SUN": [6], "SAT,SUN": [5, 6], "0,3": [6, 2]}
CRONS = st.one_of(
    st.builds(lambda time, days: f"{time[0]} {time[1]} * * {days}", TIMES, DAYS),
    st.builds(lambda minute: f"{minute} * * * *", st.integers(0, 59)),
    st.sampled_from(["*/7 * * * *", "* 2 * * *", "0,30 1-3 * * *", "15 */2 * * *"]),
)


def list_ticks(time: tuple[int, int], days: str, zone: ZoneInfo, now: float) -> list[float]:
    """Return the ticks around a moment, in the plainest way: a look at each day."""
    found: list[float] = []
    today = datetime.fromtimestamp(now, zone).date()
    for away in range(-9, 10):
        day = today + timedelta(days=away)
        local = datetime.combine(day, clock(time[1], time[0]))
        if local.weekday() not in WEEKDAYS[days]:
            continue
        while local.replace(tzinfo=zone) != local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone):
            local += timedelta(minutes=1)  # the clocks go forward over it
        found.append(local.replace(tzinfo=zone).timestamp())
    return sorted(found)


@given(TIMES, DAYS, st.one_of(ZONES, st.just(ISLAND)), MOMENTS)
def test_a_fixed_time_ticks_once_a_day(time: tuple[int, int], days: str, name: str, now: float) -> None:
    """Also where clocks change: right after a gap, and the first time of two."""
    zone, cron = ZoneInfo(name), f"{time[0]} {time[1]} * * {days}"
    ticks = list_ticks(time, days, zone, now)

    assert max(each for each in ticks if each <= now) == find_last_tick(cron, zone, now)
    assert min(each for each in ticks if each > now) == find_next_tick(cron, zone, now)


@given(CRONS, ZONES, MOMENTS)
def test_ticks_are_the_same_in_both_directions(cron: str, name: str, now: float) -> None:
    """The next tick is the last one as soon as it has come, and nothing ticks in between."""
    zone = ZoneInfo(name)
    last, following = find_last_tick(cron, zone, now), find_next_tick(cron, zone, now)
    assert last is not None
    assert following is not None

    assert last <= now < following
    assert following == find_last_tick(cron, zone, following)
    assert last == find_last_tick(cron, zone, following - 1)
    assert following == find_next_tick(cron, zone, last)


@given(CRONS, CRONS, ZONES, MOMENTS, st.floats(0, 1))
def test_power_changes_at_the_next_switch_and_not_before(
    start: str, stop: str, zone: str, now: float, share: float
) -> None:
    """Whoever looks at any moment in between sees the same."""
    schedule = Schedule(start, stop, zone)
    power, switch = find_declared_power(schedule, now), find_next_switch(schedule, now)
    if switch is None:  # one of the two ticks whenever the other one does
        return

    assert switch > now
    assert {power, find_declared_power(schedule, switch)} == set(Power)
    assert power is find_declared_power(schedule, now + (switch - 1 - now) * share)
