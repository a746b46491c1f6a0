"""One emulator for each file of tests, as a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from clients.world import World, world

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(scope="module")
def tls_world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    """TLS, also by the names of Azure's public cloud; tokens are needed, and everything is done at once."""
    with world(tmp_path_factory.mktemp("tls"), "--pace", "instant") as made:
        yield made


@pytest.fixture(scope="module")
def http_world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    """Plain http, no tokens, and provisioning that takes its time: pollers have to poll."""
    with world(tmp_path_factory.mktemp("http"), "--pace", "instant", "--provisioning", "500ms", tls=False) as made:
        yield made
