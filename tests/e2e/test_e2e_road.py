"""The main road as a person and a pipeline walk it, in real processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, azure

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

SAMPLE = {
    "hello": """\
name: hello
osType: Linux
containers:
  - {name: hello, image: "mcr.microsoft.com/azuredocs/aci-helloworld", resources: {cpu: 1, memoryInGB: 1}, ports: [80]}
ipAddress: {type: Public, ports: [80], dnsNameLabel: shop-hello}
""",
    "pair": """\
name: pair
osType: Linux
containers:
  - {name: app, image: "mcr.microsoft.com/azuredocs/aci-helloworld", resources: {cpu: 1, memoryInGB: 1}, ports: [80]}
  - {name: sidecar, image: "mcr.microsoft.com/azuredocs/aci-tutorial-sidecar", resources: {cpu: 1, memoryInGB: 1}}
ipAddress: {type: Public, ports: [80]}
""",
    "task": """\
name: task
osType: Linux
restartPolicy: Never
containers:
  - name: task
    image: mcr.microsoft.com/azuredocs/aci-wordcount
    command: [python, wordcount.py, "http://shakespeare.mit.edu/romeo_juliet/full.html"]
    environmentVariables: {NumWords: 5, MinLength: 8}
    resources: {cpu: 1, memoryInGB: 1}
""",
}


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project without groups, in a hurry."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0.2s"})
    found.write("aci-reconcile.yaml", PROJECT)
    return found


@pytest.mark.long
def test_the_main_road(commands: Commands) -> None:
    """Validate, plan, apply, nothing to do, change, plan, apply, drift, destroy: exit codes all along."""
    commands.group("web")
    codes = [
        commands(*words, "--local").code
        for words in (
            ("plan", "--detailed-exitcode"),
            ("drift",),
            ("apply",),
            ("apply", "-y"),
            ("plan", "--detailed-exitcode"),
            ("apply",),
            ("drift",),
        )
    ]

    assert [2, 2, 1, 0, 0, 0, 0] == codes

    commands.group("web", "nginx:2")
    planned = commands("plan", "--local", "--detailed-exitcode")

    assert 2 == planned.code
    assert '"nginx:1" -> "nginx:2"' in planned.out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in planned.out
    assert 0 == commands("apply", "--local", "-y").code
    assert 0 == commands("destroy", "--local", "-y", "--resource-groups").code
    assert "No container groups." in commands("status", "--local").out


@pytest.mark.long
def test_what_the_original_sample_shows(commands: Commands, tmp_path: Path) -> None:
    """A group with a public IP, one with a sidecar, a task and its logs, list, get, delete, and delete the rest."""
    for name, text in SAMPLE.items():
        commands.write(f"manifests/{name}.yaml", text)
    with azure(tmp_path) as server:
        place = ("--arm-endpoint", server.url)
        applied = commands("apply", "-y", "--stable-for", "1s", *place)

        assert 0 == applied.code, applied.err
        assert "Apply complete! Resources: 3 added" in applied.out

        listed = json.loads(commands("status", "--format", "json", *place).out)["groups"]

        assert ["hello", "pair", "task"] == [each["name"] for each in listed]
        # running, but perhaps not for ten seconds yet
        assert {"healthy", "pending"} >= {each["health"]["state"] for each in listed[:2]}
        assert "finished" == listed[2]["health"]["state"]

        one = commands("status", "hello", *place).out

        for fact in ("Succeeded", "shop-hello.westeurope.azurecontainer.io", "198.18.", "westeurope", "Started"):
            assert fact in one
        assert "restarts  0" in one
        assert "('HARBOURMASTER', 3)" in commands("logs", "task", *place).out
        assert 0 == commands("destroy", "-y", "--resource-groups", *place).code
        assert 0 == commands("apply", "-y", "--wait", "none", "--only", "task", *place).code


@pytest.mark.long
def test_drift_by_hand_is_found_and_repaired(commands: Commands, tmp_path: Path) -> None:
    """Somebody changes a group in Azure: drift says so, says that it was in Azure, and an apply puts it back."""
    commands.group("web", more="tags: {team: shop}\n")
    with azure(tmp_path) as server:
        place = ("--arm-endpoint", server.url)

        assert 0 == commands("apply", "-y", *place).code

        body = server.ask("GET", server.group("web"))
        body["properties"]["containers"][0]["properties"]["image"] = "nginx:evil"
        server.ask("PUT", server.group("web"), body)
        found = commands("drift", *place)

        assert 2 == found.code
        assert "nginx:evil" in found.out
        assert "# changed in Azure" in found.out
        assert 0 == commands("apply", "-y", *place).code
        assert 0 == commands("drift", *place).code

        server.ask("DELETE", server.group("web"))

        assert "1 group is missing" in commands("drift", *place).out


@pytest.mark.long
def test_what_belongs_to_others_is_left_alone(commands: Commands, tmp_path: Path) -> None:
    """A group that nobody owns is adopted only when told so; one with another owner is not touched at all."""
    commands.group("web")
    with azure(tmp_path) as server:
        place = ("--arm-endpoint", server.url)
        commands("apply", "-y", *place)
        server.ask("PATCH", server.group("web"), {"tags": {}})

        assert 3 == commands("apply", "-y", *place).code

        adopted = commands("apply", "-y", "--adopt", *place)

        assert 0 == adopted.code
        assert "adopted" in adopted.err

        server.ask("PATCH", server.group("web"), {"tags": {"aci-reconcile-project": "other"}})
        commands.group("web", "nginx:2")

        assert 3 == commands("apply", "-y", "--adopt", *place).code
        assert "No changes." in commands("destroy", "-y", *place).out


@pytest.mark.long
def test_the_state_of_the_emulator_outlives_it(commands: Commands, tmp_path: Path) -> None:
    """With ``--state`` another process finds what this one left; a port that is taken is an error."""
    commands.group("web")
    with azure(tmp_path, "--state", "kept") as server:
        commands("apply", "-y", "--arm-endpoint", server.url)
        taken = commands("emulator", "--port", server.url.rpartition(":")[2])

        assert 1 == taken.code
        assert "use another --port" in taken.err

    with azure(tmp_path, "--state", "kept") as server:
        assert "rg-shop/web" in commands("status", "--arm-endpoint", server.url).out


def test_embedded_and_served_state_are_one(commands: Commands, tmp_path: Path) -> None:
    """``emulator --state .aci-reconcile`` serves what ``--local`` made."""
    commands.group("web")
    commands("apply", "-y", "--local")
    with azure(tmp_path, "--state", ".aci-reconcile") as server:
        assert "nginx:1" == server.ask("GET", server.group("web"))["properties"]["containers"][0]["properties"]["image"]
