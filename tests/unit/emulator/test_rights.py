"""Rights and subnets: told as they are enforced."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBNET, SUBSCRIPTION, World, group

from aci_reconcile.emulator import Knobs

IDENTITY = f"{RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
PROVIDER = f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance"
PERMISSIONS = "/providers/Microsoft.Authorization/permissions"
IN_SUBNET: Any = group(subnetIds=[{"id": SUBNET}], ipAddress={"type": "Private", "ports": [{"port": 80}]})
WITH_IDENTITY: Any = {**group(), "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}}


def role(world: World, scope: str = RESOURCE_GROUP) -> tuple[list[str], list[str]]:
    """What is granted and what is taken away."""
    (found,) = world.send("GET", f"{scope}{PERMISSIONS}", version="2022-04-01").json()["value"]
    return found["actions"], found["notActions"]


@pytest.mark.parametrize("scope", [SUBSCRIPTION, RESOURCE_GROUP, f"{GROUPS}/web", SUBNET, IDENTITY])
def test_everything_is_granted_everywhere(scope: str) -> None:
    """Unless a knob says otherwise."""
    assert (["*"], []) == role(World(), scope)


def test_a_role_is_told() -> None:
    """A reader's, and what is taken away."""
    world = World()
    world = World(Knobs(reader=True, not_actions=frozenset({"b/*", "a/write"})), store=world.store)

    assert (["*/read"], ["a/write", "b/*"]) == role(world)


def test_no_resource_group_has_no_permissions() -> None:
    """A scope that is not there."""
    gone = RESOURCE_GROUP.replace("rg-test", "rg-none")

    assert (404, "ResourceGroupNotFound") == World().code(World().send("GET", f"{gone}{PERMISSIONS}"))


@pytest.mark.parametrize(
    ("taken", "method", "path"),
    [
        ("*/delete", "DELETE", f"{GROUPS}/web"),
        ("microsoft.containerinstance/CONTAINERGROUPS/*", "GET", f"{GROUPS}/web"),
        ("Microsoft.ContainerInstance/containerGroups/containers/logs/read", "GET", f"{GROUPS}/web/containers/w/logs"),
        ("Microsoft.ContainerInstance/register/action", "POST", f"{PROVIDER}/register"),
        ("Microsoft.Network/*/subnets/read", "GET", SUBNET),
        ("Microsoft.Authorization/permissions/read", "GET", f"{RESOURCE_GROUP}{PERMISSIONS}"),
    ],
)
def test_what_is_taken_away_is_refused(taken: str, method: str, path: str) -> None:
    """Reads, too."""
    store = World().store
    world = World(Knobs(not_actions=frozenset({taken})), store=store)
    free = World(Knobs(not_actions=frozenset({f"{taken}x"})), store=store)

    assert (403, "AuthorizationFailed") == world.code(world.send(method, path))
    assert 403 != free.send(method, path).status


@pytest.mark.parametrize(
    ("taken", "body", "linked"),
    [("Microsoft.Network/*/join/action", IN_SUBNET, SUBNET), ("*/assign/action", WITH_IDENTITY, IDENTITY)],
)
def test_what_a_body_refers_to_needs_a_right_of_its_own(taken: str, body: Any, linked: str) -> None:
    """ARM's linked access check: the right to write the group is not enough."""
    world = World(Knobs(not_actions=frozenset({taken})))
    refused = world.put("web", body)

    assert (403, "LinkedAuthorizationFailed") == world.code(refused)
    assert f"on the linked scope(s) '{linked}'" in refused.json()["error"]["message"]
    assert 201 == world.put("web", group()).status


def test_any_subnet_is_there_for_container_groups() -> None:
    """Whatever its name: no network is kept here, as a group may be put into any."""
    shown = World().send("GET", SUBNET, version="2023-09-01").json()

    assert (SUBNET, "s") == (shown["id"], shown["name"])
    assert ["Microsoft.ContainerInstance/containerGroups"] == [
        each["properties"]["serviceName"] for each in shown["properties"]["delegations"]
    ]


def test_subnets_of_other_kinds() -> None:
    """A knob makes them plain ones, or lets none be there; groups are refused accordingly."""
    plain, absent = World(Knobs(subnets="plain")), World(Knobs(subnets="absent"))

    assert [] == plain.send("GET", SUBNET).json()["properties"]["delegations"]
    assert (400, "SubnetMissingRequiredDelegation") == plain.code(plain.put("web", IN_SUBNET))
    assert (404, "ResourceNotFound") == absent.code(absent.send("GET", SUBNET))
    assert (400, "InvalidSubnet") == absent.code(absent.put("web", IN_SUBNET))
