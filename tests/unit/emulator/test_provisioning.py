"""Provisioning: how long it takes, what is said meanwhile, and how it fails."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import (
    GROUPS,
    SUBSCRIPTION,
    World,
    changed,
    group,
)

from aci_reconcile.emulator import Knobs


def test_a_created_group_is_pending_then_creating_then_succeeded() -> None:
    """Provisioning takes time, and the group and its operation agree about it."""
    world = World(Knobs(provisioning_seconds=10))
    response = world.put("web", group())
    operation = response.headers["azure-asyncoperation"]
    seen = [response.json()["properties"]["provisioningState"]]
    polls: list[Any] = []
    for _ in range(3):
        polls.append(world.send("GET", operation).json())
        seen.append(world.get("web")["properties"]["provisioningState"])
        world.now += 5

    assert 201 == response.status
    assert ["Pending", "Pending", "Creating", "Succeeded"] == seen
    assert ["Pending", "Creating", "Succeeded"] == [poll["status"] for poll in polls]
    assert [["id", "status", "startTime", "properties"]] * 3 == [list(poll) for poll in polls]
    assert {"Pulling", "Pulled", "Started"} == {event["name"] for event in polls[2]["properties"]["events"]}


def test_provisioning_at_once_still_answers_pending() -> None:
    """Recorded 204 of 204: the PUT's own answer is Pending, however fast the group is."""
    world = World(Knobs(provisioning_seconds=0))

    answered = world.put("web", group()).json()

    assert "Pending" == answered["properties"]["provisioningState"]
    assert "Succeeded" == world.get("web")["properties"]["provisioningState"]
    assert "Running" == world.get("web")["properties"]["instanceView"]["state"]


def test_the_operation_url_is_absolute_on_the_requests_host_with_the_old_version() -> None:
    """Recorded 187 of 187: api-version 2018-06-01, whatever the PUT had."""
    world = World()
    url = f"{GROUPS}/web?api-version=2023-05-01"

    response = world.send("PUT", url, group(), headers={"Host": "localhost:8080"})

    operation = response.headers["azure-asyncoperation"]
    assert operation.startswith(f"http://localhost:8080{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/")
    assert operation.endswith("?api-version=2018-06-01")


def test_retry_after_is_a_knob() -> None:
    """Nobody could record whether the service sends it."""
    world = World(Knobs(retry_after=7))
    response = world.put("web", group())
    operation = response.headers["azure-asyncoperation"]

    assert "7" == response.headers["retry-after"]
    assert "7" == world.send("GET", operation).headers["retry-after"]

    world.settle("web")

    assert "retry-after" not in world.send("GET", operation).headers


@pytest.mark.parametrize(
    "image", ["sim/missing", "reg.example.com/sim/missing:2", "Not An Image", "nginx:", "UPPER/case"]
)
def test_an_image_that_cannot_be_pulled_is_refused_at_once(image: str) -> None:
    """InaccessibleImage comes with the PUT, and nothing is created."""
    world = World()

    assert (400, "InaccessibleImage") == world.code(world.put("web", group(image)))
    assert 404 == world.send("GET", f"{GROUPS}/web").status


def test_private_registries_can_want_credentials() -> None:
    """A knob, for those who test their registry credentials."""
    world = World(Knobs(registry_needs_credentials=True))
    body = group("shop.azurecr.io/web:1")
    login = {"server": "shop.azurecr.io", "username": "u", "password": "p"}

    assert (400, "InaccessibleImage") == world.code(world.put("web", body))
    assert 201 == world.put("web", changed(body, "properties.imageRegistryCredentials", [login])).status


def test_provisioning_that_takes_too_long_fails_with_an_error_in_the_operation() -> None:
    """Documented as 30 minutes; a Failed group still takes an update."""
    world = World(Knobs(provisioning_timeout_seconds=10))
    operation = world.put("web", group("sim/slow:100")).headers["azure-asyncoperation"]
    world.now += 11

    poll = world.send("GET", operation).json()

    assert "Failed" == poll["status"]
    assert {"code", "message"} == set(poll["error"])
    assert "Failed" == world.get("web")["properties"]["provisioningState"]
    assert 201 == world.put("web", group("nginx")).status


def test_a_slow_image_keeps_the_group_creating() -> None:
    """sim/slow:N is pulled for N seconds."""
    world = World()
    world.put("web", group("sim/slow:20"))
    world.now += 15

    assert "Creating" == world.get("web")["properties"]["provisioningState"]
    assert "Pending" == world.get("web")["properties"]["instanceView"]["state"]

    world.now += 10

    assert "Succeeded" == world.get("web")["properties"]["provisioningState"]


def test_an_unknown_operation_is_not_found() -> None:
    """Whichever endpoint is asked."""
    world = World()
    base = f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/westus"

    assert 404 == world.send("GET", f"{base}/operations/nothing").status
    assert 404 == world.send("GET", f"{base}/operationresults/nothing").status


def test_the_events_of_an_operation_vanish_with_its_group() -> None:
    """The operation itself is remembered."""
    world = World(Knobs(delete_linger_seconds=0))
    operation = world.put("web", group()).headers["azure-asyncoperation"]
    world.settle("web")
    world.send("DELETE", f"{GROUPS}/web")

    assert [] == world.send("GET", operation).json()["properties"]["events"]
