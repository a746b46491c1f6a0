"""Every refusal of a body, with its code."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import GROUPS, SUBNET, World, changed, container, group, public
from unit.emulator.test_evidence import UNPROVEN

from aci_reconcile.emulator import Knobs
from aci_reconcile.emulator.aci.checks.judge import INFERRED

INIT = {"name": "init", "properties": {"image": "busybox"}}
PRIVATE = {"type": "Private", "ports": [{"port": 80}]}
SECRET = {"name": "data", "secret": {"f": "YQ=="}}
FIRST = "properties.containers.0"
CONTENT, RESOURCES, VARIABLE = "InvalidRequestContent", "InvalidResourceRequests", "InvalidContainerEnvironmentVariable"
VALUE, ANALYTICS = "InvalidEnvironmentVariable", {"workspaceId": "w", "workspaceKey": "k"}
KINDS: list[dict[str, Any]] = [{"logType": "ContainerInstanceLogs", "metadata": {"a": "b"}}, {"metadata": {}}]

REFUSED: list[tuple[str, Any, str]] = [
    ("location", None, "LocationRequired"),
    ("location", "westsu", "LocationNotAvailableForResourceType"),
    ("properties", None, CONTENT),
    ("properties", [], CONTENT),
    ("properties", "x", CONTENT),
    ("properties.containers", None, CONTENT),
    ("properties.containers", {}, CONTENT),
    ("properties.containers", [], "MissingContainers"),
    ("properties.containers", [container(f"c{number}") for number in range(61)], "ContainerGroupTooManyContainers"),
    ("properties.containers", [container(name, ports=[{"port": 80}]) for name in ("a", "b")], "DuplicateContainerPort"),
    ("properties.osType", "Solaris", "InvalidOsType"),
    ("properties.osType", ["Linux"], CONTENT),
    ("properties.restartPolicy", "Sometimes", "InvalidRestartPolicy"),
    ("properties.sku", "Deluxe", "InvalidContainerGroupSku"),
    ("properties.priority", "High", "InvalidPriority"),
    (f"{FIRST}.name", None, CONTENT),
    (f"{FIRST}.name", "Web_1", "InvalidContainerName"),
    (f"{FIRST}.name", "x" * 64, "InvalidContainerName"),
    (f"{FIRST}.properties", None, CONTENT),
    (f"{FIRST}.properties.image", None, "MissingImage"),
    (f"{FIRST}.properties.image", "", "MissingImage"),
    (f"{FIRST}.properties.command", "sleep", CONTENT),
    (f"{FIRST}.properties.environmentVariables", {"A": "1"}, CONTENT),
    (f"{FIRST}.properties.environmentVariables", [{"value": "1"}], CONTENT),
    (f"{FIRST}.properties.environmentVariables", [{"name": "1A", "value": ""}], VARIABLE),
    (f"{FIRST}.properties.environmentVariables", [{"name": "A-B", "value": ""}], VARIABLE),
    (f"{FIRST}.properties.environmentVariables", [{"name": "A" * 64, "value": ""}], VARIABLE),
    (f"{FIRST}.properties.environmentVariables", [{"name": "A", "value": "1", "secureValue": "2"}], VALUE),
    (f"{FIRST}.properties.environmentVariables", [{"name": "A", "secureValueReference": "r", "value": "2"}], VALUE),
    (f"{FIRST}.properties.environmentVariables", [{"name": "A"}], VALUE),
    (f"{FIRST}.properties.environmentVariables", [{"name": "A", "value": None}], VALUE),
    (f"{FIRST}.properties.resources", {}, CONTENT),
    (f"{FIRST}.properties.resources.requests", {}, "ResourceRequestsNotSpecified"),
    (f"{FIRST}.properties.resources.requests", {"cpu": 1}, "ResourceSomeRequestsNotSpecified"),
    (f"{FIRST}.properties.resources.requests", {"memoryInGB": 1}, "ResourceSomeRequestsNotSpecified"),
    (f"{FIRST}.properties.resources.requests.cpu", "much", CONTENT),
    (f"{FIRST}.properties.resources.requests.cpu", True, CONTENT),
    (f"{FIRST}.properties.resources.requests.cpu", 0, RESOURCES),
    (f"{FIRST}.properties.resources.limits", {"cpu": 0.5}, "ResourceLimitsLessThanRequests"),
    (f"{FIRST}.properties.resources.limits", {"cpu": 2}, "ContainerLimitGreaterThanContainerGroupTotalRequest"),
    (f"{FIRST}.properties.livenessProbe", {"periodSeconds": 5}, "InvalidContainerProbe"),
    (f"{FIRST}.properties.readinessProbe", {"exec": {"command": []}, "httpGet": {"port": 80}}, "InvalidContainerProbe"),
    (f"{FIRST}.properties.ports", [{"port": 0}], "InvalidContainerPort"),
    (f"{FIRST}.properties.ports", [{"port": 65536}], "InvalidContainerPort"),
    (f"{FIRST}.properties.ports", [{"port": 80.5}], CONTENT),
    (f"{FIRST}.properties.ports", [{"port": 2**40}], CONTENT),
    (f"{FIRST}.properties.ports", [{"port": 80, "protocol": "SCTP"}], "InvalidContainerPort"),
    (f"{FIRST}.properties.volumeMounts", [{"name": "data", "mountPath": "/d:e"}], "InvalidVolumeMount"),
    (f"{FIRST}.properties.volumeMounts", [{"name": "data"}], CONTENT),
    ("properties.ipAddress", {"type": "Public"}, "MissingIpAddressPorts"),
    ("properties.ipAddress", public(), "MissingIpAddressPorts"),
    ("properties.ipAddress", {"ports": [{"port": 80}]}, CONTENT),
    ("properties.ipAddress", {"type": "Sideways", "ports": [{"port": 80}]}, "InvalidIpAddressType"),
    ("properties.ipAddress", public(1, 2, 3, 4, 5, 6), "TooManyIpAddressPorts"),
    ("properties.ipAddress", public(80), "UnreferencedIpAddressPorts"),
    ("properties.ipAddress", public(65536), "InvalidIpAddressPort"),
    ("properties.ipAddress", public(80, dnsNameLabel="abc"), "InvalidDnsNameLabel"),
    ("properties.ipAddress", public(80, dnsNameLabel="1shop"), "InvalidDnsNameLabel"),
    ("properties.ipAddress", PRIVATE, "PrivateIPAddressNotSupported"),
    ("properties.subnetIds", [{}], CONTENT),
    (
        "properties.imageRegistryCredentials",
        [{"server": "r.io", "username": "u"}],
        "EmptyImageRegistryCredentialPassword",
    ),
    (
        "properties.imageRegistryCredentials",
        [{"server": "r.io", "username": "u", "password": ""}],
        "EmptyImageRegistryCredentialPassword",
    ),
    *(
        ("properties.imageRegistryCredentials", [{"server": server, "password": "p"}], "InvalidImageRegistryServer")
        for server in ("https://r.io", "", "$REGISTRY", "r.io/v1/", "r.io:5000")
    ),
    (
        "properties.imageRegistryCredentials",
        [{"server": server, "password": "p"} for server in ("a.io", "b.io")],
        "MoreImageRegistryCredentialsThanContainers",
    ),
    ("properties.volumes", [SECRET, SECRET], "DuplicateVolumeName"),
    ("properties.volumes", [{"name": "Data", "emptyDir": {}}], "InvalidVolumeName"),
    ("properties.volumes", [{"name": "data", "secret": {"f": "not base64!"}}], "InvalidSecretVolume"),
    ("properties.volumes", [{"name": "data", "azureFile": {"shareName": "s"}}], CONTENT),
    ("properties.volumes", [{"name": f"v{number}", "emptyDir": {}} for number in range(21)], "TooManyVolumes"),
    ("properties.diagnostics", {"logAnalytics": {"workspaceId": "w"}}, CONTENT),
    *(
        ("properties.diagnostics", {"logAnalytics": {**ANALYTICS, **kind}}, "LogAnalyticsMetadataNotAllowed")
        for kind in KINDS
    ),
]


@pytest.mark.parametrize(("knobs", "status"), [(Knobs(), 201), (Knobs(subnet_ids="refuse"), 400)])
def test_a_subnet_id_that_is_none(knobs: Knobs, status: int) -> None:
    """Placeholders of published examples pass unless the knob says otherwise."""
    world = World(knobs)

    assert status == world.put("web", changed(group(), "properties.subnetIds", [{"id": "subnet"}])).status


@pytest.mark.parametrize(("path", "value", "code"), REFUSED)
def test_a_faulty_body_is_refused(path: str, value: Any, code: str) -> None:
    """With a code, and without creating anything."""
    world = World()

    assert (400, code) == world.code(world.put("web", changed(group(), path, value)))
    assert 404 == world.send("GET", f"{GROUPS}/web").status


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (public(80), "InvalidIpAddressTypeForNetworkProfile"),
        ({**PRIVATE, "dnsNameLabel": "shop-web"}, "InvalidDnsNameLabel"),
    ],
)
def test_a_subnet_takes_no_public_names(address: Any, code: str) -> None:
    """Neither address nor label."""
    world = World()

    assert (400, code) == world.code(world.put("web", group(subnetIds=[{"id": SUBNET}], ipAddress=address)))


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        (
            {"osType": "Windows", "containers": [container("a1"), container("b1")]},
            "MultipleContainersNotSupportedForWindows",
        ),
        ({"osType": "Windows", "initContainers": [INIT]}, "MultipleContainersNotSupportedForWindows"),
        (
            {"priority": "Spot", "ipAddress": public(80)},
            "SpotPriorityContainerGroupNotSupportedForInboundConnectivity",
        ),
        (
            {
                "volumes": [SECRET],
                "containers": [container("web", volumeMounts=[{"name": "data", "mountPath": "/a:b"}])],
            },
            "InvalidVolumeMount",
        ),
        (
            {
                "ipAddress": {"type": "Public", "ports": [{"port": 53, "protocol": "UDP"}]},
                "containers": [container("web", ports=[{"port": 53}])],
            },
            "UnreferencedIpAddressPorts",
        ),
    ],
)
def test_faults_that_need_two_properties_are_refused(properties: Any, code: str) -> None:
    """Windows, Spot, and mounts."""
    world = World()

    assert (400, code) == world.code(world.put("web", group(**properties)))


@pytest.mark.parametrize(
    ("properties", "cpu"), [({}, 33.0), ({"priority": "Spot"}, 5.0), ({"sku": "Confidential"}, 32.0)]
)
def test_more_than_a_region_has_is_not_available(properties: Any, cpu: float) -> None:
    """A 409, in Azure's words."""
    world = World()
    body = changed(group(**properties), f"{FIRST}.properties.resources.requests.cpu", cpu)

    response = world.put("web", body)

    assert (409, "ServiceUnavailable") == world.code(response)
    assert f"'{cpu:g}' CPU '1' GB memory 'Linux' OS." in response.json()["error"]["message"]


def test_small_containers_add_up() -> None:
    """The least is for the group, not for each container; tenths add up to a whole."""
    world = World(Knobs(small_groups="refuse"))
    small = [container(f"c{number}") for number in range(10)]
    for item in small:
        item["properties"]["resources"]["requests"] = {"cpu": 0.1, "memoryInGB": 0.1}

    assert 201 == world.put("web", group(containers=small)).status


@pytest.mark.parametrize("name", ["a--b", "-a", "a-", "x" * 64, "a_b", "ä"])
def test_bad_group_names_are_refused(name: str) -> None:
    """By the documented rule."""
    world = World()

    assert (400, "InvalidContainerGroupName") == world.code(world.put(name, group()))


@pytest.mark.parametrize(("knob", "status"), [("accept", 201), ("refuse", 400)])
def test_capitals_in_names_are_a_knob(knob: Any, status: int) -> None:
    """Documents and manifests in use disagree."""
    assert status == World(Knobs(capital_names=knob)).put("MyWeb", group()).status


@pytest.mark.parametrize("port", [22, 25565])
def test_reserved_ports_are_a_knob(port: int) -> None:
    """The documents say to avoid them; two quickstarts of Microsoft's open port 22."""
    strict = World(Knobs(reserved_ports="refuse"))

    assert 201 == World().put("web", group(ipAddress=public(port))).status
    assert (400, "InvalidIpAddressPort") == strict.code(strict.put("web", group(ipAddress=public(port))))


@pytest.mark.parametrize(("cpu", "memory"), [(0.5, 1.0), (1.0, 0.5)])
def test_small_groups_are_a_knob(cpu: float, memory: float) -> None:
    """Others' live tests create them; one user met a 500."""
    body = changed(group(), f"{FIRST}.properties.resources.requests", {"cpu": cpu, "memoryInGB": memory})
    strict = World(Knobs(small_groups="refuse"))

    assert 201 == World().put("web", body).status
    assert (500, "InternalServerError") == strict.code(strict.put("web", body))


def test_how_many_ports_an_address_has_is_a_knob() -> None:
    """The documents say 5; an answer that somebody saw says 10."""
    body, world = group(ipAddress=public(*range(8000, 8010))), World()

    assert (400, "TooManyIpAddressPorts") == world.code(world.put("web", body))
    assert 201 == World(Knobs(most_ports=10)).put("web", body).status


def test_inferred_codes_are_all_declared_and_all_tested() -> None:
    """Nobody may take a guess for Azure's word."""
    tested = {code for _, _, code in (*REFUSED, *UNPROVEN)} | {
        "DuplicateImageRegistryServer",
        "DuplicateIpAddressPort",
        "InvalidContainerGroupName",
        "InvalidSubnet",
        "MultipleContainersNotSupportedForWindows",
        "SpotPriorityContainerGroupNotSupportedForInboundConnectivity",
        "SpotPriorityContainerGroupNotSupportedInSku",
        "SpotPriorityContainerGroupWithGPUResourcesNotSupported",
    }

    assert set() == INFERRED - tested
