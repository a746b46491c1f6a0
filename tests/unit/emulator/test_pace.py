"""Time: paces, one operation at a time in a subnet, and probes that fail when they are told to."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from unit.emulator.emulator_world import GROUPS, SUBNET, World, changed, events, group, public, view

from aci_reconcile.emulator import Knobs, Request, Response

INSIDE = group(subnetIds=[{"id": SUBNET}], ipAddress={"type": "Private", "ports": [{"port": 80}]})
PROBED = changed(
    group(),
    "properties.containers.0.properties.livenessProbe",
    {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2, "failureThreshold": 3},
)


@pytest.mark.parametrize(("pace", "seconds"), [("instant", 0.0), ("quick", 1.0), ("realistic", 30.0)])
def test_a_pace_sets_all_durations(pace: Any, seconds: float) -> None:
    """And nothing else."""
    world = World(knobs=Knobs(update_status=201).at(pace))
    world.put("web", group())
    before = world.get("web")["properties"]["provisioningState"]
    world.now += seconds
    after = world.get("web")["properties"]["provisioningState"]

    assert ("Succeeded" if seconds == 0 else "Pending") == before
    assert "Succeeded" == after
    assert 201 == world.put("web", group()).status


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("update-status=201", "update_status", 201),
        ("latency_seconds=0.5", "latency_seconds", 0.5),
        ("limits=True", "limits", True),
        ("retry_after=30", "retry_after", 30),
        ("client_secret=other", "client_secret", "other"),
        ("refused_updates=ports,containers", "refused_updates", frozenset({"ports", "containers"})),
    ],
)
def test_a_knob_is_told_by_its_name(text: str, name: str, value: Any) -> None:
    """With a value of its kind."""
    assert value == getattr(Knobs().with_value(text), name)


def test_every_knob_with_choices_can_be_told_each_of_them() -> None:
    """What the types say, and nothing else."""
    for name, hint in get_type_hints(Knobs).items():
        for choice in get_args(hint) if get_origin(hint) is Literal else ():
            assert choice == getattr(Knobs().with_value(f"{name}={choice}"), name)
    with pytest.raises(ValueError, match="not a valid value"):
        Knobs().with_value("start_status=200")


def test_a_realistic_vnet_takes_longer() -> None:
    """Recorded: 60 to 150 seconds."""
    world = World(knobs=Knobs().at("realistic"))
    world.put("web", INSIDE)
    states: list[str] = []
    for _ in range(2):
        world.now += 60
        states.append(world.get("web")["properties"]["provisioningState"])

    assert ["Creating", "Succeeded"] == states


def test_an_update_may_take_longer_than_a_creation() -> None:
    """A setting, because only comments tell of it."""
    states: list[str] = []
    for seconds in (None, 240.0):
        world = World(knobs=Knobs(update_seconds=seconds))
        world.create("web")
        world.put("web", changed(group(), "properties.containers.0.properties.image", "nginx:2"))
        for passed in (1, 200, 60):
            world.now += passed
            states.append(world.get("web")["properties"]["provisioningState"])

    assert ["Succeeded"] * 3 + ["Creating", "Creating", "Succeeded"] == states


def test_one_operation_at_a_time_in_a_subnet() -> None:
    """Creations and deletions collide, and the second is told to try again."""
    world = World()
    first = world.put("one", INSIDE)
    second = world.put("two", INSIDE)
    elsewhere = world.put("three", group())
    world.now += 60
    third = world.put("two", INSIDE)
    busy = world.send("DELETE", f"{GROUPS}/one")
    world.now += 60
    gone = world.send("DELETE", f"{GROUPS}/one")
    lingering = world.put("four", INSIDE)
    world.now += 60

    assert [201, 409, 201, 201] == [first.status, second.status, elsewhere.status, third.status]
    assert (409, "ServiceAssociationLinkNotReady") == world.code(busy)
    assert "Network is not ready for container group 'two'. Please try again." == second.json()["error"]["message"]
    assert [200, 409, 201] == [gone.status, lingering.status, world.put("four", INSIDE).status]


def test_collisions_in_a_subnet_are_a_switch() -> None:
    """For tests that are about something else."""
    world = World(knobs=Knobs(subnet_collisions="accept"))

    assert [201, 201] == [world.put(name, INSIDE).status for name in ("one", "two")]


def fail(world: World, failing: bool = True, container: str = "web", name: str = "web") -> Response:
    """Lets the liveness probe of a container fail, or pass again."""
    body = {"id": f"{GROUPS}/{name}", "container": container, "failing": failing}
    return world.emulator.handle(Request("POST", "/emulator/probes", body=json.dumps(body).encode()))


def test_a_container_whose_probe_fails_is_killed_and_started_again() -> None:
    """After so many failures, again and again, until the probe passes."""
    world = World()
    world.create("web", PROBED)
    assert 200 == fail(world).status
    world.now += 5
    alive = view(world.get("web"))
    world.now += 1.5
    killed = view(world.get("web"))
    world.now += 10
    again = world.get("web")

    assert ("Running", 0) == (alive["currentState"]["state"], alive["restartCount"])
    assert ("Waiting", 137) == (killed["currentState"]["state"], killed["previousState"]["exitCode"])
    assert view(again)["restartCount"] >= 1
    assert {"Unhealthy", "Killing", "BackOff"} <= set(events(again))

    fail(world, failing=False)
    world.now += 600
    healed = view(world.get("web"))
    world.now += 600
    assert "Running" == healed["currentState"]["state"]
    assert healed["restartCount"] == view(world.get("web"))["restartCount"]


def test_a_restart_policy_of_never_ends_it() -> None:
    """With the code of a kill."""
    world = World()
    world.create("web", changed(PROBED, "properties.restartPolicy", "Never"))
    fail(world)
    world.now += 60
    body = world.get("web")

    assert "Failed" == body["properties"]["instanceView"]["state"]
    assert 137 == view(body)["currentState"]["exitCode"]


def test_a_probe_whose_command_cannot_succeed_fails_from_the_start() -> None:
    """By the commands that the simulated shell understands."""
    world = World()
    probe = {"exec": {"command": ["false"]}, "initialDelaySeconds": 4, "periodSeconds": 1, "failureThreshold": 2}
    world.create("web", changed(PROBED, "properties.containers.0.properties.livenessProbe", probe))
    passing = {**probe, "exec": {"command": ["cat", "/tmp/healthy"]}}
    world.create("other", changed(PROBED, "properties.containers.0.properties.livenessProbe", passing))

    assert view(world.get("web"))["restartCount"] > 0
    assert 0 == view(world.get("other"))["restartCount"]


@pytest.mark.parametrize(("container", "name"), [("none", "web"), ("web", "none"), ("web", "plain")])
def test_only_a_container_with_a_probe_can_fail_it(container: str, name: str) -> None:
    """Others are told so."""
    world = World()
    world.create("web", PROBED)
    world.create("plain", group())

    assert 404 == fail(world, container=container, name=name).status


@pytest.mark.parametrize(
    ("scope", "clashes"),
    [
        ("Unsecure", True),
        ("TenantReuse", True),
        ("SubscriptionReuse", True),
        ("ResourceGroupReuse", True),
        ("Noreuse", False),
    ],
)
def test_two_groups_of_one_resource_group_with_one_label(scope: str, clashes: bool) -> None:
    """A scope says who may have the name after its owner is gone; two at once is a clash where the names are equal."""
    world = World()
    address = public(80, dnsNameLabel="shop-web", autoGeneratedDomainNameLabelScope=scope)
    first = world.create("one", group(ipAddress=address))
    second = world.put("two", group(ipAddress=address))
    labels = str(first["properties"]["ipAddress"]["fqdn"]).split(".")

    assert (409 if clashes else 201) == second.status
    assert (4 if scope == "Unsecure" else 5) == len(labels)
