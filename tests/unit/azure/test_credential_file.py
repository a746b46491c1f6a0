"""The classic credential file: read with care."""

from __future__ import annotations

import json
import re
import stat
import warnings
from typing import TYPE_CHECKING

import pytest
from azure.identity import ClientSecretCredential
from unit.azure.principals import ARM, AZURE, CANARY, CLIENT, GITHUB, TENANT, found

from aci_reconcile.azure import Endpoint, connect, find_endpoint, find_subscription, make_endpoint
from aci_reconcile.azure.auth.credentials import find_credential
from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from pathlib import Path

_FILE = {
    "clientId": CLIENT,
    "clientSecret": CANARY,
    "subscriptionId": "sub-from-file",
    "tenantId": TENANT,
    "activeDirectoryEndpointUrl": "https://login.microsoftonline.com",
    "resourceManagerEndpointUrl": "https://management.azure.com/",
    "managementEndpointUrl": "https://management.core.windows.net/",
}


def _written(folder: Path, content: object, mode: int = 0o600) -> dict[str, str]:
    path = folder / "auth.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    path.chmod(mode)
    return {"AZURE_AUTH_LOCATION": str(path)}


def test_the_classic_file_is_a_service_principal(tmp_path: Path) -> None:
    """The file names who, with what, at which authority."""
    made = found(_written(tmp_path, _FILE))

    assert (made.description, made.warning) == ("service principal 12345678… from AZURE_AUTH_LOCATION", "")
    assert isinstance(made.credential, ClientSecretCredential)


def test_the_classic_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """PowerShell writes one."""
    environ = _written(tmp_path, b"\xef\xbb\xbf" + json.dumps(_FILE).encode())

    assert find_subscription(environ) == ("sub-from-file", "AZURE_AUTH_LOCATION")


def test_the_classic_file_wins(tmp_path: Path) -> None:
    """Who names a file means it."""
    environ = _written(tmp_path, _FILE) | AZURE | ARM | GITHUB | {"AZURE_CLIENT_SECRET": "other"}

    assert found(environ).description == "service principal 12345678… from AZURE_AUTH_LOCATION"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b'{"clientSecret": "' + CANARY.encode() + b'", oops',
            r"/auth\.json \(from AZURE_AUTH_LOCATION\) is not JSON \(line 1\)",
        ),
        (b"\xff" + CANARY.encode(), "is not JSON"),
        (b"[" * 60_000, "is not JSON"),
        (json.dumps([CANARY]).encode(), "is not a JSON object"),
        (b" " * 70_000, "is too large to be a credential file"),
        ({"clientSecret": CANARY, "tenantId": 5}, "lacks clientId, tenantId"),
        ({**_FILE, "clientSecret": ""}, "lacks clientSecret"),
    ],
    ids=range(7),
)
def test_a_broken_file_is_explained_without_its_contents(tmp_path: Path, content: object, message: str) -> None:
    """The path and what is wrong, and never a byte of what is in it."""
    with pytest.raises(AuthenticationError) as caught:
        find_credential(_written(tmp_path, content), Endpoint.public())

    assert re.search(message, str(caught.value))
    assert CANARY not in repr(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_explained(tmp_path: Path, name: str) -> None:
    """Absent, or a folder."""
    with pytest.raises(AuthenticationError) as caught:
        find_subscription({"AZURE_AUTH_LOCATION": str(tmp_path / name)})

    assert "(from AZURE_AUTH_LOCATION): " in str(caught.value)


def test_a_file_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    """With the command that repairs it."""
    environ = _written(tmp_path, _FILE, stat.S_IRUSR | stat.S_IRGRP)

    assert found(environ).warning.endswith(f"run: chmod 600 {environ['AZURE_AUTH_LOCATION']}")


@pytest.mark.parametrize(
    ("changed", "endpoint", "hint"),
    [
        (
            {"resourceManagerEndpointUrl": "https://management.usgovcloudapi.net/"},
            Endpoint.public(),
            "add --cloud usgov",
        ),
        ({}, Endpoint.china(), "add --cloud public"),
        (
            {"resourceManagerEndpointUrl": "https://evil.example"},
            Endpoint.public(),
            "if you trust that server, name it with --arm-endpoint",
        ),
        ({"activeDirectoryEndpointUrl": "https://evil.example"}, Endpoint.public(), "add --cloud public"),
        ({"activeDirectoryEndpointUrl": "http://login.microsoftonline.com"}, Endpoint.public(), "add --cloud public"),
        (
            {"resourceManagerEndpointUrl": "http://management.azure.com"},
            Endpoint.public(),
            "add --cloud public",
        ),
    ],
)
def test_the_file_redirects_nothing(tmp_path: Path, changed: dict[str, str], endpoint: Endpoint, hint: str) -> None:
    """Its addresses are those of the chosen cloud, or it is not used; the secret goes nowhere else."""
    with pytest.raises(AuthenticationError) as caught:
        find_credential(_written(tmp_path, _FILE | changed), endpoint)

    assert hint == caught.value.hint


def test_the_file_may_name_the_server_that_the_user_names(tmp_path: Path) -> None:
    """What ``--arm-endpoint`` says may stand in the file; and the file's cloud does not forbid a named server."""
    server = {"resourceManagerEndpointUrl": "https://arm.example:8443/", "activeDirectoryEndpointUrl": ""}

    assert found(_written(tmp_path, _FILE | server), make_endpoint("https://arm.example:8443")).credential
    assert found(_written(tmp_path, _FILE), make_endpoint("https://arm.example:8443")).credential


def test_a_file_without_addresses_follows_the_endpoint(tmp_path: Path) -> None:
    """The three keys are enough."""
    short = {key: _FILE[key] for key in ("clientId", "clientSecret", "tenantId")}

    assert found(_written(tmp_path, short)).credential
    assert find_subscription(_written(tmp_path, short)) is None


def test_a_malformed_tenant_is_explained(tmp_path: Path) -> None:
    """The SDK's own complaint, as an error of ours."""
    with pytest.raises(AuthenticationError, match="the credential cannot be used"):
        find_credential(_written(tmp_path, _FILE | {"tenantId": "a b"}), Endpoint.public())


def test_the_cloud_that_the_environment_implies(tmp_path: Path) -> None:
    """From the file, from Terraform's variable, or the public one."""
    file = _written(tmp_path, _FILE | {"resourceManagerEndpointUrl": "https://management.chinacloudapi.cn"})

    assert (Endpoint.public(), "default") == find_endpoint({})
    assert (Endpoint.china(), "AZURE_AUTHORITY_HOST") == find_endpoint(
        {"AZURE_AUTHORITY_HOST": "login.chinacloudapi.cn"}
    )
    assert (Endpoint.usgov(), "ARM_ENVIRONMENT") == find_endpoint({"ARM_ENVIRONMENT": "USGovernment"})
    assert (Endpoint.china(), "AZURE_AUTH_LOCATION") == find_endpoint(file)


def test_a_cloud_that_nobody_knows_is_not_implied(tmp_path: Path) -> None:
    """A server of the file's own is used only where the user names it."""
    file = _written(tmp_path, _FILE | {"resourceManagerEndpointUrl": "https://evil.example"})

    with pytest.raises(AuthenticationError, match="is not one of Azure's clouds"):
        find_endpoint(file)


def test_connect_names_the_identity(tmp_path: Path) -> None:
    """With the warning about its file; nothing is sent yet."""
    environ = _written(tmp_path, _FILE, 0o644)
    with warnings.catch_warnings():
        backend = connect(Endpoint.public(), api_version="2025-09-01", concurrency=1, environ=environ)

    assert backend.identity.description == "service principal 12345678… from AZURE_AUTH_LOCATION"
    assert ("chmod 600" in backend.identity.warning, backend.requests) == (True, 0)
    backend.close()
