"""Quotas and throttling: off by default, with Azure's documented numbers where they are on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBNET, SUBSCRIPTION, World, changed, group

from aci_reconcile.emulator import Knobs

if TYPE_CHECKING:
    from aci_reconcile.emulator import Response

ON = Knobs(limits=True, provisioning_seconds=0, delete_linger_seconds=0)
LOCATION = f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/westus"
LEFT = "x-ms-ratelimit-remaining-subscription-"


def read_remaining(response: Response, name: str) -> int:
    """A number in the rate limit headers."""
    return int(response.headers[LEFT + name])


def big(cpu: float) -> object:
    """A group with many CPUs."""
    return changed(group(), "properties.containers.0.properties.resources.requests.cpu", cpu)


def test_the_region_has_a_quota_of_cores() -> None:
    """Counted without the group's own former size, and told with Azure's words."""
    world = World(knobs=ON)
    statuses = [world.put(f"g{number}", big(31)).status for number in range(3)]
    refused = world.put("last", big(8))
    again = world.put("g0", big(31))

    assert [201] * 3 == statuses
    assert (400, "ContainerGroupQuotaReached") == world.code(refused)
    assert (
        "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' exceeded in "
        "region 'westus'. Limit: '100', Usage: '93' Requested: '8'."
    ) == refused.json()["error"]["message"]
    assert 201 == again.status


def test_a_quota_that_was_raised() -> None:
    """On request, as Azure does it; the usages show the number that is enforced."""
    world = World(knobs=replace(ON, quota=101))
    statuses = [world.put(f"g{number}", big(31)).status for number in range(4)]
    told = world.send("GET", f"{LOCATION}/usages").json()["value"]

    assert [201, 201, 201, 400] == statuses
    assert {"ContainerGroups": 101, "StandardCores": 101, "StandardSpotCores": 100} == {
        each["name"]["value"]: each["limit"] for each in told[:3]
    }


def test_nothing_is_enforced_by_default() -> None:
    """Not even the hundredth and first creation."""
    world = World()
    statuses = {world.put(f"g{number}", group()).status for number in range(101)}

    assert {201} == statuses


def test_creations_and_deletions_are_throttled_each_on_their_own() -> None:
    """A hundred in five minutes; the headers count down on both."""
    world = World(knobs=ON)
    answers: list[Response] = []
    for number in range(101):
        answers.append(world.put("web", group()))
        world.now += 1 if number else 0
        if number < 100:
            world.send("DELETE", f"{GROUPS}/web")
    refused = answers[-1]

    assert [99, 98, 0] == [read_remaining(answers[index], "resource-requests-pt5m") for index in (0, 1, 99)]
    assert 200 == read_remaining(answers[99], "resource-requests-pt1h")
    assert (429, "ResourceRequestsThrottled") == world.code(refused)
    assert "exceeded the limit of '100' for time interval '00:05:00'" in refused.json()["error"]["message"]
    world.now += int(refused.headers["retry-after"])
    assert 201 == world.put("web", group()).status


def test_each_region_has_rates_of_its_own() -> None:
    """Creations and deletions, also where nobody says the region; the headers are those of the region."""
    world = World(knobs=ON)
    east = {**group(), "location": "eastus"}
    for _ in range(100):
        world.put("web", group())
        world.now += 1

    assert (429, "ResourceRequestsThrottled") == world.code(world.put("web", group()))
    assert 99 == read_remaining(world.put("east", east), "resource-requests-pt5m")
    assert [99, 99] == [
        read_remaining(world.send("DELETE", f"{GROUPS}/{name}"), "resource-requests-pt5m") for name in ("web", "east")
    ]


def test_an_hour_has_its_limit_too() -> None:
    """Three hundred."""
    world = World(knobs=ON)
    statuses: list[int] = []
    for _ in range(301):
        statuses.append(world.put("web", group()).status)
        world.now += 4
    refused = world.put("web", group())

    assert [201] * 300 + [429] == statuses
    assert "'01:00:00'" in refused.json()["error"]["message"]


@pytest.mark.parametrize(("method", "most", "name"), [("GET", 250, "read"), ("PATCH", 200, "write")])
def test_arms_buckets_run_dry_and_fill_again(method: str, most: int, name: str) -> None:
    """With the time that it takes."""
    world = World(knobs=ON)
    world.now += 60
    answers = [world.send(method, RESOURCE_GROUP, {}) for _ in range(most + 1)]
    refused = answers[-1]

    assert [most - 1, 0] == [read_remaining(answers[0], f"{name}s"), read_remaining(answers[most - 1], f"{name}s")]
    assert (429, "SubscriptionRequestsThrottled") == world.code(refused)
    assert f"Number of '{name}' requests for subscription" in refused.json()["error"]["message"]
    assert "gateway" == refused.headers["x-ms-failure-cause"]
    world.now += int(refused.headers["retry-after"])
    assert 200 == world.send(method, RESOURCE_GROUP, {}).status


def test_a_region_tells_what_it_offers() -> None:
    """Capabilities and cached images."""
    world = World()
    capabilities = world.send("GET", f"{LOCATION}/capabilities").json()["value"]
    images = world.send("GET", f"{LOCATION}/cachedImages").json()["value"]
    nowhere = world.send("GET", f"{LOCATION}x/capabilities")

    assert [("NotSpecified", "Public", "None"), ("NotSpecified", "Private", "None"), ("Linux", "Public", "V100")] == [
        (row["osType"], row["ipAddressType"], row["gpu"]) for row in capabilities
    ]
    assert {"maxMemoryInGB": 256.0, "maxCpu": 32.0, "maxGpuCount": 0} == capabilities[0]["capabilities"]
    assert {"Windows"} == {row["osType"] for row in images if "osVersion" in row}
    assert {"osType": "Linux", "image": "mcr.microsoft.com/azuredocs/aci-helloworld:latest"} == images[0]
    assert (400, "LocationNotAvailableForResourceType") == world.code(nowhere)


def test_a_subnet_is_freed_once_it_is_empty() -> None:
    """Not before."""
    world = World()
    link = f"{SUBNET}/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default"
    world.create("web", group(subnetIds=[{"id": SUBNET}], ipAddress={"type": "Private", "ports": [{"port": 80}]}))
    taken = world.send("DELETE", link)
    world.send("DELETE", f"{GROUPS}/web")
    world.now += 60

    assert (409, "ServiceAssociationLinkInUse") == world.code(taken)
    assert 204 == world.send("DELETE", link).status
