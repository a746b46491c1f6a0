"""Azure Resource Graph in the emulator: pages, quota, scope, what it refuses, and how far it lags behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, World, group

from aci_reconcile.emulator import Knobs

if TYPE_CHECKING:
    from aci_reconcile.emulator import Response

PATH = "/providers/Microsoft.ResourceGraph/resources"
TYPE = "where type =~ 'Microsoft.ContainerInstance/containerGroups'"
QUERY = f"Resources | {TYPE} | project id, tags | order by id asc"
MINE, OTHER = "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000a"
INSTANT = Knobs(provisioning_seconds=0, delete_linger_seconds=0)


def ask(world: World, query: str = QUERY, version: str = "2024-04-01", **more: Any) -> Response:
    """Send a query about the first subscription, unless others are given."""
    options = {f"${key}" if key in {"top", "skipToken"} else key: more.pop(key) for key in list(more) if key in OPTIONS}
    body: dict[str, Any] = {"subscriptions": [MINE], "query": query, "options": options, **more}
    return world.send("POST", PATH, body, version)


OPTIONS = {"top", "skipToken", "resultFormat", "$skip"}


def list_names(response: Response) -> list[str]:
    """The names of the groups in an answer."""
    return [row["id"].rpartition("/")[2] for row in response.json()["data"]]


def find_detail(response: Response) -> tuple[int, str, str]:
    """Status and codes of a refusal."""
    error = response.json()["error"]
    return response.status, error["code"], error.get("details", [{"code": ""}])[0]["code"]


def test_a_row_has_what_a_list_has_and_no_instance_view() -> None:
    """In the columns that the query names, and with the type in lower case."""
    world = World(INSTANT)
    world.create("web", {**group(), "tags": {"team": "shop"}})
    wanted = "id, name, type, location, resourceGroup, subscriptionId, tags, zones, properties"
    found = ask(world, f"resources | {TYPE} | project {wanted}").json()
    row = found["data"][0]

    assert (1, 1, "false") == (found["totalRecords"], found["count"], found["resultTruncated"])
    assert wanted.split(", ") == list(row)
    assert ("web", "microsoft.containerinstance/containergroups") == (row["name"], row["type"])
    assert ("rg-test", MINE, {"team": "shop"}, None) == tuple(
        row[name] for name in ("resourceGroup", "subscriptionId", "tags", "zones")
    )
    assert "Succeeded" == row["properties"]["provisioningState"]
    assert "instanceView" not in str(row)


@settings(max_examples=up_to(20), deadline=None)
@given(top=st.integers(1, 9), number=st.integers(0, 8))
def test_every_page_size_gives_the_same_groups(top: int, number: int) -> None:
    """In the order of their ids, each once."""
    world = World(INSTANT)
    for index in range(number):
        world.put(f"g{index}", group())
    names: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = ask(world, top=top, **token).json()
        names += [row["id"].rpartition("/")[2] for row in page["data"]]
        if "$skipToken" not in page:
            break
        token = {"skipToken": page["$skipToken"]}

    assert [f"g{index}" for index in range(number)] == names
    assert number == page["totalRecords"]


@pytest.mark.parametrize("steps", ["project name | order by id asc", "project id"])
def test_without_an_order_by_the_id_there_is_no_second_page(steps: str) -> None:
    """The answer says that it was cut."""
    world = World(INSTANT)
    for name in ("a", "b"):
        world.put(name, group())
    found = ask(world, f"Resources | {TYPE} | {steps}", top=1).json()

    assert (1, 2, "true") == (found["count"], found["totalRecords"], found["resultTruncated"])
    assert "$skipToken" not in found


def test_a_token_is_that_of_its_query() -> None:
    """Another query, or what is none."""
    world = World(INSTANT)
    for name in ("a", "b"):
        world.put(name, group())
    token = ask(world, top=1).json()["$skipToken"]

    for wrong in (ask(world, QUERY.replace(", tags", ""), skipToken=token), ask(world, skipToken="nonsense")):
        assert (400, "BadRequest", "InvalidSkipToken") == find_detail(wrong)


def test_tags_are_filtered_without_regard_to_case() -> None:
    """By a text in them."""
    world = World(INSTANT)
    world.put("ours", {**group(), "tags": {"Owner": "shop"}})
    world.put("plain", group())

    assert ["ours"] == list_names(
        ask(world, QUERY.replace("| project", "| where tostring(tags) contains 'OWNER' | project"))
    )


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("Nothing | project id", 400, "InvalidQuery"),
        (f"Resources | {TYPE} | project id, size", 400, "InvalidQuery"),
        ("Resources | whera type =~ 'x' | project id", 400, "InvalidQuery"),
        ("Resources | summarize count()", 501, ""),
        (f"Resources | {TYPE}", 501, ""),
        (f"Resources | {TYPE} | project id | limit 5", 501, ""),
    ],
)
def test_other_queries_are_refused(query: str, status: int, code: str) -> None:
    """What is no query with Azure's error; what the emulator does not know with its own."""
    refused = ask(World(), query)

    assert (status, code) == (refused.status, find_detail(refused)[2])
    if status == 400:
        assert refused.json()["error"]["message"].startswith("Please provide below info when asking for support: ")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"top": 0}, 400, "InvalidQueryOption"),
        ({"top": 1001}, 400, "InvalidQueryOption"),
        ({"top": True}, 400, "InvalidQueryOption"),
        ({"resultFormat": "table"}, 501, ""),
        ({"facets": [{"expression": "location"}]}, 501, ""),
        ({"$skip": 5}, 501, ""),
        ({"managementGroups": ["m"]}, 501, ""),
        ({"subscriptions": ["no-guid"]}, 400, "SubscriptionsContainInvalidGuids"),
        ({"subscriptions": [f"00000000-0000-0000-0000-{n:012x}" for n in range(1001)]}, 400, "TooManySubscriptions"),
        ({"query": 1}, 400, "InvalidQuery"),
    ],
)
def test_other_options_are_refused(more: dict[str, Any], status: int, code: str) -> None:
    """Likewise."""
    refused = ask(World(), **more)

    assert (status, code) == (refused.status, find_detail(refused)[2])


def test_what_other_clients_send_changes_nothing() -> None:
    """As azure-mgmt-resourcegraph sends it."""
    options = {"$top": 5, "$skip": 0, "resultFormat": "objectArray", "allowPartialScopes": False}

    assert 200 == ask(World(), options=options, facets=None, managementGroups=None).status


def test_the_versions_are_its_own() -> None:
    """Not those of container groups."""
    world = World()

    assert 200 == ask(world, version="2021-03-01").status
    assert (400, "NoRegisteredProviderFound") == world.code(ask(world, version="2025-09-01"))
    assert 501 == world.send("GET", PATH, version="2024-04-01").status


def test_what_may_not_be_read_is_left_out_without_a_word() -> None:
    """Unless that is everything; the table of subscriptions shows which were read."""
    world = World(replace(INSTANT, graph_hidden=frozenset({OTHER})))
    for subscription in (MINE, OTHER):
        place = RESOURCE_GROUP.replace(MINE, subscription)
        world.send("PUT", place, {"location": "westus"})
        world.send("PUT", f"{GROUPS.replace(MINE, subscription)}/web", group())
    subscriptions = (
        "ResourceContainers | where type =~ 'microsoft.resources/subscriptions' | project id, subscriptionId"
    )
    shown = ask(world, subscriptions, subscriptions=[MINE, OTHER]).json()["data"]

    assert 1 == ask(world, subscriptions=[MINE, OTHER]).json()["totalRecords"]
    assert 1 == ask(world, subscriptions=None).json()["totalRecords"]
    assert [MINE] == [row["subscriptionId"] for row in shown]
    assert (400, "BadRequest", "NoValidSubscriptionsInQueryRequest") == find_detail(ask(world, subscriptions=[OTHER]))


def test_a_subscription_that_does_not_exist_is_left_out_too() -> None:
    """Where not every one exists on its first use."""
    world = World(replace(INSTANT, any_subscription=False))

    assert 200 == ask(world, subscriptions=[MINE, OTHER]).status
    assert "NoValidSubscriptionsInQueryRequest" == find_detail(ask(world, subscriptions=[OTHER]))[2]


def test_an_answer_that_is_too_large_is_refused() -> None:
    """A smaller page passes."""
    world = World(replace(INSTANT, graph_payload_bytes=650))
    for name in ("a", "b", "c", "d"):
        world.put(name, group())

    assert (400, "BadRequest", "ResponsePayloadTooLarge") == find_detail(ask(world))
    assert 200 == ask(world, top=2).status


def test_fifteen_queries_in_five_seconds() -> None:
    """Counted down in the headers, and only where limits are enforced."""
    world = World(replace(INSTANT, limits=True))
    answers = [ask(world) for _ in range(16)]
    left = [int(each.headers["x-ms-user-quota-remaining"]) for each in answers]
    world.now += 2
    later = ask(world)
    world.now += 3

    assert ([14, 0, 0], [200, 200, 429]) == ([left[0], left[14], left[15]], [answers[n].status for n in (0, 14, 15)])
    assert "RateLimiting" == find_detail(answers[15])[2]
    assert ("00:00:05", "00:00:03") == tuple(
        each.headers["x-ms-user-quota-resets-after"] for each in (answers[15], later)
    )
    assert "retry-after" not in later.headers
    assert 200 == ask(world).status
    assert {200} == {ask(World()).status for _ in range(16)}


def test_it_lags_behind_writes() -> None:
    """A new group shows later, and a deleted one longer; each as it was then."""
    world = World(replace(INSTANT, graph_lag_seconds=30))
    world.put("old", {**group(), "tags": {"v": "1"}})
    world.now += 60
    world.put("new", group())
    world.send("PATCH", f"{GROUPS}/old", {"tags": {"v": "2"}})
    world.now += 5
    world.send("DELETE", f"{GROUPS}/old")
    early = ask(world).json()["data"]
    world.now += 26
    between = ask(world).json()["data"]
    world.now += 10

    assert [("old", {"v": "1"})] == [(row["id"].rpartition("/")[2], row["tags"]) for row in early]
    assert [{"v": "2"}, None] == [row["tags"] for row in sorted(between, key=lambda row: row["id"], reverse=True)]
    assert ["new"] == list_names(ask(world))


def test_a_deleted_resource_group_lags_too() -> None:
    """With its groups."""
    world = World(replace(INSTANT, graph_lag_seconds=30, resource_group_delete_seconds=0))
    world.put("web", group())
    world.now += 60
    world.send("DELETE", RESOURCE_GROUP)

    assert ["web"] == list_names(ask(world))
    world.now += 31
    assert [] == list_names(ask(world))


def test_it_takes_a_right_of_its_own_that_a_reader_has() -> None:
    """A query reads, although it is a POST."""
    refused = ask(World(replace(INSTANT, not_actions=frozenset({"Microsoft.ResourceGraph/*"}))))

    assert 200 == ask(World(replace(INSTANT, reader=True))).status
    assert 403 == refused.status
    assert "Microsoft.ResourceGraph/resources/read" in refused.json()["error"]["message"]
