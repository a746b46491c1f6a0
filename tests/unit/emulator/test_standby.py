"""Groups from a standby pool, and from a profile alone."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import SUBSCRIPTION, World, changed

PROFILE = {
    "id": f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroupProfiles/p",
    "revision": 1,
}
POOL = {"id": f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.StandbyPool/standbyContainerGroupPools/pool"}
MAP = {"keyValuePairs": {"key": "value"}}
CLAIM: Any = {
    "location": "westus",
    "properties": {
        "containers": [{"name": "web", "properties": {"configMap": MAP}}],
        "containerGroupProfile": PROFILE,
        "standbyPoolProfile": POOL,
    },
}
ALONE = changed(CLAIM, "properties.standbyPoolProfile", None)


def test_a_claim_on_a_pool_comes_back_with_what_the_profile_says() -> None:
    """As in Microsoft's example: the pool itself is not told."""
    shown = World().create("web", CLAIM)["properties"]

    assert (True, "Linux", PROFILE) == (
        shown["isCreatedFromStandbyPool"],
        shown["osType"],
        shown["containerGroupProfile"],
    )
    assert "standbyPoolProfile" not in shown
    (container,) = shown["containers"]
    properties = {key: value for key, value in container["properties"].items() if key != "instanceView"}
    assert {
        "image": "nginx",
        "ports": [{"port": 80}],
        "environmentVariables": [],
        "configMap": MAP,
        "resources": {"requests": {"memoryInGB": 1.5, "cpu": 1.0}},
    } == properties
    assert "Running" == shown["instanceView"]["state"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.containers.0.properties.image", "nginx"),
        ("properties.containers.0.properties.resources", {"requests": {"cpu": 1, "memoryInGB": 1}}),
        ("properties.osType", "Linux"),
        ("properties.ipAddress", {"type": "Public", "ports": [{"port": 80}]}),
    ],
)
def test_anything_beside_a_pool_is_refused_in_azures_words(path: str, value: Any) -> None:
    """Recorded by Azure PowerShell's tests."""
    answer = World().put("web", changed(CLAIM, path, value))

    assert 400 == answer.status
    assert {
        "code": "BadRequest",
        "message": "ContainerGroup properties other than config map are not allowed",
    } == answer.json()["error"]


def test_a_claim_may_be_written_again() -> None:
    """With another config map."""
    world = World()
    world.create("web", CLAIM)
    other = {"keyValuePairs": {"key": "other"}}
    answer = world.put("web", changed(CLAIM, "properties.containers.0.properties.configMap", other))

    assert 201 == answer.status
    assert other == world.settle("web")["properties"]["containers"][0]["properties"]["configMap"]


def test_a_profile_alone_fills_in_what_the_body_leaves_out() -> None:
    """And no more than that."""
    body = changed(ALONE, "properties.containers.0.properties.image", "alpine:3")
    shown = World().create("web", body)["properties"]

    assert (False, "alpine:3") == (
        shown["isCreatedFromStandbyPool"],
        shown["containers"][0]["properties"]["image"],
    )
    assert {"memoryInGB": 1.5, "cpu": 1.0} == shown["containers"][0]["properties"]["resources"]["requests"]


def test_an_api_version_without_profiles_fills_in_nothing() -> None:
    """It refuses the group as it would any that lacks so much."""
    world = World()

    assert (400, "InvalidOsType") == world.code(world.put("web", ALONE, "2023-05-01"))
