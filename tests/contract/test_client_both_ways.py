"""Where nobody could verify how Azure behaves, the tool converges whichever way it is."""

from __future__ import annotations

from typing import Any

import pytest
from azure_world import AzureWorld
from factories import OWNER, body, container, rid

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.emulator import Knobs
from aci_reconcile.reconcile.events import Failed, Finished

WAYS: dict[str, Knobs] = {
    "as the emulator has it": Knobs(),
    "an update answers 201": Knobs(update_status=201),
    "operations ask to be polled every 30 s": Knobs(retry_after=30),
    "the provider's 404 alone": Knobs(not_found_dialect="provider"),
    "ARM's 404 alone": Knobs(not_found_dialect="arm"),
    "pages of one": Knobs(page_size=1),
    "a PUT does not take tags": Knobs(put_updates_tags=False),
    "the label scope is filled in": Knobs(default_label_scope=True),
    "unknown properties are dropped": Knobs(keep_unknown_properties=False),
    "an empty value is not echoed": Knobs(echo_empty_value=False),
    "ports, labels and containers are refused in place": Knobs(
        refused_updates=frozenset({"ports", "dnsNameLabel", "containers", "diagnostics"})
    ),
    "an ended group can be updated": Knobs(ended_update="accept"),
    "a deleted name stays taken for a while": Knobs(lingering_name="taken", delete_linger_seconds=90),
    "a group on its way cannot be deleted": Knobs(delete_while_transitioning="refuse"),
    "a vnet takes minutes": Knobs(vnet_extra_seconds=120),
    "operations do not say when to ask": Knobs(retry_after=None),
    "a start answers 202": Knobs(start_status=202),
    "a start keeps the address": Knobs(ip_after_start="same"),
    "locations are normalised": Knobs(normalize_location=True),
    "an ended group shows no address": Knobs(ended_address="hidden"),
    "a refused update lists what cannot change": Knobs(update_refusal="general"),
    "reserved ports are refused": Knobs(reserved_ports="refuse"),
    "small groups are refused": Knobs(small_groups="refuse"),
    "an address has up to ten ports": Knobs(most_ports=10),
    "what nothing shows is refused": Knobs(unproven_refusals=frozenset({"all"})),
}
SUBNET = [{"id": f"{rid().scope}/providers/Microsoft.Network/virtualNetworks/v/subnets/aci"}]


def public(*ports: int, **more: Any) -> dict[str, Any]:
    """Return a public address."""
    return {"type": "Public", "ports": [{"port": port} for port in ports], **more}


def named(name: str, shape: dict[str, Any]) -> Resource:
    """Return a declared group, its location as people write it."""
    return Resource(rid(name), {**shape, "location": "West Europe"})


def web(image: str = "nginx:1", *ports: int, label: str = "shop-web", team: str = "a") -> Resource:
    """Return a group with an address, an empty variable and a secret."""
    open_ports = ports or (80,)
    variables = [{"name": "EMPTY", "value": ""}, {"name": "KEY", "secureValue": Secret("hidden")}]
    first = container(image=image, ports=[{"port": port} for port in open_ports], environmentVariables=variables)
    return named("web", body(first, ipAddress=public(*open_ports, dnsNameLabel=label), tags={"team": team}))


def task(*command: str) -> Resource:
    """Return a task."""
    return named("task", body(container(image="sim/task", command=list(command)), restartPolicy="Never"))


def inner(name: str, image: str = "nginx:1") -> Resource:
    """Return a group in a subnet; two of them may not be written at once."""
    address = {"type": "Private", "ports": [{"port": 80}]}
    return named(name, body(container(image=image, ports=[{"port": 80}]), ipAddress=address, subnetIds=SUBNET))


def two(image: str = "nginx:1") -> Resource:
    """Return the first group with a second container."""
    grown: Any = web(image).body
    side = container("side", resources={"requests": {"cpu": 0.5, "memoryInGB": 0.5}})
    properties = {**grown["properties"], "containers": [*grown["properties"]["containers"], side]}
    return Resource(rid("web"), {**grown, "properties": properties})


STORY: list[tuple[Resource, ...]] = [
    (web(), task(), inner("one"), inner("two")),
    (web("nginx:2"), task(), inner("one", "nginx:2"), inner("two", "nginx:2")),
    (web("nginx:2", team="b"), task("true"), inner("one", "nginx:2"), inner("two", "nginx:2")),
    (web("nginx:2", 80, 443), task("true"), inner("one", "nginx:2")),
    (web("nginx:2", 8080, label="shop-new"), task("true"), inner("one", "nginx:2")),
    (two("nginx:2"), inner("one", "nginx:3")),
]
KEY = Secret("a key of the team: scrypt would take most of the time of these tests")
RULES: dict[str, Any] = {
    "prune": True,
    "max_deletes": 9,
    "allow_replace": -1,
    "max_share": 1.0,
    "fingerprint_key": KEY,
}


@pytest.mark.parametrize("way", WAYS)
def test_the_tool_converges_whichever_way_it_is(way: str) -> None:
    """After each state of a story: every group as it should be, nothing left to do, and no write for it."""
    world = AzureWorld(knobs=WAYS[way], stable_for=1)
    for state, desired in enumerate(STORY):
        events = world.apply(*desired, **RULES)
        finished = events[-1]
        again = world.plan(*desired, **RULES)
        before = len(world.writes)
        world.apply(*desired, **RULES)

        assert isinstance(finished, Finished)
        assert (state, 0, 0) == (state, finished.failed, finished.skipped), events
        assert [] == [(change.address, change.fields) for change in again.changes if change.writes]
        assert [] == world.writes[before:]


def test_without_permission_a_refused_update_deletes_nothing() -> None:
    """Ports cannot change in place in this world: the apply fails, names the flag, and the group runs on."""
    world = AzureWorld(knobs=Knobs(refused_updates=frozenset({"ports"})), stable_for=1)
    world.apply(web())
    events = world.apply(web("nginx:1", 80, 443))
    live = world.arm("GET", str(rid("web")))

    assert isinstance(events[-1], Finished)
    assert 1 == events[-1].failed
    assert [] == [each for each in world.requests if each[0] == "DELETE"]
    assert OWNER == live["tags"][tags.OWNER]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("action", ["start", "restart"])
def test_what_a_hand_stopped_and_started_needs_no_write(way: str, action: str) -> None:
    """Another address, events of earlier runs, an ended task without its address: none of it is a difference."""
    world = AzureWorld(knobs=WAYS[way], stable_for=1)
    ends = container(image="sim/task", ports=[{"port": 80}])
    job = named("task", body(ends, restartPolicy="Never", ipAddress=public(80)))
    world.apply(web(), job, **RULES)
    for verb in ("stop", action):
        world.arm("POST", f"{rid('web')}/{verb}")
        world.clock.sleep(60)
    again = world.plan(web(), job, health=True, **RULES)
    before = len(world.writes)
    finished = world.apply(web(), job, **RULES)[-1]

    assert [] == [(change.address, change.fields) for change in again.changes if change.writes]
    assert isinstance(finished, Finished)
    assert (0, []) == (finished.failed, world.writes[before:])


SMALL = {"requests": {"cpu": 0.5, "memoryInGB": 0.5}}
SIX = (80, 81, 82, 83, 84, 85)
SWITCHED: list[tuple[dict[str, Any], dict[str, Any], Resource, str]] = [
    ({}, {"small_groups": "refuse"}, named("a", body(container(resources=SMALL))), "InternalServerError"),
    ({}, {"reserved_ports": "refuse"}, web("nginx:1", 22), "InvalidIpAddressPort"),
    ({"most_ports": 10}, {}, web("nginx:1", *SIX), "TooManyIpAddressPorts"),
    (
        {},
        {"unproven_refusals": frozenset({"DuplicateContainerName"})},
        named("a", body(container(), container())),
        "DuplicateContainerName",
    ),
]


@pytest.mark.parametrize(("taken", "refused", "group", "code"), SWITCHED)
def test_a_contested_group_is_created_or_refused_with_its_code(
    taken: dict[str, Any], refused: dict[str, Any], group: Resource, code: str
) -> None:
    """One way it is there and stays so; the other way the apply fails, says why, and leaves nothing behind."""
    there = AzureWorld(knobs=Knobs(**taken), stable_for=1)
    created = there.apply(group)[-1]
    strict = AzureWorld(knobs=Knobs(**refused), stable_for=1)
    *_, failed, finished = strict.apply(group)

    assert isinstance(created, Finished)
    assert 0 == created.failed
    assert [] == [change for change in there.plan(group).changes if change.writes]
    assert isinstance(failed, Failed)
    assert code == getattr(failed.error, "code", "")
    assert isinstance(finished, Finished)
    assert "error" in strict.arm("GET", str(group.id))
