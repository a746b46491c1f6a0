"""Az's default account: found in its profile, and taken only where az's own sign-in is what acts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from az_profile import SUBSCRIPTION, TENANT, USER, make_account, write_profile

from aci_reconcile.azure import Actor, Endpoint, find_objection, find_stranger, make_endpoint, read_default_account
from aci_reconcile.core.default_account import DefaultAccount

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "99999999-9999-9999-9999-999999999999"
ACCOUNT = DefaultAccount(SUBSCRIPTION, "Shop", TENANT, USER)
PUBLIC = Endpoint.public()


def read(folder: Path, *accounts: dict[str, Any], endpoint: Endpoint = PUBLIC) -> DefaultAccount | None:
    """Read a profile with these accounts."""
    return read_default_account({"AZURE_CONFIG_DIR": str(write_profile(folder, *accounts))}, endpoint)


def test_the_default_among_several(tmp_path: Path) -> None:
    """The one that az has marked; the others are accounts as well."""
    others = [make_account(id=OTHER, isDefault=False), make_account(id=OTHER, isDefault="yes")]

    assert ACCOUNT == read(tmp_path, others[0], make_account(), others[1])


def test_the_folder_of_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ``AZURE_CONFIG_DIR``, as az does."""
    write_profile(tmp_path / ".azure", make_account())
    monkeypatch.setattr("os.name", "posix")

    assert ACCOUNT == read_default_account({"HOME": str(tmp_path)}, PUBLIC)
    assert read_default_account({}, PUBLIC) is None


@pytest.mark.parametrize(
    "accounts",
    [
        [],
        [make_account(isDefault=False)],
        [make_account(), make_account(id=OTHER)],
        [make_account(environmentName="AzureUSGovernment")],
        [make_account(id="N/A(tenant level account)")],
        [make_account(id=TENANT + "\x1b[2J")],
        [make_account(user=None)],
        [make_account(tenantId=7)],
        ["text"],
    ],
)
def test_no_account_that_can_be_taken(accounts: list[Any], tmp_path: Path) -> None:
    """None or two defaults, another cloud, a tenant without a subscription, or what az never writes."""
    assert read(tmp_path, *accounts) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"subscriptions": {}}', b"[" * 100_000])
def test_a_profile_that_nobody_can_read(content: bytes, tmp_path: Path) -> None:
    """It names no account, as an absent one does."""
    (tmp_path / "azureProfile.json").write_bytes(content)

    assert read_default_account({"AZURE_CONFIG_DIR": str(tmp_path)}, PUBLIC) is None


@pytest.mark.skipif(os.name == "nt", reason="there are no such pipes")
def test_a_pipe_is_no_profile(tmp_path: Path) -> None:
    """Nobody may ever write into it."""
    for name in ("azureProfile.json", "clouds.config"):
        os.mkfifo(tmp_path / name)

    assert read_default_account({"AZURE_CONFIG_DIR": str(tmp_path)}, PUBLIC) is None
    assert read_default_account({"AZURE_CONFIG_DIR": str(tmp_path)}, make_endpoint("https://arm.example")) is None


@pytest.mark.parametrize(
    ("endpoint", "cloud"),
    [
        (Endpoint.usgov(), "AzureUSGovernment"),
        (Endpoint.china(), "AzureChinaCloud"),
        (make_endpoint("https://arm.example:8443"), "stack"),
    ],
)
def test_the_account_is_of_the_cloud_that_is_asked(endpoint: Endpoint, cloud: str, tmp_path: Path) -> None:
    """Azure's own clouds have names; any other is one that somebody registered with its address."""
    (tmp_path / "clouds.config").write_text(
        "[stack]\nendpoint_resource_manager = https://arm.example:8443/\n[broken]\nx = %(y)s\n", encoding="utf-8"
    )

    assert ACCOUNT == read(tmp_path, make_account(environmentName=cloud), endpoint=endpoint)
    assert read(tmp_path, make_account(environmentName="other"), endpoint=endpoint) is None


def test_a_server_without_sign_in_has_no_account(tmp_path: Path) -> None:
    """The emulator on this machine takes any subscription."""
    assert read(tmp_path, make_account(), endpoint=Endpoint.local()) is None


@pytest.mark.parametrize(
    ("environ", "objection"),
    [
        ({}, ""),
        ({"AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"}, ""),
        ({"AZURE_TENANT_ID": TENANT.upper(), "ARM_USE_CLI": "true"}, ""),
        ({"AZURE_AUTHORITY_HOST": "login.microsoftonline.com"}, ""),
        ({"CI": "true"}, "CI says that this is a pipeline"),
        ({"TF_BUILD": "True"}, "TF_BUILD says that this is a pipeline"),
        ({"AZURE_CLIENT_ID": OTHER}, "with AZURE_CLIENT_ID, another identity acts"),
        ({"AZURE_AUTH_LOCATION": "f"}, "with AZURE_AUTH_LOCATION, another identity acts"),
        ({"ARM_CLIENT_SECRET": "s"}, "with these ARM_… variables, another identity acts"),
        ({"ARM_USE_MSI": "true"}, "with these ARM_… variables, another identity acts"),
        ({"ARM_USE_CLI": "false"}, "with these ARM_… variables, another identity acts"),
        ({"AZURE_TOKEN_CREDENTIALS": "prod"}, "AZURE_TOKEN_CREDENTIALS names another identity"),
        ({"AZURE_AUTHORITY_HOST": "login.example"}, "AZURE_AUTHORITY_HOST names another place to sign in"),
        ({"AZURE_TENANT_ID": OTHER}, "AZURE_TENANT_ID is not its tenant"),
        ({"ARM_TENANT_ID": OTHER}, "ARM_TENANT_ID is not its tenant"),
    ],
)
def test_what_keeps_a_run_from_taking_it(environ: dict[str, str], objection: str) -> None:
    """A pipeline, and whatever makes somebody else act than who signed in to az."""
    assert objection == find_objection(environ, PUBLIC, ACCOUNT)


@pytest.mark.parametrize(
    ("actor", "stranger"),
    [
        (Actor(("Ada@Example.com",), tenant=TENANT.upper()), ""),
        (Actor(("other", USER), tenant=TENANT), ""),
        (Actor((USER,), tenant=OTHER), f"user {USER}, tenant {OTHER}"),
        (Actor(("bob@example.com",), tenant=TENANT), f"user bob@example.com, tenant {TENANT}"),
        (Actor(app=OTHER, tenant=TENANT), f"app {OTHER}, tenant {TENANT}"),
        (Actor(), "somebody whom the token does not name"),
    ],
)
def test_who_acts_is_compared(actor: Actor, stranger: str) -> None:
    """A managed identity, for example, comes before az in the chain of credentials."""
    assert stranger == find_stranger(ACCOUNT, actor)


def test_an_application_that_is_signed_in_to_az() -> None:
    """Its account has the client id in place of a name."""
    assert not find_stranger(DefaultAccount(SUBSCRIPTION, "Shop", TENANT, OTHER), Actor(app=OTHER, tenant=TENANT))
