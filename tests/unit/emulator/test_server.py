"""The HTTP door: the same answers as the direct one, on loopback only."""

from __future__ import annotations

import contextlib
import gc
import http.client
import json
import socket
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBSCRIPTION, VERSION, World, group, public

from aci_reconcile.emulator import Server, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

# What differs between two answers to one request, through whichever doors they come.
ACCIDENTAL = {"date", "server", "content-length", "connection"}


def zeros(count: int) -> bytes:
    """A source of ids that gives both doors the same."""
    return bytes(count)


@pytest.fixture(name="world")
def _world() -> World:
    return World(entropy=zeros)


@pytest.fixture(name="server")
def _server(world: World) -> Iterator[Server]:
    with serve(world.emulator) as server:
        yield server


def ask(server: Server, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], bytes]:
    """One request over a connection of its own."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    content = None if body is None else json.dumps(body).encode()
    connection.request(method, f"{path}?api-version={VERSION}", content)
    response = connection.getresponse()
    result = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    connection.close()
    return result


STORY: list[tuple[str, str, Any]] = [
    ("PUT", RESOURCE_GROUP, {"location": "westus"}),
    ("HEAD", RESOURCE_GROUP, None),
    ("PUT", f"{GROUPS}/web", group(ipAddress=public(80))),
    ("PUT", f"{GROUPS}/web", group()),
    ("GET", f"{GROUPS}/web", None),
    ("GET", GROUPS, None),
    ("PATCH", f"{GROUPS}/web", {"tags": {"a": "ä"}}),
    ("POST", f"{GROUPS}/web/restart", None),
    ("GET", f"{GROUPS}/web/containers/web/logs", None),
    ("POST", f"{GROUPS}/web/stop", None),
    ("DELETE", f"{GROUPS}/web", None),
    ("GET", f"{GROUPS}/web", None),
    ("GET", "/nowhere", None),
    ("OPTIONS", RESOURCE_GROUP, None),
    ("DELETE", RESOURCE_GROUP, None),
]


def test_both_doors_give_the_same_answers(world: World, server: Server) -> None:
    """Status, headers and bodies, but for dates and what HTTP adds."""
    direct = World(entropy=zeros)
    host = {"Host": server.url.removeprefix("http://")}
    for method, path, body in STORY:
        response = direct.send(method, path, body, headers=host)
        status, headers, content = ask(server, method, path, body)

        kept = {name: value for name, value in headers.items() if name not in ACCIDENTAL}
        assert (status, kept, content) == (response.status, dict(response.headers), response.body)
        world.now += 30
        direct.now += 30


def test_a_connection_is_kept(server: Server) -> None:
    """Many requests, one connection, bodies in either direction."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    sockets: set[int] = set()
    statuses: list[int] = []
    for number in range(5):
        body = json.dumps(group())
        connection.request("PUT", f"{GROUPS}/g{number}?api-version={VERSION}", body)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
        sockets.add(id(connection.sock))
    connection.close()

    assert [201] * 5 == statuses
    assert 1 == len(sockets)


def test_many_clients_at_once(server: Server) -> None:
    """Sixty-four of them."""
    with ThreadPoolExecutor(64) as pool:
        paths = [f"{GROUPS}/g{number}" for number in range(64)]
        answers = pool.map(ask, [server] * 64, ["PUT"] * 64, paths, [group()] * 64)
        statuses = [status for status, _, _ in answers]

    assert [201] * 64 == statuses


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com", "::", ""])
def test_other_hosts_than_loopback_are_refused(world: World, host: str) -> None:
    """The emulator has no authentication."""
    with pytest.raises(ValueError, match="loopback only"):
        serve(world.emulator, host=host)


def test_localhost_is_loopback(world: World) -> None:
    """By its name as well."""
    server = serve(world.emulator, host="localhost")

    assert server.url.startswith("http://127.0.0.1:")

    server.close()
    server.close()


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"BREW /pot HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 403),
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET \xff\xfe?api-version=\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
    ],
)
def test_bad_http_is_answered_in_arms_envelope(server: Server, request_bytes: bytes, status: int) -> None:
    """And the server states on."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request_bytes)
        response = http.client.HTTPResponse(connection)
        response.begin()
        content = response.read()
        response.close()

    assert status == response.status
    assert {"code", "message"} == set(json.loads(content)["error"])
    assert 200 == ask(server, "GET", f"{SUBSCRIPTION}/resourceGroups")[0]


def test_closing_hangs_up_on_waiting_clients(world: World) -> None:
    """A kept connection does not keep the server."""
    with serve(world.emulator) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        connection.request("GET", f"{RESOURCE_GROUP}?api-version={VERSION}")
        connection.getresponse().read()
        waiting = connection.sock
    assert b"" == waiting.recv(1)
    connection.close()


def test_serve_forever_ends_when_it_is_closed(world: World) -> None:
    """In the caller's thread, or beside the one of the context."""
    for inside in (True, False):
        server = serve(world.emulator)
        if inside:
            server.__enter__()
        waiter = threading.Thread(target=server.serve_forever)
        waiter.start()
        assert 200 == ask(server, "GET", RESOURCE_GROUP)[0]
        server.close()
        waiter.join(timeout=10)

        assert not waiter.is_alive()


def test_a_client_that_asks_first_is_told_to_send_its_body(server: Server) -> None:
    """As curl does with a large one."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    body = json.dumps(group()).encode()
    head = f"PUT {GROUPS}/big?api-version={VERSION} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection, connection.makefile("rb") as answers:
        connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        told = [answers.readline(), answers.readline()]
        connection.sendall(body)
        status = answers.readline()

    assert [b"HTTP/1.1 100 Continue\r\n", b"\r\n"] == told
    assert b"HTTP/1.1 201 Created\r\n" == status


def test_closing_does_not_wait_for_what_takes_long(world: World) -> None:
    """A client whose answer is delayed is hung up on; others were served meanwhile."""
    world.send("POST", "/emulator/faults", {"kind": "slow", "seconds": 600, "path": "/slow"})
    with serve(world.emulator) as server:
        slow = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        slow.request("GET", f"{RESOURCE_GROUP}/slow?api-version={VERSION}")
        while world.send("GET", "/emulator/faults").json()["faults"]:
            pass  # until the request has met its fault

        assert 200 == ask(server, "GET", RESOURCE_GROUP)[0]
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        slow.getresponse()
    slow.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_clients_that_come_while_it_closes_leave_nothing_open(world: World, sent: bytes) -> None:
    """Neither a socket nor what reads from it."""

    def visit(port: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                with socket.create_connection(("127.0.0.1", port)) as client:
                    client.sendall(sent)

    with warnings.catch_warnings(record=True) as unclosed:
        warnings.simplefilter("always")
        for _ in range(6):
            with serve(world.emulator) as server:
                port = int(server.url.rpartition(":")[2])
                visitors = [threading.Thread(target=visit, args=(port,)) for _ in range(3)]
                for visitor in visitors:
                    visitor.start()
            for visitor in visitors:
                visitor.join()
        gc.collect()
    assert [str(warning.message) for warning in unclosed] == []
