"""Write-only values: in no answer, and on no disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unit.emulator.emulator_world import (
    World,
    changed,
    container,
    group,
)

from aci_reconcile.emulator import open_store

if TYPE_CHECKING:
    from pathlib import Path


CANARY = "c4n4ry-value-that-must-not-stay"


ENCODED = "YzRuNHJ5LXZhbHVlLXRoYXQtbXVzdC1ub3Qtc3RheQ=="


def secretive() -> Any:
    """A group with a secret in every place that the contract calls write-only."""
    body = group(
        containers=[
            container(
                "web", environmentVariables=[{"name": "PLAIN", "value": "v"}, {"name": "S", "secureValue": CANARY}]
            )
        ],
        initContainers=[
            {
                "name": "init",
                "properties": {"image": "busybox", "environmentVariables": [{"name": "S", "secureValue": CANARY}]},
            }
        ],
        imageRegistryCredentials=[{"server": "r.example.com", "username": "u", "password": CANARY}],
        volumes=[
            {"name": "secret", "secret": {"file": ENCODED}},
            {"name": "share", "azureFile": {"shareName": "s", "storageAccountName": "a", "storageAccountKey": CANARY}},
        ],
        diagnostics={"logAnalytics": {"workspaceId": "w", "workspaceKey": CANARY}},
        extensions=[
            {"name": "e", "properties": {"extensionType": "t", "version": "1", "protectedSettings": {"k": CANARY}}}
        ],
    )
    body["properties"]["containers"][0]["properties"]["EnvironmentVariables"] = body["properties"]["containers"][0][
        "properties"
    ].pop("environmentVariables")
    return body


def test_write_only_values_are_dropped_exactly_as_recorded() -> None:
    """A secret volume loses even the names of its files; a secure variable keeps its name and nothing else."""
    world = World()

    properties = world.create("web", secretive())["properties"]

    main, init = properties["containers"][0]["properties"], properties["initContainers"][0]["properties"]
    assert [{"name": "PLAIN", "value": "v"}, {"name": "S"}] == main["environmentVariables"]
    assert [{"name": "S"}] == init["environmentVariables"]
    assert {
        "server": "r.example.com",
        "username": "u",
        "isDelegatedIdentity": False,
    } == properties["imageRegistryCredentials"][0]
    assert [
        {"name": "secret", "secret": {}},
        {"name": "share", "azureFile": {"shareName": "s", "storageAccountName": "a"}},
    ] == properties["volumes"]
    assert {"logAnalytics": {"workspaceId": "w"}} == properties["diagnostics"]
    assert {"extensionType": "t", "version": "1"} == properties["extensions"][0]["properties"]


def test_a_secret_is_in_no_answer_and_on_no_disk(tmp_path: Path) -> None:
    """The emulator never stores a write-only value, not even for a moment in SQLite's log."""
    store = open_store(tmp_path)
    world = World(store=store)
    answers = [
        world.put("web", secretive()),
        world.put("web", changed(secretive(), "properties.osType", 7)),
        world.put("web", changed(secretive(), "properties.imageRegistryCredentials.0.server", {"password": CANARY})),
        world.put("web", changed(secretive(), "properties.containers.0.properties.ports", CANARY)),
    ]
    world.settle("web")
    world.put("web", secretive())
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    store.close()
    files += [file.read_bytes() for file in tmp_path.iterdir()]

    for text in (CANARY, ENCODED):
        assert all(text.encode() not in content for content in files)
        assert all(text.encode() not in answer.body for answer in answers)
