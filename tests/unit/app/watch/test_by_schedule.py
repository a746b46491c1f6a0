"""A watch that starts and stops groups by their schedules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from factories import rid
from watched_world import WatchedWorld

from aci_reconcile.reconcile.round_news import describe_round
from aci_reconcile.reconcile.rounds import Heal, Trouble

if TYPE_CHECKING:
    from pathlib import Path

SCHEDULE = "lifecycle: {schedule: {start: 0 7 * * *, stop: 0 19 * * *}}\n"
DAY = 86400.0


@pytest.fixture
def watched(tmp_path: Path) -> WatchedWorld:
    """Return a watch that heals everything, with one group that runs at day."""
    made = WatchedWorld(tmp_path)
    # Files count as unchanged once they are some seconds old, so time goes on from now.
    made.world.clock.time += DAY - made.world.clock.time % DAY + 12 * 3600
    made.declare("web", more=SCHEDULE)
    made.declare("db")
    made.start(heal=Heal.ALL)
    return made


def go_to(watched: WatchedWorld, hour: float) -> None:
    """Let time go on to an hour of the day."""
    clock = watched.world.clock
    clock.time += (hour * 3600 - clock.time % DAY) % DAY


def list_writes(watched: WatchedWorld, since: int) -> list[str]:
    """Return what was written since some number of writes: the last word of each address."""
    return [f"{each[0]} {str(each[1]).partition('?')[0].rpartition('/')[2]}" for each in watched.world.writes[since:]]


def test_it_is_stopped_and_started_in_time(watched: WatchedWorld) -> None:
    """In the first round after the tick, whatever else is due; and once."""
    watched.go_on(3)
    done: list[tuple[float, str]] = []
    for hour in (18.9, 19.0, 19.1, 23, 6.9, 7.0, 7.1):
        go_to(watched, hour)
        sent = len(watched.world.writes)
        watched.controller.step()
        done += [(hour, each) for each in list_writes(watched, sent)]

    assert [(19.0, "POST stop"), (7.0, "POST start")] == done
    assert all(each.good and not each.concerns for each in watched.rounds)


def test_a_round_begins_with_the_tick(watched: WatchedWorld) -> None:
    """However long the time between two rounds is."""
    watched.start(every=3600)
    go_to(watched, 17.8)
    due = [each.due for each in watched.go_on(3)]

    assert [18.8, 19, 20] == [pytest.approx(each % DAY / 3600, abs=0.01) for each in due]
    assert "POST stop" == list_writes(watched, 0)[-1]


def test_between_two_ticks_it_is_kept_so(watched: WatchedWorld) -> None:
    """Somebody who starts it at night is undone, as somebody who stops it by day is."""
    watched.go_on(2)
    go_to(watched, 20)
    watched.controller.step()
    watched.world.arm("POST", f"{rid('web')}/start")
    sent = len(watched.world.writes)
    watched.go_on(15)

    assert ["POST stop"] == list_writes(watched, sent)


@pytest.mark.parametrize(("heal", "written"), [(Heal.TAGS, []), (Heal.CONFIG, ["POST stop"])])
def test_a_watch_that_may_not_says_so(watched: WatchedWorld, heal: Heal, written: list[str]) -> None:
    """A schedule is configuration."""
    watched.go_on(2)
    watched.start(heal=heal)
    go_to(watched, 20)
    sent = len(watched.world.writes)
    watched.controller.step()

    assert written == list_writes(watched, sent)
    assert [("rg-shop/web", Trouble.DIFFERS)] * (not written) == [
        (each.address, each.trouble) for each in watched.rounds[-1].concerns
    ]


def test_manifests_stay_the_same_objects_between_two_ticks(watched: WatchedWorld) -> None:
    """So that what was decided of them holds, and nothing is computed again."""
    go_to(watched, 18.9)
    watched.go_on(2)
    course = watched.controller.course
    before = course.timed
    watched.go_on(3)
    same = course.timed
    go_to(watched, 19.1)
    watched.controller.step()
    after = course.timed

    assert before is same
    assert before is not None
    assert after is not None
    pairs = list(zip(before.resources, after.resources, strict=True))
    assert [True, False] == [old is new for old, new in pairs]


def test_what_comes_next_is_known(watched: WatchedWorld) -> None:
    """When, what, and of which groups; without schedules, nothing does."""
    watched.declare("api", more=SCHEDULE)
    done = watched.round()
    go_to(watched, 19.5)
    night = watched.round()
    for name in ("api", "web"):
        watched.declare(name)
    watched.world.clock.sleep(5)
    none = watched.round()

    assert done.switch is not None
    assert night.switch is not None
    assert (done.switch.at % DAY, night.switch.at % DAY) == (19 * 3600, 7 * 3600)
    assert re.fullmatch(r"rg-shop/api stops at \d{4}-\d\d-\d\dT19:00:00Z and 1 more group", done.switch.text)
    assert night.switch.text.startswith("rg-shop/api starts at ")
    assert none.switch is None
    assert "next by schedule: rg-shop/api stops at" in describe_round(done)
    assert "schedule" not in describe_round(none)


def test_what_is_left_alone_stays_a_concern_until_it_is_seen_to_be_over(watched: WatchedWorld) -> None:
    """Also in rounds that do not read the run state."""
    watched.round()
    watched.start(heal=Heal.NONE)
    go_to(watched, 20)
    left = watched.go_on(3)
    go_to(watched, 8)
    after = watched.go_on(2)

    assert [[("rg-shop/web", Trouble.DIFFERS)]] * 3 == [
        [(each.address, each.trouble) for each in done.concerns] for done in left
    ]
    assert [1, 1, 1, 2, 2] == [done.in_sync for done in (*left, *after)]
