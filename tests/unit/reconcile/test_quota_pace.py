"""How close an apply of many groups comes to what Azure's quotas demand, in simulated time.

What they demand is computed from the emulator's rules, which are the documented ones: 100 creations in 5 minutes and
300 in an hour for each region, 200 writes at once and 10 more a second for all.
"""

from __future__ import annotations

from collections import Counter

import pytest
from quota_simulation import PROVISIONING, Simulation, make_groups, simulate

from aci_reconcile.planning.duration import compute_bucket_seconds, compute_window_seconds
from aci_reconcile.reconcile.events import Failed, Succeeded

WINDOW, MOST = 300.0, 100


def compute_floor(count: int, regions: int) -> float:
    """Return the seconds that the quotas alone demand, from the first request to the end of the last group.

    A region's last creation cannot come sooner after its hundredth than the windows allow; and all regions together
    have so many only when the subscription has taken as many writes.
    """
    each = count // regions
    first = compute_bucket_seconds(min(each, MOST) * regions)
    return first + compute_window_seconds(each) + PROVISIONING


def check_all_written_once(ran: Simulation, count: int) -> None:
    """Check that each group was written, none twice, and that no run has failed."""
    assert {1} == set(Counter(name for _, name in ran.cloud.writes).values())
    assert count == len(ran.cloud.writes)
    assert [] == ran.list_events(Failed)


def test_a_region_takes_as_long_as_its_quota_does() -> None:
    """Three hundred: a hundred at once, and the others as soon as there is room."""
    ran = simulate(make_groups(300, 1))

    check_all_written_once(ran, 300)
    assert 300 == len(ran.list_events(Succeeded))
    assert compute_floor(300, 1) == 602
    assert ran.seconds <= 1.02 * compute_floor(300, 1)
    assert ran.cloud.refused["PUT ResourceRequestsThrottled"] <= 5


def test_a_killed_process_is_followed_by_one_that_knows_nothing() -> None:
    """The next run finds the quota used, waits for it, and writes only what is missing."""
    ran = simulate(make_groups(300, 2), clients=2, kill_at=300.5, again_at=310)
    killed, ended = ran.clients[0], ran.clients[-1]

    check_all_written_once(ran, 300)
    assert 0 < killed.open <= 50
    assert 150 > sum(isinstance(each, Succeeded) for each in ended.events) > 0
    assert ran.seconds <= 320


@pytest.mark.sweep
@pytest.mark.parametrize(("clients", "latency", "most"), [(1, 0.05, 1.04), (1, 0.4, 1.05), (8, 0.05, 1.08)])
def test_three_thousand_creations_take_hardly_longer_than_the_quotas_demand(
    clients: int, latency: float, most: float
) -> None:
    """In ten regions, by one process, and by eight that do not know of each other."""
    ran = simulate(make_groups(3000, 10), clients=clients, latency=latency)

    check_all_written_once(ran, 3000)
    assert compute_floor(3000, 10) == 682
    assert ran.seconds <= most * compute_floor(3000, 10)
