"""Following a log, however it is cut, late, broken and restarted: every line once, or a gap where lines are missing."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_world import ID, Run, World, WorldBackend, WorldClock
from thoroughness import up_to

from aci_reconcile.operate import log_lines
from aci_reconcile.operate.log_events import LogEnd, LogFailed, LogGap, LogLines, LogRestart, LogSource
from aci_reconcile.operate.log_marks import Missing
from aci_reconcile.reconcile.follow_container import follow_container
from aci_reconcile.reconcile.log_context import LogContext
from aci_reconcile.reconcile.steps import Call, Pause

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = LogSource(ID, "app")
_MOST_STEPS = 100_000


def follow(world: World, *, timed: bool = False) -> list[Any]:
    """Follow the container of a world to its end, and return all events."""
    kept: dict[str, Any] = {  # what the documentation says of Azure is not what this service keeps
        "_ROOM": world.room[0],
        "_LINES": world.room[1],
        "_ENDED_ROOM": world.ended_room[0] // 2,
        "_ENDED_LINES": world.ended_room[1],
    }
    with mock.patch.multiple(log_lines, **kept):
        return _follow(world, timed=timed)


def _follow(world: World, *, timed: bool) -> list[Any]:
    backend = WorldBackend(world)
    process = follow_container(SOURCE, LogContext(backend, WorldClock(world), world.random.random, timed=timed))
    events: list[Any] = []
    answer: Any = None
    error: Exception | None = None
    for _ in range(_MOST_STEPS):
        try:
            step = process.throw(error) if error else process.send(answer)
        except StopIteration:
            assert all(each.closed for each in backend.opened)
            return events
        answer = error = None
        if isinstance(step, Call):
            try:
                answer = step.run()
            except Exception as raised:  # noqa: BLE001  whatever it is, the process gets it
                error = raised
        elif isinstance(step, Pause):
            world.sleep(step.seconds + 0.001)
        else:
            events.append(step)
    raise AssertionError(f"no end after {world.now:.0f} s: {events[-3:]}")


def make_runs(chance: random.Random, name: Callable[[int, int], str], *, most: int, pause: float) -> list[Run]:
    """Return some runs of a container, with pauses and bursts."""
    runs: list[Run] = []
    clock = chance.random() * 2
    count = chance.randint(1, 5)
    for number in range(count):
        begun, lines = clock, list[tuple[float, str]]()
        for at in range(chance.randint(0, most)):
            clock += chance.choice((0, 0, 0, 0.0004, 0.01, 0.3, 2.5, 12))
            lines.append((clock, name(number, at)))
        clock += chance.choice((0.001, 0.5, 3))
        runs.append(Run(begun, clock, tuple(lines), 0 if number == count - 1 else 1))
        clock += pause + chance.random() * 10
    return runs


def make_world(seed: int, name: Callable[[int, int], str], *, pause: float = 1.2) -> World:
    """Return a world of chance."""
    chance = random.Random(seed)
    most, kept = chance.choice((3, 20, 80)), chance.choice((3, 10, 1000))
    values: dict[str, Any] = {
        "attach_start": chance.choice(("now", "start")),
        "attach_end": chance.choice(("run", "never")),
        "attach_refused": chance.random() < 0.1,
        "breaks": chance.choice((0, 0, 0.02, 0.2)),
        "delay": chance.choice((0, 0, 0.1, 3)),
        "room": (10**9, chance.choice((10**9, 10**9, 15))),
        "ended_room": (chance.choice((60, 16 * 1024)), kept),
        "digits": chance.choice((0, 3, 9)),
        "latency": chance.choice((0, 0.1, 2)),
    }
    runs = make_runs(chance, name, most=most, pause=pause)
    return World(runs, chance, now=chance.random() * 5, **values)


def list_all(world: World) -> list[str]:
    """Return every line that the container has printed."""
    return [text for run in world.runs for _, text in run.lines]


def check_unique(world: World, events: list[Any]) -> None:
    """Every line of every run is there once and in order, or a gap says that lines are missing."""
    everything = list_all(world)
    index = {text: at for at, text in enumerate(everything)}
    following = -1
    gap = True  # what was printed before anybody looked may be gone
    for event in events:
        assert not isinstance(event, LogFailed), event.error
        gap = gap or isinstance(event, LogGap)
        for line in event.lines if isinstance(event, LogLines) else ():
            at = index.get(line.text)
            if at is None:
                assert gap, f"only a part of a line: {line.text!r}"
                assert any(each.endswith(line.text) for each in everything)
                continue

            assert at > following, f"{line.text} comes again"
            assert at == following + 1 or gap, f"{everything[following + 1 : at]} are missing before {line.text}"
            following, gap = at, False

    assert following == len(everything) - 1 or gap, f"{everything[following + 1 :]} are missing at the end"
    assert isinstance(events[-1], LogEnd)
    assert events[-1].run is not None
    assert 0 == events[-1].run.exit_code


@pytest.mark.parametrize("timed", [False, True])
@settings(max_examples=up_to(20), deadline=None)
@given(seed=st.integers(0, 2**40))
def test_every_line_comes_once(seed: int, timed: bool) -> None:
    """Lines that differ from each other: whatever the service does, each comes once, or a gap is named."""
    world = make_world(seed, _name_uniquely)

    check_unique(world, follow(world, timed=timed))


@settings(max_examples=up_to(30), deadline=None)
@given(seed=st.integers(0, 2**40), letters=st.integers(1, 8))
def test_a_log_that_repeats_itself(seed: int, letters: int) -> None:
    """Lines that are the same again and again: without a gap, the end of all of them is printed, line by line."""
    chance = random.Random(seed + 1)
    world = make_world(seed, lambda _run, _at: chance.choice("abcdefgh"[:letters]) * chance.choice((1, 1, 3)))
    events = follow(world)
    printed = [line.text for event in events if isinstance(event, LogLines) for line in event.lines]

    assert isinstance(events[-1], LogEnd)
    if not any(isinstance(event, LogGap) for event in events):
        assert list_all(world)[-len(printed) or len(list_all(world)) :] == printed


@pytest.mark.parametrize(
    "seed",
    [
        787,  # the run ends between the answer and the look that shows its end
        915,  # a stream that has gone on over a restart ends with lines of the next run
        1610,  # a stream of the last run brings it late, after the next one has begun without printing anything
        2004,  # of the line that came after a silence, the service has kept the end
        2920,  # a restart that nobody noticed
    ],
)
def test_worlds_that_were_told_wrongly(seed: int) -> None:
    """Each was found by the sweep below."""
    world = make_world(seed, _name_uniquely, pause=0.01 if seed % 5 == 0 else 1.2)
    check_unique(world, follow(world, timed=seed % 2 == 0))


@pytest.mark.sweep
@pytest.mark.parametrize("seeds", [range(at, at + 250) for at in range(0, 4000, 250)])
def test_every_line_comes_once_in_thousands_of_worlds(seeds: range) -> None:
    """The same, and with restarts that follow at once."""
    for seed in seeds:
        world = make_world(seed, _name_uniquely, pause=0.01 if seed % 5 == 0 else 1.2)
        check_unique(world, follow(world, timed=seed % 2 == 0))


def make_story(lines: int, **service: Any) -> World:
    """Return a world with ten runs, each of which prints its part of the lines in half a minute, and ends."""
    each, clock, runs = lines // 10, 1.0, list[Run]()
    for number in range(10):
        begun = clock
        printed = tuple((begun + 30 * at / each, f"line {number * each + at} of the story") for at in range(each))
        runs.append(Run(begun, begun + 30.5, printed, 0 if number == 9 else 1))
        clock += 40
    return World(runs, random.Random(1), now=0.5, **service)


@pytest.mark.parametrize(
    ("lines", "service"),
    [
        (2000, {}),
        *(
            pytest.param(100_000, service, marks=pytest.mark.sweep)
            for service in ({}, {"attach_start": "start"}, {"attach_end": "never"}, {"breaks_at": (17.0, 130.0, 300.0)})
        ),
    ],
)
def test_a_long_story_is_told_once(lines: int, service: dict[str, Any]) -> None:
    """Over ten restarts, and where the connection breaks three times: no line is lost, none is doubled, no gap.

    A stream that goes on over a restart does not say where a run ends: there a mark may say that lines may be missing.
    """
    world = make_story(lines, **({"breaks_at": (17.0, 130.0, 300.0)} | service), digits=9)
    events = follow(world)

    assert list_all(world) == [line.text for each in events if isinstance(each, LogLines) for line in each.lines]
    assert 9 == sum(isinstance(each, LogRestart) for each in events)
    gaps = {each.why for each in events if isinstance(each, LogGap)}
    assert gaps <= ({Missing.RUN_ENDED} if world.attach_end == "never" else set())


def _name_uniquely(run: int, at: int) -> str:
    return f"r{run}n{at} {'x' * (at % 7)}"
