"""How long limits take, against a simulation that asks whenever it is let."""

from __future__ import annotations

from collections import Counter

import pytest
from factories import group
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.planning import Action, Change, Impact, Plan
from aci_reconcile.planning.duration import compute_bucket_seconds, compute_window_seconds, estimate_duration

WINDOWS = ((300, 100), (3600, 300))


def windows_by_hand(count: int) -> float:
    """Ask second by second; an answer is yes where no window of the past is full."""
    times: list[int] = []
    now = 0
    while len(times) < count:
        if all(sum(time > now - length for time in times) < most for length, most in WINDOWS):
            times.append(now)
        else:
            now += 1
    return times[-1] if times else 0


def bucket_by_hand(count: int) -> float:
    """Take tokens as they come back, a tenth of a second each."""
    tokens, tenths = 200, 0
    for _ in range(count):
        if not tokens:
            tenths, tokens = tenths + 1, 1
        tokens -= 1
    return tenths / 10


@pytest.mark.parametrize("count", [0, 1, 100, 101, 200, 201, 300, 301, 350, 401])
def test_windows_take_as_long_as_asking_does(count: int) -> None:
    """At every step of the stairs."""
    assert windows_by_hand(count) == compute_window_seconds(count)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_windows_are_never_more_than_full(first: int, second: int) -> None:
    """Two creations of one window are fewer than its limit apart, and none waits longer than it must."""
    early, late = sorted((first, second))
    between = compute_window_seconds(late + 1) - compute_window_seconds(early + 1)

    assert all(late - early < most or between >= length for length, most in WINDOWS)
    assert compute_window_seconds(late + 1) in {
        compute_window_seconds(late),
        max(compute_window_seconds(late + 1 - most) + length for length, most in WINDOWS if late >= most)
        if late >= 100
        else 0,
    }


@given(st.integers(0, 3000))
def test_buckets_take_as_long_as_asking_does(count: int) -> None:
    """200 at once, ten more each second."""
    assert bucket_by_hand(count) == compute_bucket_seconds(count)


LOCATIONS = st.sampled_from(["westeurope", "West Europe", "eastus"])


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Any change of a group of one of two subscriptions."""
    name = draw(st.integers(0, 10**6))
    subscription = draw(st.sampled_from(["sub", "SUB", "other"]))
    sides = [
        Resource(ResourceId(subscription, "rg", f"g{name}"), {**group().body, "location": draw(LOCATIONS)})
        for _ in range(2)
    ]
    action = draw(st.sampled_from(Action))
    before = None if action is Action.CREATE else sides[0]
    return Change(sides[1].id, action, Impact.NONE, before, None if action is Action.DELETE else sides[1])


@given(st.lists(changes(), max_size=4), st.integers(1, 250))
def test_a_plan_takes_as_long_as_its_tightest_limit(some: list[Change], times: int) -> None:
    """Counted by region and subscription, creations and deletions apart; a recreation is one of each."""
    plan = Plan("shop", tuple(some * times))
    regions: Counter[tuple[str, str, str]] = Counter()
    whole: Counter[tuple[str, str]] = Counter()
    for each in plan.changes:
        for kind, side in ((Action.CREATE, each.after), (Action.DELETE, each.before)):
            if side is not None and each.action in {kind, Action.REPLACE}:
                regions[kind, side.id.subscription.lower(), str(side.body["location"]).replace(" ", "").lower()] += 1
        if each.writes:
            verbs = {Action.DELETE: ("delete",), Action.REPLACE: ("delete", "write")}.get(each.action, ("write",))
            whole.update((verb, each.id.subscription.lower()) for verb in verbs)
    expected = max([0.0, *map(compute_window_seconds, regions.values()), *map(compute_bucket_seconds, whole.values())])
    found = estimate_duration(plan)

    assert expected == (found.seconds if found else 0)
