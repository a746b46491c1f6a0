"""Crash loops as laws: progress is monotone, and counting ahead is counting."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to
from unit.emulator.emulator_world import GROUPS, START, World, changed, group, view

from aci_reconcile.emulator import IMAGES, Knobs
from aci_reconcile.emulator.aci.simulation.program import Attempt, Pauses, Program, find_end, repeat, simulate_container

POLICIES = ("Always", "OnFailure", "Never")


ATTEMPTS = st.builds(
    Attempt, seconds=st.none() | st.floats(min_value=0.01, max_value=2_000), exit_code=st.sampled_from([0, 1])
)


PROGRAMS = st.builds(Program, first=ATTEMPTS, then=ATTEMPTS)


TIMES = st.floats(min_value=0, max_value=1e7)


@settings(max_examples=up_to(80), deadline=None)
@given(simulated=PROGRAMS, policy=st.sampled_from(POLICIES), times=st.lists(TIMES, min_size=2, max_size=6))
def test_progress_is_monotone(simulated: Program, policy: str, times: list[float]) -> None:
    """Counters never fall, starts never move back, and what has ended stays so."""
    pauses = Pauses(1.0, 300.0)
    states = [simulate_container(simulated, policy, 0.0, now, pauses) for now in sorted(times)]

    for earlier, later in pairwise(states):
        assert earlier.restarts <= later.restarts
        assert earlier.begun <= later.begun
        assert earlier.phase != "ended" or earlier == later


@settings(max_examples=up_to(80), deadline=None)
@given(simulated=PROGRAMS, policy=st.sampled_from(POLICIES))
def test_settling_agrees_with_living(simulated: Program, policy: str) -> None:
    """What is said to end at a time has ended then, and not before."""
    pauses = Pauses(1.0, 300.0)
    ends, code = find_end(simulated, policy, 0.0, pauses)
    if math.isinf(ends):
        assert simulate_container(simulated, policy, 0.0, 1e6, pauses).phase != "ended"
        return

    assert ("ended", code) == (
        simulate_container(simulated, policy, 0.0, ends, pauses).phase,
        simulate_container(simulated, policy, 0.0, ends, pauses).attempt.exit_code,
    )
    assert simulate_container(simulated, policy, 0.0, ends * 0.999 - 0.001, pauses).phase != "ended"


def test_skipping_ahead_meets_counting_step_by_step() -> None:
    """A crash loop of years is counted at once, and rightly."""
    simulated, pauses = repeat(Attempt(1.0, 1)), Pauses(1.0, 4.0)
    begun, count = 0.0, 0
    for step in range(200):
        begun += 1.0 + pauses.after(step, simulated.first)
        count += 1

    assert count == simulate_container(simulated, "Always", 0.0, begun, pauses).restarts
    assert simulate_container(simulated, "Always", 0.0, 1e9, pauses).restarts > 10_000_000


def test_no_knob_makes_a_crash_loop_endless_at_once() -> None:
    """Even without pauses a round takes some time."""
    world = World(Knobs(crash_backoff_seconds=0, crash_backoff_max_seconds=0))
    body = changed(group("alpine"), "properties.containers.0.properties.command", ["/bin/sh", "-c", "exit 1"])

    assert view(world.create("web", body))["restartCount"] > 10


@settings(max_examples=up_to(30), deadline=None)
@given(image=st.sampled_from(sorted(IMAGES)), policy=st.sampled_from(POLICIES), pauses=st.lists(TIMES, max_size=4))
def test_time_never_breaks_a_view(image: str, policy: str, pauses: list[float]) -> None:
    """Any image, any policy, any time: an answer."""
    world = World()
    if world.put("web", group(image, restartPolicy=policy)).status != 201:
        return
    for pause in pauses:
        world.now += pause

        assert 200 == world.send("GET", f"{GROUPS}/web").status
    assert world.now >= START
