"""What Azure and containers say comes without secrets, before anything is cut; what is compared stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from unit.azure.scripted import API, SCOPE, WEB

from aci_reconcile.azure import Endpoint, connect
from aci_reconcile.azure.failures import Answer, from_answer, from_exception
from aci_reconcile.azure.telling import quiet
from aci_reconcile.core.backend import Operation
from aci_reconcile.core.redaction import Redactor
from aci_reconcile.core.secret import Secret

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
    told = [str(from_answer(Answer(400, {}, content, redactor()))) for content in (body, page)]
    told.append(str(from_exception(OSError(text), "GET x", redactor())))

    assert [] == [each for each in told if "hunter" in each]


def test_headers_are_searched_too() -> None:
    """A request id is shown with every error, and is no longer than one."""
    error = from_answer(Answer(400, {"x-ms-request-id": f"id {SECRET} {'x' * 5000}"}, b"{}", redactor()))

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

    assert group("(secret)") == quiet(group(SECRET), redactor())


@pytest.mark.parametrize("secret", ["Error", "CrashLoopBackOff"])
def test_a_verdict_is_no_secret(secret: str) -> None:
    """Whatever somebody's password may be: how a container is decides what an apply ends with."""
    known = Redactor()
    known.remember([Secret(secret)])
    body = {"properties": {"instanceView": {"currentState": {"detailStatus": secret}}}}

    assert body == quiet(body, known)


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
