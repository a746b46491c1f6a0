"""The rows of the registry."""

from __future__ import annotations

import pytest
from factories import group, live

from aci_reconcile.core.health import State
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.core.resource_types import (
    CONTAINER_GROUPS,
    RESOURCE_GROUPS,
    assess_health,
    get_type,
    is_settled,
)
from aci_reconcile.manifest.project.versions import OLDEST_USED

STARTED = 1_577_836_800.0
"""2020-01-01, in seconds since the epoch."""
RESOURCE_GROUP = ResourceId("0000", "rg-shop", "rg-shop", RESOURCE_GROUPS.name)


@pytest.mark.parametrize(
    "type_", ["Microsoft.ContainerInstance/containerGroups", "microsoft.containerinstance/containergroups"]
)
def test_a_type_is_found_in_any_case(type_: str) -> None:
    """ARM folds case."""
    assert CONTAINER_GROUPS is get_type(ResourceId("0000", "rg-shop", "web", type_))
    assert RESOURCE_GROUPS is get_type(RESOURCE_GROUP)


def test_what_is_no_known_type_counts_as_a_container_group() -> None:
    """A server may write anything into an id."""
    assert CONTAINER_GROUPS is get_type(ResourceId("0000", "rg-shop", "web", "Microsoft.Web/sites"))


def test_resource_groups_come_before_what_is_in_them() -> None:
    """The order of creation follows from the rows."""
    assert RESOURCE_GROUPS.order < CONTAINER_GROUPS.order


def test_actions_are_those_that_roles_name() -> None:
    """A resource group has another name in roles than in ids; what is a POST ends in ``/action``."""
    assert {
        "read": "Microsoft.Resources/subscriptions/resourceGroups/read",
        "write": "Microsoft.Resources/subscriptions/resourceGroups/write",
        "delete": "Microsoft.Resources/subscriptions/resourceGroups/delete",
    } == RESOURCE_GROUPS.actions
    assert "Microsoft.ContainerInstance/containerGroups/stop/action" == CONTAINER_GROUPS.actions["stop"]


def test_the_lowest_api_version_is_the_one_that_manifests_have() -> None:
    """The loader reads it without the registry, which would cost its start."""
    assert OLDEST_USED == CONTAINER_GROUPS.api_version


@pytest.mark.parametrize(
    ("state", "settled"), [("Succeeded", True), ("Failed", True), ("", True), ("Creating", False), ("Accepted", False)]
)
def test_a_group_is_settled_by_its_provisioning_state(state: str, *, settled: bool) -> None:
    """What is not known counts as in transition."""
    assert settled is is_settled(group(provisioningState=state))


@pytest.mark.parametrize(("state", "settled"), [("Succeeded", True), ("", True), ("Moving", True), ("Deleting", False)])
def test_a_resource_group_is_settled_unless_it_is_being_deleted(state: str, *, settled: bool) -> None:
    """It has no containers that could be unwell."""
    seen = Resource(RESOURCE_GROUP, {"properties": {"provisioningState": state}})

    assert settled is is_settled(seen)
    assert (State.HEALTHY if settled else State.PENDING) is assess_health(seen).state


def test_the_health_of_a_group_is_that_of_its_containers() -> None:
    """How long they have to run is passed on, and what the time is."""
    running = live(group(), startTime="2020-01-01T00:00:00Z")

    assert State.HEALTHY is assess_health(running, now=STARTED + 11, stable_for=10).state
    assert State.PENDING is assess_health(running, now=STARTED + 9, stable_for=10).state
