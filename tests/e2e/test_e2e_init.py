"""From an empty folder to a running group, in two commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from e2e.processes import Commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def test_two_commands_end_with_a_running_group(tmp_path: Path) -> None:
    """`init && apply --local -y`, without a terminal; and then there is nothing left to do."""
    folder = tmp_path / "shop"
    folder.mkdir()
    found = Commands(folder, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s"})

    begun = found("init")
    applied = found("apply", "--local", "-y")
    shown = found("status", "--local", "--format", "json")
    again = found("plan", "--local", "--detailed-exitcode")

    assert (0, 0) == (begun.code, applied.code), begun.err + applied.err
    assert "project shop" in applied.out
    (group,) = json.loads(shown.out)["groups"]
    # running, and for less than the ten seconds that status asks for
    assert ("rg-shop/web", "pending") == (group["address"], group["health"]["state"])
    assert ["Running"] == [each["state"] for each in group["health"]["containers"]]
    assert 0 == again.code, again.out
