"""Entra's endpoints: what azure-identity, msal and azure-cli ask for, and how they are refused."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from unit.emulator.emulator_world import RESOURCE_GROUP, START, World

from aci_reconcile.emulator import Knobs, Request, Response

KNOBS = Knobs()
SCOPE = "https://management.azure.com/.default"
BASIC = {
    "grant_type": "client_credentials",
    "client_id": KNOBS.client_id,
    "client_secret": KNOBS.client_secret,
    "scope": SCOPE,
}
FEDERATED = {
    "grant_type": "client_credentials",
    "client_id": KNOBS.client_id,
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "scope": SCOPE,
}
HOST = {"Host": "localhost:1"}


def post(world: World, form: dict[str, str], tenant: str = KNOBS.tenant_id, version: str = "/v2.0") -> Response:
    """Asks for a token."""
    body = urlencode(form).encode()
    return world.emulator.handle(Request("POST", f"/{tenant}/oauth2{version}/token", HOST, body, scheme="https"))


def get(world: World, path: str) -> Response:
    """Reads one of the open endpoints."""
    return world.emulator.handle(Request("GET", path, HOST, scheme="https"))


def assertion(**claims: Any) -> str:
    """A token of somebody else's, such as GitHub's."""
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{middle}.c2ln"


def use(world: World, header: str | None) -> Response:
    """Uses a token on ARM."""
    headers = {"Host": "localhost:1"} | ({"Authorization": header} if header is not None else {})
    return world.send("HEAD" if header == "" else "GET", RESOURCE_GROUP, headers=headers)


@pytest.mark.parametrize(("form", "version"), [(BASIC, "/v2.0"), ({**BASIC, "resource": SCOPE[:-8]}, "")])
def test_a_secret_gets_a_token_that_arm_takes(form: dict[str, str], version: str) -> None:
    """In both versions of the protocol."""
    world = World(knobs=Knobs(require_token=True))
    answer = post(world, form, version=version).json()
    missing = use(world, f"Bearer {answer['access_token']}")

    assert "Bearer" == answer["token_type"]
    assert 3599 == int(answer["expires_in"])
    assert (404, "ResourceGroupNotFound") == world.code(missing)


def test_a_federated_assertion_gets_one_too() -> None:
    """Its time is checked."""
    world = World()
    good = post(world, {**FEDERATED, "client_assertion": assertion(exp=START + 60)})
    late = post(world, {**FEDERATED, "client_assertion": assertion(exp=START - 60)})
    none = post(world, {**FEDERATED, "client_assertion": "nonsense"})

    assert 200 == good.status
    assert [[700024], [50027]] == [late.json()["error_codes"], none.json()["error_codes"]]


@pytest.mark.parametrize(
    ("change", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": None}, 401, "invalid_client", 7000218),
        ({"client_id": "33333333-3333-3333-3333-333333333333"}, 400, "unauthorized_client", 700016),
        ({"client_id": None}, 400, "invalid_request", 900144),
        ({"grant_type": None}, 400, "invalid_request", 900144),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": "refresh_token"}, 400, "invalid_grant", 9002313),
        ({"scope": None}, 400, "invalid_request", 900144),
        ({"scope": "https://management.azure.com/user_impersonation"}, 400, "invalid_scope", 1002012),
    ],
)
def test_refusals_are_entras(change: dict[str, str | None], status: int, error: str, code: int) -> None:
    """Code, number and envelope."""
    form = {name: text for name, text in {**BASIC, **change}.items() if text is not None}
    response = post(World(), form)
    body = response.json()

    assert (status, error, [code]) == (response.status, body["error"], body["error_codes"])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} < set(body)


def test_an_unknown_tenant_is_refused_everywhere() -> None:
    """By the token endpoint and by the configuration, which clients read first."""
    world = World()
    tenant = "99999999-9999-9999-9999-999999999999"
    answers = [post(world, BASIC, tenant), get(world, f"/{tenant}/v2.0/.well-known/openid-configuration")]

    assert [(400, [90002])] * 2 == [(answer.status, answer.json()["error_codes"]) for answer in answers]


@pytest.mark.parametrize("tenant", [KNOBS.tenant_id, "common", "organizations"])
@pytest.mark.parametrize("version", ["", "/v2.0"])
def test_the_configuration_points_to_this_emulator(tenant: str, version: str) -> None:
    """Every link that a client follows."""
    found = get(World(), f"/{tenant}{version}/.well-known/openid-configuration").json()

    assert f"https://localhost:1/{tenant}/oauth2{version}/token" == found["token_endpoint"]
    assert f"https://localhost:1/{tenant}/oauth2{version}/authorize" == found["authorization_endpoint"]


def test_instance_discovery_knows_any_authority() -> None:
    """And user realms, and keys."""
    world = World()
    tenant = "https%3A%2F%2Flocalhost%3A1%2Fcontoso%2Foauth2%2Fv2.0%2Fauthorize"
    found = get(world, f"/common/discovery/instance?api-version=1.1&authorization_endpoint={tenant}").json()

    assert "https://localhost:1/contoso/v2.0/.well-known/openid-configuration" == found["tenant_discovery_endpoint"]
    assert ["localhost:1"] == found["metadata"][0]["aliases"]
    assert "Managed" == get(world, "/common/userrealm/a@b.example?api-version=1.0").json()["account_type"]
    assert {"keys": []} == get(world, "/common/discovery/v2.0/keys").json()
    assert 405 == get(world, f"/{KNOBS.tenant_id}/oauth2/v2.0/token").status


@pytest.mark.parametrize(
    ("version", "status"), [("2015-01-01", 200), ("2019-05-01", 200), ("2022-09-01", 200), ("", 400)]
)
def test_cloud_metadata_has_the_form_of_its_version(version: str, status: int) -> None:
    """A list, or one cloud."""
    response = get(World(), f"/metadata/endpoints?api-version={version}")
    body = response.json()
    cloud = body[0] if isinstance(body, list) else body

    assert status == response.status
    assert isinstance(body, list) == (version == "2019-05-01")
    if status == 200:
        assert "https://localhost:1" == cloud["authentication"]["loginEndpoint"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "AuthenticationFailed"),
        ("Bearer nonsense", "InvalidAuthenticationToken"),
        ("Basic abc", "InvalidAuthenticationToken"),
        (f"Bearer {assertion(exp=START + 60, aud='https://management.azure.com')}", "InvalidAuthenticationToken"),
    ],
)
def test_arm_refuses_what_is_no_token(header: str | None, code: str) -> None:
    """With the challenge that Azure sends."""
    response = use(World(knobs=Knobs(require_token=True)), header)

    assert (401, code) == (response.status, response.json()["error"]["code"])
    assert response.headers["www-authenticate"].startswith("Bearer authorization_uri=")


def test_a_token_expires() -> None:
    """And is refused with both times."""
    world = World(knobs=Knobs(require_token=True, token_seconds=60))
    token = post(world, BASIC).json()["access_token"]
    world.now += 61
    response = use(world, f"Bearer {token}")

    assert (401, "ExpiredAuthenticationToken") == world.code(response)
    assert "2023-11-14T22:14:20Z" in response.json()["error"]["message"]


def test_a_token_for_something_else_is_refused() -> None:
    """Whatever text its audience is."""
    world = World(knobs=Knobs(require_token=True))
    token = post(world, {**BASIC, "scope": 'https://vault.azure.net/"ä/.default'}).json()["access_token"]
    response = use(world, f"Bearer {token}")

    assert (401, "InvalidAuthenticationTokenAudience") == world.code(response)
    assert response.headers["www-authenticate"].isascii()


def test_any_token_is_taken_where_none_is_required() -> None:
    """As before."""
    assert 200 == use(World(), "Bearer nonsense").status
