"""Freeze windows: when they hold, until when, and what is no window."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from aci_reconcile.manifest.project.freeze import (
    Window,
    WindowError,
    explain_freeze,
    find_zone,
    make_cron_window,
    make_dated_window,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(text: str, zone: str = "Europe/Amsterdam") -> float:
    """Return a moment by the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_days_are_included_from_the_first_to_the_last() -> None:
    """Midnight to midnight, by the clock of the zone."""
    window = make_dated_window("stock-taking", AMSTERDAM, "2026-12-20", "2027-01-03")
    moments = ("2026-12-19T23:59:59", "2026-12-20", "2027-01-03T23:59:59", "2027-01-04")

    assert [False, True, True, False] == [window.find_end(at(each)) is not None for each in moments]
    assert at("2027-01-04") == window.find_end(at("2026-12-25"))


def test_a_window_without_an_end_is_told() -> None:
    """By the clock of the zone its end may lie behind the calendar's."""
    window = make_dated_window("closed", ZoneInfo("Asia/Tokyo"), "2026-01-01", "9999-12-31T23:59-12:00")

    assert "closed (forever)" == explain_freeze([window], at("2026-06-01"))


def test_moments_are_what_they_say() -> None:
    """A time ends the window at that time; an offset of its own wins over the zone."""
    window = make_dated_window("x", AMSTERDAM, "2026-12-20T18:00", "2026-12-20T20:00+00:00")

    assert (at("2026-12-20T18:00"), at("2026-12-20T20:00", "UTC")) == (window.start, window.end)


def test_a_time_that_passes_twice_makes_the_window_longer() -> None:
    """On the night of 25 October 2026 the hour from 2 to 3 passes twice: in doubt nothing is written."""
    window = make_dated_window("x", AMSTERDAM, "2026-10-25T02:30", "2026-10-25T02:45")

    assert 75 * 60 == window.end - window.start


def test_a_cron_window_lasts_from_its_tick() -> None:
    """From Friday 18:00 for 62 hours: until Monday 8:00."""
    window = make_cron_window("weekend", AMSTERDAM, "0 18 * * FRI", "2d14h")
    moments = ("2026-11-20T17:59", "2026-11-20T18:00", "2026-11-23T07:59", "2026-11-23T08:00")

    assert [False, True, True, False] == [window.find_end(at(each)) is not None for each in moments]


def test_the_longest_of_several_windows_is_told() -> None:
    """With its reason, its end and its zone; outside of all of them there is nothing to tell."""
    windows = (
        make_dated_window("stock-taking", AMSTERDAM, "2026-12-20", "2027-01-03"),
        make_cron_window("night", AMSTERDAM, "0 0 * * *", "6h"),
    )

    assert "stock-taking (until 2027-01-04 00:00 Europe/Amsterdam)" == explain_freeze(windows, at("2026-12-25T03:00"))
    assert "night (until 2026-11-20 06:00 Europe/Amsterdam)" == explain_freeze(windows, at("2026-11-20T03:00"))
    assert "" == explain_freeze(windows, at("2026-11-20T06:00"))


def test_a_day_that_never_came_freezes_nothing() -> None:
    """Before the first tick of an expression there is no window."""
    window = Window("x", ZoneInfo("UTC"), cron="0 0 29 2 *", seconds=3600)

    assert window.find_end(at("2026-03-01", "UTC")) is None


@pytest.mark.parametrize("text", ["", "1", "0m", "367d", "1s", "-1h", "1h 30m", "h"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Days, hours and minutes, of at least a minute and at most a year."""
    with pytest.raises(ValueError, match="not a duration"):
        make_cron_window("x", AMSTERDAM, "0 0 * * *", text)


@pytest.mark.parametrize("text", ["", "* * * *", "60 * * * *", "0 0 30 2 *", "x y z a b", "*/0 * * * *", "0 0 L- * *"])
def test_what_is_no_cron_expression(text: str) -> None:
    """It is refused, whatever the library makes of it."""
    with pytest.raises(ValueError, match="not a cron expression"):
        make_cron_window("x", AMSTERDAM, text, "1h")


@pytest.mark.parametrize("name", ["", "Europe", "Nowhere", "/etc/localtime", "../UTC", "a\0b"])
def test_what_is_no_time_zone(name: str) -> None:
    """Neither are folders and files."""
    with pytest.raises(ValueError, match="not a time zone"):
        find_zone(name)


def test_a_day_before_all_others_ends_no_window() -> None:
    """In many time zones it lies before the first moment there is."""
    with pytest.raises(WindowError, match="`0001-01-01`"):
        make_dated_window("x", AMSTERDAM, "2026-01-01", "0001-01-01")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T23:30", "9999-12-31T23:59:59Z"])
def test_the_last_day_of_the_calendar_stands_for_no_end(text: str, zone: str) -> None:
    """What ends with it has no day after it, and in some time zones no date: the message has none."""
    window = make_dated_window("migration", ZoneInfo(zone), "2026-01-01", text)

    assert "migration (forever)" == explain_freeze((window,), at("2026-05-01"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13-01",
        "tomorrow",
        "20261120",
        "2026-W48",
        "2026-W48-7",
        "2026W487",
        "2026-324",
        "20261120T180000",
        "2026-11-20T18",
        "2026-11-20T1800",
        "2026-11-20 18:00",
        "2026-11-20T18:00:00.5",
        "2026-11-20T18:00+0100",
        "2026-11-20T24:00",
        " 2026-11-20",
        "2026-11-20\n",
        "\uff12\uff10\uff12\uff16-11-20",
    ],
)
@pytest.mark.parametrize("key", ["from", "to"])
def test_what_is_no_date(key: str, text: str) -> None:
    """Nor are the other forms of ISO 8601, however a library reads them."""
    window = {"from": "2026-01-01", "to": "2026-12-31", key: text}
    with pytest.raises(WindowError, match="is not a date or a time") as refused:
        make_dated_window("x", AMSTERDAM, window["from"], window["to"])

    assert key == refused.value.key


@pytest.mark.parametrize("text", ["2026-11-20T18:00:30", "2026-11-20T18:00:30Z", "2026-11-20T18:00:30+00:00"])
def test_what_is_a_moment(text: str) -> None:
    """A day and a time of day, with seconds and an offset where they are wanted."""
    assert at("2026-11-20T18:00:30", "UTC") == make_dated_window("x", ZoneInfo("UTC"), text, "2026-12-01").start


@pytest.mark.parametrize("cron", ["0 16 * * FRI-MON", "0 16 * * SAT-SUN", "0 16 * NOV-FEB *", "0 22-2 * * *"])
def test_a_range_over_the_end_of_its_field_is_refused(cron: str) -> None:
    """It is not taken for what it does not say; the hint says how to write it."""
    with pytest.raises(WindowError, match="not a cron expression") as refused:
        make_cron_window("x", AMSTERDAM, cron, "1h")

    assert "ranges must ascend, and a week begins with SUN: write FRI-MON as FRI,SAT,SUN,MON" == refused.value.hint
