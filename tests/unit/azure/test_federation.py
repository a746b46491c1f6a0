"""Assertions instead of secrets, fresh each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from azure.identity import ClientAssertionCredential
from unit.azure.scripted import Says, Script

from aci_reconcile.azure.auth import federation
from aci_reconcile.azure.http.transport import InProcessTransport, RequestCounter
from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TENANT = "87654321-aaaa-bbbb-cccc-000000000000"
_CANARY = "canary-request-token"


class _Service:
    """The pipeline's own OIDC service: numbered assertions."""

    def __init__(self, status: int = 200, content: bytes | None = None) -> None:
        self.status = status
        self.content = content
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def __call__(self, url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self.asked.append((url, headers))
        return self.status, self.content or json.dumps({"value": f"assertion-{len(self.asked)}"}).encode()


def test_the_service_is_asked_as_github_documents_it() -> None:
    """With Microsoft Entra's audience and the job's own token."""
    service = _Service()

    assert federation.read_from_service("https://oidc.example/t?v=1", _CANARY, service)() == "assertion-1"
    assert (
        "https://oidc.example/t?v=1&audience=api%3A%2F%2FAzureADTokenExchange",
        {"Authorization": f"bearer {_CANARY}", "Accept": "application/json"},
    ) == service.asked[0]


def test_each_token_is_due_a_fresh_assertion() -> None:
    """azure-identity asks anew when its token has expired, for GitHub's assertions live for minutes."""
    service = _Service()
    body = {"access_token": "a", "expires_in": 0, "token_type": "Bearer"}
    token = Says(200, body, {"content-type": "application/json"})
    entra = Script([token, token])
    credential = ClientAssertionCredential(
        _TENANT,
        "client",
        federation.read_from_service("https://oidc.example/t", _CANARY, service),
        transport=InProcessTransport(entra, RequestCounter(), lambda _seconds: None),
    )

    credential.get_token("https://management.azure.com/.default")
    credential.get_token("https://management.azure.com/.default")

    forms: list[Any] = [each.body for each in entra.asked]
    assert [form["client_assertion"] for form in forms] == ["assertion-1", "assertion-2"]


@pytest.mark.parametrize(
    ("status", "content"),
    [(403, b"{}"), (200, b"{}"), (200, b"<html>"), (200, b"[]"), (200, b'{"value": 1}'), (302, b'{"value": "x"}')],
)
def test_no_assertion_is_explained(status: int, content: bytes) -> None:
    """The usual cause is a job without the permission."""
    assertion = federation.read_from_service("https://oidc.example/t", _CANARY, _Service(status, content))

    with pytest.raises(AuthenticationError) as caught:
        assertion()

    assert caught.value.hint == "the job needs 'permissions: id-token: write'"
    assert _CANARY not in repr(caught.value)


def test_a_service_that_does_not_answer_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its URL, which is signed."""

    def broken(*_args: object, **_options: object) -> None:
        raise requests.ConnectionError("https://oidc.example/t?sig=1")

    monkeypatch.setattr(requests, "get", broken)

    with pytest.raises(AuthenticationError, match=r"no answer from the pipeline's OIDC service: ConnectionError$"):
        federation.read_from_service("https://oidc.example/t", _CANARY)()


def test_a_file_is_read_each_time(tmp_path: Path) -> None:
    """Whoever writes it renews it."""
    path = tmp_path / "token"
    assertion = federation.read_from_file(str(path))

    path.write_text("one\n")
    first = assertion()
    path.write_text("two\n")

    assert (first, assertion()) == ("one", "two")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xfd"])
def test_a_file_that_cannot_be_read_is_explained(tmp_path: Path, content: bytes | None) -> None:
    """With its path."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(AuthenticationError, match=r"the OIDC token file .* cannot be read"):
        federation.read_from_file(str(path))()
