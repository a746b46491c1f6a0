"""Which answers of Azure repeat a declared body; the laws hold the quick comparison against the thorough one."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from factories import body, container

from aci_reconcile.core.echo import is_echo
from aci_reconcile.core.secret import Secret

DECLARED = body(
    container(environmentVariables=[{"name": "A", "value": "x"}, {"name": "B", "secureValue": Secret("y")}]),
    tags={"team": "shop"},
    ipAddress={"type": "Public", "ports": [{"port": 80}]},
    restartPolicy="Always",
)


def answer() -> dict[str, Any]:
    """Return what Azure adds to every group (recorded): what it computes, defaults, an object with nothing in it."""
    live: dict[str, Any] = {**copy.deepcopy(DECLARED), "id": "/x", "name": "web", "type": "t"}
    properties = live["properties"]
    properties.update(sku="Standard", provisioningState="Succeeded", initContainers=[])
    properties["ipAddress"].update(ip="198.18.0.2")
    settings = properties["containers"][0]["properties"]
    settings["configMap"] = {"keyValuePairs": {}}
    settings["resources"]["requests"]["cpu"] = 1.0
    del settings["environmentVariables"][1]["secureValue"]
    return live


def test_what_every_answer_adds() -> None:
    """If this were not the same, no group would be."""
    assert is_echo(answer(), DECLARED)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("unknown",), "x"),
        (("tags", "team"), "other"),
        (("tags", "more"), "x"),
        (("properties", "restartPolicy"), "Never"),
        (("properties", "sku"), "Confidential"),
        (("properties", "ipAddress", "type"), "Private"),
        (("properties", "ipAddress", "ports"), []),
        (("properties", "containers", 0, "properties", "resources", "requests", "cpu"), True),
        (("properties", "containers", 0, "properties", "resources", "requests", "memoryInGB"), 2),
        (("properties", "containers", 0, "properties", "configMap", "keyValuePairs"), {"a": "b"}),
        (("properties", "containers", 0, "properties", "configMap", "unknown"), "x"),
        (("properties", "containers", 0, "properties", "environmentVariables", 0, "value"), "X"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else repr(value),
)
def test_one_thing_is_different(path: tuple[str | int, ...], value: object) -> None:
    """Whatever it is."""
    live = answer()
    place: Any = live
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert not is_echo(live, DECLARED)


def test_in_doubt_no() -> None:
    """Other words for the same are for the thorough comparison."""
    live = answer()
    live["properties"]["ipAddress"]["type"] = "public"

    assert not is_echo(live, DECLARED)
