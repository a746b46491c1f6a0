"""azure-cli as it is published: signed in as a service principal, every `az container` command that is emulated."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from clients.az import Az
from clients.world import COMMAND, WRONG_SECRET, World, installed, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.clients

FLAGS = shlex.split(
    "--image nginx:1.27 --os-type Linux --cpu 1 --memory 1.5 --ports 80 443 --ip-address Public "
    "--dns-name-label az-flags --restart-policy OnFailure --environment-variables MODE=test "
    "--secure-environment-variables TOKEN=hush"
)


def group(name: str, **properties: Any) -> dict[str, Any]:
    """Return a container group as `--file` takes it, and aci-reconcile too."""
    container = {
        "image": "nginx:1.27",
        "ports": [{"port": 80, "protocol": "TCP"}],
        "environmentVariables": [{"name": "MODE", "value": "test"}],
        "resources": {"requests": {"cpu": 1.0, "memoryInGB": 1.5}},
    }
    return {
        "apiVersion": "2023-05-01",
        "type": "Microsoft.ContainerInstance/containerGroups",
        "name": name,
        "location": "westeurope",
        "tags": {"team": "blue"},
        "properties": {
            "osType": "Linux",
            "restartPolicy": "Always",
            "containers": [{"name": "web", "properties": container}],
            "ipAddress": {"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]},
            **properties,
        },
    }


@pytest.fixture(scope="module")
def az(tls_world: World) -> Az:
    """An azure-cli that is signed in."""
    made = Az(tls_world)
    made.sign_in(tls_world.emulator.secret)
    return made


@pytest.fixture
def rg(az: Az, request: pytest.FixtureRequest) -> str:
    """Return a resource group for one test."""
    name = "rg-" + str(request.node.name).removeprefix("test_").replace("_", "-")
    az("group", "create", "-n", name, "-l", "westeurope")
    return name


def test_it_signs_in_and_finds_the_subscription(az: Az) -> None:
    """The cloud comes from its metadata, the token from its login endpoint, the subscription from ARM."""
    emulator = az.world.emulator
    shown = az("account", "show").json
    token = az("account", "get-access-token").json

    assert ["local", emulator.subscription, emulator.tenant, emulator.client] == [
        shown["environmentName"],
        shown["id"],
        shown["tenantId"],
        shown["user"]["name"],
    ]
    assert ["Bearer", emulator.subscription] == [token["tokenType"], token["subscription"]]


def test_a_wrong_secret_gets_entras_error(tls_world: World) -> None:
    """The code is Entra's, and nobody is signed in."""
    other = Az(tls_world, "azure-wrong")
    refused = other.sign_in(WRONG_SECRET, expect=1)

    assert "AADSTS7000215: Invalid client secret provided." in refused.err
    assert "Please run 'az login'" in other("account", "show", expect=1).err


def test_the_life_of_a_resource_group(az: Az) -> None:
    """Create, show, exists, list, delete; what is gone is missing in ARM's words."""
    created = az("group", "create", "-n", "rg-life", "-l", "westeurope", "--tags", "team=blue").json
    shown = az("group", "show", "-n", "rg-life").json
    before = az("group", "exists", "-n", "rg-life").json
    listed = az("group", "list", "--query", "[?tags.team].name").json
    az("group", "delete", "-n", "rg-life", "--yes")
    after = az("group", "exists", "-n", "rg-life").json
    missing = az("group", "show", "-n", "rg-life", expect=3)

    assert created == shown
    assert [True, ["rg-life"], False] == [before, listed, after]
    assert "(ResourceGroupNotFound) Resource group 'rg-life' could not be found." in missing.err


def test_create_from_flags(az: Az, rg: str) -> None:
    """What the flags say is what is there; a secure variable comes back as a name alone."""
    made = az("container", "create", "-g", rg, "-n", "flags", *FLAGS).json
    shown = az("container", "show", "-g", rg, "-n", "flags").json
    table = az("container", "list", "-g", rg, "-o", "table").out
    container = made["containers"][0]

    assert made == shown
    assert ["Succeeded", "Running", "OnFailure", "az-flags.westeurope.azurecontainer.io"] == [
        made["provisioningState"],
        made["instanceView"]["state"],
        made["restartPolicy"],
        made["ipAddress"]["fqdn"],
    ]
    assert [80, 443] == [item["port"] for item in container["ports"]]
    assert [("MODE", "test"), ("TOKEN", None)] == [(v["name"], v["value"]) for v in container["environmentVariables"]]
    assert ["flags", rg, "Succeeded", "nginx:1.27"] == table.splitlines()[2].split()[:4]


def test_create_from_a_file_and_export_it_again(az: Az, rg: str) -> None:
    """The file is put as it stands, in its own api-version; what is exported can be put again."""
    made = az.from_file(rg, group("filed")).json
    exported = az.world.folder / "exported.yaml"
    az("container", "export", "-g", rg, "-n", "filed", "--file", str(exported))
    held = yaml.safe_load(exported.read_text(encoding="utf-8"))
    again = az("container", "create", "-g", rg, "--file", str(exported)).json

    assert ["filed", "Succeeded", {"team": "blue"}] == [
        made["name"],
        made["properties"]["provisioningState"],
        made["tags"],
    ]
    assert group("filed")["properties"]["containers"][0]["properties"] == {
        key: value for key, value in held["properties"]["containers"][0]["properties"].items() if key != "configMap"
    }
    assert "Succeeded" == again["properties"]["provisioningState"]


def test_logs_restart_stop_start(az: Az, rg: str) -> None:
    """The states that users watch for, and the simulation's own log lines."""
    az.from_file(rg, group("power"))
    logs = az("container", "logs", "-g", rg, "-n", "power", "--container-name", "web").out
    az("container", "restart", "-g", rg, "-n", "power")
    restarted = az.state(rg, "power")
    az("container", "stop", "-g", rg, "-n", "power")
    stopped = az.state(rg, "power")
    az("container", "start", "-g", rg, "-n", "power")
    started = az.state(rg, "power")

    assert "[emulator] listening" in logs
    assert ["Running", "Stopped", "Running"] == [restarted, stopped, started]


def test_delete(az: Az, rg: str) -> None:
    """The answer is the group that was; deleting nothing is no error; a list is empty."""
    az.from_file(rg, group("doomed"))
    deleted = az("container", "delete", "-g", rg, "-n", "doomed", "--yes").json
    nothing = az("container", "delete", "-g", rg, "-n", "doomed", "--yes").json
    left = az("container", "list", "-g", rg).json

    assert ["doomed", None, []] == [deleted["name"], nothing, left]


def test_the_errors_it_prints(az: Az, rg: str) -> None:
    """Azure's codes and words, where azure-cli shows them: a missing group, bad names, an immutable change."""
    az.from_file(rg, group("errors"))
    missing = az("container", "show", "-g", rg, "-n", "nope", expect=3)
    homeless = az.from_file("rg-nope", group("errors"), expect=2)
    bad = az("container", "create", "-g", rg, "-n", "bad--name", *FLAGS, expect=1)
    unnamed = az.from_file(rg, group("unnamed", containers=[{"name": "Bad_One", "properties": {}}]), expect=1)
    changed = az.from_file(rg, group("errors", restartPolicy="Never"), expect=1)
    moved = az.from_file(rg, {**group("errors"), "location": "northeurope"}, expect=1)

    assert [
        "(ResourceNotFound)",
        "(ResourceGroupNotFound)",
        "(InvalidContainerGroupName)",
        "(InvalidContainerName)",
        "(InvalidContainerGroupUpdate)",
        "(InvalidResourceLocation)",
    ] == [done.err.split()[1] for done in (missing, homeless, bad, unnamed, changed, moved)]
    assert "you must delete it first and then create a new one." in changed.err


def test_aci_reconcile_adopts_what_azure_cli_made(az: Az, rg: str, tmp_path: Path) -> None:
    """The same file: our own command finds nothing to change but its tags, writes them, and is then content."""
    az.from_file(rg, group("shared"))
    before = az("container", "show", "-g", rg, "-n", "shared").json
    (tmp_path / "shared.yaml").write_text(yaml.safe_dump(group("shared")), encoding="utf-8")
    planned = az.world.own_command(tmp_path, "plan", "shared.yaml", "-g", rg, "--adopt")
    az.world.own_command(tmp_path, "apply", "shared.yaml", "-g", rg, "--adopt", "-y", "--stable-for", "0s")
    again = az.world.own_command(tmp_path, "plan", "shared.yaml", "-g", rg, "--detailed-exitcode")
    after = az("container", "show", "-g", rg, "-n", "shared").json

    assert f"~ {rg}/shared [adopt, tags only]" in planned
    assert "No changes. 1 group matches its manifest." in again
    serial = after["tags"].pop("aci-reconcile-applied")

    assert {**before, "tags": {"team": "blue", "aci-reconcile-project": "default"}} == after
    assert re.fullmatch(r"v1:::[0-9a-f]{8}", serial)


def test_aci_reconcile_uses_the_session_of_azure_cli(az: Az, rg: str, tmp_path: Path) -> None:
    """Whoever has signed in with `az login` needs nothing else: the token comes from azure-cli."""
    (tmp_path / "group.yaml").write_text(yaml.safe_dump(group("session")), encoding="utf-8")
    signed_in = az.world.environ(
        NO_COLOR="1", AZURE_TOKEN_CREDENTIALS="AzureCliCredential", AZURE_SUBSCRIPTION_ID=az.world.emulator.subscription
    )
    environ = {**signed_in, **az.settings(), "PATH": f"{installed('azure-cli')}:{signed_in['PATH']}"}
    planned = run([*COMMAND, "plan", "group.yaml", "-g", rg], tmp_path, environ)

    assert 0 == planned.code, planned.all
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in planned.out


def test_the_general_commands_reach_container_groups_too(az: Az, rg: str) -> None:
    """`az resource`, `az rest`, `az provider` and `az account` ask ARM itself."""
    az.from_file(rg, group("general"))
    found = az("container", "show", "-g", rg, "-n", "general", "--query", "id").json
    shown = az("resource", "show", "--ids", found, "--query", "properties.osType").json
    tagged = az("resource", "tag", "--ids", found, "--tags", "team=red", "--query", "tags").json
    url = f"{found}?api-version=2023-05-01"
    answered = az("rest", "--method", "get", "--url", url, "--query", "[name, tags.team]").json
    registered = az("provider", "show", "-n", "Microsoft.ContainerInstance", "--query", "registrationState").json
    locations = az("account", "list-locations", "--query", "[?name=='westeurope'].name").json

    assert ["Linux", {"team": "red"}, ["general", "red"]] == [shown, tagged, answered]
    assert ["Registered", ["westeurope"]] == [registered, locations]
