"""Secrets that Azure does not show, and groups that it does not take again: by real processes, request by request."""

from __future__ import annotations

import json
import shlex
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import API_VERSION, Witness
from e2e.processes import PROJECT, SUBSCRIPTION, Commands, Ended

from aci_reconcile.emulator import Fault, Faults, Knobs, Request, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PLACE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
WEB = f"{PLACE}/providers/Microsoft.ContainerInstance/containerGroups/web"
APPLY = ("apply", "-y", "--wait", "provisioned")
REFUSED = Fault("error", "PUT", "containerGroups/web", status=400)


@dataclass(frozen=True, slots=True)
class World:
    """An emulator in this process, and the command in others."""

    emulator: Witness
    faults: Faults
    commands: Commands

    def manifest(self, image: str = "nginx:1", cpu: int = 1, more: str = "", variables: str = "") -> None:
        """Write the manifest of the group ``web``."""
        listed = f"    environmentVariables: {variables}\n" if variables else ""
        self.commands.write(
            "manifests/web.yaml",
            f"name: web\nosType: Linux\n{more}containers:\n  - name: web\n    image: {image}\n"
            f"    resources: {{cpu: {cpu}, memoryInGB: 1}}\n{listed}",
        )

    def arm(self, method: str, content: Any = None, below: str = "") -> Any:
        """Do something to the group by hand."""
        text = b"" if content is None else json.dumps(content).encode()
        answer = self.emulator.handle(Request(method, f"{WEB}{below}?api-version={API_VERSION}", {}, text))
        return json.loads(answer.body) if answer.body and answer.status < 400 else None

    def by_hand(self, *variables: dict[str, Any], tags: dict[str, str] | None = None, image: str = "nginx:1") -> None:
        """Write the group as somebody else does, and let it settle."""
        requests = {"cpu": 1, "memoryInGB": 1}
        inner = {"image": image, "resources": {"requests": requests}, "environmentVariables": list(variables)}
        properties = {"osType": "Linux", "containers": [{"name": "web", "properties": inner}]}
        self.arm("PUT", {"location": "westeurope", "tags": tags or {}, "properties": properties})
        while self.arm("GET")["properties"]["provisioningState"] != "Succeeded":
            time.sleep(0.05)
        self.emulator.done.clear()

    @property
    def writes(self) -> list[str]:
        """What was carried out on the group."""
        return [request.method for request, _ in self.emulator.done if "/web" in request.url]

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The environment variables of the last body that was sent."""
        body = [each.body for each, _ in self.emulator.done if each.method == "PUT" and "/web" in each.url][-1]
        found: list[dict[str, Any]] = json.loads(body)["properties"]["containers"][0]["properties"][
            "environmentVariables"
        ]
        return found


@contextmanager
def world(folder: Path) -> Generator[World]:
    """Serve an emulator, with a resource group and a project for it."""
    faults = Faults()
    emulator = Witness(open_store(None), knobs=Knobs(provisioning_seconds=0.1), faults=faults)
    with serve(emulator) as server:
        commands = Commands(folder, {"ACI_RECONCILE_ARM_ENDPOINT": server.url})
        commands.write("aci-reconcile.yaml", PROJECT)
        request = Request("PUT", f"{PLACE}?api-version=2021-04-01", {}, b'{"location": "westeurope"}')
        emulator.handle(request)
        yield World(emulator, faults, commands)


def held(ended: Ended, name: str) -> bool:
    """Whether an apply was refused for a secret that is not at hand."""
    return ended.code == 1 and f"containers[web].environmentVariables[{name}]" in ended.out + ended.err


IGNORING = 'lifecycle: {ignore: ["containers[web].environmentVariables"]}\n'


def test_a_declared_secret_in_an_ignored_field_is_sent(tmp_path: Path) -> None:
    """Another image, and the group still has its secret; another apply has nothing to do."""
    variables = '{S: {secureValue: "${env:PW}"}}'
    with world(tmp_path) as azure:
        azure.manifest(more=IGNORING, variables=variables)
        created = azure.commands(*APPLY, PW="s3cr3t")
        azure.manifest("nginx:2", more=IGNORING, variables=variables)
        updated = azure.commands(*APPLY, PW="s3cr3t")
        sent, written = azure.sent, len(azure.writes)
        again = azure.commands(*APPLY, PW="s3cr3t")

        assert (0, 0, 0) == (created.code, updated.code, again.code)
        assert [{"name": "S", "secureValue": "s3cr3t"}] == sent
        assert written == len(azure.writes)


@pytest.mark.parametrize("cpu", [1, 2], ids=["update", "recreation"])
def test_a_secret_that_somebody_else_gave_is_not_wiped(tmp_path: Path, cpu: int) -> None:
    """Nothing is sent, and it is named; once it is declared, it is sent."""
    with world(tmp_path) as azure:
        azure.by_hand({"name": "INJECTED", "secureValue": "x"}, tags={"aci-reconcile-project": "shop"})
        azure.manifest("nginx:2", cpu, more=IGNORING)
        planned = azure.commands("plan", "--allow-replace")
        refused = azure.commands(*APPLY, "--allow-replace")

        assert held(refused, "INJECTED")
        assert '`secureValue: "${env:INJECTED}"`' in planned.out
        assert [] == azure.writes

        azure.manifest("nginx:2", cpu, more=IGNORING, variables='{INJECTED: {secureValue: "${env:INJECTED}"}}')

        assert 0 == azure.commands(*APPLY, "--allow-replace", INJECTED="y").code
        assert [{"name": "INJECTED", "secureValue": "y"}] == azure.sent


def test_an_export_wipes_nothing(tmp_path: Path) -> None:
    """A name without a value is a secret that is not at hand; adopting alone goes on."""
    with world(tmp_path) as azure:
        azure.by_hand({"name": "DB_PASSWORD", "secureValue": "x"})
        azure.manifest("nginx:2", variables="[{name: DB_PASSWORD}]")
        refused = azure.commands(*APPLY, "--adopt")

        assert held(refused, "DB_PASSWORD")
        assert [] == azure.writes

        azure.manifest(variables="[{name: DB_PASSWORD}]")

        assert 0 == azure.commands(*APPLY, "--adopt").code
        assert ["PATCH"] == azure.writes


def test_a_variable_without_a_value_is_never_sent(tmp_path: Path) -> None:
    """Azure refuses it, and the plan knows that."""
    with world(tmp_path) as azure:
        azure.manifest(variables="[{name: DB_PASSWORD}]")

        assert held(azure.commands(*APPLY), "DB_PASSWORD")
        assert [] == azure.writes


@pytest.mark.parametrize("cpu", [1, 2], ids=["update", "recreation"])
def test_an_empty_password_deletes_nothing(tmp_path: Path, cpu: int) -> None:
    """A pipeline gives an empty text for a secret that nobody set."""
    registry = 'imageRegistryCredentials: [{server: r.azurecr.io, username: u, password: "${env:PW}"}]\n'
    with world(tmp_path) as azure:
        azure.manifest(more=registry)
        created = azure.commands(*APPLY, PW="s3cr3t")
        azure.manifest("nginx:2", cpu, more=registry)
        azure.emulator.done.clear()
        refused = azure.commands(*APPLY, "--allow-replace", PW="")

        assert (0, 1) == (created.code, refused.code)
        assert "rg-shop/web needs env:PW" in refused.out
        assert [] == azure.writes


def recreation(azure: World) -> None:
    """Let a group be there that is to be recreated, which Azure will refuse once."""
    variables = '{S: {secureValue: "${env:PW}"}}'
    azure.manifest(variables=variables)

    assert 0 == azure.commands(*APPLY, PW="s3cr3t").code

    azure.manifest(cpu=2, variables=variables)
    azure.emulator.done.clear()
    azure.faults.add([REFUSED])


def test_a_refusal_ends_at_once_and_tells_the_way_back(tmp_path: Path) -> None:
    """The printed command brings the former group back, and the next plan wants the same again."""
    with world(tmp_path) as azure:
        recreation(azure)
        began = time.monotonic()
        failed = azure.commands(*APPLY, "--allow-replace", PW="s3cr3t")
        took = time.monotonic() - began

        assert 5 == failed.code
        assert took < 20
        assert ["DELETE"] == azure.writes

        command = failed.err.partition("To restore the former group: ")[2].partition("\n")[0]
        back = azure.commands(*shlex.split(command)[1:], "-y", PW="s3cr3t")

        assert (0, "aci-reconcile") == (back.code, command.split()[0])
        assert [{"name": "S", "secureValue": "s3cr3t"}] == azure.sent
        live = azure.arm("GET")
        assert 1 == live["properties"]["containers"][0]["properties"]["resources"]["requests"]["cpu"]
        assert "shop" == live["tags"]["aci-reconcile-project"]
        assert "1 to recreate" in azure.commands("plan", PW="s3cr3t").out


def test_the_way_back_leaves_the_other_groups_alone(tmp_path: Path) -> None:
    """They stand in no manifest of the project that is written down, and are not deleted, whatever is asked for."""
    with world(tmp_path) as azure:
        azure.commands.write(
            "manifests/other.yaml",
            "name: other\ncontainers: [{name: c, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}]\n",
        )
        recreation(azure)
        failed = azure.commands(*APPLY, "--allow-replace", PW="s3cr3t")
        back = shlex.split(failed.err.partition("To restore the former group: ")[2].partition("\n")[0])[1:]
        whole = [each for each in back if each not in ("--only", "rg-shop/web")]

        assert ["--only", "rg-shop/web"] == back[3:5]
        assert 0 == azure.commands(*back, "-y", "--prune", PW="s3cr3t").code
        assert 3 == azure.commands(*whole, "-y", "--prune", PW="s3cr3t").code
        assert [] == [each.url for each, _ in azure.emulator.done if each.method == "DELETE" and "/other" in each.url]


def test_a_joined_secret_does_not_come_back_as_a_part_of_itself(tmp_path: Path) -> None:
    """The former manifest asks for the whole of it, and the printed command sends nothing else."""
    variables = '{S: {secureValue: "pg://u:${env:PW}@h"}, W: {secureValue: "${env:PW}"}}'
    with world(tmp_path) as azure:
        azure.manifest(variables=variables)

        assert 0 == azure.commands(*APPLY, PW="s3cr3t").code

        azure.manifest(cpu=2, variables=variables)
        azure.faults.add([REFUSED])
        failed = azure.commands(*APPLY, "--allow-replace", PW="s3cr3t")
        command = failed.err.partition("To restore the former group: ")[2].partition("\n")[0]
        azure.emulator.done.clear()
        held_back = azure.commands(*shlex.split(command)[1:], "-y", PW="s3cr3t")

        assert "needs env:WEB_S" in held_back.out
        assert [] == azure.writes

        back = azure.commands(*shlex.split(command)[1:], "-y", PW="s3cr3t", WEB_S="pg://u:s3cr3t@h")

        assert 0 == back.code
        assert [("S", "pg://u:s3cr3t@h"), ("W", "s3cr3t")] == [(e["name"], e["secureValue"]) for e in azure.sent]


def test_the_former_group_is_put_back(tmp_path: Path) -> None:
    """Announced, done by the same apply, told in JSON, and failed all the same."""
    with world(tmp_path) as azure:
        recreation(azure)
        options = ("--allow-replace", "--restore-on-failure", "--format", "json")
        failed = azure.commands(*APPLY, *options, PW="s3cr3t")
        lines = [json.loads(line) for line in failed.out.splitlines()]
        (told,) = [each for each in lines if each["type"] == "failed"]

        assert 5 == failed.code
        assert ["restore"] == [each["code"] for each in lines[0]["plan"]["notices"]]
        assert (False, True, "") == (told["gone"], told["restored"], told["unrestored"])
        assert ["DELETE", "PUT"] == azure.writes
        assert [{"name": "S", "secureValue": "s3cr3t"}] == azure.sent
        requests = azure.arm("GET")["properties"]["containers"][0]["properties"]["resources"]["requests"]
        assert 1 == requests["cpu"]


def test_one_that_was_stopped_is_stopped_again(tmp_path: Path) -> None:
    """It comes back as it was."""
    with world(tmp_path) as azure:
        recreation(azure)
        azure.arm("POST", below="/stop")
        azure.emulator.done.clear()
        failed = azure.commands(*APPLY, "--allow-replace", PW="s3cr3t", ACI_RECONCILE_RESTORE_ON_FAILURE="true")

        assert 5 == failed.code
        assert ["DELETE", "PUT", "POST"] == azure.writes
        assert "Stopped" == azure.arm("GET")["properties"]["instanceView"]["state"]
        assert "the former group was restored" in failed.err


def test_what_is_carried_over_must_go_with_the_rest(tmp_path: Path) -> None:
    """A body that Azure would refuse is known before the deletion, though no manifest holds it."""
    address = "ipAddress: {type: Public, ports: [80]}\n"
    with world(tmp_path) as azure:
        azure.manifest(more=address)
        text = (tmp_path / "manifests" / "web.yaml").read_text(encoding="utf-8") + "    ports: [80]\n"
        azure.commands.write("manifests/web.yaml", text)

        assert 0 == azure.commands(*APPLY).code

        moved = text.replace("80", "81").replace("cpu: 1", "cpu: 2")
        azure.commands.write("manifests/web.yaml", f"lifecycle: {{ignore: [ipAddress.ports]}}\n{moved}")
        azure.emulator.done.clear()
        refused = azure.commands(*APPLY, "--allow-replace")

        assert 3 == refused.code
        assert "ipAddress.ports" in refused.out
        assert [] == azure.writes
