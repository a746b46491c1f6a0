"""Secrets of Key Vaults, through the client's whole pipeline, from a vault on loopback."""

from __future__ import annotations

import builtins
import logging
import time
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from unit.azure.fake_vault import Cloud, Principal, vaults

from aci_reconcile.azure import Endpoint, get_cloud, make_endpoint, make_vaults
from aci_reconcile.azure.vaults import STAND_IN_VARIABLE, DummyCredential, Vaults
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from azure.core.credentials import AccessToken

    from aci_reconcile.core.secret import Secret

CANARY = "c4n4ry-v4lue"


def fetched(there: Cloud, *names: str, endpoint: Endpoint | None = None) -> Mapping[str, Secret]:
    """Fetch secrets from the vaults on loopback."""
    return Vaults(endpoint or get_cloud("public"), Principal(), 4, there.transport, lambda _seconds: None).fetch(names)


def test_secrets_are_fetched_by_vault_and_name() -> None:
    """With or without a version; each remembers where it comes from."""
    with vaults(one_kv__db_password=CANARY, one_kv__key="latest", one_kv__key__4387e9f3="old") as there:
        found = fetched(there, "one-kv/db-password", "one-kv/key", "one-kv/key/4387e9f3")

    assert [CANARY, "latest", "old"] == [found[name].reveal() for name in sorted(found)]
    assert "keyvault:one-kv/key" == found["one-kv/key"].source
    assert CANARY not in repr(found)


def test_a_token_goes_only_where_the_vault_is(caplog: pytest.LogCaptureFixture) -> None:
    """The first request carries none; the token is for the vaults of the cloud; nothing of it is logged."""
    caplog.set_level(logging.DEBUG)
    principal = Principal()
    with vaults(two_kv__key=CANARY) as there:
        Vaults(get_cloud("public"), principal, 1, there.transport).fetch(["two-kv/key"])

    assert [("two-kv.vault.azure.net", "key", False), ("two-kv.vault.azure.net", "key", True)] == there.asked
    assert [("https://vault.azure.net/.default",)] == principal.scopes
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("name", "host"),
    [("public", "vault.azure.net"), ("usgov", "vault.usgovcloudapi.net"), ("china", "vault.azure.cn")],
)
def test_each_cloud_has_vaults_of_its_own(name: Any, host: str) -> None:
    """The host follows from where requests go."""
    with vaults(kv3__key="x") as there:
        there.challenge = there.challenge.replace("vault.azure.net", host)
        found = fetched(there, "kv3/key", endpoint=get_cloud(name))

    assert {f"kv3.{host}"} == {asked[0] for asked in there.asked}
    assert found["kv3/key"].available


def test_a_challenge_of_another_domain_gets_no_token() -> None:
    """Whoever answers in a vault's place cannot have the token for somewhere else."""
    with vaults(four_kv__key=CANARY) as there:
        there.challenge = there.challenge.replace("vault.azure.net", "example.com")
        found = fetched(there, "four-kv/key")

    assert [False] == [asked[2] for asked in there.asked]
    told = "the vault asked for a token of another server, or in an unknown way; no token was sent"
    assert told == found["four-kv/key"].missing


def test_what_cannot_be_had_says_why_and_the_others_are_there() -> None:
    """One missing secret spoils nothing else."""
    with vaults(five_kv__here="x", five_kv__off=403, five_kv__key=401) as there:
        found = fetched(there, "five-kv/here", "five-kv/none", "five-kv/off", "five-kv/key")

    assert found["five-kv/here"].available
    assert "the vault has no such secret" == found["five-kv/none"].missing
    assert found["five-kv/off"].missing.startswith("the vault refuses (403): (Refused) no: off")
    assert found["five-kv/key"].missing.startswith("the vault refuses the credential: (Refused) no: key")


def test_a_vault_that_is_not_there() -> None:
    """Nobody answers: the reason is on one line."""
    there = Cloud({}, port=1)
    found = fetched(there, "six-kv/key")

    assert found["six-kv/key"].missing.startswith("could not read the vault: ")
    assert "\n" not in found["six-kv/key"].missing


def test_each_secret_is_asked_for_once() -> None:
    """However often it is named."""
    with vaults(seven_kv__a="1", seven_kv__b="2") as there:
        fetched(there, "seven-kv/a", "seven-kv/b", "seven-kv/a")

    assert ["a", "b"] == sorted(asked[1] for asked in there.asked if asked[2])


def test_on_this_machine_there_are_no_vaults() -> None:
    """The emulator and servers on loopback get neither a token nor a secret."""
    found = make_vaults(Endpoint.local(), {}, 4).fetch(["shop-kv/key"])

    assert "http://127.0.0.1 has no vaults: set ACI_RECONCILE_VAULT_ENDPOINT" == found["shop-kv/key"].missing


def test_without_the_client_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is optional; who needs it is told its name."""
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("azure.keyvault"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    found = Vaults(get_cloud("public"), Principal(), 1).fetch(["shop-kv/key"])

    assert "pip install 'aci-reconcile[keyvault]'" in found["shop-kv/key"].missing


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (f'{{"value": "{CANARY}", "id": "x', "the vault's answer (200) is not JSON"),
        (f'{{"value": "{CANARY}",}}', "the vault's answer (200) is not JSON"),
        (f"value: {CANARY}", "the vault's answer (200) is not JSON"),
        ("[" * 100_000 + CANARY, "the vault's answer (200) is not JSON"),
        ("", "the vault's answer (200) is not JSON"),
        (f'["{CANARY}"]', "the vault's answer (200) contains no secret"),
        (f'{{"value": {{"{CANARY}": 1}}}}', "the vault's answer (200) contains no secret"),
        (f'"{CANARY}"', "the vault's answer (200) contains no secret"),
        (f'{{"valeu": "{CANARY}"}}', "the secret has no value"),
    ],
)
def test_nothing_is_quoted_of_a_good_answer_that_makes_no_sense(
    answer: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It may hold the secret: nobody sees more of it than its status, in no log either."""
    caplog.set_level(logging.DEBUG)
    with vaults(nine_kv__key=answer.encode()) as there:
        found = fetched(there, "nine-kv/key")

    assert why == found["nine-kv/key"].missing
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("attributes", "notice"),
    [
        ({"exp": 1_700_000_000}, "it has expired (2023-11-14)"),
        ({"nbf": 1_900_000_000}, "it is not valid yet (2030-03-17)"),
        ({"enabled": False}, "it is disabled"),
        ({"exp": 1_900_000_000, "nbf": 1_700_000_000, "enabled": True}, ""),
        ({"exp": "soon", "nbf": None}, ""),
        ({"nbf": 1e300}, "it is not valid yet (9999-12-31)"),
    ],
)
def test_a_secret_outside_its_dates_is_there_with_a_notice(attributes: dict[str, object], notice: str) -> None:
    """A vault gives it all the same; its owner hears of it."""
    with vaults(ten_kv__key={"attributes": attributes}) as there:
        known = Vaults(get_cloud("public"), Principal(), 4, there.transport, now=lambda: 1_800_000_000)
        found = known.fetch(["ten-kv/key"])["ten-kv/key"]

    assert ("v", notice) == (found.reveal(), found.notice)


def test_a_vault_that_lets_wait_is_named() -> None:
    """Whoever waits hears for what, and for how long."""
    told = list[str]()
    with vaults(eleven_kv__key="x") as quick:
        slow = Vaults(get_cloud("public"), Slow(), 4, quick.transport, on_wait=told.append, quiet_seconds=0)
        slow.fetch(["eleven-kv/key"])

    assert ["Waiting for the vault eleven-kv; each secret can take up to 30 s."] == told


def test_a_credential_that_gives_no_token_says_so() -> None:
    """In the words of who refuses it, and not as a refusal of the vault."""
    with vaults(thirteen_kv__key="x") as there:
        found = Vaults(get_cloud("public"), Failing(), 1, there.transport).fetch(["thirteen-kv/key"])

    assert "could not get a token for the vault: AADSTS7000215" == found["thirteen-kv/key"].missing


class Slow(Principal):
    """Gives a token when the one who waits has been told."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return it a little later."""
        time.sleep(0.05)
        return super().get_token(*scopes, **options)


class Failing(Principal):
    """Gives no token."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Fail as azure-identity does."""
        raise ClientAuthenticationError("AADSTS7000215")


@pytest.mark.parametrize("name", ["kv", "a.b.c", "x@evil.example", "a" * 25, "kv_x"])
def test_a_host_is_no_name_of_a_vault(name: str) -> None:
    """Nothing that could lead elsewhere becomes part of a URL."""
    with pytest.raises(ValueError, match="not a valid vault name"):
        Vaults(get_cloud("public"), Principal(), 1).fetch([f"{name}/key"])


@pytest.mark.parametrize("endpoint", [Endpoint.local(), get_cloud("public"), make_endpoint("https://127.0.0.1:10810")])
def test_a_server_may_stand_in_for_all_vaults(endpoint: Endpoint) -> None:
    """The environment names it; it sees the vault's own host, and over plain http no token of anybody."""
    with vaults(eight_kv__key=CANARY) as there:
        served = make_vaults(endpoint, {STAND_IN_VARIABLE: f"http://127.0.0.1:{there.port}"}, 2)
        found = served.fetch(["eight-kv/key"])

    assert CANARY == found["eight-kv/key"].reveal()
    assert {("eight-kv.vault.azure.net", "key")} == {asked[:2] for asked in there.asked}
    assert isinstance(served.credential, DummyCredential)


def test_a_token_for_a_stand_in_needs_tls_and_a_challenge_that_fits() -> None:
    """An https server that the environment names gets what the vault would get."""
    known = {
        STAND_IN_VARIABLE: "https://vault.example.com",
        "AZURE_CLIENT_ID": "c",
        "AZURE_TENANT_ID": "t",
        "AZURE_CLIENT_SECRET": "s",
    }

    assert "https://vault.example.com" == make_vaults(get_cloud("public"), known, 1).server
    assert not isinstance(make_vaults(get_cloud("public"), known, 1).credential, DummyCredential)
    assert isinstance(make_vaults(Endpoint.local(), known, 1).credential, DummyCredential)


@pytest.mark.parametrize("url", ["http://vault.example.com", "ftp://x", "https://x/path", "https://u:p@x"])
def test_what_may_not_stand_in(url: str) -> None:
    """Plain http to another machine, and what is no server; the message names the variable."""
    with pytest.raises(UsageError, match=f"^{STAND_IN_VARIABLE}: "):
        make_vaults(get_cloud("public"), {STAND_IN_VARIABLE: url}, 1)
