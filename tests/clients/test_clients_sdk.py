"""The Azure SDKs as a user writes them: every operation of the released client, and the newest pre-release as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from clients.world import VAULT, Done, World, installed, run, world

PROGRAM = Path(__file__).parent / "programs" / "sdk.py"
NOT_EMULATED = ["HttpResponseError", 501, "NotEmulated"]

RELEASED: dict[str, Any] = {
    "resource group": ["rg-sdk", "westeurope", "Succeeded"],
    "a wrong secret": ["ClientAuthenticationError", "AADSTS7000215"],
    "a missing group": ["ResourceNotFoundError", 404, "ResourceNotFound"],
    "ContainerGroupsOperations.create_or_update": ["web", "Succeeded"],
    "resources of a resource group": [["web", "Microsoft.ContainerInstance/containerGroups"]],
    "resource groups": ["rg-sdk"],
    "a resource group's existence": True,
    "the provider": ["Registered", True],
    "ContainerGroupsOperations.get": [
        "web",
        "Succeeded",
        "Running",
        True,
        {"PLAIN": ["seen", None], "HIDDEN": [None, None]},
    ],
    "ContainerGroupsOperations.list": ["web"],
    "ContainerGroupsOperations.list_by_resource_group": ["web"],
    "ContainerGroupsOperations.update": {"team": "blue"},
    "an update in place": ["web", "Succeeded"],
    "an immutable change": ["HttpResponseError", 400, "InvalidContainerGroupUpdate"],
    "a bad name": ["HttpResponseError", 400, "InvalidContainerGroupName"],
    "LocationOperations.list_usage": {"ContainerGroups": 1, "StandardCores": 1},
    "LocationOperations.list_cached_images": True,
    "LocationOperations.list_capabilities": ["Linux", "NotSpecified"],
    "ContainersOperations.list_logs": True,
    "ContainersOperations.execute_command": "ContainerExecResponse",
    "a command over its WebSocket": "seen\r\n",
    "ContainersOperations.attach": "ContainerAttachResponse",
    "ContainerGroupsOperations.restart": "NoneType",
    "ContainerGroupsOperations.stop": "NoneType",
    "stopped": "Stopped",
    "ContainerGroupsOperations.start": "NoneType",
    "started": "Running",
    "ContainerGroupsOperations.get_outbound_network_dependencies_endpoints": True,
    "SubnetServiceAssociationLinkOperations.delete": "NoneType",
    "Operations.list": True,
    "ContainerGroupsOperations.delete": "web",
    "deleted": ["ResourceNotFoundError", 404, "ResourceNotFound"],
    "delete of nothing": "NoneType",
    "paging": [100, 1],
    "resource group deleted": "NoneType",
}
"""What becomes of each operation, and of what users do with them."""

PRERELEASE: dict[str, Any] = {
    **RELEASED,
    "CGProfilesOperations.list_by_resource_group": [],
    "CGProfileOperations.get": ["ResourceNotFoundError", 404, "ResourceNotFound"],
    "NGroupsOperations.list": NOT_EMULATED,
    "NGroupsOperations.get": NOT_EMULATED,
    "SandboxGroupsOperations.list_by_resource_group": NOT_EMULATED,
}

pytestmark = pytest.mark.clients


def used(world: World, generation: str, flavour: str, **more: str) -> Done:
    """Run the program in the environment of one generation of the library."""
    python = str(installed(f"sdk-{generation}") / "python")
    environ = world.environ(ARM_URL=world.emulator.url, **world.principal(), **more)
    return run([python, str(PROGRAM), generation, flavour], world.folder, environ)


@pytest.mark.parametrize("flavour", ["sync", "aio"])
def test_every_operation_of_the_release_works_or_says_that_it_does_not(tls_world: World, flavour: str) -> None:
    """Typed models, ClientSecretCredential with the emulator as its authority, pollers, pages and errors."""
    done = used(tls_world, "ga", flavour)

    assert RELEASED == done.json, done.err


@pytest.mark.parametrize("flavour", ["sync", "aio"])
def test_the_newest_prerelease_finds_the_same(tls_world: World, flavour: str) -> None:
    """A newer api-version and another generation of models; what is new in it says that it is not emulated."""
    done = used(tls_world, "preview", flavour)

    assert PRERELEASE == done.json, done.err


@pytest.mark.parametrize("flavour", ["sync", "aio"])
def test_plain_http_with_an_authentication_policy_of_ones_own(http_world: World, flavour: str) -> None:
    """No token is sent; pollers see groups that are still being created, and end."""
    done = used(http_world, "ga", flavour, POLLING_SECONDS="0.2")
    unasked = {"a wrong secret": ["ResourceNotFoundError", 404, "ResourceNotFound"]}

    assert {**RELEASED, **unasked} == done.json, done.err


def test_the_library_itself_refuses_tokens_over_plain_http(http_world: World) -> None:
    """Without a policy of one's own nothing works: the check is the client's, and stays on."""
    program = (
        "from azure.identity import ClientSecretCredential as C\n"
        "from azure.mgmt.containerinstance import ContainerInstanceManagementClient as M\n"
        f"c = M(C('t', 'c', 's'), 's', base_url={http_world.emulator.url!r}, retry_total=0)\n"
        "list(c.container_groups.list())\n"
    )
    done = run([str(installed("sdk-ga") / "python"), "-c", program], http_world.folder, http_world.environ())

    assert 1 == done.code
    assert "not permitted for non-TLS protected (non-https) URLs" in done.err


def test_the_certificate_is_checked(tls_world: World) -> None:
    """A client that was not told of the CA does not talk to the emulator."""
    program = (
        "from azure.identity import ClientSecretCredential as C\n"
        f"o = {{'authority': {tls_world.emulator.url!r}, 'disable_instance_discovery': True, 'retry_total': 0}}\n"
        "c = C('t', 'c', 's', **o)\n"
        "c.get_token('https://management.azure.com/.default')\n"
    )
    environ = {k: v for k, v in tls_world.environ().items() if k not in {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}}
    done = run([str(installed("sdk-ga") / "python"), "-c", program], tls_world.folder, environ)

    assert 1 == done.code
    assert "CERTIFICATE_VERIFY_FAILED" in done.err


def test_credentials_of_every_kind_that_needs_no_browser(tls_world: World) -> None:
    """A secret from the environment, a federated token's file, an assertion; Entra's codes for what is wrong."""
    program = Path(__file__).parent / "programs" / "identity.py"
    environ = tls_world.environ(AZURE_AUTHORITY_HOST=tls_world.emulator.url, **tls_world.principal())
    done = run([str(installed("sdk-ga") / "python"), str(program)], tls_world.folder, environ)

    assert {
        "EnvironmentCredential": "token",
        "DefaultAzureCredential": "token",
        "WorkloadIdentityCredential": "token",
        "ClientAssertionCredential": "token",
        "CertificateCredential": "token",
        "wrong secret": ["AADSTS7000215"],
        "unknown client": ["AADSTS700016"],
        "unknown tenant": ["Unable to get authority configuration"],
        "expired assertion": ["AADSTS700024"],
        "scope without .default": ["AADSTS1002012"],
    } == done.json, done.err


def test_the_library_registers_the_provider_by_itself(tmp_path: Path) -> None:
    """ARM refuses once with MissingSubscriptionRegistration; the pipeline registers, looks again and repeats."""
    program = (
        "import os\n"
        "from azure.identity import EnvironmentCredential as C\n"
        "from azure.mgmt.containerinstance import ContainerInstanceManagementClient as M\n"
        "url = os.environ['AZURE_AUTHORITY_HOST']\n"
        "c = M(C(disable_instance_discovery=True), os.environ['AZURE_SUBSCRIPTION_ID'], base_url=url)\n"
        "print(len(list(c.container_groups.list())))\n"
    )
    with world(tmp_path, "--pace", "instant", "--unregistered") as made:
        environ = made.environ(AZURE_AUTHORITY_HOST=made.emulator.url, **made.principal())
        done = run([str(installed("sdk-ga") / "python"), "-c", program], tmp_path, environ)

    assert (0, "0\n") == (done.code, done.out), done.err


def test_a_vault_by_its_public_name(tls_world: World) -> None:
    """azure-keyvault-secrets answers the challenge, checks that it fits the host, and finds values and versions."""
    program = Path(__file__).parent / "programs" / "vault.py"
    environ = tls_world.environ(VAULT_URL=f"https://{VAULT}", **tls_world.principal())
    done = run([str(installed("sdk-ga") / "python"), str(program)], tls_world.folder, environ)

    assert {
        "set": "second",
        "get": "second",
        "versions": ["first", "second"],
        "list": ["db-password"],
        "missing": ["ResourceNotFoundError", "SecretNotFound"],
    } == done.json, done.err


def test_the_library_rides_out_bad_weather(tmp_path: Path) -> None:
    """Faults on demand: what the SDK repeats is repeated and ends well, and an operation that fails says why."""
    faults = (
        {"kind": "error-after", "status": 504, "method": "PUT", "path": "/containergroups/late"},
        {"kind": "reset-after", "method": "PUT", "path": "/containergroups/cut"},
        {"kind": "failed-operation", "method": "PUT", "path": "/containergroups/broken"},
        {"kind": "error", "status": 429, "method": "GET", "path": "/operations/"},
    )
    words = [word for fault in faults for word in ("--fault", json.dumps(fault))]
    program = Path(__file__).parent / "programs" / "weather.py"
    with world(tmp_path, "--pace", "instant", *words) as made:
        url = made.emulator.url
        environ = made.environ(ARM_URL=url, AZURE_AUTHORITY_HOST=url, **made.principal())
        done = run([str(installed("sdk-ga") / "python"), str(program)], tmp_path, environ)

    assert {
        "late": "Succeeded",
        "cut": "Succeeded",
        "broken": ["HttpResponseError", "ContainerGroupProvisioningFailed"],
        "list": ["broken", "cut", "late"],
    } == done.json, done.err


def test_no_operation_is_left_out(shared_data: Path) -> None:
    """The table above holds every operation that the released client has."""
    path = shared_data / "properties" / "operations-2023-05-01.json"
    listed = json.loads(path.read_text(encoding="utf-8"))["responses"]
    every = {f"{item['group']}.{item['op']}" for item in listed}

    assert set() == every - set(RELEASED)
