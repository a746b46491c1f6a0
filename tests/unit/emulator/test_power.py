"""Start, stop and restart."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import GROUPS, SUBNET, World, events, group, public, view

from aci_reconcile.emulator import Knobs


def test_a_restart_is_in_place_as_recorded() -> None:
    """Updating with the old containers shown; then new start times, the same restart count, and events that add up."""
    world = World(Knobs(provisioning_seconds=10))
    before = world.create("web")

    response = world.send("POST", f"{GROUPS}/web/restart")
    again = world.send("POST", f"{GROUPS}/web/restart")
    world.now += 1
    during = world.get("web")
    after = world.settle("web")

    assert (204, b"", 204) == (response.status, response.body, again.status)
    assert "azure-asyncoperation" in response.headers
    assert "Updating" == during["properties"]["provisioningState"]
    assert view(before) == view(during)
    assert view(before)["currentState"]["startTime"] < view(after)["currentState"]["startTime"]
    assert 0 == view(after)["restartCount"]
    assert (1, 2) == (events(after)["Pulling"], events(after)["Started"])
    assert events(after)["Killing"] >= 1


def test_stop_and_start() -> None:
    """Stopped as recorded; a start is a new deployment; starting what runs does nothing."""
    world = World()
    running = world.create("web")

    idle = world.send("POST", f"{GROUPS}/web/start")
    stopped = world.send("POST", f"{GROUPS}/web/stop")
    world.now += 5
    body = world.get("web")

    assert (204, 204) == (idle.status, stopped.status)
    assert "azure-asyncoperation" not in {*idle.headers, *stopped.headers}
    assert ("Succeeded", "Stopped") == (
        body["properties"]["provisioningState"],
        body["properties"]["instanceView"]["state"],
    )
    assert ["state", "finishTime", "detailStatus"] == list(view(body)["currentState"])
    assert "Container stopped per client request" == view(body)["currentState"]["detailStatus"]
    assert view(running)["currentState"] == view(body)["previousState"]

    started = world.send("POST", f"{GROUPS}/web/start")

    assert 204 == started.status
    assert "location" not in started.headers
    assert "Pending" == world.send("GET", started.headers["azure-asyncoperation"]).json()["status"]
    assert "Running" == view(world.settle("web"))["currentState"]["state"]
    assert "Succeeded" == world.send("GET", started.headers["azure-asyncoperation"]).json()["status"]


def test_a_start_may_answer_as_the_contract_says() -> None:
    """202, with a Location that answers 202 and then 204."""
    world = World(Knobs(start_status=202))
    world.create("web")
    world.send("POST", f"{GROUPS}/web/stop")
    started = world.send("POST", f"{GROUPS}/web/start")

    assert 202 == started.status
    assert 202 == world.send("GET", started.headers["location"]).status

    world.settle("web")

    assert 204 == world.send("GET", started.headers["location"]).status


@pytest.mark.parametrize(("knob", "same"), [("another", False), ("same", True)])
@pytest.mark.parametrize("action", ["start", "restart"])
def test_a_public_address_is_shown_while_stopped_and_another_one_afterwards(action: str, knob: Any, same: bool) -> None:
    """Recorded once, hence a knob; the name stays."""
    world = World(Knobs(ip_after_start=knob, stopped_restart="accept"))
    running = world.create("web", group(ipAddress=public(80, dnsNameLabel="shop-web")))["properties"]["ipAddress"]
    world.send("POST", f"{GROUPS}/web/stop")
    world.now += 5
    stopped = world.get("web")["properties"]["ipAddress"]
    world.send("POST", f"{GROUPS}/web/{action}")
    after = world.settle("web")["properties"]["ipAddress"]

    assert running == stopped
    assert same == (running["ip"] == after["ip"])
    assert running["fqdn"] == after["fqdn"]


def test_a_private_address_stays() -> None:
    """It is the subnet's."""
    world = World()
    body = group(ipAddress={"type": "Private", "ports": [{"port": 80}]}, subnetIds=[{"id": SUBNET}])
    before = world.create("web", body)["properties"]["ipAddress"]
    world.send("POST", f"{GROUPS}/web/restart")

    assert before == world.settle("web")["properties"]["ipAddress"]


def test_events_of_earlier_runs_stay_listed_after_a_start() -> None:
    """They add up, as after a restart."""
    world = World()
    before = events(world.create("web"))
    world.send("POST", f"{GROUPS}/web/stop")
    world.now += 5
    world.send("POST", f"{GROUPS}/web/start")
    after = events(world.settle("web"))

    assert {name: 2 * count for name, count in before.items()} == after


@pytest.mark.parametrize(("knob", "shown"), [("shown", True), ("hidden", False)])
def test_whether_an_ended_group_shows_its_address_is_a_knob(knob: Any, shown: bool) -> None:
    """Recorded both ways; a list and a group agree."""
    world = World(Knobs(ended_address=knob))
    body = group("sim/task", ipAddress=public(80), restartPolicy="Never")
    ended = world.create("web", body)
    listed = world.send("GET", GROUPS).json()["value"][0]

    assert "Succeeded" == ended["properties"]["instanceView"]["state"]
    assert [shown, shown] == ["ip" in each["properties"]["ipAddress"] for each in (ended, listed)]


def test_a_restart_of_a_stopped_group_is_refused() -> None:
    """In the words that a user of azure-cli quotes; one that has ended is no stopped one."""
    world = World()
    world.create("web")
    world.create("task", group("sim/task", restartPolicy="Never"))
    world.send("POST", f"{GROUPS}/web/stop")
    refused = world.send("POST", f"{GROUPS}/web/restart")

    assert 409 == refused.status
    assert "Container Group 'web' in resource group 'rg-test' is stopped." == refused.json()["error"]["message"]
    assert "Stopped" == world.get("web")["properties"]["instanceView"]["state"]
    assert 204 == world.send("POST", f"{GROUPS}/task/restart").status


def test_a_stopped_group_restarts_where_azure_is_said_to_accept_that_and_updates() -> None:
    """Either way it runs again."""
    world = World(Knobs(stopped_restart="accept"))
    world.create("web")
    world.send("POST", f"{GROUPS}/web/stop")

    assert 204 == world.send("POST", f"{GROUPS}/web/restart").status
    assert "Running" == world.settle("web")["properties"]["instanceView"]["state"]

    world.send("POST", f"{GROUPS}/web/stop")

    assert 201 == world.put("web", group()).status
    assert "Running" == world.settle("web")["properties"]["instanceView"]["state"]

    world.send("POST", f"{GROUPS}/web/stop")
    started = world.send("POST", f"{GROUPS}/web/start")

    assert 204 == started.status
    assert {"azure-asyncoperation"} <= set(started.headers)


def test_stopping_what_has_ended_does_nothing_and_starting_it_runs_it_again() -> None:
    """Documented."""
    world = World()
    body = world.create("web", group("sim/exit:4", restartPolicy="Never"))

    assert 204 == world.send("POST", f"{GROUPS}/web/stop").status
    assert body == world.get("web")
    assert 204 == world.send("POST", f"{GROUPS}/web/start").status
    assert view(body)["currentState"]["startTime"] < view(world.settle("web"))["currentState"]["startTime"]


def test_stopping_a_crash_loop_freezes_it() -> None:
    """No counter moves any more."""
    world = World()
    world.create("web", group("sim/crash"))
    world.send("POST", f"{GROUPS}/web/stop")
    world.now += 1
    before = world.get("web")
    world.now += 1_000

    assert before == world.get("web")
    assert "Stopped" == before["properties"]["instanceView"]["state"]
