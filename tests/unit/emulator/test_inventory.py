"""ARM's lists of resources with filters, whether a resource exists, and tags as resources of their own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBSCRIPTION, World, group

TYPE = "Microsoft.ContainerInstance/containerGroups"
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
VERSION = "2021-04-01"
TAGS = "/providers/Microsoft.Resources/tags/default"
ID = f"{RESOURCE_GROUP}/providers/{IDENTITY}/id"


def world() -> World:
    """Two groups, an identity, and a second resource group with another identity."""
    made = World()
    other = RESOURCE_GROUP.replace("rg-test", "rg-Other")
    made.create("shop-web", {**group(), "tags": {"Team": "blue"}})
    made.create("shop-db", {**group(), "location": "West Europe"})
    made.send("PUT", ID, {"location": "westus", "tags": {"team": "blue"}}, VERSION)
    made.send("PUT", other, {"location": "westus", "tags": {"team": "red", "stage": "test"}}, VERSION)
    made.send("PUT", f"{other}/providers/{IDENTITY}/it's", {"location": "westus"}, VERSION)
    return made


def listed(made: World, where: str = f"{SUBSCRIPTION}/resources", **query: str) -> Any:
    """A list, filtered."""
    text = "&".join(f"${name}={quote(value)}" for name, value in query.items())
    return made.send("GET", f"{where}?{text}", version=VERSION).json()


@pytest.mark.parametrize(
    ("expected", "wanted"),
    [
        ({"shop-web", "shop-db", "id", "it's"}, ""),
        ({"shop-web", "shop-db"}, f"resourceType eq '{TYPE.lower()}'"),
        ({"id", "it's"}, f"resourceType ne '{TYPE}'"),
        ({"shop-db"}, "name eq 'SHOP-DB'"),
        ({"it's"}, "name eq 'it''s'"),
        ({"it's"}, "resourceGroup eq 'RG-OTHER'"),
        ({"shop-db"}, "location eq 'westeurope'"),
        ({"shop-web", "shop-db"}, "substringof('HOP', name)"),
        ({"it's"}, "substringof('oth', resourceGroup)"),
        ({"shop-web"}, f"substringof('web', name) and resourceType eq '{TYPE}'"),
        ({"shop-web", "id"}, "name eq 'id' or substringof('web', name) and location eq 'westus'"),
        ({"shop-web", "id"}, "tagName eq 'TEAM'"),
        ({"shop-web", "id"}, " tagname eq 'team' AND tagvalue eq 'blue' "),
        (set(), "tagName eq 'team' and tagValue eq 'BLUE'"),
    ],
)
def test_resources_are_filtered(expected: set[str], wanted: str) -> None:
    """By comparisons, substrings, or a tag; values ignore case, but for those of tags."""
    assert expected == {each["name"] for each in listed(world(), filter=wanted)["value"]}


def test_a_filter_by_tag_leaves_the_tags_out() -> None:
    """Documented, and reported by users."""
    made = world()

    assert [False, False] == ["tags" in each for each in listed(made, filter="tagName eq 'team'")["value"]]
    assert {"Team": "blue"} == listed(made, filter="name eq 'shop-web'")["value"][0]["tags"]


@pytest.mark.parametrize(
    "wanted",
    [
        "name",
        "name eq id",
        "name eq 'id' and",
        "startswith(name, 'i')",
        "size eq '1'",
        "substringof('a', location)",
        "tagName eq 'team' and resourceType eq 'a'",
        "tagName ne 'team'",
        "tagValue eq 'blue'",
        "tagName eq 'team' or tagValue eq 'blue'",
        f"name eq '{'x' * 5000}",
    ],
)
def test_a_filter_that_azure_does_not_know_is_quoted(wanted: str) -> None:
    """InvalidFilterInQueryString."""
    error = listed(world(), filter=wanted)["error"]

    assert ("InvalidFilterInQueryString", f"Invalid $filter '{wanted}' specified in the query string.") == (
        error["code"],
        error["message"],
    )


def test_a_list_has_pages_and_more_properties_on_request() -> None:
    """$top with a nextLink that leads to the rest; $expand adds times and the state."""
    made = world()
    names: list[str] = []
    link = f"{SUBSCRIPTION}/resources?$top=3&$expand=createdTime,provisioningState&api-version={VERSION}"
    pages = 0
    while link:
        page = made.send("GET", link).json()
        names += [each["name"] for each in page["value"]]
        assert [{"createdTime", "provisioningState"}] * len(page["value"]) == [
            each.keys() & {"createdTime", "changedTime", "provisioningState"} for each in page["value"]
        ]
        link, pages = page.get("nextLink", ""), pages + 1
    plain = listed(made, f"{RESOURCE_GROUP}/resources")["value"]
    made.now += 5
    made.send("PATCH", ID, {"tags": {}}, VERSION)
    changed = listed(made, filter="name eq 'id'", expand="changedTime,createdTime")["value"][0]

    assert (2, {"shop-db", "shop-web", "id", "it's"}, 4) == (pages, set(names), len(names))
    assert 3 == len(plain)
    assert not {"createdTime", "provisioningState"} & plain[0].keys()
    assert changed["createdTime"] < changed["changedTime"]
    assert "InvalidTopInQueryString" == listed(made, top="many")["error"]["code"]
    assert "NotEmulated" == listed(made, expand="kind")["error"]["code"]


def test_resource_groups_are_filtered_by_tag() -> None:
    """With their tags, and in pages."""
    made = world()
    where = f"{SUBSCRIPTION}/resourceGroups"
    found = listed(made, where, filter="tagname eq 'Team' and tagvalue eq 'red'")["value"]
    first = listed(made, where, top="1")

    assert [("rg-Other", {"team": "red", "stage": "test"})] == [(each["name"], each["tags"]) for each in found]
    assert (1, True) == (len(first["value"]), "nextLink" in first)
    assert "InvalidFilterInQueryString" == listed(made, where, filter="location eq 'westus'")["error"]["code"]


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (204, f"{GROUPS}/shop-web"),
        (404, f"{GROUPS}/none"),
        (204, ID),
        (404, f"{ID}2"),
        (404, f"{RESOURCE_GROUP}-none/providers/{IDENTITY}/id"),
        (501, f"{SUBSCRIPTION}/resources"),
    ],
)
def test_head_tells_whether_a_resource_is_there(status: int, path: str) -> None:
    """204 or 404, without a body."""
    answered = world().send("HEAD", path, version="2023-05-01" if path.startswith(GROUPS) else VERSION)

    assert (status, b"") == (answered.status, answered.body)


@pytest.mark.parametrize("scope", [SUBSCRIPTION, RESOURCE_GROUP, f"{GROUPS}/shop-db", ID])
def test_tags_are_a_resource_of_every_scope(scope: str) -> None:
    """PUT, PATCH with three operations, DELETE; the resource itself shows the same."""
    made = world()

    def send(method: str, body: Any = None) -> Any:
        answered = made.send(method, f"{scope}{TAGS}", body, VERSION)
        assert 200 == answered.status, answered.body
        return answered.json()["properties"]["tags"] if answered.body else None

    def change(operation: str, **tags: str) -> Any:
        return send("PATCH", {"operation": operation, "properties": {"tags": tags}})

    replaced = send("PUT", {"properties": {"tags": {"A": "1", "b": "2"}}})
    merged = change("Merge", a="3", c="4")
    fewer = change("Delete", B="2", C="other")
    without = change("Delete", c="")
    own = made.send("GET", scope, version="2023-05-01" if GROUPS in scope else VERSION).json().get("tags")
    other = change("Replace", x="y")
    got = made.send("GET", f"{scope}{TAGS}", version=VERSION).json()
    send("DELETE")

    assert {"A": "1", "b": "2"} == replaced
    assert {"A": "3", "b": "2", "c": "4"} == merged
    assert {"A": "3", "c": "4"} == fewer
    assert {"A": "3"} == without
    assert own == (None if scope == SUBSCRIPTION else {"A": "3"})
    assert {"x": "y"} == other
    assert {
        "id": f"{scope}{TAGS}",
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": {"tags": {"x": "y"}},
    } == got
    assert {} == send("GET")


def test_tags_have_their_rules_here_too() -> None:
    """And so has the scope."""
    made = world()
    wrong = made.send("PUT", f"{ID}{TAGS}", {"properties": {"tags": {"a<b": "x"}}}, VERSION)
    odd = made.send("PATCH", f"{ID}{TAGS}", {"operation": "Add", "properties": {"tags": {}}}, VERSION)
    too_many = {"operation": "Merge", "properties": {"tags": dict.fromkeys(map(str, range(51)), "")}}
    many = made.send("PATCH", f"{ID}{TAGS}", too_many, VERSION)
    none = made.send("GET", f"{ID}2{TAGS}", version=VERSION)

    assert [(400, "InvalidTagName"), (400, "InvalidRequestContent"), (400, "TagCountExceeded")] == [
        made.code(each) for each in (wrong, odd, many)
    ]
    assert (404, "ResourceNotFound") == made.code(none)


def test_the_names_of_tags_are_listed_declared_and_forgotten() -> None:
    """Those in use stay."""
    made = world()
    names = f"{SUBSCRIPTION}/tagNames"
    made.send("PUT", f"{names}/cost", version=VERSION)
    again = made.send("PUT", f"{names}/cost", version=VERSION)
    value = made.send("PUT", f"{names}/cost/tagValues/one", version=VERSION)
    listed_names = {each["tagName"]: each for each in made.send("GET", names, version=VERSION).json()["value"]}
    used = made.send("DELETE", f"{names}/team", version=VERSION)
    missing = made.send("PUT", f"{names}/none/tagValues/x", version=VERSION)
    statuses = [
        made.send("DELETE", f"{names}/{path}", version=VERSION).status
        for path in ("cost/tagValues/one", "cost/tagValues/one", "cost", "cost")
    ]

    assert [200, 201] == [again.status, value.status]
    assert {"cost", "team", "Team", "stage"} == listed_names.keys()
    assert [("one", 0)] == [(each["tagValue"], each["count"]["value"]) for each in listed_names["cost"]["values"]]
    assert {"type": "Total", "value": 2} == listed_names["team"]["count"]
    assert [(409, "TagInUse"), (404, "TagNotFound")] == [made.code(used), made.code(missing)]
    assert [200, 204, 200, 204] == statuses
