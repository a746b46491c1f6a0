"""Lists, tags and counts."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import (
    GROUPS,
    RESOURCE_GROUP,
    SUBSCRIPTION,
    World,
    container,
    group,
)

from aci_reconcile.emulator import Knobs


def test_patch_replaces_the_tags_and_restarts_nothing() -> None:
    """The whole map, at once, whatever else the body says."""
    world = World()
    before = world.create("web", {**group(), "tags": {"a": "1", "b": "2"}})
    world.now += 10

    response = world.send("PATCH", f"{GROUPS}/web", {"tags": {"c": "3"}, "properties": {"osType": "Windows"}})

    assert 200 == response.status
    assert {"c": "3"} == response.json()["tags"]
    assert before["properties"] == response.json()["properties"]
    assert response.json() == world.get("web")


def test_patch_without_tags_changes_nothing() -> None:
    """Only tags can be patched."""
    world = World()
    before = world.create("web", {**group(), "tags": {"a": "1"}})

    assert before["tags"] == world.send("PATCH", f"{GROUPS}/web", {}).json()["tags"]


def test_tags_by_put_are_a_knob() -> None:
    """Sources disagree whether an update takes them."""
    world = World(Knobs(put_updates_tags=False))
    world.create("web", {**group(), "tags": {"a": "1"}})
    world.put("web", {**group(), "tags": {"a": "2"}})

    assert {"a": "1"} == world.settle("web")["tags"]


def test_a_policy_sets_tags_whatever_is_sent() -> None:
    """In a creation, an update and a PATCH; a name that is sent keeps its spelling."""
    world = World(Knobs(policy_tags=frozenset({"env=prod"})))
    created = world.create("web", group())
    world.put("web", {**group(), "tags": {"ENV": "dev", "a": "1"}})
    updated = world.settle("web")
    patched = world.send("PATCH", f"{GROUPS}/web", {"tags": {"Env": "dev"}}).json()

    assert {"env": "prod"} == created["tags"]
    assert {"ENV": "prod", "a": "1"} == updated["tags"]
    assert {"Env": "prod"} == patched["tags"]


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"a": "x" * 257}, "InvalidTagValueLength"),
        ({"x" * 513: "a"}, "InvalidTagName"),
        ({"a/b": "a"}, "InvalidTagName"),
        ({"azure-x": "a"}, "ReservedTagName"),
        ({"a": "1", "A": "2"}, "DuplicateTagName"),
        ({f"t{number}": "" for number in range(51)}, "TagCountExceeded"),
        (["a"], "InvalidRequestContent"),
        ({"a": {}}, "InvalidRequestContent"),
    ],
)
def test_bad_tags_are_refused(tags: Any, code: str) -> None:
    """By PUT and by PATCH."""
    world = World()
    world.create("web")

    assert (400, code) == world.code(world.send("PATCH", f"{GROUPS}/web", {"tags": tags}))
    assert (400, code) == world.code(world.put("web", {**group(), "tags": tags}))


def test_lists_have_no_instance_view_and_come_in_pages() -> None:
    """Recorded 27 of 27 without instance views; the page size is a knob, the link absolute."""
    world = World(Knobs(page_size=2))
    for name in ("a1", "b1", "c1", "d1", "e1"):
        world.create(name)

    names: list[str] = []
    url, pages = f"http://localhost:1234{GROUPS}", 0
    while url:
        page = world.send("GET", url).json()
        names += [item["name"] for item in page["value"]]
        assert all("instanceView" not in item["properties"] for item in page["value"])
        assert all("instanceView" not in item["properties"]["containers"][0]["properties"] for item in page["value"])
        url, pages = page.get("nextLink", ""), pages + 1
        assert len(page["value"]) <= 2
        assert not url or url.startswith(f"http://localhost:1234{GROUPS}?")

    assert ["a1", "b1", "c1", "d1", "e1"] == names
    assert 3 == pages


def test_the_subscriptions_list_spans_resource_groups() -> None:
    """And keeps to its own subscription."""
    world = World()
    other = GROUPS.replace("rg-test", "rg-other")
    elsewhere = GROUPS.replace("00000000-", "22222222-")
    for path in (other, elsewhere):
        world.send("PUT", path.partition("/providers/")[0], {"location": "westus"})
        world.send("PUT", f"{path}/there", group())
    world.create("here")

    found = world.send("GET", f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/containerGroups").json()["value"]

    assert ["there", "here"] == [item["name"] for item in found]


def test_usages_count_what_is_there() -> None:
    """Real counts, never enforced."""
    world = World()
    world.create("web", group(containers=[container("web"), container("side")]))
    world.create("safe", group(sku="Confidential"))
    world.create("spot", group(priority="Spot"))
    world.send("PUT", f"{GROUPS}/away", {**group(), "location": "eastus"})
    path = f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/westus/usages"

    usages = {item["name"]["value"]: item["currentValue"] for item in world.send("GET", path).json()["value"]}

    assert (
        usages
        | {
            "ContainerGroups": 3,
            "StandardCores": 2,
            "StandardSpotCores": 1,
            "ConfidentialContainerGroups": 1,
            "ConfidentialCores": 1,
        }
        == usages
    )


def test_the_provider_lists_its_operations() -> None:
    """For role definitions: in the recorded order and words, with the metrics of a group."""
    world = World()

    listed = world.send("GET", "/providers/Microsoft.ContainerInstance/operations").json()["value"]

    by_name = {item["name"].removeprefix("Microsoft.ContainerInstance/"): item for item in listed}
    metrics = by_name["containerGroups/providers/Microsoft.Insights/metricDefinitions/read"]
    found = [item["name"] for item in metrics["properties"]["serviceSpecification"]["metricSpecifications"]]
    assert ["register/action", "containerGroups/read", "containerGroups/write"] == list(by_name)[:3]
    assert "Delete Container Group" == by_name["containerGroups/delete"]["display"]["operation"]
    assert ["CpuUsage", "MemoryUsage"] == found[:2]
    assert ("System", "User") == (metrics["origin"], by_name["containerGroups/read"]["origin"])


def test_resource_groups_know_what_is_in_them() -> None:
    """The generic list of resources: short bodies."""
    world = World()
    world.create("web", {**group(), "tags": {"a": "1"}})

    expected = [
        {
            "id": f"{GROUPS}/web",
            "name": "web",
            "type": "Microsoft.ContainerInstance/containerGroups",
            "location": "westus",
            "tags": {"a": "1"},
        }
    ]

    assert expected == world.send("GET", f"{RESOURCE_GROUP}/resources").json()["value"]
    assert expected == world.send("GET", f"{SUBSCRIPTION}/resources").json()["value"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("Microsoft.ContainerInstance/containerGroups", ["web"]),
        ("microsoft.containerinstance/CONTAINERGROUPS", ["web"]),
        ("Microsoft.Storage/storageAccounts", []),
    ],
)
def test_resources_of_one_type(wanted: str, names: list[str]) -> None:
    """Documented: the filter by type, whatever its case."""
    world = World()
    world.create("web")
    listed = world.send("GET", f"{SUBSCRIPTION}/resources?$filter=resourceType eq '{wanted}'")

    assert (200, names) == (listed.status, [each["name"] for each in listed.json()["value"]])
