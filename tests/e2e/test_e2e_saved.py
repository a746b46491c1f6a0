"""A plan saved by one process and applied by another one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, azure

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project of one group, in a hurry."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0.2s"})
    found.write("aci-reconcile.yaml", PROJECT)
    found.group("web")
    return found


def test_from_the_pull_request_to_the_merge(commands: Commands) -> None:
    """Plan, show, apply; the same plan a second time is stale."""
    planned = commands("plan", "--local", "--out", "plan.json")
    shown = commands("show", "plan.json", "--local")
    applied = commands("apply", "--local", "--plan", "plan.json")
    again = commands("apply", "--local", "--plan", "plan.json")

    assert [0, 0, 0, 4] == [each.code for each in (planned, shown, applied, again)]
    assert shown.out.startswith(planned.out)
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in applied.out
    assert "rg-shop/web: the live group, create -> no-op" in again.err


def test_somebody_was_faster(commands: Commands, tmp_path: Path) -> None:
    """A change in Azure between plan and apply: nothing is written, and the group that moved is named."""
    with azure(tmp_path) as cloud:
        where = ("--arm-endpoint", cloud.url)
        commands("apply", "-y", *where)
        commands.group("web", image="nginx:2")
        commands("plan", "--out", "plan.json", *where)
        before = cloud.ask("GET", cloud.group("web"))
        cloud.ask("PATCH", cloud.group("web"), {"tags": {**before["tags"], "cost": "1"}})
        stale = commands("apply", "--plan", "plan.json", *where)
        after = cloud.ask("GET", cloud.group("web"))

    assert 4 == stale.code
    assert "rg-shop/web: the live group\n" in stale.err
    assert before["properties"] == after["properties"]


def test_a_digest_is_handed_on(commands: Commands) -> None:
    """From the job that plans to the job that applies, without a file."""
    digest = json.loads(commands("plan", "--local", "-v", "--format", "json").out)["plan_digest"]
    commands.group("db")
    other = commands("apply", "--local", "-y", "--checksum", digest)
    (commands.folder / "manifests" / "db.yaml").unlink()
    same = commands("apply", "--local", "-y", "--checksum", digest)

    assert (4, 0) == (other.code, same.code)
