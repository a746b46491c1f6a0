"""Three thousand creations within Azure's documented limits; ``make bench-shards`` selects this.

It takes as long as the quotas do: eleven minutes for one run, and twice that where a task is killed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import pytest
from e2e.processes import azure
from slurm.cluster import is_available, wait_until
from slurm.shards import REGIONS, SHARDS, Fleet

if TYPE_CHECKING:
    from pathlib import Path

    from slurm.cluster import Cluster

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.sweep,
    pytest.mark.skipif(not is_available(), reason="needs root, and apt-get install slurm-wlm munge"),
]

GROUPS: Final = 3000
FLOOR: Final = 680.0
"""Seconds that the documented limits demand of one subscription. A region takes 100 creations in 5 minutes, so the last
of its 300 comes 10 minutes after its hundredth. Resource Manager takes 200 writes at once and 10 more a second, so the
last region has its hundredth after 80 seconds."""
MOST: Final = 1.05
"""The goal; 1.014 were measured, with some other work on the machine."""
KILLED: Final = 3
PATIENCE: Final = 3600.0
LIMITED: Final = ("--pace", "instant", "--provisioning", "2s", "--limits", "--knob", "quota=1000")


def report(seconds: float, writes: dict[int, int]) -> None:
    """Say what was measured."""
    told = f"{seconds:.0f} s, {seconds / FLOOR:.3f} of what the limits demand; answers to writes: {writes}"
    print(f"\n{told}")  # noqa: T201  what somebody runs this for


def test_one_run(tmp_path: Path) -> None:
    """Three thousand creations end well, and do not take much longer than the limits demand."""
    with azure(tmp_path, *LIMITED) as cloud:
        fleet = Fleet(tmp_path / "shop", cloud, GROUPS, len(REGIONS), patience=PATIENCE)
        begin = time.monotonic()
        ran = fleet.command("apply", "--auto-approve", "--wait", "provisioned")
        took, writes = time.monotonic() - begin, fleet.count_writes()
    report(took, writes)

    assert (0, GROUPS) == (ran.code, writes[201]), ran.err[-4000:]
    assert took <= MOST * FLOOR


def test_a_task_of_eight_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    """In the middle: the next run ends it, and nothing is written twice."""
    with azure(tmp_path, *LIMITED) as cloud:
        fleet = Fleet(tmp_path / "shop", cloud, GROUPS, len(REGIONS))
        begin = time.monotonic()
        job = cluster.submit(fleet.script, SHARDS)
        wait_until(lambda: fleet.count_writes().get(201, 0) >= GROUPS / 2, PATIENCE)
        cluster.kill(job, KILLED)
        cluster.wait(job, PATIENCE)
        report(time.monotonic() - begin, fleet.count_writes())
        torn = fleet.merge(job)
        again = cluster.submit(fleet.script, SHARDS)
        cluster.wait(again, PATIENCE)
        whole, writes = fleet.merge(again), fleet.count_writes()
        report(time.monotonic() - begin, writes)

    assert (1, 0) == (torn.code, whole.code), (torn.err, whole.out, cluster.read_logs(again)[-4000:])
    assert GROUPS == writes[201]
