"""The simulation of containers: images, commands, restarts, events, states; all of it a function of the time."""

from __future__ import annotations

import pytest
from unit.emulator.emulator_world import World, container, events, group, view

from aci_reconcile.emulator import Knobs


@pytest.mark.parametrize(
    ("image", "policy", "state"),
    [
        ("nginx", "Always", "Running"),
        ("anything/at-all:9", "Never", "Running"),
        ("sim/task", "Never", "Succeeded"),
        ("sim/task", "OnFailure", "Succeeded"),
        ("sim/task", "Always", "Running"),
        ("sim/exit:0", "Never", "Succeeded"),
        ("sim/exit:3", "Never", "Failed"),
        ("sim/exit:3", "OnFailure", "Running"),
        ("sim/crash", "Never", "Failed"),
        ("sim/crash", "Always", "Running"),
        ("sim/oom", "Never", "Failed"),
        ("sim/flaky", "Always", "Running"),
        ("alpine", "Always", "Running"),
        ("docker.io/library/ubuntu:24.04", "Never", "Succeeded"),
        ("mcr.microsoft.com/azuredocs/aci-wordcount:latest", "OnFailure", "Succeeded"),
    ],
)
def test_the_group_state_follows_from_image_and_policy(image: str, policy: str, state: str) -> None:
    """Provisioning succeeds in every case, whatever the containers do."""
    properties = World().create("web", group(image, restartPolicy=policy))["properties"]

    assert ("Succeeded", state) == (properties["provisioningState"], properties["instanceView"]["state"])


def test_a_crash_loop_looks_as_recorded() -> None:
    """Waiting with CrashLoopBackOff, a previous state, and counters that agree."""
    world = World()
    body = world.create("web", group("sim/crash:7"))
    shown = view(body)
    counts = events(body)

    assert {"state": "Waiting", "detailStatus": "CrashLoopBackOff: Back-off restarting failed"} == shown["currentState"]
    assert ["state", "startTime", "exitCode", "finishTime", "detailStatus"] == list(shown["previousState"])
    assert (7, "Error") == (shown["previousState"]["exitCode"], shown["previousState"]["detailStatus"])
    assert shown["restartCount"] + 1 == counts["Started"] == counts["Killing"] == counts["BackOff"]
    assert shown["restartCount"] >= 3


def test_flaky_crashes_once_and_then_runs() -> None:
    """One restart, for good."""
    world = World()
    first = view(world.create("web", group("sim/flaky")))
    world.now += 1_000_000
    later = view(world.get("web"))

    assert (1, 1, "Running") == (first["restartCount"], later["restartCount"], later["currentState"]["state"])


def test_out_of_memory_is_told() -> None:
    """Code 137, and the reason."""
    shown = view(World().create("web", group("sim/oom", restartPolicy="Never")))["currentState"]

    assert (137, "OOMKilled") == (shown["exitCode"], shown["detailStatus"])


def test_one_running_container_keeps_the_group_running() -> None:
    """A failed sidecar shows in its own state only."""
    body = group(restartPolicy="Never", containers=[container("web"), container("side", "sim/exit:2")])

    shown = World().create("web", body)

    assert "Running" == shown["properties"]["instanceView"]["state"]
    assert "Terminated" == view(shown, "side")["currentState"]["state"]


def test_init_containers_run_one_after_the_other_and_then_the_group() -> None:
    """They delay the others, and end themselves even where the image would not."""
    world = World(Knobs(provisioning_seconds=1))
    init = [{"name": name, "properties": {"image": "busybox", "command": ["sleep", "10"]}} for name in ("one", "two")]
    server = {"name": "three", "properties": {"image": "nginx"}}
    world.put("web", group(initContainers=[*init, server]))
    states: list[list[str]] = []
    for pause in (5, 10, 10):
        world.now += pause
        body = world.get("web")
        states.append([view(body, name)["currentState"]["state"] for name in ("one", "two", "three", "web")])

    assert [
        ["Running", "Waiting", "Waiting", "Waiting"],
        ["Terminated", "Running", "Waiting", "Waiting"],
        ["Terminated", "Terminated", "Terminated", "Running"],
    ] == states


@pytest.mark.parametrize(
    ("image", "policy", "provisioning", "state"),
    [
        ("sim/exit:1", "Never", "Failed", "Failed"),
        ("sim/exit:1", "Always", "Failed", "Pending"),
        ("sim/flaky", "Always", "Succeeded", "Running"),
        ("sim/flaky", "Never", "Failed", "Failed"),
    ],
)
def test_a_failing_init_container_holds_the_group_back(image: str, policy: str, provisioning: str, state: str) -> None:
    """Tried again but for Never; provisioning gives up in the end."""
    world = World(Knobs(provisioning_timeout_seconds=100))
    world.put("web", group(restartPolicy=policy, initContainers=[{"name": "init", "properties": {"image": image}}]))
    world.now += 200

    properties = world.get("web")["properties"]

    assert (provisioning, state) == (properties["provisioningState"], properties["instanceView"]["state"])
