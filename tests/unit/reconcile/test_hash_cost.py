"""Slow hashes: how many at a time, and what is said of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count

import pytest

from aci_reconcile.app.messages import render_hash_cost
from aci_reconcile.core.secret import Secret
from aci_reconcile.reconcile.hash_cost import AT_ONCE, HashCost


def test_no_more_hashes_are_made_at_a_time_than_there_are_cores() -> None:
    """Whoever asks, and however many threads there are: each takes 16 MiB."""
    lock, now, most = threading.Lock(), [0], [0]
    full = threading.Event()

    def work() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] >= AT_ONCE:
                full.set()
        full.wait(10)
        with lock:
            now[0] -= 1

    efforts = [HashCost() for _ in range(2)]
    with ThreadPoolExecutor(4 * AT_ONCE) as pool:
        list(pool.map(lambda each: efforts[each % 2].measure(work), range(8 * AT_ONCE)))

    assert AT_ONCE == most[0]
    assert 8 * AT_ONCE == sum(each.hashes for each in efforts)


def test_what_a_thread_works_counts_and_not_what_it_waits() -> None:
    """A hash that fails has cost as much."""
    effort = HashCost(cpu=partial(next, count(0.0, 0.25)))

    def failing() -> None:
        raise ValueError

    assert "made" == effort.measure(lambda: "made")
    with pytest.raises(ValueError, match=r"^$"):
        effort.measure(failing)
    assert (2, 0.5) == (effort.hashes, effort.seconds)


def test_the_id_of_a_key_is_made_once() -> None:
    """However many ask at the same time."""
    effort, key = HashCost(), Secret("Kq3vX9pLw2Zt8RnB5yHc7D")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(effort.name, [key] * 8))

    assert 1 == effort.hashes
    assert key.is_named


def effort_of(hashes: int, seconds: float) -> HashCost:
    """Return what was taken down."""
    return HashCost(hashes=hashes, seconds=seconds)


@pytest.mark.parametrize("effort", [effort_of(0, 0.0), effort_of(80, 4.0)])
def test_what_nobody_feels_is_not_told(effort: HashCost) -> None:
    """Two seconds of two cores."""
    assert "" == render_hash_cost(effort, keyed=False, at_once=2)


def test_where_it_is_felt_the_sum_is_told_with_the_way_out() -> None:
    """From what was measured."""
    told = render_hash_cost(effort_of(200, 9.0), keyed=False, at_once=2)

    assert (
        "Fingerprints of secrets: 200 slow hashes x 45 ms / 2 cores = 4.5 s. "
        "With a fingerprint key they take no time: aci-reconcile key (docs/secrets.md)."
    ) == told


def test_with_a_key_it_is_older_tags_that_take_the_time() -> None:
    """They are moved by the next writes, or at once by who wants it."""
    told = render_hash_cost(effort_of(200, 9.0), keyed=True, at_once=1)

    assert "Fingerprints of secrets: 200 slow hashes x 45 ms / 1 core = 9.0 s. " in told
    assert "run apply --trust-secrets: it writes only tags and restarts nothing" in told
