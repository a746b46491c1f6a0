"""Nobody writes while somebody else holds the lock, whatever befalls them: stories of several runs."""

from __future__ import annotations

import pytest
from lease_simulation import simulate

from aci_reconcile.azure.lock.lease import Timing


def check_stories(seeds: range) -> None:
    """Play them, and sum up."""
    stories = [simulate(seed) for seed in seeds]
    doubles = [(seed, each.doubles) for seed, each in zip(seeds, stories, strict=True) if each.doubles]

    assert doubles == []
    assert all(each.holders for each in stories)
    assert sum(each.writes for each in stories) > 20 * len(stories)
    assert sum(each.fenced for each in stories) > len(stories) / 4


def test_no_double_write() -> None:
    """In some stories; the sweep tells a thousand."""
    check_stories(range(20))


@pytest.mark.sweep
def test_no_double_write_in_a_thousand_stories() -> None:
    """What is held up for longer than the margin is counted apart; docs/locking.md says so."""
    check_stories(range(1000, 2000))


def test_the_stories_would_tell() -> None:
    """Without a margin between the fence and the lease there are double writes, and late arrivals are seen."""
    careless = [simulate(seed, Timing(fence=75)) for seed in range(20)]
    ours = [simulate(seed) for seed in range(20)]

    assert sum(len(each.doubles) for each in careless) > 0
    assert sum(len(each.held_up) for each in ours) > 0
