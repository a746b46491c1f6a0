"""azure-identity's own credentials and the SDK's own clients, unchanged, over TLS: none of their checks is weakened."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientAssertionCredential, ClientSecretCredential
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

from aci_reconcile.emulator import Emulator, Knobs, Tls, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from azure.core.credentials import TokenCredential

KNOBS = Knobs(require_token=True).at("instant")
SCOPE = "https://management.azure.com/.default"


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """An emulator with a resource group: its address, and its CA."""
    emulator = Emulator(open_store(None), knobs=KNOBS)
    with serve(emulator, tls=Tls(tmp_path / "ca.pem")) as server:
        yield server.url.replace("127.0.0.1", "localhost"), str(tmp_path / "ca.pem")


def secret_of(
    place: tuple[str, str], secret: str = KNOBS.client_secret, client: str = KNOBS.client_id
) -> TokenCredential:
    """A service principal with a secret."""
    return ClientSecretCredential(
        KNOBS.tenant_id,
        client,
        secret,
        authority=place[0],
        disable_instance_discovery=True,
        connection_verify=place[1],
    )


def federated(place: tuple[str, str]) -> TokenCredential:
    """A service principal with an assertion, as GitHub makes them."""

    def assertion() -> str:
        claims = json.dumps({"exp": int(time.time()) + 60}).encode()
        return f"e30.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.c2ln"

    return ClientAssertionCredential(
        KNOBS.tenant_id,
        KNOBS.client_id,
        assertion,
        authority=place[0],
        disable_instance_discovery=True,
        connection_verify=place[1],
    )


@pytest.mark.parametrize("make", [secret_of, federated])
def test_a_credential_gets_the_sdk_through(
    place: tuple[str, str], make: Callable[[tuple[str, str]], TokenCredential]
) -> None:
    """A list, with a token that is required."""
    client = ContainerInstanceManagementClient(
        make(place), KNOBS.subscription_id, base_url=place[0], credential_scopes=[SCOPE], connection_verify=place[1]
    )
    with client:
        found = list(client.container_groups.list())

    assert [] == found


@pytest.mark.parametrize(
    ("secret", "client", "code"),
    [
        ("wrong", KNOBS.client_id, "AADSTS7000215"),
        (KNOBS.client_secret, "33333333-3333-3333-3333-333333333333", "AADSTS700016"),
    ],
)
def test_a_credential_that_is_wrong_is_refused(place: tuple[str, str], secret: str, client: str, code: str) -> None:
    """As Entra refuses it."""
    with pytest.raises(ClientAuthenticationError, match=code):
        secret_of(place, secret, client).get_token(SCOPE)
