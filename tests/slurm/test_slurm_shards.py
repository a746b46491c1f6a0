"""One apply as an array job of a real scheduler, one task of which is killed; ``make test-slurm`` selects this.

Slurm stands in for what runs many jobs elsewhere: it starts them, kills them, and forgets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e.processes import azure
from slurm.cluster import is_available, wait_until
from slurm.shards import SHARDS, Fleet

if TYPE_CHECKING:
    from pathlib import Path

    from slurm.cluster import Cluster

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(not is_available(), reason="needs root, and apt-get install slurm-wlm munge"),
]

KILLED = 3


def test_a_task_is_killed_and_the_next_run_ends_it(cluster: Cluster, tmp_path: Path) -> None:
    """The merge is red while its result is missing; nothing is written twice."""
    with azure(tmp_path, "--pace", "instant", "--provisioning", "6s") as cloud:
        fleet = Fleet(tmp_path / "shop", cloud, 4 * SHARDS, SHARDS)
        first = cluster.submit(fleet.script, SHARDS)
        # Every shard has begun, and none is done: what the killed one wrote goes on in Azure, and nobody waits for it.
        wait_until(lambda: sum(fleet.count_writes().values()) >= 2 * SHARDS)
        cluster.kill(first, KILLED)
        cluster.wait(first)
        torn = fleet.merge(first)
        again = cluster.submit(fleet.script, SHARDS)
        cluster.wait(again)
        whole = fleet.merge(again)
        writes = fleet.count_writes()

    assert 1 == torn.code, cluster.read_logs(first)
    assert f"of {SHARDS} shards of shop there is no result of {KILLED + 1}" in torn.err
    assert 0 == whole.code, (whole.out, cluster.read_logs(again))
    assert "Apply complete!" in whole.out
    assert {201: 4 * SHARDS} == writes
