"""Key Vault's secrets, as far as its client reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from unit.emulator.emulator_world import World

from aci_reconcile.emulator import Knobs, Request, Response, open_store

if TYPE_CHECKING:
    from pathlib import Path

HOST = {"Host": "shop-kv.vault.azure.net"}
TOKEN = {"Authorization": "Bearer any"}


def put(world: World, name: str, vault: str = "shop-kv", **body: Any) -> Response:
    """Puts a secret into a vault, from outside."""
    path = f"/emulator/vaults/{vault}/secrets/{name}"
    return world.emulator.handle(Request("PUT", path, body=json.dumps(body).encode()))


def get(world: World, path: str, headers: dict[str, str] = TOKEN, host: dict[str, str] = HOST) -> Response:
    """Reads as the client does."""
    return world.emulator.handle(
        Request("GET", f"/secrets/{path}?api-version=7.5", {**host, **headers}, scheme="https")
    )


def test_the_first_request_is_challenged() -> None:
    """With what the client needs to get a token."""
    response = get(World(), "db", {})
    tenant = Knobs().tenant_id

    assert (401, "Unauthorized") == (response.status, response.json()["error"]["code"])
    assert (
        f'Bearer authorization="https://shop-kv.vault.azure.net/{tenant}", resource="https://vault.azure.net"'
    ) == response.headers["www-authenticate"]


def test_the_latest_version_or_a_given_one() -> None:
    """Each put makes a version."""
    world = World()
    old = put(world, "db", value="one").json()["version"]
    new = put(world, "DB", value="two").json()["version"]
    shown = get(world, "db").json()

    assert ["two", "one", "two"] == [get(world, path).json()["value"] for path in ("db", f"db/{old}", f"db/{new}")]
    assert f"https://shop-kv.vault.azure.net/secrets/db/{new}" == shown["id"]
    assert shown["attributes"]["enabled"]


def test_versions_and_names_are_listed_without_values() -> None:
    """Only a get shows one."""
    world = World()
    for value in ("one", "two"):
        put(world, "db", value=value)
    put(world, "web", value="three", contentType="text/plain")
    versions, names = get(world, "db/versions").json()["value"], get(world, "").json()["value"]

    assert 2 == len(versions)
    assert [f"https://shop-kv.vault.azure.net/secrets/{name}" for name in ("db", "web")] == [it["id"] for it in names]
    assert all("value" not in item for item in (*versions, *names))


@pytest.mark.parametrize("path", ["none", "db/00000000000000000000000000000000", "none/versions"])
def test_a_secret_that_is_not_there(path: str) -> None:
    """404 in Key Vault's words; a list is empty instead."""
    world = World()
    put(world, "db", value="one")
    response = get(world, path)

    if path.endswith("versions"):
        assert [] == response.json()["value"]
    else:
        assert (404, "SecretNotFound") == world.code(response)


def test_a_disabled_secret_is_forbidden() -> None:
    """And says why."""
    world = World()
    put(world, "db", value="one", enabled=False)
    response = get(world, "db")

    assert (403, "Forbidden") == world.code(response)
    assert "SecretDisabled" == response.json()["error"]["innererror"]["code"]


def test_a_secret_outside_its_dates_is_given() -> None:
    """With the dates, as a vault does; what is no date is left out."""
    world = World()
    put(world, "db", value="v", attributes={"exp": 1_700_000_000, "nbf": 1_600_000_000.5, "other": 1})
    put(world, "plain", value="v", attributes={"exp": "soon"})
    dated, plain = get(world, "db").json(), get(world, "plain").json()

    assert ("v", 1_700_000_000, 1_600_000_000) == (
        dated["value"],
        *(dated["attributes"][key] for key in ("exp", "nbf")),
    )
    assert not {"exp", "nbf", "other"} & set(plain["attributes"])


def test_vaults_are_kept_apart_by_their_host() -> None:
    """Any other host is the vault named default."""
    world = World()
    put(world, "db", value="one")
    put(world, "db", vault="default", value="two")

    assert "two" == get(world, "db", host={"Host": "localhost:10810"}).json()["value"]
    assert 404 == get(world, "db", host={"Host": "other.vault.azure.net"}).status


def test_a_client_may_set_a_secret() -> None:
    """With a value, that is."""
    world = World()
    url = "/secrets/db?api-version=7.5"
    good = world.emulator.handle(Request("PUT", url, {**HOST, **TOKEN}, b'{"value": "one"}'))
    bad = world.emulator.handle(Request("PUT", url, {**HOST, **TOKEN}, b'{"value": 1}'))

    assert [(200, "one"), (400, None)] == [(each.status, each.json().get("value")) for each in (good, bad)]
    assert "one" == get(world, "db").json()["value"]
    assert 501 == world.emulator.handle(Request("DELETE", url, {**HOST, **TOKEN})).status
    assert 400 == put(world, "no_name", value="one").status


def test_a_token_may_be_required() -> None:
    """One of this emulator's, for vaults."""
    world = World(knobs=Knobs(require_token=True))
    put(world, "db", value="one")
    knobs = Knobs()
    form = {
        "grant_type": "client_credentials",
        "client_id": knobs.client_id,
        "client_secret": knobs.client_secret,
        "scope": "https://vault.azure.net/.default",
    }
    asked = Request("POST", f"/{knobs.tenant_id}/oauth2/v2.0/token", HOST, urlencode(form).encode())
    token = world.emulator.handle(asked).json()["access_token"]

    assert 401 == get(world, "db").status
    assert 200 == get(world, "db", {"Authorization": f"Bearer {token}"}).status


def test_no_value_reaches_the_store(tmp_path: Path) -> None:
    """Vaults are kept in memory."""
    world = World(store=open_store(tmp_path))
    put(world, "db", value="v3ry-secret")
    world.store.close()

    assert all(b"v3ry-secret" not in file.read_bytes() for file in tmp_path.iterdir())
