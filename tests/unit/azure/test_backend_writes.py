"""What the backend writes: container groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.azure.scripted import API, WEB, Says, error, scripted

from aci_reconcile.core.backend import Operation
from aci_reconcile.core.errors import (
    ForbiddenError,
    InvalidRequestError,
    NoAnswerError,
    NotFoundError,
    SecretUnavailableError,
)
from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body

_BASE = "http://127.0.0.1"
_BODY: Body = {"id": str(WEB), "name": "web", "location": "westeurope", "properties": {"unheardOf": [1, {"a": None}]}}


def test_put_sends_the_whole_body_as_it_is() -> None:
    """With its secrets opened and without what the path says."""
    backend, script = scripted(Says(201, _BODY, {"Azure-AsyncOperation": f"{_BASE}/op?t=1"}))
    declared: Body = {"id": "x", "location": "l", "tags": {}, "properties": {"password": Secret("hunter2"), "cpu": 1.0}}

    operation = backend.put(Resource(WEB, declared))

    assert Operation(f"{_BASE}/op?t=1") == operation
    assert json.loads(script.asked[0].body) == {
        "location": "l",
        "tags": {},
        "properties": {"password": "hunter2", "cpu": 1.0},
    }
    assert ("PUT", f"{_BASE}{WEB}?api-version={API}") == script.asked[0][:2]


def test_put_without_all_secrets_sends_nothing() -> None:
    """The write stops before it begins."""
    backend, script = scripted()

    with pytest.raises(SecretUnavailableError):
        backend.put(Resource(WEB, {"key": Secret.unavailable("env:X", "not set")}))

    assert script.asked == []


def test_put_without_an_operation_is_followed_by_reading() -> None:
    """An answer that names no operation gives one without a URL."""
    backend, _ = scripted(Says(200, _BODY))

    assert Operation() == backend.put(Resource(WEB, {}))


def test_put_answered_by_something_else_is_no_answer() -> None:
    """A page of a proxy with status 200 does not mean that it was carried out; what it quotes is not shown."""
    backend, _ = scripted(Says(200, b"<html>Thank you for hunter2</html>"))

    with pytest.raises(NoAnswerError) as caught:
        backend.put(Resource(WEB, {"key": Secret("hunter2")}))

    assert str(caught.value) == "the answer (200) is not JSON: an HTML page"


def test_an_error_never_quotes_a_secret_that_was_sent() -> None:
    """Azure may repeat the body in its message; now and when the operation is polled."""
    refusal = error(400, "InvalidRequestContent", "cannot convert 'hunter2' at line 1")
    failed = {"status": "Failed", "error": {"code": "X", "message": "bad key hunter2"}}
    backend, _ = scripted(refusal, Says(200, failed))

    with pytest.raises(InvalidRequestError) as caught:
        backend.put(Resource(WEB, {"key": Secret("hunter2")}))

    assert str(caught.value) == "cannot convert '(secret)' at line 1"
    assert backend.poll(Operation("/op")).error_message == "bad key (secret)"


def test_patch_replaces_the_tags() -> None:
    """One request with nothing but the tags."""
    backend, script = scripted(Says(200, _BODY))

    backend.patch_tags(WEB, {"team": "shop"})

    assert (script.asked[0].method, script.asked[0].body) == ("PATCH", b'{"tags": {"team": "shop"}}')


@pytest.mark.parametrize(
    ("answer", "operation"),
    [
        (Says(200, _BODY), Operation()),
        (Says(204), Operation()),
        (Says(202, b"", {"Location": f"{_BASE}/op"}), Operation(f"{_BASE}/op")),
        (error(404, "ResourceNotFound"), Operation()),
        (error(404, "ResourceGroupNotFound"), Operation()),
    ],
)
def test_delete_in_all_its_answers(answer: Says, operation: Operation) -> None:
    """Done at once, absent already, or an operation to follow."""
    backend, _ = scripted(answer)

    assert operation == backend.delete(WEB)


def test_delete_reports_what_is_no_absence() -> None:
    """A 404 of another kind, or no permission, is an error."""
    backend, _ = scripted(error(404, "SubscriptionNotFound"), error(403, "AuthorizationFailed"))

    with pytest.raises(NotFoundError):
        backend.delete(WEB)
    with pytest.raises(ForbiddenError):
        backend.delete(WEB)
