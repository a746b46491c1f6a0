"""Whether a group is to run at a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from factories import group

from aci_reconcile.core.model import Lifecycle, Power, Schedule
from aci_reconcile.manifest import declare_power, find_declared_power, find_next_switch, schedules
from aci_reconcile.manifest.schedules import ScheduleError, check_schedule

BERLIN = "Europe/Berlin"
OFFICE = Schedule("0 7 * * MON-FRI", "0 19 * * MON-FRI", BERLIN)


def at(text: str, zone: str = BERLIN, *, fold: int = 0) -> float:
    """Return a local time in seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def say(schedule: Schedule, moment: float) -> str:
    """Return what holds, and what comes next, in the schedule's own time."""
    switch = find_next_switch(schedule, moment)
    assert switch is not None
    then = datetime.fromtimestamp(switch, ZoneInfo(schedule.timezone))
    return f"{find_declared_power(schedule, moment)}, {find_declared_power(schedule, switch)} {then:%a %d %H:%M}"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-30T06:59:59.9", "stopped, running Mon 30 07:00"),
        ("2026-11-30T07:00", "running, stopped Mon 30 19:00"),
        ("2026-11-30T18:59:59", "running, stopped Mon 30 19:00"),
        ("2026-11-30T19:00", "stopped, running Tue 01 07:00"),
        ("2026-12-05T12:00", "stopped, running Mon 07 07:00"),
    ],
)
def test_office_hours(moment: str, expected: str) -> None:
    """A tick counts from its minute on; at the weekend Friday's stop holds."""
    assert expected == say(OFFICE, at(moment))


def test_both_in_one_minute() -> None:
    """The group runs; the next switch is one that changes something."""
    schedule = Schedule("0 7 * * *", "0 7 * * MON", "UTC")

    assert Power.RUNNING == find_declared_power(schedule, at("2026-11-30T07:00", "UTC"))
    assert find_next_switch(schedule, at("2026-11-30T08:00", "UTC")) is None


def test_a_stop_that_repeats() -> None:
    """A second stop says nothing new, and a start after it is the next switch."""
    assert "stopped, running Tue 01 07:00" == say(
        Schedule("0 7 * * *", "0 19-23 * * *", BERLIN), at("2026-11-30T20:30")
    )


def test_when_clocks_go_forward() -> None:
    """02:30 does not exist on 29 March 2026: what ticks then does so at 03:00."""
    schedule = Schedule("30 2 * * *", "0 4 * * *", BERLIN)

    assert "stopped, running Sun 29 03:00" == say(schedule, at("2026-03-29T01:59"))
    assert "running, stopped Sun 29 04:00" == say(schedule, at("2026-03-29T03:00"))


def test_when_clocks_go_back() -> None:
    """02:30 comes twice on 25 October 2026: the first one counts."""
    schedule = Schedule("30 2 * * *", "0 4 * * *", BERLIN)

    assert "stopped, running Sun 25 02:30" == say(schedule, at("2026-10-25T02:29"))
    assert find_next_switch(schedule, at("2026-10-25T02:29")) == find_next_switch(schedule, at("2026-10-25T01:00"))
    assert "running, stopped Sun 25 04:00" == say(schedule, at("2026-10-25T02:29", fold=1))
    stop = Schedule("0 1 * * *", "30 2 * * *", BERLIN)
    assert ["running", "stopped", "stopped", "stopped"] == [
        find_declared_power(stop, at("2026-10-25T02:29") + minutes * 60) for minutes in (0, 1, 61, 62)
    ]


def test_rare_ticks() -> None:
    """29 February is years away, and was years ago."""
    schedule = Schedule("0 0 29 FEB *", "0 12 1 MAR *", "UTC")
    moment = at("2026-11-30T00:00", "UTC")

    assert Power.STOPPED is find_declared_power(schedule, moment)
    assert at("2028-02-29T00:00", "UTC") == find_next_switch(schedule, moment)


@pytest.mark.parametrize(
    ("schedule", "key"),
    [
        (replace(OFFICE, start=""), "start"),
        (replace(OFFICE, stop="@daily"), "stop"),
        (replace(OFFICE, start="0 0 31 APR *"), "start"),
        (replace(OFFICE, start="0 0 31 APR,JUN,SEP *"), "start"),
        (replace(OFFICE, stop="0 0 30 2 */7#2"), "stop"),
        (replace(OFFICE, stop="0 0 * 2 MON#9"), "stop"),
        (replace(OFFICE, stop="0 0 L/ * *"), "stop"),
        (replace(OFFICE, stop="0 0 * * -"), "stop"),
        (replace(OFFICE, stop="9" * 5000 + " 0 * * *"), "stop"),
        (replace(OFFICE, stop="\0 0 * * *"), "stop"),
        (replace(OFFICE, stop=OFFICE.start.lower()), "stop"),
        (replace(OFFICE, timezone=""), "timezone"),
        (replace(OFFICE, timezone="../../etc/passwd"), "timezone"),
        (replace(OFFICE, timezone="/etc/localtime"), "timezone"),
        (replace(OFFICE, timezone="Europe"), "timezone"),
        (replace(OFFICE, timezone="UTC\0"), "timezone"),
    ],
)
def test_what_cannot_be_followed(schedule: Schedule, key: str) -> None:
    """The setting that is wrong is named."""
    with pytest.raises(ScheduleError) as caught:
        check_schedule(schedule)

    assert (key, True) == (caught.value.key, bool(str(caught.value)))


@pytest.mark.parametrize(
    "cron", ["0 0 29 2 *", "0 0 * 2 MON#5", "0 0 LW * *", "0 0 * * 5L", "*/5 * * * *", "0 0 31 * SUN"]
)
def test_what_is_rare_or_odd_can_be_followed(cron: str) -> None:
    """Each of them comes at some time."""
    check_schedule(replace(OFFICE, start=cron))


def test_a_schedule_becomes_power() -> None:
    """Only where there is one; the rest of the group stays as it is."""
    scheduled = replace(group("api"), lifecycle=Lifecycle(protect=True, schedule=OFFICE))
    plain = replace(group("web"), lifecycle=Lifecycle(power=Power.STOPPED))
    day, night = at("2026-11-30T12:00"), at("2026-11-30T20:00")

    found = [declare_power([scheduled, plain], moment) for moment in (day, night)]

    assert [[Power.RUNNING, Power.STOPPED], [Power.STOPPED, Power.STOPPED]] == [
        [each.lifecycle.power for each in resources] for resources in found
    ]
    assert found[0][1] is plain
    assert scheduled.body is found[0][0].body
    assert Lifecycle(protect=True, schedule=OFFICE, power=Power.RUNNING) == found[0][0].lifecycle


def test_a_thousand_groups_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups that share a schedule cost one look at it a minute."""
    asked: list[str] = []

    def note(cron: str, _zone: ZoneInfo, now: float) -> float:
        asked.append(cron)
        return now

    monkeypatch.setattr(schedules, "find_last_tick", note)
    mine = replace(OFFICE, start="1 7 * * *")
    many = [replace(group(f"g{number}"), lifecycle=Lifecycle(schedule=mine)) for number in range(1000)]
    for second in range(0, 60, 10):
        declare_power(many, at("2026-11-30T12:00") + second)
    assert [mine.start, mine.stop] == asked
