"""``verify`` as a process: what it tells beforehand is what an apply then meets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, SUBSCRIPTION, Commands, azure

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def test_a_right_that_is_missing(tmp_path: Path) -> None:
    """The check says which, nothing is written, and the apply is refused for it."""
    commands = Commands(tmp_path)
    commands.write("aci-reconcile.yaml", PROJECT)
    commands.group("web")
    with azure(tmp_path, "--knob", "not_actions=Microsoft.ContainerInstance/*/write") as server:
        place = {"ACI_RECONCILE_ARM_ENDPOINT": server.url, "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION}
        verified = commands("verify", **place)
        applied = commands("apply", "-y", **place)

    assert 1 == verified.code
    assert "FAILED                Microsoft.ContainerInstance/containerGroups/write on the subscription" in verified.out
    assert verified.out.endswith("\nNot ready: 1 check failed, 6 passed.\n")
    assert 5 == applied.code
    assert "'Microsoft.ContainerInstance/containerGroups/write'" in applied.out + applied.err
