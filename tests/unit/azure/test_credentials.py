"""Which credential is used, and what is said when none can be."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.core.pipeline.transport import HttpTransport
from azure.identity import (
    AzureCliCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)
from unit.azure.principals import ARM, AZURE, CANARY, CLIENT, GITHUB, found

from aci_reconcile.azure import Endpoint, connect, find_subscription
from aci_reconcile.azure.auth import federation, tokens
from aci_reconcile.azure.auth.credentials import find_credential
from aci_reconcile.core.errors import AuthenticationError


class NoNetwork(HttpTransport[Any, Any]):
    """Sends nothing."""

    def send(self, request: Any, **_: Any) -> Any:
        """Fail."""
        raise ServiceRequestError(f"no way to {request.url}")

    def open(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def sleep(self, duration: float) -> None:
        """Do not wait."""
        del duration


@pytest.mark.parametrize(
    ("environ", "kind", "description"),
    [
        ({}, DefaultAzureCredential, "DefaultAzureCredential"),
        ({"AZURE_CLIENT_ID": CLIENT}, DefaultAzureCredential, "DefaultAzureCredential"),
        (
            AZURE | ARM | {"AZURE_CLIENT_SECRET": "s", "ARM_CLIENT_SECRET": "s"},
            DefaultAzureCredential,
            "service principal 12345678… from AZURE_CLIENT_ID",
        ),
        (
            AZURE | GITHUB | {"AZURE_CLIENT_SECRET": "s"},
            DefaultAzureCredential,
            "service principal 12345678… from AZURE_CLIENT_ID",
        ),
        (AZURE | GITHUB, ClientAssertionCredential, "service principal 12345678… by GitHub OIDC"),
        (GITHUB, DefaultAzureCredential, "DefaultAzureCredential"),
        (
            ARM | {"ARM_CLIENT_SECRET": "s"},
            ClientSecretCredential,
            "service principal 12345678… from ARM_CLIENT_ID, by client secret",
        ),
        (
            ARM | {"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN": "t"},
            ClientAssertionCredential,
            "service principal 12345678… from ARM_CLIENT_ID, by OIDC",
        ),
        (
            ARM | GITHUB | {"ARM_USE_OIDC": "1"},
            ClientAssertionCredential,
            "service principal 12345678… from ARM_CLIENT_ID, by OIDC",
        ),
        (
            {"ARM_CLIENT_ID": CLIENT, "ARM_USE_MSI": "true"},
            ManagedIdentityCredential,
            "service principal 12345678… from ARM_CLIENT_ID, by managed identity",
        ),
        ({"ARM_USE_MSI": "true"}, ManagedIdentityCredential, "managed identity"),
        ({"ARM_USE_CLI": "true"}, AzureCliCredential, "Azure CLI"),
        ({"ARM_USE_CLI": "false"}, DefaultAzureCredential, "DefaultAzureCredential"),
        (ARM, DefaultAzureCredential, "DefaultAzureCredential"),
    ],
)
def test_the_order_of_the_credentials(environ: dict[str, str], kind: type, description: str) -> None:
    """AZURE_* before OIDC before ARM_* before whatever else there is."""
    made = found(environ)

    assert (kind, description) == (type(made.credential), made.description)


@pytest.mark.parametrize(
    "environ",
    [
        ARM | {"ARM_CLIENT_SECRET": "s"},
        ARM | {"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN": "t"},
        AZURE | GITHUB,
        {"ARM_USE_MSI": "true"},
    ],
)
def test_no_token_costs_an_open_file(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """azure-core's ids come from uuid1: each thread that makes one leaves a file open, and each token has a thread."""
    made: list[str] = []
    monkeypatch.setattr(tokens, "make_token_transport", NoNetwork)
    monkeypatch.setattr(federation, "read_from_service", lambda *_: lambda: "assertion")
    credential = find_credential(environ, Endpoint.public()).credential

    def make(*_: object) -> uuid.UUID:
        made.append("id")
        return uuid.UUID(int=0)

    monkeypatch.setattr(uuid, "uuid1", make)
    with pytest.raises((ClientAuthenticationError, ServiceRequestError)):
        credential.get_token("https://management.azure.com/.default")

    assert made == []


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"AZURE_CLIENT_SECRET": "s"}, "AZURE_CLIENT_SECRET is set, but AZURE_CLIENT_ID and AZURE_TENANT_ID is not"),
        ({"ARM_CLIENT_SECRET": "s", "ARM_CLIENT_ID": CLIENT}, "ARM_CLIENT_SECRET is set, but ARM_TENANT_ID is not"),
        (ARM | {"ARM_USE_OIDC": "true"}, "ARM_USE_OIDC is set, but there is no source of tokens"),
        ({"ARM_USE_OIDC": "true"}, "ARM_USE_OIDC is set, but ARM_TENANT_ID and ARM_CLIENT_ID is not"),
        (
            ARM | {"ARM_USE_OIDC": "true", "ARM_OIDC_REQUEST_URL": "http://x", "ARM_OIDC_REQUEST_TOKEN": "t"},
            "the URL for OIDC tokens is not https",
        ),
        (ARM | {"ARM_CLIENT_CERTIFICATE_PATH": "/nowhere.pem"}, "/nowhere.pem (from ARM_CLIENT_CERTIFICATE_PATH): "),
        (
            ARM | {"ARM_CLIENT_SECRET_FILE_PATH": "/nowhere"},
            "/nowhere (from ARM_CLIENT_SECRET_FILE_PATH) cannot be read",
        ),
        (
            {"AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/"},
            "AZURE_AUTHORITY_HOST is https://login.microsoftonline.us/, but requests go to https://management.azure.com",
        ),
        ({"ARM_ENVIRONMENT": "mars"}, "ARM_ENVIRONMENT is 'mars'"),
        ({"ARM_ENVIRONMENT": "china"}, "ARM_ENVIRONMENT is china, but requests go to https://management.azure.com"),
    ],
)
def test_what_is_incomplete_is_an_error(environ: dict[str, str], message: str) -> None:
    """Never a silent step to the next credential, which might be somebody else."""
    with pytest.raises(AuthenticationError) as caught:
        find_credential(environ, Endpoint.public())

    assert str(caught.value).startswith(message)
    assert caught.value.hint or "from ARM" in message


def test_a_certificate_that_is_none_is_explained(tmp_path: Path) -> None:
    """The path, and never the file."""
    path = tmp_path / "cert.pem"
    path.write_text(CANARY)

    with pytest.raises(AuthenticationError) as caught:
        find_credential(ARM | {"ARM_CLIENT_CERTIFICATE_PATH": str(path)}, Endpoint.public())

    assert CANARY not in str(caught.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    """Terraform's own variable for it."""
    path = tmp_path / "secret"
    path.write_text(f"{CANARY}\n")

    assert isinstance(found(ARM | {"ARM_CLIENT_SECRET_FILE_PATH": str(path)}).credential, ClientSecretCredential)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"AZURE_SUBSCRIPTION_ID": " a ", "ARM_SUBSCRIPTION_ID": "b"}, ("a", "AZURE_SUBSCRIPTION_ID")),
        ({"AZURE_SUBSCRIPTION_ID": "", "ARM_SUBSCRIPTION_ID": "b"}, ("b", "ARM_SUBSCRIPTION_ID")),
    ],
)
def test_the_subscription_and_what_names_it(environ: dict[str, str], expected: tuple[str, str] | None) -> None:
    """The environment before the file."""
    assert expected == find_subscription(environ)


def test_no_credential_is_looked_for_on_loopback() -> None:
    """A broken environment does not disturb a run against a local server."""
    backend = connect(
        Endpoint.local(), api_version="2025-09-01", concurrency=1, environ={"AZURE_AUTH_LOCATION": "/nowhere"}
    )

    assert backend.identity.description == "no credential, because the server is on this machine"
    backend.close()


def test_the_guide_tells_the_same_order() -> None:
    """docs/authentication.md names every variable that is read, in this order of the sources."""
    guide = (Path(__file__).parents[3] / "docs" / "authentication.md").read_text(encoding="utf-8")
    names = ("AZURE_AUTH_LOCATION", "AZURE_CLIENT_SECRET", "ACTIONS_ID_TOKEN_REQUEST_URL", "ARM_CLIENT_SECRET")

    assert sorted(guide.index(f"`{name}`") for name in names) == [guide.index(f"`{name}`") for name in names]
    source = "".join(
        path.read_text(encoding="utf-8") for path in (Path(__file__).parents[3] / "aci_reconcile/azure").glob("*.py")
    )
    read = set(re.findall(r'"((?:AZURE|ARM|ACTIONS)_[A-Z_]+)"', source))
    assert set() == {name for name in read if f"`{name}`" not in guide}
