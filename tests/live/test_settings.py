"""Nothing real happens unless somebody asks for it, says where, and can afford it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from docs_blocks import ROOT
from e2e.processes import SUBSCRIPTION, azure
from live.subscription import Settings, SettingsError, check_budget, estimate_cost, read_settings

from aci_reconcile.core.model import Scope

if TYPE_CHECKING:
    from pathlib import Path

ASKED = {
    "ACI_RECONCILE_LIVE": "1",
    "ACI_RECONCILE_LIVE_RESOURCE_GROUP": "rg-live",
    "ACI_RECONCILE_LOCATION": "westeurope",
    "AZURE_SUBSCRIPTION_ID": "s",
}
CONTAINER = {
    "name": "app",
    "properties": {"image": "nginx:1", "resources": {"requests": {"cpu": 1, "memoryInGB": 1}}},
}


def test_nobody_asked() -> None:
    """Everything is there but the switch."""
    assert [None, None] == [read_settings({**ASKED, "ACI_RECONCILE_LIVE": value}) for value in ("", "0")]


def test_somebody_asked() -> None:
    """With the budget that is usual, and another."""
    assert Settings(Scope("s", "rg-live"), "westeurope", 0.25) == read_settings(ASKED)
    assert Settings(Scope("s", "rg-live"), "westeurope", 0.5) == read_settings(
        {**ASKED, "ACI_RECONCILE_LIVE_BUDGET": "0.50"}
    )


@pytest.mark.parametrize("name", ["AZURE_SUBSCRIPTION_ID", "ACI_RECONCILE_LIVE_RESOURCE_GROUP"])
def test_something_is_missing(name: str) -> None:
    """The error names it."""
    with pytest.raises(SettingsError, match=name.replace("AZURE_SUBSCRIPTION_ID", "ACI_RECONCILE_SUBSCRIPTION")):
        read_settings({**ASKED, name: ""})


def test_the_budget() -> None:
    """Two groups for an hour are 11.2 cents; a budget that is no number is none."""
    settings = Settings(Scope("s", "g"), "westeurope", 0.1)
    check_budget(estimate_cost([(1, 3600)]), settings)
    with pytest.raises(SettingsError, match=r"0\.112 USD"):
        check_budget(estimate_cost([(2, 3600)]), settings)
    with pytest.raises(SettingsError, match="not a number"):
        read_settings({**ASKED, "ACI_RECONCILE_LIVE_BUDGET": "much"})


@pytest.mark.e2e
def test_a_run_that_was_asked_for(tmp_path: Path) -> None:
    """It says where it is, deletes what a killed run left, and nothing else."""
    body = {"location": "westeurope", "properties": {"osType": "Linux", "containers": [CONTAINER]}}
    with azure(tmp_path) as server:
        server.ask("PUT", "", {"location": "westeurope"})
        for name in ("acirlive-0123abcd-web", "acirlive-of-somebody"):
            server.ask("PUT", server.group(name), body)
        environ = {**ASKED, "ACI_RECONCILE_LIVE_RESOURCE_GROUP": "rg-shop", "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION}
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "live", "-k", "not_there", "tests/live"],
            cwd=ROOT,
            env={**os.environ, **environ, "ACI_RECONCILE_ARM_ENDPOINT": server.url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        left = [each["name"] for each in server.ask("GET", server.group("").rstrip("/"))["value"]]

    assert (0, ["acirlive-of-somebody"]) == (ended.returncode, left), ended.stdout
    assert "resource group rg-shop, westeurope; estimated cost 0.000 USD" in ended.stdout
    assert "1 passed" in ended.stdout
