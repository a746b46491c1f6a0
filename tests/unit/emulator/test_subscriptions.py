"""Tenants, subscriptions, locations and the registration of providers."""

from __future__ import annotations

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBSCRIPTION, World, group

from aci_reconcile.emulator import Knobs

PROVIDER = f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance"
OTHER = "/subscriptions/33333333-3333-3333-3333-333333333333"


def test_a_subscription_comes_to_life_when_it_is_used() -> None:
    """The first is always there."""
    world = World()
    before = world.send("GET", "/subscriptions", version="2022-12-01").json()
    world.send("PUT", f"{OTHER}/resourceGroups/rg", {"location": "westus"})
    after = world.send("GET", "/subscriptions", version="2022-12-01").json()

    assert [SUBSCRIPTION] == [item["id"] for item in before["value"]]
    assert [SUBSCRIPTION, OTHER] == [item["id"] for item in after["value"]]
    assert "Enabled" == world.send("GET", OTHER).json()["state"]


def test_other_subscriptions_can_be_unknown() -> None:
    """A switch."""
    world = World(knobs=Knobs(any_subscription=False))

    assert (404, "SubscriptionNotFound") == world.code(world.send("GET", OTHER))
    assert 200 == world.send("GET", SUBSCRIPTION).status


def test_there_is_one_tenant() -> None:
    """And subscriptions belong to it."""
    world = World()
    tenants = world.send("GET", "/tenants").json()["value"]

    assert [Knobs().tenant_id] == [tenant["tenantId"] for tenant in tenants]
    assert Knobs().tenant_id == world.send("GET", SUBSCRIPTION).json()["tenantId"]


def test_locations_have_two_names() -> None:
    """One for programs and one for people."""
    found = World().send("GET", f"{SUBSCRIPTION}/locations").json()["value"]

    assert ("westeurope", "West Europe") in {(item["name"], item["displayName"]) for item in found}


def test_a_subscription_that_is_not_registered_is_told_so_until_it_is() -> None:
    """In the words that the SDKs look for; resource groups need no registration."""
    world = World(knobs=Knobs(registered=False))
    refused = world.put("web", group())
    state = world.send("GET", PROVIDER).json()["registrationState"]
    answer = world.send("POST", f"{PROVIDER}/register").json()

    assert (409, "MissingSubscriptionRegistration") == world.code(refused)
    assert "namespace 'Microsoft.ContainerInstance'" in refused.json()["error"]["message"]
    assert ["NotRegistered", "Registering"] == [state, answer["registrationState"]]
    assert "Registered" == world.send("GET", PROVIDER).json()["registrationState"]
    assert 201 == world.put("web", group()).status
    assert 200 == world.send("GET", RESOURCE_GROUP).status

    world.send("POST", f"{PROVIDER}/unregister")
    assert (409, "MissingSubscriptionRegistration") == world.code(world.send("GET", GROUPS))


def test_providers_are_listed_with_their_versions() -> None:
    """Those that are emulated; others are not Azure's to answer for."""
    world = World()
    found = world.send("GET", f"{SUBSCRIPTION}/providers").json()["value"]
    kinds = {kind["resourceType"]: kind for kind in found[0]["resourceTypes"]}

    assert ["Microsoft.ContainerInstance", "Microsoft.Resources"] == [item["namespace"] for item in found][:2]
    assert {"Registered"} == {item["registrationState"] for item in found}
    assert "2026-07-01" in kinds["containerGroups"]["apiVersions"]
    assert (501, "NotEmulated") == world.code(world.send("GET", f"{SUBSCRIPTION}/providers/Microsoft.Compute"))


@pytest.mark.parametrize("namespace", ["microsoft.containerinstance", "MICROSOFT.RESOURCES"])
def test_namespaces_are_compared_without_regard_to_case(namespace: str) -> None:
    """As ARM does."""
    world = World()

    assert 200 == world.send("GET", f"{SUBSCRIPTION}/providers/{namespace}").status
    assert 200 == world.send("POST", f"{SUBSCRIPTION}/providers/{namespace}/register").status
