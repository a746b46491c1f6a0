"""The life cycle of a container group: created, read, listed, tagged, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to
from unit.emulator.emulator_world import (
    GROUPS,
    World,
    changed,
    container,
    group,
    public,
    view,
)

from aci_reconcile.emulator import Knobs


def test_a_group_needs_its_resource_group() -> None:
    """404 of ARM, before anything else is looked at."""
    world = World()
    path = GROUPS.replace("rg-test", "rg-missing")

    assert (404, "ResourceGroupNotFound") == world.code(world.send("PUT", f"{path}/web", group()))
    assert (404, "ResourceGroupNotFound") == world.code(world.send("GET", path))


def test_an_empty_path_segment_is_skipped() -> None:
    """azure-cli's `container create --file` and `export` leave one where a parent resource would stand."""
    world = World()
    path = GROUPS.replace("/containerGroups", "//containerGroups")

    assert 201 == world.send("PUT", f"{path}/web", group()).status
    assert 200 == world.send("GET", f"{GROUPS}/web").status


@pytest.mark.parametrize("status", [200, 201])
def test_the_status_of_an_update_is_a_knob(status: Any) -> None:
    """No recording holds a PUT over an existing group."""
    world = World(Knobs(update_status=status))
    world.create("web")

    assert status == world.put("web", group()).status


@settings(max_examples=up_to(25), deadline=None)
@given(pause=st.floats(min_value=2, max_value=10_000), seconds=st.sampled_from([0.0, 1.0, 30.0]))
def test_every_put_restarts_every_container_even_unchanged(pause: float, seconds: float) -> None:
    """The documented note that makes zero-difference mean zero writes."""
    world = World(Knobs(provisioning_seconds=seconds))
    body = group(containers=[container("web"), container("side")])
    before = world.create("web", body)
    world.now += pause

    world.put("web", body)

    after = world.settle("web")
    for name in ("web", "side"):
        assert view(before, name)["currentState"]["startTime"] < view(after, name)["currentState"]["startTime"]


def test_a_put_replaces_the_whole_group() -> None:
    """What a PUT leaves out goes back to its default."""
    world = World()
    world.create("web", changed(group(), "properties.diagnostics", _diagnostics()))

    world.put("web", group())

    assert "diagnostics" not in world.settle("web")["properties"]


def test_a_busy_group_refuses_writes() -> None:
    """ContainerGroupTransitioning, the 409 that means wait."""
    world = World(Knobs(delete_while_transitioning="refuse"))
    world.put("web", group())
    refused = (409, "ContainerGroupTransitioning")

    assert refused == world.code(world.put("web", group()))
    assert refused == world.code(world.send("DELETE", f"{GROUPS}/web"))
    for verb in ("start", "stop", "restart"):
        assert refused == world.code(world.send("POST", f"{GROUPS}/web/{verb}"))


def test_tags_may_change_while_a_group_is_being_created() -> None:
    """Recorded, 3 of 3."""
    world = World()
    world.put("web", group())

    answer = world.send("PATCH", f"{GROUPS}/web", {"tags": {"team": "shop"}})

    assert (200, "Pending") == (answer.status, answer.json()["properties"]["provisioningState"])
    assert {"team": "shop"} == world.settle("web")["tags"]


def test_the_answer_to_an_update_shows_containers_that_wait() -> None:
    """Recorded, 5 of 7: Creating at once, with the address, and no events yet. So do polls until the end."""
    world = World()
    world.create("web", group(ipAddress=public(80)))

    body = world.put("web", group("nginx:2", ipAddress=public(80))).json()

    properties = body["properties"]
    waiting = {"restartCount": 0, "currentState": {"state": "Waiting", "detailStatus": "ContainerCreating"}}
    assert ("Creating", waiting) == (properties["provisioningState"], view(body))
    assert {"events": [], "state": "Pending"} == properties["instanceView"]
    assert world.settle("web")["properties"]["ipAddress"]["ip"] == properties["ipAddress"]["ip"]


def test_a_group_that_is_being_created_can_be_deleted() -> None:
    """Nobody tells of a refusal; a knob has one."""
    world = World()
    world.put("web", group())

    assert 200 == world.send("DELETE", f"{GROUPS}/web").status


def test_outside_a_subnet_a_group_may_be_created_again_at_once() -> None:
    """A tool that recreates with DELETE and PUT, without waiting, gets a new group."""
    world = World(Knobs(delete_linger_seconds=5))
    world.put("web", group())
    world.now += 5
    deleted = world.send("DELETE", f"{GROUPS}/web").status

    assert [200, 201] == [deleted, world.put("web", group()).status]


def test_delete_answers_the_old_body_and_the_group_lingers() -> None:
    """200 with the body at once; then both dialects of 404, and a conflict for whoever wants the name too early."""
    world = World(Knobs(delete_linger_seconds=5, lingering_name="taken"))
    before = world.create("web")

    deleted = world.send("DELETE", f"{GROUPS}/web")

    assert (200, before) == (deleted.status, deleted.json())
    assert (404, "ContainerGroupNotFound") == world.code(world.send("GET", f"{GROUPS}/web"))
    assert (409, "ContainerGroupTransitioning") == world.code(world.put("web", group()))
    assert 204 == world.send("DELETE", f"{GROUPS}/web").status
    assert [] == world.send("GET", GROUPS).json()["value"]

    world.now += 5
    missing = world.send("GET", f"{GROUPS}/web")

    assert (404, "ResourceNotFound") == world.code(missing)
    assert "gateway" == missing.headers["x-ms-failure-cause"]
    assert 201 == world.put("web", group()).status


@pytest.mark.parametrize(("dialect", "code"), [("arm", "ResourceNotFound"), ("provider", "ContainerGroupNotFound")])
def test_the_dialect_of_a_missing_group_is_a_knob(dialect: Any, code: str) -> None:
    """Clients must know both."""
    world = World(Knobs(not_found_dialect=dialect))

    assert (404, code) == world.code(world.send("GET", f"{GROUPS}/web"))


@pytest.mark.parametrize(("normalize", "expected"), [(True, "westus"), (False, "West US")])
def test_odd_spellings_of_a_region_are_a_knob(normalize: Any, expected: str) -> None:
    """Nobody recorded one."""
    world = World(Knobs(normalize_location=normalize))

    assert expected == world.put("web", {**group(), "location": "West US"}).json()["location"]


def _diagnostics() -> Any:
    return {"logAnalytics": {"workspaceId": "id", "workspaceKey": "key"}}
