"""Resource groups: created, tagged, listed, and deleted with everything inside."""

from __future__ import annotations

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBSCRIPTION, World, group

from aci_reconcile.emulator import Knobs


def test_put_creates_then_updates() -> None:
    """201, then 200; the first spelling of the name stays."""
    world = World()
    path = f"{SUBSCRIPTION}/resourceGroups/New"

    created = world.send("PUT", path, {"location": "West US", "tags": {"a": "1"}})
    updated = world.send("PUT", path.lower(), {"location": "westus"})

    expected = {
        "id": path,
        "name": "New",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westus",
        "tags": {"a": "1"},
        "properties": {"provisioningState": "Succeeded"},
    }
    assert (201, expected) == (created.status, created.json())
    assert (200, "New") == (updated.status, updated.json()["name"])
    assert "tags" not in updated.json()


def test_head_tells_whether_it_is_there() -> None:
    """204 or 404, without a body."""
    world = World()

    found, missing = world.send("HEAD", RESOURCE_GROUP), world.send("HEAD", f"{SUBSCRIPTION}/resourceGroups/no")

    assert [(204, b""), (404, b"")] == [(found.status, found.body), (missing.status, missing.body)]


def test_patch_replaces_the_tags() -> None:
    """And nothing else."""
    world = World()

    assert {"b": "2"} == world.send("PATCH", RESOURCE_GROUP, {"tags": {"b": "2"}}).json()["tags"]
    assert {"b": "2"} == world.send("PATCH", RESOURCE_GROUP, {}).json()["tags"]


def test_it_cannot_move() -> None:
    """Its location is for ever."""
    world = World()

    response = world.send("PUT", RESOURCE_GROUP, {"location": "eastus"})

    assert (409, "InvalidResourceGroupLocation") == world.code(response)


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("ok", {}, "LocationRequired"),
        ("no%20spaces", {"location": "westus"}, "InvalidResourceGroup"),
        ("dot.", {"location": "westus"}, "InvalidResourceGroup"),
        ("x" * 91, {"location": "westus"}, "InvalidResourceGroup"),
    ],
)
def test_bad_resource_groups_are_refused(name: str, body: dict[str, str], code: str) -> None:
    """With ARM's codes."""
    world = World()

    assert (400, code) == world.code(world.send("PUT", f"{SUBSCRIPTION}/resourceGroups/{name}", body))


def test_lists_come_in_pages() -> None:
    """With a link to the next one."""
    world = World(Knobs(page_size=1))
    world.send("PUT", f"{SUBSCRIPTION}/resourceGroups/another", {"location": "westus"})

    first = world.send("GET", f"{SUBSCRIPTION}/resourceGroups").json()
    second = world.send("GET", first["nextLink"]).json()

    assert ["another", "rg-test"] == [page["value"][0]["name"] for page in (first, second)]
    assert "nextLink" not in second


def test_delete_takes_everything_inside_with_it() -> None:
    """202 with a Location that says 202 until it is done, then 200; meanwhile nobody may write into it."""
    world = World(Knobs(resource_group_delete_seconds=5))
    world.create("web")

    response = world.send("DELETE", RESOURCE_GROUP)
    location = response.headers["location"]
    again = world.send("DELETE", RESOURCE_GROUP)

    assert [202, 202, 202] == [response.status, world.send("GET", location).status, again.status]
    assert location == again.headers["location"]
    assert "Deleting" == world.send("GET", RESOURCE_GROUP).json()["properties"]["provisioningState"]
    assert (409, "ResourceGroupBeingDeleted") == world.code(world.put("web", group()))
    assert (409, "ResourceGroupBeingDeleted") == world.code(world.send("PUT", RESOURCE_GROUP, {"location": "westus"}))

    world.now += 5

    assert 200 == world.send("GET", location).status
    assert (404, "ResourceGroupNotFound") == world.code(world.send("GET", RESOURCE_GROUP))
    assert [] == world.send("GET", f"{SUBSCRIPTION}/resourceGroups").json()["value"]
    assert 201 == world.send("PUT", RESOURCE_GROUP, {"location": "eastus"}).status
    assert [] == world.send("GET", GROUPS).json()["value"]


def test_deleting_what_is_not_there_is_a_404() -> None:
    """As is an operation that nobody began."""
    world = World()

    assert (404, "ResourceGroupNotFound") == world.code(world.send("DELETE", f"{SUBSCRIPTION}/resourceGroups/no"))
    assert (404, "OperationNotFound") == world.code(world.send("GET", f"{SUBSCRIPTION}/operationresults/no"))
