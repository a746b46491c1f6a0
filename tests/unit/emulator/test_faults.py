"""Faults on demand and at random: what a client meets once in a while."""

from __future__ import annotations

import http.client
import json
import ssl
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, VERSION, World, group

from aci_reconcile.emulator import Emulator, Faults, Knobs, Request, Response, Tls, open_store, serve

if TYPE_CHECKING:
    from pathlib import Path

WEB = f"{GROUPS}/web"


def control(world: World, method: str, path: str, body: Any = None, **more: Any) -> Response:
    """One request to the emulator itself."""
    content = b"" if body is None else json.dumps(body).encode()
    return world.emulator.handle(Request(method, f"/emulator/{path}", body=content, **more))


def script(world: World, *faults: dict[str, Any]) -> None:
    """Adds faults."""
    assert 200 == control(world, "POST", "faults", {"faults": list(faults)}).status


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TooManyRequests"), (500, "InternalServerError"), (503, "ServiceUnavailable")]
)
def test_an_error_comes_before_anything_is_written(status: int, code: str) -> None:
    """Once, and with a Retry-After where Azure has one."""
    world = World()
    script(world, {"kind": "error", "status": status, "method": "put", "seconds": 7})
    refused = world.put("web", group())

    assert (status, code) == world.code(refused)
    assert ("7" if status in {429, 503} else None) == refused.headers.get("retry-after")
    assert 404 == world.send("GET", WEB).status
    assert 201 == world.put("web", group()).status


def test_a_504_may_come_after_the_write() -> None:
    """Recorded once: the group is there or not, and only a read tells."""
    world = World()
    script(world, {"kind": "error-after", "status": 504, "method": "PUT", "path": "/containergroups/"})

    assert (504, "GatewayTimeout") == world.code(world.put("web", group()))
    assert 200 == world.send("GET", WEB).status


def test_a_fault_meets_the_requests_that_it_fits_as_often_as_it_says() -> None:
    """Method and a part of the path."""
    world = World()
    script(world, {"kind": "error", "status": 500, "method": "GET", "path": "/web", "times": 2})
    world.put("web", group())
    statuses = [world.send("GET", path).status for path in (RESOURCE_GROUP, WEB, WEB, WEB)]

    assert [200, 500, 500, 200] == statuses
    assert [] == control(world, "GET", "faults").json()["faults"]


def test_a_fault_may_let_some_requests_pass_first() -> None:
    """It counts those that it fits, also behind a fault that was not met."""
    world = World()
    script(
        world,
        {"kind": "error", "status": 500, "method": "GET", "path": "/web", "skip": 3},
        {"kind": "error", "status": 503, "path": "/WEB", "skip": 2, "times": 2},
    )
    world.put("web", group())
    statuses = [world.send("GET", path).status for path in (WEB, RESOURCE_GROUP, WEB, WEB, WEB, WEB)]

    assert [200, 200, 503, 503, 500, 200] == statuses
    assert [] == control(world, "GET", "faults").json()["faults"]


def test_a_fault_may_name_the_end_of_the_path() -> None:
    """A list, and not the groups in it."""
    world = World()
    world.put("web", group())
    script(world, {"kind": "error", "status": 500, "path": "/containerGroups$"})

    assert [200, 500, 200] == [world.send("GET", path).status for path in (WEB, GROUPS, GROUPS)]


def test_the_deletion_of_a_resource_group_may_fail_after_it_was_accepted() -> None:
    """Its Location answers 202, then 409; the resource group stays, with everything in it."""
    world = World(Knobs(resource_group_delete_seconds=5))
    world.create("web")
    script(world, {"kind": "failed-operation", "method": "DELETE"})
    accepted = world.send("DELETE", RESOURCE_GROUP)
    first = world.send("GET", accepted.headers["location"])
    world.now += 6
    last = world.send("GET", accepted.headers["location"])

    assert [202, 202] == [accepted.status, first.status]
    assert (409, "ResourceGroupDeletionBlocked") == world.code(last)
    assert [200, 200] == [world.send("GET", each).status for each in (RESOURCE_GROUP, WEB)]


@pytest.mark.parametrize(("kind", "state"), [("failed-operation", "Failed"), ("endless-operation", "Pending")])
def test_an_operation_may_fail_or_never_end(kind: str, state: str) -> None:
    """The group says so, too."""
    world = World()
    script(world, {"kind": kind})
    made = world.put("web", group())
    world.now += 86400
    polled = world.send("GET", made.headers["azure-asyncoperation"]).json()
    states = {polled["status"], world.get("web")["properties"]["provisioningState"]}

    assert states == ({"Failed"} if kind == "failed-operation" else {"Creating"}), state
    assert ("error" in polled) == (kind == "failed-operation")


def test_a_token_may_expire_in_the_middle() -> None:
    """Whether or not one is required."""
    world = World()
    script(world, {"kind": "expired-token"})

    assert (401, "ExpiredAuthenticationToken") == world.code(world.send("GET", RESOURCE_GROUP))
    assert 200 == world.send("GET", RESOURCE_GROUP).status


def test_faults_can_be_taken_back() -> None:
    """All of them."""
    world = World()
    script(world, {"kind": "error", "times": 100})

    assert 204 == control(world, "DELETE", "faults").status
    assert 200 == world.send("GET", RESOURCE_GROUP).status


@pytest.mark.parametrize(
    "fault",
    [
        1,
        {},
        {"kind": "nonsense"},
        {"kind": "error", "color": 1},
        {"kind": "error", "times": 0},
        {"kind": "error", "skip": -1},
        {"kind": "error", "skip": True},
        {"kind": "error", "status": 200},
        {"kind": "error", "status": 500.5},
        {"kind": "slow", "seconds": 1e9},
        {"kind": "slow", "seconds": True},
        {"kind": "error", "path": 1},
    ],
)
def test_a_fault_that_is_none_is_refused(fault: Any) -> None:
    """With its reason."""
    assert 400 == control(World(), "POST", "faults", {"faults": [fault]}).status


def test_faults_at_random_are_the_same_with_the_same_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what was found can be found again."""
    monkeypatch.setattr("aci_reconcile.emulator.faults.time", SimpleNamespace(sleep=lambda _: None))

    def statuses(seed: int) -> list[int]:
        emulator = Emulator(open_store(None), knobs=Knobs(), faults=Faults(rate=0.5, seed=seed))
        url = f"{RESOURCE_GROUP}?api-version=2021-04-01"
        return [emulator.handle(Request("GET", url)).status for _ in range(40)]

    assert statuses(1) == statuses(1)
    assert statuses(1) != statuses(2)
    assert {0, 401, 404, 429, 503} <= set(statuses(1) + statuses(2) + statuses(3))


def connect(url: str, ca: Path | None = None) -> http.client.HTTPConnection:
    """A plain or a secure connection."""
    host = url.partition("://")[2]
    if ca is None:
        return http.client.HTTPConnection(host, timeout=10)
    return http.client.HTTPSConnection(host, timeout=10, context=ssl.create_default_context(cafile=ca))


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(("kind", "written"), [("reset", False), ("reset-after", True)])
def test_a_connection_is_reset_before_or_after_the_write(
    tmp_path: Path, kind: Any, secure: bool, written: bool
) -> None:
    """The client sees a reset, and cannot know which of both it was."""
    world = World()
    ca = tmp_path / "ca.pem" if secure else None
    script(world, {"kind": kind, "method": "PUT"})
    with serve(world.emulator, tls=Tls(ca) if ca else None) as server:
        connection = connect(server.url, ca)
        connection.request("PUT", f"{WEB}?api-version={VERSION}", json.dumps(group()))
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            connection.getresponse()
        connection.close()

    assert (200 if written else 404) == world.send("GET", WEB).status


def test_a_body_may_be_cut_off() -> None:
    """Its length says otherwise."""
    world = World()
    script(world, {"kind": "truncate"})
    with serve(world.emulator) as server:
        connection = connect(server.url)
        connection.request("GET", f"{RESOURCE_GROUP}?api-version={VERSION}")
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()
        connection.close()


def test_an_answer_may_be_slow() -> None:
    """It comes all the same."""
    world = World()
    script(world, {"kind": "slow", "seconds": 0.01})

    assert 200 == world.send("GET", RESOURCE_GROUP).status


def test_requests_are_counted() -> None:
    """By method, operation and status, without the emulator's own; and from zero again when told so."""
    world = World()
    world.put("web", group())
    world.send("GET", WEB)
    world.send("GET", WEB)
    world.send("GET", f"{GROUPS}/none")
    world.send("BREW", "/pot")
    world.send("GET", "/secrets/db")
    rows = control(world, "GET", "requests").json()["requests"]
    counted = {(row["method"], row["path"].rpartition("/")[2], row["status"]): row["count"] for row in rows}

    assert {
        ("PUT", "{resource_group}", 201): 1,
        ("PUT", "{name}", 201): 1,
        ("GET", "{name}", 200): 2,
        ("GET", "{name}", 404): 1,
        ("(other)", "(other)", 501): 1,
        ("GET", "(vault)", 401): 1,
    } == counted
    assert 204 == control(world, "DELETE", "requests").status
    assert [] == control(world, "GET", "requests").json()["requests"]


@pytest.mark.parametrize("more", [{"local": False}, {"headers": {"Origin": "https://page.example"}}])
def test_the_emulator_is_controlled_from_its_own_machine_only(more: dict[str, Any]) -> None:
    """Not from another one, and not by a page in a browser on this one."""
    assert 403 == control(World(), "GET", "requests", **more).status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("GET", "health", 200),
        ("GET", "nothing", 404),
        ("PUT", "faults", 405),
        ("POST", "probes", 400),
    ],
)
def test_other_paths_of_the_control(method: str, path: str, status: int) -> None:
    """What is there, and what is not."""
    assert status == control(World(), method, path).status
