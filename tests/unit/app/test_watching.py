"""Watching: what is told once and what again, at which pace, and what happens when Azure refuses to be asked."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from factories import FakeClock, group, owned, rid

from aci_reconcile.app.events import EventWatch
from aci_reconcile.app.pace import WatchPace
from aci_reconcile.app.run import Silence
from aci_reconcile.app.status import StatusWatch, judge
from aci_reconcile.app.view import Seen, View
from aci_reconcile.cli.console import Console
from aci_reconcile.cli.session import Session
from aci_reconcile.cli.status_screen import StatusScreen
from aci_reconcile.core.errors import ForbiddenError, NoAnswerError, ThrottledError
from aci_reconcile.core.model import Resource, as_list, as_object
from aci_reconcile.planning.values import Unreadable


class EnoughError(Exception):
    """Ends a watch that would go on."""


@dataclass
class Clock(FakeClock):
    """A clock that notes its sleeps, and ends the watch after so many."""

    left: int = 20
    slept: list[float] = field(default_factory=list[float])

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        if not self.left:
            raise EnoughError
        self.left -= 1
        self.slept.append(seconds)
        self.time += seconds


@dataclass(frozen=True)
class Warnings(Silence):
    """Keeps what is warned of."""

    said: list[str] = field(default_factory=list[str])

    def warn(self, text: str) -> None:
        """Keep a warning."""
        self.said.append(text)


@dataclass
class Story:
    """Azure, which answers one read after the other; the last answer stays."""

    answers: list[Any]
    asked: int = 0

    def get(self, _resource_id: object, /) -> Resource | None:
        """Give the next answer."""
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        assert answer is None or isinstance(answer, Resource)
        return answer


def started(count: int, last: str, *more: dict[str, Any]) -> Resource:
    """Return a live group whose container has started so many times."""
    event = {"name": "Started", "type": "Normal", "message": "Started container", "count": count}
    times = {"firstTimestamp": "2023-11-14T22:13:20Z", "lastTimestamp": last}
    live = owned(group("web"))
    (declared,) = as_list(live.properties["containers"])
    container: dict[str, Any] = dict(as_object(declared))
    view = {"restartCount": 0, "currentState": {"state": "Running"}, "events": [{**event, **times}, *more]}
    container["properties"] = {**container["properties"], "instanceView": view}
    return replace(live, body={**live.body, "properties": {**live.properties, "containers": [container]}})


ONE, TWO = started(1, "2023-11-14T22:13:20Z"), started(2, "2023-11-14T22:14:20Z")


def follow(story: Story, clock: Clock, warnings: Warnings | None = None) -> list[list[tuple[str, int]]]:
    """Return what a watch of one group tells, look by look, until it ends."""
    view = View(story, (), "", 1)  # type: ignore[arg-type]  # all that is asked of it
    watch = EventWatch(view, WatchPace(clock, warnings or Warnings()))
    return [[(each.name, each.count) for each in news] for news in watch.follow([ONE])]


def test_a_watch_tells_each_thing_once_and_ends_with_the_group() -> None:
    """An event that happens again is told again, with its new count."""
    told = follow(Story([ONE, TWO, TWO, None]), Clock())

    assert [[("Started", 1)], [("Started", 2)], [("Deleted", 1)]] == told


def test_the_pace_slows_down_while_nothing_happens() -> None:
    """Two seconds at first, ten at last; something new makes it quick again."""
    clock = Clock(left=12)
    with pytest.raises(EnoughError):
        follow(Story([ONE] * 9 + [TWO]), clock)

    assert 2.0 == clock.slept[0]
    assert clock.slept[:9] == sorted(clock.slept[:9])
    assert 10.0 == max(clock.slept)
    assert 2.0 == clock.slept[10]


def test_many_groups_are_read_no_faster_than_the_limits_bear() -> None:
    """Five reads a second, of the 25 that ARM gives."""
    clock = Clock()
    WatchPace(clock, Warnings()).wait(100)

    assert [20.0] == clock.slept


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (ThrottledError("too many", retry_after=33), 33.0),
        (ThrottledError("too many"), 15.0),
        (NoAnswerError("cut"), 15.0),
    ],
)
def test_a_refusal_that_passes_is_waited_out(error: Exception, seconds: float) -> None:
    """It is said why nothing is seen meanwhile, and nothing is lost."""
    clock, warnings = Clock(), Warnings()
    told = follow(Story([error, TWO, None]), clock, warnings)

    assert [[("Started", 1)], [("Started", 2)], [("Deleted", 1)]] == told
    assert seconds == clock.slept[1]
    assert [f"{error}; the next look is in {seconds:.0f} s"] == warnings.said


def test_a_refusal_that_stays_ends_the_watch() -> None:
    """Waiting would not help."""
    with pytest.raises(ForbiddenError):
        follow(Story([ForbiddenError("no")]), Clock())


def test_the_state_is_read_again_and_again() -> None:
    """A refusal that passes is waited out."""
    clock, seen = Clock(left=2), Seen((ONE,))
    yielded: list[Seen] = []
    answers: list[Any] = [seen, NoAnswerError("cut"), seen]

    def read() -> Seen:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Seen)
        return answer

    with pytest.raises(EnoughError):
        yielded.extend(StatusWatch(read, WatchPace(clock, Warnings())).follow())

    assert [seen, seen] == yielded
    assert [2.0, 15.0] == clock.slept


class Terminal(io.StringIO):
    """An output that is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def make_screen(out: io.StringIO, *, as_json: bool = False, shape: str = "") -> StatusScreen:
    """Return a screen that writes there."""
    console = Console(out, io.StringIO(), json=as_json, format="json" if as_json else "text")
    return StatusScreen(Session({"TERM": "xterm"}, None, console), shape, 80)


NOW = 1_700_000_000.0
SICK = owned(group("web"), state="Waiting")
DARK = Unreadable("rg-shop/web", "AuthorizationFailed: no")


def test_on_a_terminal_the_table_is_drawn_anew() -> None:
    """Each time, from the upper left."""
    out = Terminal()
    screen = make_screen(out)
    changed = [screen.show(judge((each,), "", NOW), ()) for each in (owned(group("web")), owned(group("web")), SICK)]

    assert [True, False, True] == changed
    assert 3 == out.getvalue().count("\x1b[H\x1b[2J")
    assert 3 == out.getvalue().count("ADDRESS")


def test_elsewhere_a_row_is_added_for_what_has_changed() -> None:
    """The heading once, then the rows that differ, and what is gone; what cannot be read is neither."""
    out = io.StringIO()
    screen = make_screen(out)
    live, other = owned(group("web")), owned(group("other"))
    screen.show(judge((live, other), "", NOW), ())
    screen.show(judge((live, other), "", NOW), ())
    screen.show(judge((SICK, other), "", NOW), ())
    screen.show(judge((other,), "", NOW), (DARK,))
    screen.show(judge((other,), "", NOW), ())
    rows = [line.split()[:2] for line in out.getvalue().splitlines()]

    assert [
        ["ADDRESS", "STATE"],
        ["rg-shop/web", "healthy"],
        ["rg-shop/other", "healthy"],
        ["rg-shop/web", "pending"],
        ["rg-shop/web", "deleted"],
    ] == rows
    assert "\x1b" not in out.getvalue()


def test_as_json_each_change_is_a_line() -> None:
    """With the address of what is gone."""
    out = io.StringIO()
    screen = make_screen(out, as_json=True)
    screen.show(judge((owned(group("web")),), "", NOW), ())
    screen.show(judge((), "", NOW), ())
    first, last = map(json.loads, out.getvalue().splitlines())

    assert ("rg-shop/web", "healthy") == (first["address"], first["health"]["state"])
    assert {"address": "rg-shop/web", "deleted": True} == last


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["calm", "worse", "bad"]),
        ("address", ["bad", "calm", "worse"]),
        ("state", ["bad", "worse", "calm"]),
        ("restarts", ["worse", "bad", "calm"]),
        ("age", ["calm", "bad", "worse"]),
    ],
)
def test_the_orders(order: str, names: list[str]) -> None:
    """The worst, the most restarts, the youngest first; then by address."""

    def make(name: str, restarts: int, state: str, created: str) -> Resource:
        live = owned(group(name))
        (declared,) = as_list(live.properties["containers"])
        container: dict[str, Any] = dict(as_object(declared))
        view = {"restartCount": restarts, "currentState": {"state": state}}
        container["properties"] = {**container["properties"], "instanceView": view}
        properties = {**live.properties, "containers": [container]}
        return replace(
            live, id=rid(name), body={**live.body, "systemData": {"createdAt": created}, "properties": properties}
        )

    groups = (
        make("calm", 0, "Running", "2023-11-03T00:00:00Z"),
        make("worse", 9, "Waiting", "2023-11-01T00:00:00Z"),
        make("bad", 3, "Waiting", "2023-11-02T00:00:00Z"),
    )

    assert names == [live.id.name for live, _ in judge(groups, order, NOW)]


@pytest.mark.parametrize(("seconds", "verdict"), [(1, "pending"), (9, "pending"), (11, "healthy")])
def test_a_container_that_has_just_started_is_not_called_healthy(seconds: float, verdict: str) -> None:
    """Between two crashes it runs for a second: ``why`` says that it has not run for long enough, and so do we."""
    began = datetime.fromtimestamp(NOW - seconds, UTC).isoformat()
    ((_, health),) = judge((owned(group("web"), startTime=began),), "", NOW)

    assert verdict == health.state.value


def test_a_watch_ends_when_nobody_reads() -> None:
    """It may write nothing for hours, so that no write would tell; it looks at its reader once a second."""
    clock, readers = Clock(), iter([False] * 5 + [True] * 9)
    view = View(Story([ONE]), (), "", 1)  # type: ignore[arg-type]  # all that is asked of it
    pace = WatchPace(clock, Warnings(), lambda: next(readers))

    assert 1 == len(list(EventWatch(view, pace).follow([ONE])))
    assert max(clock.slept) <= 1.0
    assert sum(clock.slept) < 6


def test_a_watch_that_is_refused_ends_when_nobody_reads() -> None:
    """Azure's minute of waiting is not waited for."""
    clock = Clock()
    pace = WatchPace(clock, Warnings(), lambda: clock.time > 1_700_000_003)

    def read() -> Seen:
        raise ThrottledError("too many", retry_after=60)

    assert [] == list(StatusWatch(read, pace).follow())
    assert sum(clock.slept) < 10
