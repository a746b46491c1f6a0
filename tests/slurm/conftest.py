"""The cluster that the tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from slurm.cluster import start_cluster

if TYPE_CHECKING:
    from collections.abc import Generator

    from slurm.cluster import Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    """A cluster for all tests."""
    with start_cluster(tmp_path_factory.mktemp("slurm")) as found:
        yield found
