"""What azure-cli's own fifteen recorded scenarios of `az container` do, step by step, on the emulator.

The steps are those of its test suite, which the package does not hold; identities, networks and workspaces included.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from clients.az import Az
from clients.world import world

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = pytest.mark.clients

RG = "rg-scenarios"
HELLO = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
SMALL = ("--os-type", "Linux", "--cpu", "1", "--memory", "1")
LOOP = ("--command-line", "/bin/sh -c 'while true; do echo hello; sleep 20; done'")
VALUES = ("-e", "KEY1=VALUE1", "KEY2=FOO=BAR=")
PUBLIC = ("--ip-address", "Public")
PORTS = ("--ports", "8000", "8001")
NEVER = ("--restart-policy", "Never")
SECRETS = ("--secrets", "first=one", "second=two words", "--secrets-mount-path", "/s")
POLLED_TWICE = 30
"""Seconds between two questions of azure-cli where no Retry-After says otherwise."""
POLICY = "eyJhbGxvd19hbGwiOiB0cnVlLCAiY29udGFpbmVycyI6IHsibGVuZ3RoIjogMCwgImVsZW1lbnRzIjogbnVsbH19"
USAGE = "usage error: --vnet NAME --subnet NAME | --vnet ID --subnet NAME | --subnet ID"


@pytest.fixture(scope="module")
def az(tmp_path_factory: pytest.TempPathFactory) -> Generator[Az]:
    """An azure-cli that is signed in, with a resource group, where no network is there yet."""
    with world(tmp_path_factory.mktemp("scenarios"), "--pace", "instant", "--knob", "subnets=absent") as emulated:
        made = Az(emulated)
        made.sign_in(emulated.emulator.secret)
        made("group", "create", "-n", RG, "-l", "westus")
        yield made


def make_id(az: Az, kind: str, name: str) -> str:
    """Return the id of something that the scenario's author has."""
    return f"/subscriptions/{az.world.emulator.subscription}/resourceGroups/azcliresources/providers/{kind}/{name}"


def create(az: Az, name: str, *words: str, image: str = HELLO) -> Any:
    """Create a small group and see that what every scenario looks at is there."""
    made = az("container", "create", "-g", RG, "-n", name, "--image", image, *SMALL, *words).json
    resources = made["containers"][0]["resources"]["requests"]

    assert [name, "Succeeded", "Linux", image, 1.0, 1.0] == [
        made["name"],
        made["provisioningState"],
        made["osType"],
        made["containers"][0]["image"],
        resources["cpu"],
        resources["memoryInGb"],
    ]
    return made


def live_and_die(az: Az, made: Any) -> None:
    """Show, log and delete a group: what was created is shown, and is the answer to its deletion."""
    name = ("-g", RG, "-n", made["name"])
    shown = az("container", "show", *name).json
    az("container", "logs", *name)
    deleted = az("container", "delete", *name, "--yes").json

    watched = ["name", "location", "osType", "restartPolicy", "priority", "sku", "volumes", "isCreatedFromStandbyPool"]
    assert shown == made
    assert [made[key] for key in watched] == [deleted[key] for key in watched]
    assert "Succeeded" == deleted["provisioningState"]


def profile_words(name: str, *words: str) -> tuple[str, ...]:
    """Return the command that creates a small profile, or its next revision."""
    command = ("container", "container-group-profile", "create", "-g", RG, "-n", name, "--image", "alpine:latest")
    return (*command, *SMALL, *VALUES, *words)


def show_profile(az: Az, name: str, revision: int = 0) -> Any:
    """Return what is shown of a profile, or of one of its revisions."""
    which = ("show-revision", "-r", str(revision)) if revision else ("show",)
    return az("container", "container-group-profile", *which, "-g", RG, "-n", name).json


def delete_profile(az: Az, name: str) -> None:
    """Delete a profile: it says nothing, and nothing is shown any more."""
    az("container", "container-group-profile", "delete", "-g", RG, "-n", name, "--yes")
    missing = az("container", "container-group-profile", "show", "-g", RG, "-n", name, expect=3)

    assert "(ResourceNotFound)" in missing.err


def test_scenario_01_create(az: Az) -> None:
    """Ports, a label, a command, variables and secrets; listed as it is shown."""
    label = ("--dns-name-label", "scenario-create")
    made = create(az, "create", *PUBLIC, *label, *PORTS, *LOOP, *VALUES, *NEVER, *SECRETS)
    listed = az("container", "list", "-g", RG, "--query", "[?name=='create'].ipAddress.ports[].port").json

    assert ["scenario-create.westus.azurecontainer.io", "scenario-create", {}] == [
        made["ipAddress"]["fqdn"],
        made["ipAddress"]["dnsNameLabel"],
        made["volumes"][0]["secret"],
    ]
    assert made["ipAddress"]["ip"]
    assert [8000, 8001] == listed
    live_and_die(az, made)


@pytest.mark.parametrize("priority", ["Spot", "Regular"])
def test_scenario_02_and_03_priority(az: Az, priority: str) -> None:
    """A group that Azure may evict, and one that it may not."""
    made = create(az, priority.lower(), *LOOP, *VALUES, *NEVER, "--priority", priority)

    assert ["Never", priority] == [made["restartPolicy"], made["priority"]]
    live_and_die(az, made)


def test_scenario_04_and_05_identities_and_their_export(az: Az) -> None:
    """The system's identity, a user's, and both; what is exported says so."""
    identity = az("identity", "create", "-g", RG, "-n", "cliaciidentity").json
    user = identity["id"]
    kinds = {"SystemAssigned": (), "UserAssigned": (user,), "SystemAssigned, UserAssigned": ("[system]", user)}
    for number, (kind, identities) in enumerate(kinds.items()):
        made = create(az, f"identity{number}", *PUBLIC, "--assign-identity", *identities)
        path = az.world.folder / f"identity{number}.yaml"
        az("container", "export", "-g", RG, "-n", f"identity{number}", "-f", str(path))
        exported = yaml.safe_load(path.read_text(encoding="utf-8"))

        assert made["ipAddress"]["ip"]
        assert [kind, kind] == [made["identity"]["type"], exported["identity"]["type"]]
        shown = made["identity"]["userAssignedIdentities"] or {}
        assert ("UserAssigned" in kind) == bool(shown)
        assert {identity["principalId"]} >= {each["principalId"] for each in shown.values()}


def test_scenario_06_a_registry_of_ones_own(az: Az) -> None:
    """The server is read from the image, and the password is not shown."""
    words = ("--registry-username", "azclitest", "--registry-password", "not-a-password")
    made = create(az, "registry", *words, image="azclitest.azurecr.io/nginx:latest")
    (shown,) = az("container", "show", "-g", RG, "-n", "registry", "--query", "imageRegistryCredentials").json

    assert ["azclitest.azurecr.io", "azclitest"] == [shown["server"], shown["username"]]
    assert [shown] == made["imageRegistryCredentials"]
    assert "not-a-password" not in str(made)


def test_scenario_07_a_network(az: Az) -> None:
    """Half of a network is an error of usage; the whole is made where it is not there, and found in the answer."""
    words = ("container", "create", "-g", RG, "-n", "vnet", "--image", HELLO, *SMALL)
    for half in (("--vnet", "net"), ("--subnet", "sub")):
        assert USAGE in az(*words, *half, expect=1).err
    made = create(az, "vnet", "--vnet", "net", "--subnet", "sub", "--ip-address", "Private")
    subnet = az("network", "vnet", "subnet", "show", "-g", RG, "--vnet-name", "net", "-n", "sub").json

    assert subnet["id"] == made["subnetIds"][0]["id"]
    assert ["Microsoft.ContainerInstance/containerGroups"] == [each["serviceName"] for each in subnet["delegations"]]


def test_a_network_with_a_security_group_is_prepared_and_removed(az: Az) -> None:
    """As a user prepares one by hand: the group is deployed into it, and the network goes only after the group."""
    az("network", "nsg", "create", "-g", RG, "-n", "nsg")
    az("network", "vnet", "create", "-g", RG, "-n", "prepared", "--address-prefix", "10.1.0.0/16")
    service = ("--delegations", "Microsoft.ContainerInstance/containerGroups")
    place = ("-g", RG, "--vnet-name", "prepared", "-n", "apps")
    prefix = ("--address-prefixes", "10.1.0.0/24")
    subnet = az("network", "vnet", "subnet", "create", *place, *prefix, "--network-security-group", "nsg", *service)
    made = create(az, "inside", "--subnet", subnet.json["id"], "--ip-address", "Private")
    refused = az("network", "vnet", "delete", "-g", RG, "-n", "prepared", expect=1)
    az("container", "delete", "-g", RG, "-n", "inside", "--yes")
    az("network", "vnet", "delete", "-g", RG, "-n", "prepared")

    assert made["ipAddress"]["ip"]
    assert "(InUseSubnetCannotBeDeleted)" in refused.err
    assert [] == [each for each in az("network", "vnet", "list", "-g", RG).json if each["name"] == "prepared"]


def test_a_workspace_is_looked_up_by_its_name(az: Az) -> None:
    """Its id and its key are sent, and a tag names it."""
    workspace = az("monitor", "log-analytics", "workspace", "create", "-g", RG, "-n", "scenario-logs").json
    made = create(az, "logged", "--log-analytics-workspace", "scenario-logs")

    assert workspace["customerId"] == made["diagnostics"]["logAnalytics"]["workspaceId"]
    assert workspace["id"] == made["tags"]["oms-resource-link"]


def test_scenario_08_export(az: Az) -> None:
    """The file has the name, the place, the image and the resources of the group."""
    create(az, "export")
    path = az.world.folder / "scenario-export.yaml"
    az("container", "export", "-g", RG, "-n", "export", "-f", str(path))
    exported = yaml.safe_load(path.read_text(encoding="utf-8"))
    container = exported["properties"]["containers"][0]["properties"]

    assert ["export", "westus", HELLO] == [exported["name"], exported["location"], container["image"]]
    assert {"cpu": 1.0, "memoryInGB": 1.0} == container["resources"]["requests"]


def test_scenario_09_a_zone(az: Az) -> None:
    """In a region that has zones."""
    made = create(az, "zone", *PUBLIC, *LOOP, *NEVER, "--zone", "1", "--location", "eastus")

    assert ["eastus", ["1"]] == [made["location"], made["zones"]]


def test_scenario_10_confidential(az: Az) -> None:
    """A privileged container; Azure fills in the policy that was not given."""
    words = ("--sku", "Confidential", "--privileged", "--allow-escalation", "--location", "northeurope")
    made = create(az, "confidential", *PUBLIC, *LOOP, *VALUES, *NEVER, *words)
    context = made["containers"][0]["securityContext"]

    assert ["Confidential", True, True] == [made["sku"], context["privileged"], context["allowPrivilegeEscalation"]]
    assert made["confidentialComputeProperties"]["ccePolicy"]
    live_and_die(az, made)


def test_scenario_11_a_claim_from_a_standby_pool(az: Az) -> None:
    """A profile, a pool and a config map, and nothing else: the profile says what runs."""
    profile = make_id(az, "Microsoft.ContainerInstance/containerGroupProfiles", "testcg")
    pool = make_id(az, "Microsoft.StandbyPool/standbyContainerGroupPools", "testpool")
    profiled = ("--container-group-profile-id", profile, "--container-group-profile-revision", "1")
    pooled = ("--standby-pool-profile-id", pool, "--config-map", "KEY1=VALUE1", "KEY2=VALUE2")
    made = az("container", "create", "-g", RG, "-n", "claim", "--location", "eastus", *profiled, *pooled).json
    (container,) = made["containers"]

    assert ["Succeeded", "Linux", True] == [made["provisioningState"], made["osType"], made["isCreatedFromStandbyPool"]]
    assert {"KEY1": "VALUE1", "KEY2": "VALUE2"} == container["configMap"]["keyValuePairs"]
    assert container["image"]
    assert 1.0 == container["resources"]["requests"]["cpu"]
    live_and_die(az, made)


def test_scenario_12_a_profile(az: Az) -> None:
    """Its first revision is what it is."""
    made = az(*profile_words("profile", *PUBLIC, *PORTS, *LOOP, *NEVER, *SECRETS)).json

    assert [1, "Linux", "Never", {}] == [
        made["revision"],
        made["osType"],
        made["restartPolicy"],
        made["volumes"][0]["secret"],
    ]
    assert [8000, 8001] == [each["port"] for each in made["ipAddress"]["ports"]]
    assert made == show_profile(az, "profile") == show_profile(az, "profile", 1)
    delete_profile(az, "profile")


def test_scenario_13_a_confidential_profile(az: Az) -> None:
    """With a policy of one's own and a privileged container; a profile may not escalate, as recorded in 2025."""
    words = ("--sku", "Confidential", "--cce-policy", POLICY, "--privileged", "-l", "northeurope")
    made = az(*profile_words("profile-confidential", *PUBLIC, *NEVER, *words)).json
    refused = az(*profile_words("profile-escalates", *PUBLIC, *NEVER, *words, "--allow-escalation"), expect=1)

    assert [1, "Confidential", POLICY, True] == [
        made["revision"],
        made["sku"],
        made["confidentialComputeProperties"]["ccePolicy"],
        made["containers"][0]["securityContext"]["privileged"],
    ]
    assert "(SecurityContextNotSupported)" in refused.err
    assert made == show_profile(az, "profile-confidential")
    delete_profile(az, "profile-confidential")


def test_scenario_14_a_spot_profile(az: Az) -> None:
    """The priority is kept."""
    made = az(*profile_words("profile-spot", *NEVER, "--priority", "Spot")).json

    assert [1, "Spot", "Never"] == [made["revision"], made["priority"], made["restartPolicy"]]
    assert made == show_profile(az, "profile-spot")
    delete_profile(az, "profile-spot")


def test_scenario_15_the_revisions_of_a_profile(az: Az) -> None:
    """Creating it again makes the second revision; the first stays as it was."""
    first = az(*profile_words("profile-twice", *PUBLIC, *PORTS, *LOOP, *NEVER)).json
    second = az(*profile_words("profile-twice", *PUBLIC, *PORTS, *LOOP, "--restart-policy", "OnFailure")).json

    assert [(1, "Never"), (2, "OnFailure")] == [(each["revision"], each["restartPolicy"]) for each in (first, second)]
    assert [first, second] == [show_profile(az, "profile-twice", number) for number in (1, 2)]
    delete_profile(az, "profile-twice")


def test_create_at_the_default_pace_does_not_wait_for_the_next_half_minute(tmp_path: Path) -> None:
    """A Retry-After of a second, below the realistic pace: two seconds in all on a quiet machine."""
    with world(tmp_path) as made:
        az = Az(made)
        az.sign_in(made.emulator.secret)
        az("group", "create", "-n", RG, "-l", "westus")
        started = time.monotonic()
        create(az, "paced")
        took = time.monotonic() - started

    assert took < POLLED_TWICE / 2
