"""One sick group beside groups that are well, in real processes: each command says so, and goes on with the others."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from doctored import doctored
from e2e.processes import PROJECT, SUBSCRIPTION, Commands

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from doctored import Doctored
    from e2e.processes import Ended

pytestmark = [pytest.mark.e2e, pytest.mark.long]

INIT = "initContainers: [{name: setup, image: 'busybox:1', command: [sh, -c, exit 3]}]\n"
AFTER = "lifecycle: {dependsOn: [sick]}\n"
MOUNT = {
    "name": "FailedMountAzureFileVolume",
    "type": "Warning",
    "message": "Failed to mount Azure File Volume.",
    "count": 4,
    "firstTimestamp": "2026-01-01T00:00:00Z",
    "lastTimestamp": "2026-01-01T00:05:00Z",
}


@pytest.fixture
def azure() -> Generator[Doctored]:
    """An Azure that deletes what it has not done with."""
    with doctored(delete_while_transitioning="accept") as served:
        yield served


@pytest.fixture
def run(tmp_path: Path, azure: Doctored) -> Commands:
    """A project there."""
    place = {"ACI_RECONCILE_ARM_ENDPOINT": azure.url, "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION}
    found = Commands(tmp_path, {**place, "ACI_RECONCILE_STABLE_FOR": "0s"})
    found.write("aci-reconcile.yaml", PROJECT)
    return found


def told(ended: Ended) -> dict[str, str]:
    """Return how it ended for each group, from the JSON of an apply."""
    events = map(json.loads, ended.out.splitlines())
    kinds = {"failed", "skipped", "succeeded", "unhealthy"}
    return {each["address"].rpartition("/")[2]: each["type"] for each in events if each["type"] in kinds}


def health(ended: Ended) -> dict[str, dict[str, Any]]:
    """Return the run state of each group, from the JSON of a drift."""
    return {each["address"].rpartition("/")[2]: each for each in json.loads(ended.out)["health"]}


def test_an_init_container_that_fails_stops_nobody_else(run: Commands) -> None:
    """Written or not, planned, looked at, mended or deleted: only the group itself has failed, and soon."""
    run.group("sick", more=INIT)
    run.group("web")
    run.group("after", more=AFTER)
    began = time.monotonic()
    first = run("apply", "-y", "--format", "json")
    seconds = time.monotonic() - began
    run.group("web", image="nginx:2")
    plan, drift = run("plan", "--detailed-exitcode"), run("drift", "--format", "json")
    second = run("apply", "-y", "--format", "json")
    status = run("status", "sick")
    gone = run("destroy", "-y")

    assert (5, 2, 2, 5, 0, 0) == tuple(each.code for each in (first, plan, drift, second, status, gone))
    assert {"after": "skipped", "sick": "unhealthy", "web": "succeeded"} == told(first)
    assert seconds < 45
    assert "Plan: 1 to add, 1 to change, 0 to destroy." in plan.out
    assert "Notice: rg-shop/sick: is Creating in Azure: init container setup: " in plan.out
    assert "unhealthy" == health(drift)["sick"]["state"]
    assert {"after": "skipped", "sick": "unhealthy", "web": "succeeded"} == told(second)
    assert "init container setup" in status.out
    assert "2 destroyed" in gone.out


def test_a_group_that_azure_repairs_is_waited_for_beside_the_others(run: Commands, azure: Doctored) -> None:
    """Who is waited for is told, and for how long; what there is to do elsewhere is done meanwhile."""
    run.group("mended")
    run.group("web")

    assert 0 == run("apply", "-y").code

    azure.states["mended"] = {"provisioningState": "Repairing"}
    run.group("web", image="nginx:2")
    plan = run("plan")
    ended = run("apply", "-y", "--timeout", "3s")

    assert (0, 5) == (plan.code, ended.code)
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in plan.out
    assert "rg-shop/mended                waiting: Repairing, " in ended.err
    assert "still Repairing after 3 s" in ended.err
    assert "rg-shop/web                   updated after " in ended.err


def test_what_azure_calls_unhealthy_is(run: Commands, azure: Doctored) -> None:
    """5 from an apply that has nothing to do, 2 from drift, and the reason in all that is said."""
    run.group("bad")
    run.group("web")

    assert 0 == run("apply", "-y").code

    azure.states["bad"] = {"provisioningState": "Unhealthy"}
    plan, apply, drift, status = (
        run(*words) for words in (("plan",), ("apply",), ("drift",), ("status", "bad", "web"))
    )

    assert (0, 5, 2, 0) == tuple(each.code for each in (plan, apply, drift, status))
    assert "No changes. 1 group matches its manifest, 1 is Unhealthy." in plan.out
    assert "! rg-shop/bad                   is not healthy after " in apply.err
    assert "! rg-shop/bad  unhealthy: Azure calls it Unhealthy" in drift.out
    assert "unhealthy: Azure calls it Unhealthy" in status.out


@pytest.mark.parametrize("provisioning", ["Creating", "Succeeded"])
def test_events_of_the_group_are_shown_everywhere(run: Commands, azure: Doctored, provisioning: str) -> None:
    """A share that cannot be mounted is told nowhere else: its containers only wait."""
    run.group("share")

    assert 0 == run("apply", "-y").code

    azure.states["share"] = {"provisioningState": provisioning, "events": [MOUNT]}
    words = "FailedMountAzureFileVolume (x4)"
    apply, drift = run("apply"), run("drift", "--format", "json", "--report", "html=drift.html")
    status, page = run("status", "share"), run("drift", "--format", "markdown")

    assert (5, 2, 0, 2) == tuple(each.code for each in (apply, drift, status, page))
    assert ["unhealthy"] == [each["state"] for each in health(drift).values()]
    assert [MOUNT["message"]] == [each["message"] for each in health(drift)["share"]["events"]]
    assert words in apply.err
    assert words in status.out
    assert words in page.out
    assert "<td>FailedMountAzureFileVolume" in (run.folder / "drift.html").read_text(encoding="utf-8")
