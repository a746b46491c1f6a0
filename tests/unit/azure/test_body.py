"""Where secrets are revealed, and what Azure and containers say comes without them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from unit.azure.scripted import API, SCOPE, WEB

from aci_reconcile.azure import Endpoint, connect
from aci_reconcile.azure.body import redact_instance_view, serialize_body
from aci_reconcile.azure.errors import translate_answer, translate_exception
from aci_reconcile.azure.http.answer import Answer
from aci_reconcile.core.backend import Operation
from aci_reconcile.core.errors import SecretUnavailableError
from aci_reconcile.core.redaction import Redactor
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body


def test_secrets_are_opened_at_any_depth() -> None:
    """What goes to Azure holds the values, in maps and lists."""
    body: Body = {
        "properties": {"volumes": [{"secret": {"file": Secret("aGk=")}}]},
        "n": 1.5,
        "none": None,
        "yes": True,
    }

    sent = json.loads(serialize_body(body, Redactor()))

    assert sent == {"properties": {"volumes": [{"secret": {"file": "aGk="}}]}, "n": 1.5, "none": None, "yes": True}


def test_what_the_path_says_is_left_out_at_the_top_only() -> None:
    """Id, name and type are in the URL; deeper ones are the author's."""
    body: Body = {
        "id": "/x",
        "Name": "web",
        "type": "t",
        "location": "l",
        "properties": {"containers": [{"name": "web"}]},
    }

    sent = json.loads(serialize_body(body, Redactor()))

    assert sent == {"location": "l", "properties": {"containers": [{"name": "web"}]}}


def test_a_secret_without_a_value_stops_the_write() -> None:
    """The message names the place and the source."""
    body = {"properties": {"containers": [{"key": Secret.unavailable("env:DB_PASSWORD", "not set")}]}}

    with pytest.raises(SecretUnavailableError) as caught:
        serialize_body(body, Redactor())

    assert str(caught.value) == "properties.containers[0].key: env:DB_PASSWORD is not available: not set"


def test_numbers_that_json_lacks_are_refused() -> None:
    """NaN never leaves, for a server would read it as it likes."""
    with pytest.raises(ValueError, match="JSON"):
        serialize_body({"cpu": float("nan")}, Redactor())


def test_any_text_can_be_sent() -> None:
    """Even half a surrogate pair makes valid JSON."""
    assert json.loads(serialize_body({"a": "\ud800"}, Redactor())) == {"a": "\ud800"}


def test_what_was_sent_is_taken_out_of_what_comes_back() -> None:
    """Plain and as JSON spells it; longer values first, so that none is left half."""
    redactor = Redactor()
    serialize_body({"a": Secret("hunter2"), "b": Secret('hunter2"\n'), "c": Secret("abc")}, redactor)

    assert redactor('hunter2 and hunter2"\n and hunter2\\"\\n, abc') == "(secret) and (secret) and (secret), abc"


def test_the_redactor_shows_nothing_itself() -> None:
    """Its repr holds no value."""
    redactor = Redactor()
    redactor.remember([Secret("hunter2")])
    redactor("a text")

    assert "hunter2" not in repr(redactor)


SECRET = "hunter22-hunter22"


def redactor() -> Redactor:
    """Return one that knows the secret."""
    known = Redactor()
    known.remember([Secret(SECRET)])
    return known


@pytest.mark.parametrize("lead", [280, 4080])
def test_nothing_is_cut_before_it_was_searched(lead: int) -> None:
    """Where the cut falls into a secret, no half of it is left: in ARM's errors, in pages, in broken JSON."""
    text = f"{'.' * lead} {SECRET} {'.' * 300}"
    body = json.dumps({"error": {"code": "X", "message": text}}).encode()
    page = f"<html><p>{text}</p></html>".encode()
    told = [str(translate_answer(Answer(400, {}, content, redactor()))) for content in (body, page)]
    told.append(str(translate_exception(OSError(text), "GET x", redactor())))

    assert [] == [each for each in told if "hunter" in each]


def test_headers_are_searched_too() -> None:
    """A request id is shown with every error, and is no longer than one."""
    error = translate_answer(Answer(400, {"x-ms-request-id": f"id {SECRET} {'x' * 5000}"}, b"{}", redactor()))

    assert error.request_id.startswith("id (secret) xxx")
    assert len(error.request_id) < 300


def test_only_what_is_told_changes() -> None:
    """Events and details; not names of states, and not what a manifest is compared with."""

    def group(shown: str) -> Any:
        events = [{"name": SECRET, "message": shown}]
        view = {"currentState": {"state": SECRET, "detailStatus": f"why {shown}"}, "events": events}
        variables = [{"name": "message", "value": SECRET}]
        web = {"image": SECRET, "environmentVariables": variables, "instanceView": view}
        containers = [{"name": "web", "properties": web}, "odd"]
        return {"properties": {"containers": containers, "initContainers": None, "instanceView": {"events": events}}}

    assert group("(secret)") == redact_instance_view(group(SECRET), redactor())


@pytest.mark.parametrize("secret", ["Error", "CrashLoopBackOff"])
def test_a_verdict_is_no_secret(secret: str) -> None:
    """Whatever somebody's password may be: how a container is decides what an apply ends with."""
    known = Redactor()
    known.remember([Secret(secret)])
    body = {"properties": {"instanceView": {"currentState": {"detailStatus": secret}}}}

    assert body == redact_instance_view(body, known)


def test_every_text_of_the_backend_is_searched() -> None:
    """Logs, the failure of an operation, a group's events; by the secrets that were declared, sent or not."""
    answers = {
        "logs": {"content": f"line with {SECRET}\n"},
        "operations": {"status": "Failed", "error": {"code": "X", "message": SECRET}},
        "containerGroups": {"name": "web", "properties": {"instanceView": {"events": [{"message": SECRET}]}}},
    }

    def send(_method: str, url: str, *_rest: object) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, json.dumps(next(body for part, body in answers.items() if part in url)).encode()

    backend = connect(Endpoint.local(), api_version=API, concurrency=1, environ={}, send=send)
    backend.remember([Secret(SECRET)])
    live = backend.get(WEB)
    told = (backend.logs(WEB, "web"), backend.poll(Operation(f"/subscriptions/{SCOPE.subscription}/operations/1")))

    assert live is not None
    assert ("line with (secret)\n", "(secret)") == (told[0], told[1].error_message)
    assert {"instanceView": {"events": [{"message": "(secret)"}]}} == live.body["properties"]
