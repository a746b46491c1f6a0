"""Updates that Azure refuses, and those it takes."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import SUBNET, World, changed, container, group, public

from aci_reconcile.emulator import Knobs
from aci_reconcile.emulator.aci.updates import OF_CONTAINERS, OF_GROUPS, Fixed, find_changes

BODY = group(restartPolicy="Always", containers=[container("web", ports=[{"port": 80}])])
GENERAL = "the os type, restart policy, network profile, CPU, memory or GPU resources"
FIXED: list[tuple[str, Any, str]] = [
    ("properties.osType", "Windows", 'the OsType (old "Linux", new "Windows")'),
    ("properties.restartPolicy", "Never", 'the RestartPolicy (old "Always", new "Never")'),
    ("properties.containers.0.properties.resources.requests.cpu", 2, 'the Cpu (old "1.0", new "2.0")'),
    ("properties.containers.0.properties.resources.requests.memoryInGB", 2, 'the MemoryInGB (old "1.0", new "2.0")'),
    (
        "properties.containers.0.properties.resources.requests.gpu",
        {"count": 1, "sku": "V100"},
        'the Gpu (old "", new "{"count":1,"sku":"V100"}")',
    ),
    ("properties.containers.0.properties.resources.limits", {"cpu": 1}, 'the CpuLimit (old "", new "1.0")'),
    ("properties.subnetIds", [{"id": SUBNET}], f'the SubnetIds (old "[]", new "["{SUBNET.lower()}"]")'),
]


@pytest.mark.parametrize("words", ["named", "general"])
@pytest.mark.parametrize(("path", "value", "named"), FIXED)
def test_what_cannot_change_in_place_is_refused_in_azures_words(path: str, value: Any, named: str, words: Any) -> None:
    """Since 2024 the property is named with both values, before that all there are; the group stays as it was."""
    world = World(Knobs(update_refusal=words))
    before = world.create("web", BODY)

    response = world.put("web", changed(BODY, path, value))

    assert (400, "InvalidContainerGroupUpdate") == world.code(response)
    assert response.json()["error"]["message"] == (
        f"The updates on container group 'web' are invalid. If you are going to update "
        f"{named if words == 'named' else GENERAL} for a container group, you must delete it first and then create a "
        "new one."
    )
    assert before == world.get("web")


def properties_with(row: Fixed, value: str) -> dict[str, Any]:
    """Return the properties of a group with a value at a row's path."""
    body: Any = value
    for name in reversed(row.path.split(".")):
        body = {name.removesuffix("[]"): [body]} if name.endswith("[]") else {name: body}
    return {"containers": [{"name": "web", "properties": body}]} if row in OF_CONTAINERS else body


@pytest.mark.parametrize("row", [*OF_GROUPS, *OF_CONTAINERS], ids=lambda row: row.name)
def test_every_row_of_the_table_is_compared(row: Fixed) -> None:
    """Whatever is added to it: another value is a change under the row's name, another spelling is none."""
    before = properties_with(row, "one")

    ((found, change),) = find_changes(before, properties_with(row, "other"))

    assert (row, f"the {row.name} (old") == (found, change.partition(' "')[0])
    assert [] == list(find_changes(before, properties_with(row, "ONE")))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.osType", "linux"),
        ("properties.restartPolicy", None),
        ("properties.containers.0.properties.resources.requests.cpu", "1.0"),
        ("properties.containers.0.properties.image", "alpine"),
        ("properties.containers.0.properties.command", ["sleep", "infinity"]),
        ("properties.containers.0.properties.environmentVariables", [{"name": "A", "value": "1"}]),
        ("properties.containers.0.properties.ports", [{"port": 8080}]),
        ("properties.ipAddress", public(80, dnsNameLabel="shop-web")),
        ("properties.containers", [container("web"), container("more")]),
        ("properties.containers", [container("other")]),
        ("properties.diagnostics", {"logAnalytics": {"workspaceId": "i", "workspaceKey": "k"}}),
        ("identity", {"type": "SystemAssigned"}),
        ("tags", {"a": "1"}),
    ],
)
def test_everything_else_changes_in_place(path: str, value: Any) -> None:
    """Spellings of one value are no change at all."""
    world = World()
    world.create("web", BODY)

    assert 201 == world.put("web", changed(BODY, path, value)).status


CONTESTED: list[tuple[Any, str, Any]] = [
    ("ports", "properties.containers.0.properties.ports", [{"port": 80}, {"port": 8080}]),
    ("diagnostics", "properties.diagnostics", {"logAnalytics": {"workspaceId": "i", "workspaceKey": "k"}}),
    ("dnsNameLabel", "properties.ipAddress", public(80, dnsNameLabel="shop-web")),
    ("containers", "properties.containers", [container("web", ports=[{"port": 80}]), container("more")]),
    ("volumes", "properties.volumes", [{"name": "scratch", "emptyDir": {}}]),
    ("initContainers", "properties.initContainers", [{"name": "first", "properties": {"image": "sim/task"}}]),
    ("dnsConfig", "properties.dnsConfig", {"nameServers": ["10.0.0.10"]}),
    ("identity", "identity", {"type": "SystemAssigned"}),
    ("priority", "properties.priority", "Spot"),
]


@pytest.mark.parametrize("asked", CONTESTED, ids=lambda row: row[0])
def test_each_contested_change_can_be_refused_alone(asked: tuple[Any, str, Any]) -> None:
    """Users met refusals that the error's text does not name. A switch refuses one change, and no other."""
    for name, path, value in CONTESTED:
        world = World(Knobs(refused_updates=frozenset({asked[0]})))
        body = BODY if name == "priority" else changed(BODY, "properties.ipAddress", public(80))
        world.create("web", body)

        answer = world.put("web", changed(body, path, value))

        assert (400 if name == asked[0] else 201) == answer.status, name


def test_a_group_cannot_move() -> None:
    """ARM's own refusal, not the provider's."""
    world = World()
    world.create("web")

    assert (409, "InvalidResourceLocation") == world.code(world.put("web", {**group(), "location": "eastus"}))


@pytest.mark.parametrize("image", ["sim/exit:0", "sim/exit:3"])
def test_a_group_that_has_ended_cannot_be_updated(image: str) -> None:
    """Documented; the code is not, hence a knob."""
    world = World(Knobs(ended_update_code="SomethingElse"))
    body = group(image, restartPolicy="Never")
    ended = world.create("web", body)

    assert ended["properties"]["instanceView"]["state"] in {"Succeeded", "Failed"}
    assert (400, "SomethingElse") == world.code(world.put("web", body))


def test_an_ended_group_can_be_made_updatable() -> None:
    """Should the documents be wrong."""
    world = World(Knobs(ended_update="accept"))
    body = group("sim/task", restartPolicy="Never")
    world.create("web", body)

    assert 201 == world.put("web", body).status
