"""Tokens: who asks for them, and where they go."""

from __future__ import annotations

import base64
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError
from unit.azure.scripted import API, SCOPE, WEB, Says, Script, error

from aci_reconcile.azure import ArmBackend, Endpoint, Identity
from aci_reconcile.azure.auth.tokens import SharedTokenPolicy
from aci_reconcile.azure.connection import make_options
from aci_reconcile.azure.http.client import ArmClient, SdkClients
from aci_reconcile.azure.http.transport import InProcessTransport, RequestCounter
from aci_reconcile.core.errors import AuthenticationError, AzureError
from aci_reconcile.core.model import Resource
from aci_reconcile.core.redaction import Redactor

_CANARY = "canary-token-71ab"


class _Credential:
    """Gives numbered tokens, the first one ``same`` times; raises its failure after ``good`` of them."""

    def __init__(self, failure: Exception | None = None, *, good: int = 0, same: int = 1, lasts: int = 3600) -> None:
        self._failure = failure
        self._good = good
        self._same = same
        self._lasts = lasts
        self.asked: list[tuple[tuple[str, ...], dict[str, Any]]] = []

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self.asked.append((scopes, options))
        time.sleep(0.01)
        if self._failure and len(self.asked) > self._good:
            raise self._failure
        number = 1 if len(self.asked) <= self._same else len(self.asked)
        return AccessToken(f"{_CANARY}-{number}", int(time.time()) + self._lasts)


def _backend(
    credential: _Credential, *answers: Says | Exception, endpoint: Endpoint | None = None
) -> tuple[ArmBackend, Script]:
    script = Script(list(answers))
    at = endpoint or Endpoint.public()
    counter = RequestCounter()
    built = make_options(
        at, InProcessTransport(script, counter, script.slept.append), SharedTokenPolicy(credential, *at.scopes)
    )
    wire = ArmClient(at, SdkClients(built), Redactor())
    identity = Identity("test")
    backend = ArmBackend(wire, Redactor(), dial=_dial_nobody, api_version=API, identity=identity, counter=counter)
    return backend, script


def _dial_nobody(url: str) -> Any:
    raise AssertionError(url)


def test_the_token_is_asked_for_with_the_cloud_s_scope() -> None:
    """And sent as a bearer token to that cloud's address."""
    credential = _Credential()
    backend, script = _backend(credential, Says(200, {"properties": {}}), endpoint=Endpoint.usgov())

    backend.get(WEB)

    assert credential.asked[0][0] == ("https://management.core.usgovcloudapi.net/.default",)
    assert f"Bearer {_CANARY}-1" == script.asked[0].headers["Authorization"]
    assert script.asked[0].url.startswith("https://management.usgovcloudapi.net/subscriptions/")


def test_signing_in_tells_who_acts() -> None:
    """By the token's claims; the first request then has it already."""
    claims = base64.urlsafe_b64encode(b'{"upn": "ada@example.com", "tid": "t"}').decode()

    class Named(_Credential):
        def get_token(self, *scopes: str, **options: Any) -> AccessToken:
            return super().get_token(*scopes, **options)._replace(token=f"e30.{claims}.{_CANARY}")

    credential = Named()
    policy = SharedTokenPolicy(credential, *Endpoint.public().scopes)

    assert ["user ada@example.com, tenant t"] * 2 == [str(policy.sign_in(Endpoint.public().base_url)) for _ in "ab"]
    assert 1 == len(credential.asked)


def test_many_threads_ask_for_one_token() -> None:
    """The Azure CLI would be a process each time."""
    credential = _Credential()
    backend, script = _backend(credential, *[Says(200, {"properties": {}})] * 32)
    together = threading.Barrier(16)

    def read(_number: int) -> None:
        together.wait()
        backend.get(WEB)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(read, range(32)))

    assert (len(credential.asked), len(script.asked)) == (1, 32)


def test_who_waited_for_a_failure_shares_it() -> None:
    """Sixteen threads do not wait for sixteen timeouts in turn; the next request tries again."""
    credential = _Credential(CredentialUnavailableError("az login"))
    backend, _ = _backend(credential)
    together = threading.Barrier(16)

    def read(_number: int) -> str:
        together.wait()
        with pytest.raises(AuthenticationError) as caught:
            backend.get(WEB)
        return str(caught.value)

    with ThreadPoolExecutor(16) as pool:
        messages = set(pool.map(read, range(16)))

    assert messages == {"could not get a token: az login"}
    assert len(credential.asked) < 16
    read_again = len(credential.asked)
    with pytest.raises(AuthenticationError):
        backend.get(WEB)
    assert len(credential.asked) == read_again + 1


@pytest.mark.parametrize("link", ["https://evil.example/next", "http://management.azure.com/next"])
def test_no_token_goes_to_another_origin(link: str) -> None:
    """A next link elsewhere, or without TLS, is refused before it is followed."""
    backend, script = _backend(_Credential(), Says(200, {"value": [], "nextLink": link}))

    with pytest.raises(AzureError) as caught:
        backend.list(SCOPE)

    assert (caught.value.code, len(script.asked)) == ("ForeignUrl", 1)


def test_no_token_goes_over_plain_http() -> None:
    """Even where an endpoint is put together wrongly, the SDK's own guard stands."""
    backend, script = _backend(_Credential(), endpoint=Endpoint("http://127.0.0.1", ("scope",)))

    with pytest.raises(AuthenticationError):
        backend.get(WEB)

    assert script.asked == []


def _expired() -> Says:
    return error(401, "ExpiredAuthenticationToken", WWW_Authenticate='Bearer error="invalid_token"')


@pytest.mark.parametrize("same", [0, 1, 2])
def test_a_token_that_expires_on_its_way_is_renewed(same: int) -> None:
    """The refused request was not carried out, so it is sent again, even a write; its credential may need a moment."""
    credential = _Credential(same=1 + same, lasts=60)
    backend, script = _backend(credential, _expired(), Says(201, {}))

    backend.put(Resource(WEB, {}))

    assert ["PUT", "PUT"] == script.methods
    assert [f"Bearer {_CANARY}-1", f"Bearer {_CANARY}-{2 + same}"] == [
        each.headers["Authorization"] for each in script.asked
    ]
    assert [1.0] * same == script.slept


def test_a_token_that_cannot_be_renewed_is_an_authentication_error() -> None:
    """The credential gives the same one for seconds: then its clock is wrong. The next request tries again."""
    credential = _Credential(same=4, lasts=60)
    backend, script = _backend(credential, _expired(), Says(200, {"properties": {}}))

    with pytest.raises(AuthenticationError) as caught:
        backend.get(WEB)
    assert "sign in again" in caught.value.hint
    assert [1.0, 1.0] == script.slept
    backend.get(WEB)

    assert ["GET", "GET"] == script.methods
    assert f"Bearer {_CANARY}-5" == script.asked[1].headers["Authorization"]


def test_what_keeps_a_token_from_renewal_is_told() -> None:
    """Entra's reason is of use; that the old token has expired is not."""
    backend, script = _backend(_Credential(ClientAuthenticationError("AADSTS700024: not within"), good=1), _expired())

    with pytest.raises(AuthenticationError, match="AADSTS700024") as caught:
        backend.get(WEB)

    assert "federated token has expired" in caught.value.hint
    assert ["GET"] == script.methods


@pytest.mark.parametrize("code", ["InvalidAuthenticationToken", "InvalidAuthenticationTokenTenant"])
def test_a_token_that_is_refused_otherwise_is_an_authentication_error(code: str) -> None:
    """Another one would be no better. The next request asks for a new one all the same."""
    credential = _Credential()
    refused = error(401, code, WWW_Authenticate='Bearer error="invalid_token"')
    backend, script = _backend(credential, refused, Says(200, {"properties": {}}))

    with pytest.raises(AuthenticationError):
        backend.get(WEB)
    assert ["GET"] == script.methods
    backend.get(WEB)

    assert 2 == len(credential.asked)


def test_a_challenge_for_more_claims_is_met() -> None:
    """Continuous access evaluation: Azure asks for a token with certain claims, and gets it."""
    claims = base64.urlsafe_b64encode(b'{"access_token": {}}').decode().rstrip("=")
    header = f'Bearer realm="", error="insufficient_claims", claims="{claims}"'
    credential = _Credential()
    backend, script = _backend(credential, Says(401, b"", {"WWW-Authenticate": header}), Says(200, {"properties": {}}))

    backend.get(WEB)

    assert [options for _, options in credential.asked] == [{}, {"claims": '{"access_token": {}}'}]
    assert len(script.asked) == 2


@pytest.mark.parametrize(
    "failure",
    [
        ClientAuthenticationError("AADSTS7000222: expired"),
        CredentialUnavailableError("az login"),
        ServiceRequestError("cannot reach login.microsoftonline.com"),
        ValueError("invalid tenant"),
    ],
)
def test_no_token_is_an_authentication_error_at_once(failure: Exception) -> None:
    """Whatever the credential raises; nothing is sent, nothing is tried again here."""
    credential = _Credential(failure)
    backend, script = _backend(credential)

    with pytest.raises(AuthenticationError) as caught:
        backend.put(Resource(WEB, {}))

    assert f"could not get a token: {failure}" == str(caught.value)
    assert (script.asked, len(credential.asked)) == ([], 1)


def test_the_token_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """With every logger at DEBUG."""
    caplog.set_level(logging.DEBUG)
    backend, script = _backend(_Credential(), error(403, "AuthorizationFailed"), OSError("broken"))

    with pytest.raises(AzureError) as refused:
        backend.get(WEB)
    with pytest.raises(AzureError) as broken:
        backend.put(Resource(WEB, {}))

    assert _CANARY in script.asked[1].headers["Authorization"]
    assert caplog.records
    assert _CANARY not in "\n".join(record.getMessage() for record in caplog.records)
    errors = (refused.value, broken.value, broken.value.__cause__)
    assert _CANARY not in "".join(repr(each) + str(vars(each) if each else "") for each in errors)
