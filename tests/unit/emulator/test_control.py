"""Groups that never settle, and refusals on demand: what a tool has to live with."""

from __future__ import annotations

import json
from typing import Any

import pytest
from unit.emulator.emulator_world import GROUPS, World, group, view

from aci_reconcile.emulator import Request, Response

WEB = f"{GROUPS}/web"
EVENT = {"name": "FailedMountAzureFileVolume", "message": "mount error(13)", "type": "Warning", "count": 3}


def control(world: World, path: str, body: Any) -> Response:
    """One request to the emulator itself."""
    return world.emulator.handle(Request("POST", f"/emulator/{path}", body=json.dumps(body).encode()))


def refuse(world: World, **fault: Any) -> None:
    """Lets PUTs be refused."""
    assert 200 == control(world, "faults", {"kind": "error", "method": "PUT", **fault}).status


@pytest.mark.parametrize("state", ["Creating", "Repairing"])
def test_a_group_may_stay_on_its_way(state: str) -> None:
    """It takes no update, and can be deleted."""
    world = World()
    world.create("web")
    control(world, "groups", {"id": WEB, "state": state})
    later = world.settle("web")

    assert state == later["properties"]["provisioningState"]
    assert (409, "ContainerGroupTransitioning") == world.code(world.put("web", group()))
    assert 200 == world.send("DELETE", WEB).status


def test_an_unhealthy_group_is_cured_by_a_write() -> None:
    """`Unhealthy` is an end: it can be updated."""
    world = World()
    world.create("web")
    control(world, "groups", {"id": WEB, "state": "Unhealthy", "events": [EVENT]})

    assert "Unhealthy" == world.get("web")["properties"]["provisioningState"]
    assert 201 == world.put("web", group()).status
    cured = world.settle("web")["properties"]
    assert ("Succeeded", []) == (cured["provisioningState"], cured["instanceView"]["events"])


def test_events_of_the_group_itself_are_shown() -> None:
    """In the form of Microsoft's example, and an empty state is the group's own."""
    world = World()
    world.create("web")
    told = control(world, "groups", {"id": WEB, "events": [EVENT]})
    shown = world.get("web")["properties"]
    (event,) = shown["instanceView"]["events"]

    assert 200 == told.status
    assert "Succeeded" == shown["provisioningState"]
    assert ["count", "firstTimestamp", "lastTimestamp", "name", "message", "type"] == list(event)
    assert EVENT == {key: event[key] for key in EVENT}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": f"{GROUPS}/nobody", "state": "Creating"}, 404),
        ({"id": WEB, "state": "Sleepy"}, 400),
        ({"id": WEB, "mood": "bad"}, 400),
        ({"id": WEB, "events": ["x"]}, 400),
        ({"id": WEB, "events": [{"message": "no name"}]}, 400),
        ({"id": WEB, "events": [{"name": "n", "type": "Odd"}]}, 400),
        ({"id": WEB, "events": [{"name": "n", "count": 0}]}, 400),
    ],
)
def test_a_health_that_is_none_is_refused(body: Any, status: int) -> None:
    """And changes nothing."""
    world = World()
    before = world.create("web")

    assert status == control(world, "groups", body).status
    assert before == world.get("web")


def test_a_share_that_cannot_be_mounted_keeps_the_group_creating() -> None:
    """No container starts, the group says why, and half an hour later it has failed."""
    world = World()
    share = {"shareName": "sim-denied", "storageAccountName": "a", "storageAccountKey": "k"}
    world.put("web", group(volumes=[{"name": "data", "azureFile": share}]))
    stuck = world.settle("web")
    world.now += 1800
    failed = world.get("web")

    assert "Creating" == stuck["properties"]["provisioningState"]
    assert ["FailedMountAzureFileVolume"] == [each["name"] for each in stuck["properties"]["instanceView"]["events"]]
    assert ("Pending", "Waiting") == (
        stuck["properties"]["instanceView"]["state"],
        view(stuck)["currentState"]["state"],
    )
    assert "Failed" == failed["properties"]["provisioningState"]


def test_azure_policy_refuses_until_it_does_not() -> None:
    """By its own status, with the assignment and the definition."""
    world = World()
    refuse(world, code="RequestDisallowedByPolicy", path="/containergroups/")
    refused = world.put("web", group())
    message = refused.json()["error"]["message"]

    assert (403, "RequestDisallowedByPolicy") == world.code(refused)
    assert message.startswith("Resource 'web' was disallowed by policy. Policy identifiers: '[{\"policyAssignment\":")
    assert 201 == world.put("web", group()).status


def test_an_image_may_be_inaccessible_for_a_while() -> None:
    """The registry hiccups; the words name the image."""
    world = World()
    refuse(world, code="InaccessibleImage", times=2)
    refused = [world.put("web", group("nginx:1")) for _ in range(2)]

    assert [(400, "InaccessibleImage")] * 2 == [world.code(each) for each in refused]
    assert (
        "The image 'nginx:1' in container group 'web' is not accessible. Please check the image and registry "
        "credential." == refused[0].json()["error"]["message"]
    )
    assert 201 == world.put("web", group("nginx:1")).status


def test_any_code_may_be_asked_for() -> None:
    """With a status and words of one's own."""
    world = World()
    refuse(world, code="SomethingNew", status=409, message="Not today.")
    refused = world.put("web", group())

    assert (409, {"code": "SomethingNew", "message": "Not today."}) == (refused.status, refused.json()["error"])


def test_a_known_code_may_have_other_words() -> None:
    """Its status stays its own."""
    world = World()
    refuse(world, code="RequestDisallowedByPolicy", message="No.")
    refused = world.put("web", group())

    assert (403, "No.") == (refused.status, refused.json()["error"]["message"])


def test_the_description_names_the_body_of_each_request() -> None:
    """Of groups, profiles and exec; tags for the rest."""
    described = World().emulator.handle(Request("GET", "/emulator/openapi.json")).json()
    named = {
        f"{method} {path.rpartition('/')[2]}": operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for path, verbs in described["paths"].items()
        for method, operation in verbs.items()
        if "requestBody" in operation and "containerGroup" in path
    }

    assert {
        "put {name}": "#/components/schemas/ContainerGroupProfile",
        "patch {name}": "#/components/schemas/Tagged",
        "post exec": "#/components/schemas/ContainerExecRequest",
    } == named
    assert {"ContainerGroup", "ContainerGroupProfile", "ContainerExecRequest", "Tagged", "Error"} == set(
        described["components"]["schemas"]
    )
