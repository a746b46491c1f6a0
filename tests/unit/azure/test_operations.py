"""Operations, logs and resource groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.azure.scripted import API, SCOPE, WEB, Says, error, scripted

from aci_reconcile.core.backend import Operation, Progress
from aci_reconcile.core.errors import (
    AzureError,
    NotFoundError,
)

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body

_BASE = "http://127.0.0.1"
_BODY: Body = {"id": str(WEB), "name": "web", "location": "westeurope", "properties": {"unheardOf": [1, {"a": None}]}}


@pytest.mark.parametrize(
    ("answer", "progress"),
    [
        (Says(200, {"status": "Creating"}), Progress("Creating")),
        (Says(200, {"status": "Succeeded", "properties": {}}), Progress("Succeeded")),
        (
            Says(200, {"status": "Failed", "error": {"code": "C", "message": "m"}}),
            Progress("Failed", "C", "m"),
        ),
        (Says(200, {"status": "Failed"}), Progress("Failed")),
        (Says(200, {"status": "Failed", "error": None}), Progress("Failed")),
        (Says(202, b""), Progress("InProgress")),
        (Says(202, {"status": "Running"}), Progress("Running")),
        (Says(204), Progress("Succeeded")),
        (Says(200, _BODY), Progress("Succeeded")),
    ],
)
def test_poll_reads_both_dialects(answer: Says, progress: Progress) -> None:
    """A body with a status, or a status of HTTP."""
    backend, script = scripted(answer)
    url = f"{SCOPE}/operations/1?api-version=2018-06-01&s=" + "x" * 4000

    assert progress == backend.poll(Operation(url))
    assert f"{_BASE}{url}" == script.asked[0].url


def test_poll_of_an_operation_that_azure_does_not_know() -> None:
    """The caller must read the resource."""
    backend, _ = scripted(error(404, "OperationNotFound"))

    with pytest.raises(NotFoundError):
        backend.poll(Operation("/op"))


def test_poll_never_leaves_the_endpoint() -> None:
    """An operation on another server is refused, and its signature not shown."""
    backend, script = scripted()

    with pytest.raises(AzureError) as caught:
        backend.poll(Operation("https://evil.example/op?s=signature"))

    assert (script.asked, caught.value.code) == ([], "ForeignUrl")
    assert "signature" not in str(caught.value)


def test_poll_needs_a_url() -> None:
    """An operation without one is followed by reading the resource."""
    backend, _ = scripted()

    with pytest.raises(ValueError, match="without a URL"):
        backend.poll(Operation())


def test_braces_in_a_url_are_no_placeholders_of_the_sdk() -> None:
    """The SDK would drop the part between the slashes."""
    backend, script = scripted(Says(202))

    backend.poll(Operation("/a/{b}/c?s={endpoint}"))

    assert f"{_BASE}/a/%7Bb%7D/c?s=%7Bendpoint%7D" == script.asked[0].url


@pytest.mark.parametrize(
    ("tail", "query"),
    [(None, f"?api-version={API}"), (7, f"?api-version={API}&tail=7"), (0, f"?api-version={API}&tail=0")],
)
def test_logs_are_text(tail: int | None, query: str) -> None:
    """The last lines where so many are asked for."""
    backend, script = scripted(Says(200, {"content": "one\ntwo\n"}))

    assert backend.logs(WEB, "app", tail=tail) == "one\ntwo\n"
    assert f"{_BASE}{WEB}/containers/app/logs{query}" == script.asked[0].url


def test_logs_of_a_container_that_printed_nothing() -> None:
    """Azure says null."""
    backend, _ = scripted(Says(200, {"content": None}))

    assert backend.logs(WEB, "app") == ""


def test_logs_of_what_is_absent_is_an_error() -> None:
    """Nobody asks for the logs of what they do not expect."""
    backend, _ = scripted(error(404, "ContainerGroupNotFound"))

    with pytest.raises(NotFoundError):
        backend.logs(WEB, "app")


def test_resource_group_read_and_absent() -> None:
    """None when it does not exist; a 404 of another kind is an error."""
    backend, script = scripted(
        Says(200, {"name": "rg-shop"}), error(404, "ResourceGroupNotFound"), error(404, "SubscriptionNotFound")
    )

    assert [backend.get_resource_group(SCOPE) for _ in range(2)] == [{"name": "rg-shop"}, None]
    with pytest.raises(NotFoundError):
        backend.get_resource_group(SCOPE)
    assert f"{_BASE}{SCOPE}?api-version=2021-04-01" == script.asked[0].url


def test_resource_group_is_created() -> None:
    """With its location and tags."""
    backend, script = scripted(error(404, "ResourceGroupNotFound"), Says(201, {}))

    backend.create_resource_group(SCOPE, "westeurope", {"aci-reconcile-project": "shop"})

    assert (
        script.asked[1].method,
        json.loads(script.asked[1].body),
    ) == ("PUT", {"location": "westeurope", "tags": {"aci-reconcile-project": "shop"}})


def test_resource_group_that_exists_is_left_alone() -> None:
    """A PUT would replace its tags, and with them its owner."""
    backend, script = scripted(Says(200, {"tags": {"owner": "somebody"}}))

    backend.create_resource_group(SCOPE, "westeurope", {})

    assert script.methods == ["GET"]


def test_resource_group_is_deleted() -> None:
    """An operation to follow, in the dialect of Location; absent is no error."""
    backend, _ = scripted(Says(202, b"", {"Location": "/op"}), error(404, "ResourceGroupNotFound"))

    assert [Operation("/op"), Operation()] == [backend.delete_resource_group(SCOPE) for _ in range(2)]


def test_resources_of_a_resource_group() -> None:
    """The ids of everything, over all pages; nothing where there is no group."""
    backend, _ = scripted(
        Says(200, {"value": [{"id": "/a"}], "nextLink": "/two"}),
        Says(200, {"value": [{"id": "/b"}]}),
        error(404, "ResourceGroupNotFound"),
    )

    assert [backend.list_resources(SCOPE) for _ in range(2)] == [("/a", "/b"), ()]
