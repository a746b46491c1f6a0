"""Start, stop and restart."""

from __future__ import annotations

from unit.emulator.emulator_world import GROUPS, World, events, group, view

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

    assert 202 == started.status
    assert 202 == world.send("GET", started.headers["location"]).status
    assert "Running" == view(world.settle("web"))["currentState"]["state"]
    assert 204 == world.send("GET", started.headers["location"]).status


def test_a_stopped_group_restarts_and_updates() -> None:
    """Either way it runs again."""
    world = World(Knobs(start_status=204))
    world.create("web")
    world.send("POST", f"{GROUPS}/web/stop")

    assert 204 == world.send("POST", f"{GROUPS}/web/restart").status
    assert "Running" == world.settle("web")["properties"]["instanceView"]["state"]

    world.send("POST", f"{GROUPS}/web/stop")

    assert 200 == world.put("web", group()).status
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
    assert 202 == world.send("POST", f"{GROUPS}/web/start").status
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
