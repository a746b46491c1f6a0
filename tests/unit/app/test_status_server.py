"""The server for probes and scrapes: real sockets, and whoever misuses them."""

from __future__ import annotations

import socket
import threading
import time
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app import status_server
from aci_reconcile.app.status_server import Answer, Listen, serve_status
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

LARGE = "x" * 5_000_000


def answer(path: str) -> Answer | None:
    """Answer as a small site would."""
    if path == "/defect":
        raise RuntimeError("secret")
    texts = {"/": "home\n", "/large": LARGE}
    return Answer(HTTPStatus.OK, texts[path]) if path in texts else None


@pytest.fixture(scope="module")
def port() -> Generator[int]:
    """Serve on a free port."""
    before = threading.active_count()
    with serve_status(Listen("127.0.0.1", 0), answer, "--listen") as listens:
        yield listens.port
    assert before == threading.active_count()


def say(port: int, text: bytes) -> bytes:
    """Return all that is answered to some bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(text)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def ask(port: int, method: str, path: str) -> tuple[int, str, str]:
    """Return status, text and length that an ordinary client gets."""
    client = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        client.request(method, path)
        found = client.getresponse()
        return found.status, found.read().decode(), found.headers["Content-Length"]
    finally:
        client.close()


def test_what_clients_get(port: int) -> None:
    """A query is ignored; HEAD has the length and no text."""
    assert (200, "home\n", "5") == ask(port, "GET", "/")
    assert (200, "home\n", "5") == ask(port, "GET", "/?a=b")
    assert (200, "", "5") == ask(port, "HEAD", "/")
    assert (404, "not found\n", "10") == ask(port, "GET", "/%3Cscript%3E")
    assert (405, "only GET and HEAD\n", "18") == ask(port, "DELETE", "/")
    assert (500, "RuntimeError\n", "13") == ask(port, "GET", "/defect")
    assert (200, LARGE, str(len(LARGE))) == ask(port, "GET", "/large")


@pytest.mark.parametrize(
    "text",
    [
        b"\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\n\n",
        b"GET / / HTTP/1.1\r\n\r\n",
        b"x" * 9000,
    ],
)
def test_what_is_no_request_gets_no_word_back(text: bytes, port: int) -> None:
    """It is answered at once, and so is the next one."""
    assert say(port, text).endswith(b"\r\n\r\nnot a request of HTTP/1.1\n")
    assert 200 == ask(port, "GET", "/")[0]


def test_a_path_that_is_no_path_of_ours(port: int) -> None:
    """Nothing of it is sent back."""
    answered = say(port, b"GET http://evil.example/\x1b[31m HTTP/1.1\r\nX: y\r\n\r\n")

    assert answered.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"evil" not in answered
    assert b"\x1b" not in answered


def test_a_request_may_come_in_pieces(port: int) -> None:
    """A body that comes after it is not read as another request."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for each in (b"GET", b" / HTT", b"P/1.1\r\nHost: x\r\n", b"\r\n", b"GET /large HTTP/1.1\r\n\r\n"):
            connection.sendall(each)
            time.sleep(0.01)
        found = b"".join(iter(lambda: connection.recv(65536), b""))
    assert found.endswith(b"\r\n\r\nhome\n")
    assert 1 == found.count(b"HTTP/1.1")


def test_silent_ones_go_for_somebody_new(port: int) -> None:
    """However many there are, a probe gets its answer."""
    silent = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(100)]
    try:
        for each in silent:
            each.setblocking(False)
        assert 200 == ask(port, "GET", "/")[0]
    finally:
        for each in silent:
            each.close()


def test_silent_ones_are_dropped(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some seconds, also where they say a word from time to time."""
    monkeypatch.setattr(status_server, "_SECONDS", 0.1)
    with socket.create_connection(("127.0.0.1", port), timeout=8) as connection:
        connection.sendall(b"GET")
        assert b"" == connection.recv(1)


def test_one_that_goes_in_the_middle_is_no_harm(port: int) -> None:
    """Neither of its request nor of its answer."""
    for text in (b"", b"GET", b"GET /large HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            connection.sendall(text)
    assert 200 == ask(port, "GET", "/")[0]


def test_a_port_that_is_taken(port: int) -> None:
    """The error names the option and the address."""
    with (
        pytest.raises(UsageError, match=f"--listen 127.0.0.1:{port}: Address already in use"),
        serve_status(Listen("127.0.0.1", port), answer, "--listen"),
    ):
        pass


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "192.0.2.1", "x..y"])
def test_a_host_that_is_not_this_machine(host: str) -> None:
    """Neither is anything looked up in vain for long, nor is there a traceback."""
    with (
        pytest.raises(UsageError, match=f"--listen {host}:0: "),
        serve_status(Listen(host, 0), answer, "--listen"),
    ):
        pass


def test_the_newer_protocol() -> None:
    """An address of IPv6 is written in brackets."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        with serve_status(Listen("::1", 0), answer, "--listen") as listens:
            assert f"[::1]:{listens.port}" == str(listens)
    except UsageError:
        pytest.skip("this machine has no IPv6")
