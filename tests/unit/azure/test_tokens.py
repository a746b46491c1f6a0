"""Tokens from azure-identity: in time, and nothing quoted of an answer that holds half of one."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential, ManagedIdentityCredential
from unit.azure.fake_vault import Principal

from aci_reconcile.azure.auth.tokens import BoundedCredential
from aci_reconcile.azure.http.transport import InProcessTransport, RequestCounter, TokenTransport

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

CANARY = "c4n4ry-t0ken"
PREFIX = "the token service answered with 200, but "


def issuer(content: str, status: int = 200) -> TokenTransport:
    """Return a transport behind which every request gets the same answer."""
    headers = {"content-type": "application/json"}
    return TokenTransport(
        InProcessTransport(
            lambda *_request: (status, headers, content.encode()), RequestCounter(), lambda _seconds: None
        )
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f'{{"access_token": "{CANARY}", "expires_in": 3', "not with JSON"),
        (f'{{"access_token": "{CANARY}",}}', "not with JSON"),
        ("[" * 100_000 + CANARY, "not with JSON"),
        (f'["{CANARY}"]', "not with a JSON object"),
        (f'{{"access_token": {{"{CANARY}": 1}}, "expires_in": 1}}', "with a token that is not text"),
        (f'{{"access_token": "{CANARY}"}}', "with a token without an expiry"),
        (f'{{"refresh_token": "{CANARY}"}}', "with another kind of token"),
    ],
)
def test_nothing_is_quoted_of_a_token_that_makes_no_sense(
    content: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the error of a service principal nor in that of a managed identity, nor in a log."""
    caplog.set_level(0)
    said: list[str] = []
    for credential in (
        ClientSecretCredential("t", "c", "s", transport=issuer(content), disable_instance_discovery=True),
        ManagedIdentityCredential(transport=issuer(content), retry_total=0),
    ):
        with pytest.raises(ClientAuthenticationError) as caught:
            BoundedCredential(credential).get_token("https://management.azure.com/.default")
        said.append(str(caught.value))

    assert [True, True] == [f"{PREFIX}{why}" in each for each in said], said
    assert CANARY not in "".join(said) + caplog.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (json.dumps({"access_token": "t", "expires_in": 3599}), 200),
        (json.dumps({"issuer": "https://login.microsoftonline.com/t/v2.0"}), 200),
        ("<html>", 400),
    ],
)
def test_what_makes_sense_and_what_is_refused_goes_through(content: str, status: int) -> None:
    """A token, the discovery of an authority, a refusal."""
    answer = issuer(content, status).send(HttpRequest("GET", "https://login.microsoftonline.com"))

    assert (status, content) == (answer.status_code, answer.text())


def test_a_token_has_its_time() -> None:
    """A chain of credentials that never answers is given up."""
    never = threading.Event()
    began = time.monotonic()
    with pytest.raises(ClientAuthenticationError, match=r"no answer within 0\.01 s"):
        BoundedCredential(Asked(lambda: never.wait(30)), 0.01).get_token("scope")
    never.set()

    assert time.monotonic() - began < 20


@pytest.mark.parametrize("error", [KeyError(CANARY), AttributeError(CANARY)])
def test_what_a_library_did_not_expect_is_not_quoted(error: Exception) -> None:
    """The exception of a mistake may hold what came back."""

    def fail() -> None:
        raise error

    with pytest.raises(ClientAuthenticationError) as caught:
        BoundedCredential(Asked(fail)).get_token("scope")

    assert f"the answer is not a token ({type(error).__name__})" == str(caught.value)


class Asked(Principal):
    """Does something before it gives a token."""

    def __init__(self, first: Any) -> None:
        super().__init__()
        self._first = first

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Do it."""
        self._first()
        return super().get_token(*scopes, **options)
