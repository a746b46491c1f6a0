"""What groups lean on: networks, identities, security groups and workspaces, in the recorded shapes."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import GROUPS, World, group

from aci_reconcile.emulator import Knobs

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
PROVIDERS = GROUPS.removesuffix("/Microsoft.ContainerInstance/containerGroups")
NETWORK = f"{PROVIDERS}/Microsoft.Network/virtualNetworks/net"
SUBNET = f"{NETWORK}/subnets/apps"
IDENTITY = f"{PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/shop"
SECURITY = f"{PROVIDERS}/Microsoft.Network/networkSecurityGroups/nsg"
WORKSPACE = f"{PROVIDERS}/Microsoft.OperationalInsights/workspaces/logs"
SERVICE = "Microsoft.ContainerInstance/containerGroups"
SPACE = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
HERE: Any = {"location": "westus"}


def delegated(service: str = SERVICE) -> Any:
    """Return the body of a subnet that is delegated to a service."""
    delegation = {"name": "aci", "properties": {"serviceName": service}}
    return {"properties": {"addressPrefix": "10.0.0.0/24", "delegations": [delegation]}}


def inside() -> Any:
    """Return a group in the subnet."""
    return group(subnetIds=[{"id": SUBNET}])


@pytest.fixture
def world() -> World:
    """Return an emulator with a network without subnets."""
    made = World()
    made.send("PUT", NETWORK, {**HERE, "properties": SPACE})
    return made


def test_a_network_and_a_subnet_are_made_as_recorded(world: World) -> None:
    """201 and Updating, an operation that has ended, and then Succeeded."""
    made = world.send("PUT", SUBNET, delegated())
    polled = world.send("GET", made.headers["azure-asyncoperation"].partition("?")[0])
    shown = world.send("GET", NETWORK).json()["properties"]

    assert (201, "Updating") == (made.status, made.json()["properties"]["provisioningState"])
    assert "location" not in made.headers
    assert {"status": "Succeeded"} == polled.json()
    assert ["provisioningState", "resourceGuid", "addressSpace", "subnets"] == list(shown)[:4]
    (subnet,) = shown["subnets"]
    assert ["name", "id", "etag", "properties", "type"] == list(subnet)
    assert SERVICE == subnet["properties"]["delegations"][0]["properties"]["serviceName"]
    assert [subnet] == world.send("GET", f"{NETWORK}/subnets").json()["value"]


def test_a_group_finds_the_subnet_that_was_made(world: World) -> None:
    """Absent, then of somebody else, then its own."""
    refused = [world.code(world.put("web", inside()))]
    world.send("PUT", SUBNET, delegated("Microsoft.Sql/managedInstances"))
    refused.append(world.code(world.put("web", inside())))
    world.send("PUT", SUBNET, delegated())

    assert [(400, "InvalidSubnet"), (400, "SubnetMissingRequiredDelegation")] == refused
    assert 201 == world.put("web", inside()).status


@pytest.mark.parametrize("path", [SUBNET, NETWORK])
def test_a_subnet_with_a_group_in_it_stays(world: World, path: str) -> None:
    """Until the group is really gone; then a deletion has an operation with a Location."""
    world.send("PUT", SUBNET, delegated())
    world.create("web", inside())
    in_use = (400, "InUseSubnetCannotBeDeleted")

    assert in_use == world.code(world.send("DELETE", path))
    world.send("DELETE", f"{GROUPS}/web")
    assert in_use == world.code(world.send("DELETE", path))
    world.now += 60
    gone = world.send("DELETE", path)
    assert 202 == gone.status
    assert 204 == world.send("GET", gone.headers["location"].partition("?")[0]).status
    assert 204 == world.send("DELETE", path).status
    assert 404 == world.send("GET", path).status


def test_a_network_is_replaced_with_the_subnets_in_its_body(world: World) -> None:
    """A body without them changes none."""
    one, two = ({"name": name, **delegated()} for name in ("one", "two"))
    for subnets in ([one, two], [two]):
        world.send("PUT", NETWORK, {**HERE, "properties": {**SPACE, "subnets": subnets}})
    again = world.send("PUT", NETWORK, {**HERE, "tags": {"a": "1"}, "properties": SPACE})

    assert (200, {"a": "1"}) == (again.status, again.json()["tags"])
    assert ["two"] == [each["name"] for each in again.json()["properties"]["subnets"]]


def test_a_subnet_of_a_network_that_nobody_made_is_as_a_knob_says() -> None:
    """There by default, so that a group needs no network; without one, ARM answers for the network."""
    there, absent = World(), World(Knobs(subnets="absent"))

    assert 200 == there.send("GET", SUBNET).status
    assert (404, "ResourceNotFound") == absent.code(absent.send("GET", SUBNET))
    assert "Microsoft.Network/virtualNetworks/net" in absent.send("GET", SUBNET).json()["error"]["message"]


def test_an_identity_has_the_ids_that_groups_show() -> None:
    """At once, with its Location; the collection of resource groups is spelt in small letters, as recorded."""
    world = World()
    made = world.send("PUT", IDENTITY, HERE)
    body = made.json()
    user: Any = {"type": "UserAssigned", "userAssignedIdentities": {body["id"]: {}}}
    live = world.create("web", {**group(), "identity": user})["identity"]["userAssignedIdentities"][body["id"]]

    assert (201, body["id"]) == (made.status, made.headers["location"])
    assert "/resourcegroups/" in body["id"]
    assert {name: body["properties"][name] for name in ("principalId", "clientId")} == live
    assert 200 == world.send("PUT", IDENTITY, HERE).status


def test_a_security_group_has_six_rules_and_ones_own() -> None:
    """In recorded words."""
    world = World()
    rule = {"name": "web", "properties": {"priority": 100, "access": "Allow", "direction": "Inbound", "protocol": "*"}}
    body = world.send("PUT", SECURITY, {**HERE, "properties": {"securityRules": [rule]}}).json()["properties"]

    assert [65000, 65001, 65500] * 2 == [each["properties"]["priority"] for each in body["defaultSecurityRules"]]
    assert ["web"] == [each["name"] for each in body["securityRules"]]
    assert [] == body["securityRules"][0]["properties"]["sourcePortRanges"]


def test_a_workspace_is_found_with_its_keys() -> None:
    """By its name or by its customer id, as azure-cli looks for it."""
    world = World()
    created = world.send("PUT", WORKSPACE, HERE)
    listed = world.send("GET", f"{SUBSCRIPTION}/providers/Microsoft.OperationalInsights/workspaces").json()["value"]
    keys = [world.send("POST", f"{WORKSPACE}/sharedKeys").json() for _ in range(2)]

    assert (201, "Creating") == (created.status, created.json()["properties"]["provisioningState"])
    assert ["logs", "Succeeded"] == [listed[0]["name"], listed[0]["properties"]["provisioningState"]]
    assert created.json()["properties"]["customerId"] == listed[0]["properties"]["customerId"]
    assert keys[0] == keys[1]
    assert keys[0]["primarySharedKey"] != keys[0]["secondarySharedKey"]


@pytest.mark.parametrize("path", [NETWORK, IDENTITY, SECURITY, WORKSPACE])
def test_all_are_listed_and_go_with_their_resource_group(path: str) -> None:
    """And each alone: a second deletion finds nothing."""
    world = World()
    kind, rg = "/".join(path.split("/")[6:8]), path.partition("/providers/")[0]
    world.send("PUT", path, {**HERE, "properties": SPACE})

    for where in (rg, SUBSCRIPTION):
        assert [path.rpartition("/")[2]] == [
            each["name"] for each in world.send("GET", f"{where}/providers/{kind}").json()["value"]
        ]
    assert [kind] == [each["type"] for each in world.send("GET", f"{rg}/resources").json()["value"]]
    assert {200, 202} >= {world.send("DELETE", path).status}
    assert 204 == world.send("DELETE", path).status
    world.send("PUT", path, {**HERE, "properties": SPACE})
    world.send("DELETE", rg)
    world.now += 60
    world.send("PUT", rg, HERE)
    assert (404, "ResourceNotFound") == world.code(world.send("GET", path))


@pytest.mark.parametrize("body", [{}, {"location": 5}, {"location": ""}])
def test_a_place_is_needed(body: Any) -> None:
    """Of all but a subnet."""
    world = World()

    assert (400, "LocationRequired") == world.code(world.send("PUT", NETWORK, body))
    assert (404, "ResourceNotFound") == world.code(world.send("PUT", SUBNET, delegated()))


def test_a_missing_operation_is_told() -> None:
    """Under both of its paths."""
    world = World()
    operations = f"{SUBSCRIPTION}/providers/Microsoft.Network/locations/westus"

    for kind in ("operations", "operationResults"):
        assert (404, "OperationNotFound") == world.code(world.send("GET", f"{operations}/{kind}/none"))
