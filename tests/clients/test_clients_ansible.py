"""Ansible's azure.azcollection knows no Azure but the public one: a proxy leads its host names to the emulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from clients.world import World, installed, run

PLAYBOOK = Path(__file__).parent / "programs" / "playbook.yml"
ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-ansible"
    "/providers/Microsoft.ContainerInstance/containerGroups/web"
)

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def results(tls_world: World) -> dict[str, dict[str, Any]]:
    """Play the playbook once and return what became of each task, by its name."""
    environ = tls_world.environ(ANSIBLE_STDOUT_CALLBACK="ansible.posix.json", **tls_world.ansible())
    words = [str(installed("ansible") / "ansible-playbook"), "-i", "localhost,", str(PLAYBOOK)]
    done = run(words, tls_world.folder, environ, seconds=600)

    assert 0 == done.code, done.all
    tasks = json.loads(done.out)["plays"][0]["tasks"]
    return {task["task"]["name"]: task["hosts"]["localhost"] for task in tasks}


def changes(results: dict[str, dict[str, Any]], *names: str) -> list[bool]:
    """Return what the tasks say about having changed something."""
    return [results[name]["changed"] for name in names]


def test_a_wrong_secret_gets_entras_error(results: dict[str, dict[str, Any]]) -> None:
    """The code is Entra's, in the words of azure-identity."""
    assert "AADSTS7000215: Invalid client secret provided." in results["wrong secret"]["msg"]


def test_the_life_of_a_resource_group(results: dict[str, dict[str, Any]]) -> None:
    """Created, found to be there, and gone with all that is in it."""
    assert [True, False, True] == changes(results, "resource group", "same resource group", "resource group absent")
    assert ["rg-ansible", "westeurope", "Succeeded"] == [
        results["resource group"]["state"][key] for key in ("name", "location", "provisioning_state")
    ]


def test_create_and_no_change(results: dict[str, dict[str, Any]]) -> None:
    """The first task creates, the second finds it as it is."""
    created, found = results["create"], results["no change"]

    assert [True, False] == changes(results, "create", "no change")
    assert [ID, "Succeeded"] == [created["id"], created["provisioning_state"]]
    assert "" != created["ip_address"]
    assert [created["id"], created["ip_address"]] == [found["id"], found["ip_address"]]


def test_tags(results: dict[str, dict[str, Any]]) -> None:
    """Tags are patched: nothing restarts, the address stays."""
    (told,) = results["info"]["containerinstances"]

    assert [True, False] == changes(results, "tags", "info")
    assert results["create"]["ip_address"] == results["tags"]["ip_address"]
    assert {"team": "blue"} == told["tags"]


def test_info_tells_what_was_asked_for(results: dict[str, dict[str, Any]]) -> None:
    """Everything but the secure value; letters come back as ACI keeps them."""
    (told,) = results["info"]["containerinstances"]
    expected = {
        "id": ID,
        "resource_group": "rg-ansible",
        "name": "web",
        "os_type": "linux",
        "dns_name_label": "ansible-web",
        "ip_address": results["create"]["ip_address"],
        "ports": [80, 443],
        "location": "westeurope",
        "containers": [
            {
                "name": "web",
                "image": "nginx:1.27",
                "memory": 1.5,
                "cpu": 1.0,
                "ports": [80, 443],
                "commands": None,
                "environment_variables": [{"name": "MODE", "value": "test"}, {"name": "TOKEN"}],
                "volume_mounts": [],
            }
        ],
        "restart_policy": "on_failure",
        "tags": {"team": "blue"},
        "subnet_ids": None,
        "volumes": [],
        "identity": None,
    }

    assert expected == {**told, "ports": sorted(told["ports"])}


def test_force_update_deletes_and_creates_again(results: dict[str, dict[str, Any]]) -> None:
    """It does not wait between the two, and Azure takes that; what cannot change in place has changed."""
    (told,) = results["info of all"]["containerinstances"]

    assert [True] == changes(results, "force update")
    assert ["always", None] == [told["restart_policy"], told["tags"]]


def test_a_bad_name_is_refused_in_azures_words(results: dict[str, dict[str, Any]]) -> None:
    """The module shows the code and the message."""
    refused = results["bad name"]

    assert [True, False] == [refused["failed"], refused["changed"]]
    assert "(InvalidContainerGroupName)" in refused["msg"]


def test_absent(results: dict[str, dict[str, Any]]) -> None:
    """Deleted once; the second time there is nothing to delete."""
    assert [True, False] == changes(results, "absent", "absent again")
