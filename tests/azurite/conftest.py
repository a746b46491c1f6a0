"""One pair of servers for each process of the test run: what takes long here is waiting, not starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azurite.storage import Storage, serve

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Generator[Storage]:
    """A storage account, and Azure."""
    with serve(tmp_path_factory.mktemp("servers")) as found:
        yield found
