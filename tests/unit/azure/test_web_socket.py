"""What attach and exec open, against servers of the library's own, and against servers that misbehave."""

from __future__ import annotations

import http
import logging
import select
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import pytest
import trustme
from unit.azure.loopback import serving
from unit.azure.scripted import Says
from websockets.sync.server import serve

from aci_reconcile.azure.http.web_socket import LARGEST_MESSAGE, open_web_socket
from aci_reconcile.azure.stream import open_stream
from aci_reconcile.core.errors import AzureError, NoAnswerError
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from unit.azure.scripted import Asked
    from websockets.sync.server import ServerConnection

    from aci_reconcile.azure.stream import Messages
    from aci_reconcile.core.backend import Stream

_PASSWORD = "canary-password-77aa"


@contextmanager
def _served(
    converse: Callable[[ServerConnection], None], context: ssl.SSLContext | None = None, **options: Any
) -> Generator[str]:
    """Serve WebSockets with a function, and give their address."""
    with serve(converse, "127.0.0.1", 0, ssl=context, compression=None, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            scheme = "wss" if context else "ws"
            yield f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}/execstream/sessionId/0?api-version=1.0"
        finally:
            server.shutdown()
            thread.join()


def _open(url: str, *, seconds: float = 10, direct: bool = True, secrets: list[Secret] | None = None) -> Stream:
    def dial(address: str) -> Messages:
        return open_web_socket(address, seconds=seconds, direct=direct)

    told = [] if secrets is None else secrets
    return open_stream({"webSocketUri": url, "password": _PASSWORD}, dial, told.append)


@contextmanager
def _no_thread_left() -> Generator[None]:
    """Make sure that the threads of both ends end, those of the server a moment later."""
    before = set(threading.enumerate())
    yield
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(10)
    assert not [each for each in left if each.is_alive()]


def _read_all(stream: Stream) -> bytes:
    found = b""
    while piece := stream.receive(10):
        found += piece
    assert piece == b""
    return found


def test_the_password_and_then_bytes_both_ways(caplog: pytest.LogCaptureFixture) -> None:
    """The password is the first message, as text; the empty first answer is nothing; nothing of it is logged."""
    got = list[str | bytes]()

    def converse(web: ServerConnection) -> None:
        got.append(web.recv())
        web.send("")
        got.append(web.recv())
        web.send(b"\x00\xff raw")
        web.send("text too")

    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets.server").setLevel(logging.ERROR)
    secrets = list[Secret]()
    with _served(converse) as url:
        stream = _open(url, secrets=secrets)
        stream.send(b"\x03typed")

        assert _read_all(stream) == b"\x00\xff rawtext too"
        stream.send(b"too late is no error")
        stream.close()
        stream.close()

    assert [_PASSWORD, b"\x03typed"] == got
    assert _PASSWORD not in caplog.text
    assert [_PASSWORD] == [each.reveal() for each in secrets]


def test_the_request_has_no_token_and_no_cookie() -> None:
    """It goes to another server than ARM."""
    seen = dict[str, str]()

    def converse(web: ServerConnection) -> None:
        assert web.request is not None
        seen.update({name.lower(): value for name, value in web.request.headers.raw_items()})
        web.recv()

    with _served(converse) as url:
        _open(url).close()

    assert not {"authorization", "cookie", "x-ms-client-request-id"} & set(seen)
    assert seen["user-agent"].startswith("aci-reconcile/")


def test_what_is_long_goes_in_pieces_and_comes_back_whole() -> None:
    """A megabyte both ways."""

    def converse(web: ServerConnection) -> None:
        web.recv()
        left = 1_000_000
        while left:
            piece = web.recv()
            left -= len(piece)
            web.send(piece)

    data = bytes(range(250)) * 4000
    with _served(converse) as url:
        stream = _open(url)
        stream.send(data)
        assert data == _read_all(stream)
        stream.close()


def test_silence_is_none_and_closing_leaves_no_thread() -> None:
    """Nothing came in time, which is no end."""

    def converse(web: ServerConnection) -> None:
        web.recv()
        web.recv()

    with _served(converse) as url, _no_thread_left():
        stream = _open(url)
        started = time.monotonic()
        assert stream.receive(0.05) is None
        assert time.monotonic() - started >= 0.05
        stream.close()


def test_a_connection_that_breaks_is_no_end() -> None:
    """Cut without a farewell: more may have been sent than came."""

    def converse(web: ServerConnection) -> None:
        web.recv()
        web.send(b"half")
        web.socket.shutdown(socket.SHUT_RDWR)

    with _served(converse) as url:
        stream = _open(url)
        assert stream.receive(10) == b"half"
        with pytest.raises(NoAnswerError, match=r"127\.0\.0\.1:\d+ broke"):
            stream.receive(10)
        with pytest.raises(NoAnswerError):
            stream.send(b"x" * 100)
        stream.close()


def test_a_wrong_password_is_told() -> None:
    """The server ends it with a code of its own."""

    def converse(web: ServerConnection) -> None:
        web.recv()
        web.close(1008, "wrong password")

    with _served(converse) as url:
        stream = _open(url)
        with pytest.raises(NoAnswerError, match="1008"):
            stream.receive(10)
        stream.close()


def test_a_message_of_any_size_does_not_fill_the_memory() -> None:
    """The connection ends there."""

    def converse(web: ServerConnection) -> None:
        web.recv()
        web.send(b"x" * (LARGEST_MESSAGE + 1))

    with _served(converse) as url:
        stream = _open(url)
        with pytest.raises(NoAnswerError, match="exceeds limit"):
            stream.receive(10)
        stream.close()


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_refused_upgrade_names_the_status(status: int) -> None:
    """And leaves nothing open."""

    def refuse(web: ServerConnection, _request: Any) -> Any:
        return web.respond(http.HTTPStatus(status), "no\n")

    with _served(lambda _: None, process_request=refuse) as url:
        refused = rf"refused the WebSocket \(status {status}\)"
        with _no_thread_left(), pytest.raises(AzureError, match=refused) as caught:
            _open(url)

    assert (status, False) == (caught.value.status, isinstance(caught.value, NoAnswerError))
    assert _PASSWORD not in str(caught.value)


def test_a_redirect_is_not_followed() -> None:
    """The password is for the server that ARM named."""
    asked = list[str]()

    def elsewhere(web: ServerConnection) -> None:
        asked.append(str(web.recv()))

    with _served(elsewhere) as other:
        moved = Says(302, b"", {"Location": other})
        with serving(lambda _: moved) as site, pytest.raises(AzureError, match="status 302"):
            _open(f"{site.url.replace('http', 'ws')}/execstream/sessionId/0")

    assert asked == []


def test_a_server_that_never_answers() -> None:
    """Connected, and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NoAnswerError, match=r"no answer within 0\.2 s") as caught:
            _open(f"ws://127.0.0.1:{port}/x", seconds=0.2)

    assert str(port) in caught.value.hint


def test_nobody_listens() -> None:
    """The reason of the system."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoAnswerError, match="Connection refused"):
        _open(f"ws://127.0.0.1:{port}/x")


def test_a_server_that_speaks_something_else() -> None:
    """No HTTP at all."""

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as odd:
        thread = threading.Thread(target=answer, args=(odd,))
        thread.start()
        with pytest.raises(NoAnswerError):
            _open(f"ws://127.0.0.1:{odd.getsockname()[1]}/x")
        thread.join()


@pytest.mark.parametrize(
    "offer",
    [
        {"webSocketUri": "ws://bridge.example:19390/x", "password": _PASSWORD},
        {"webSocketUri": "ws://10.0.0.4:19390/x", "password": _PASSWORD},
        {"webSocketUri": "https://bridge.example/x", "password": _PASSWORD},
        {"webSocketUri": "wss://user:word@bridge.example/x", "password": _PASSWORD},
        {"webSocketUri": "wss://", "password": _PASSWORD},
        {"webSocketUri": "wss://[::1/x", "password": _PASSWORD},
        {"webSocketUri": "wss://bridge.example:99999/x", "password": _PASSWORD},
        {"webSocketUri": 7, "password": _PASSWORD},
        {"webSocketUri": "wss://bridge.example/x", "password": ""},
        {},
    ],
)
def test_the_password_goes_nowhere_else(offer: dict[str, Any]) -> None:
    """Without TLS on another machine, to no address of a WebSocket, or without a password: nothing is dialled."""
    dialled = list[str]()

    def dial(url: str) -> Messages:
        dialled.append(url)
        raise AssertionError(url)

    with pytest.raises(AzureError) as caught:
        open_stream(offer, dial, lambda _: None)

    assert dialled == []
    assert _PASSWORD not in f"{caught.value} {caught.value.hint}"


@pytest.fixture
def authority() -> trustme.CA:
    """Return an authority of our own."""
    return trustme.CA()


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    """Return the server's side of TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(made)
    return made


def _greet(web: ServerConnection) -> None:
    web.recv()
    web.send(b"hello")


def test_the_same_authorities_as_for_arm(
    authority: trustme.CA, context: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUESTS_CA_BUNDLE names them; without it, nothing is sent, and the hint says so."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with _served(_greet, context) as url:
        with pytest.raises(NoAnswerError, match="certificate") as caught:
            _open(url, direct=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        stream = _open(url, direct=False)
        assert _read_all(stream) == b"hello"
        stream.close()
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/authorities.pem")
        with pytest.raises(AzureError, match="/nowhere/authorities"):
            _open(url, direct=False)

    assert caught.value.hint.startswith("for a private certificate authority")


def test_a_server_that_speaks_tls_and_never_answers(
    authority: trustme.CA, context: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its session tickets wake the reader, which must end all the same."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    over = threading.Event()

    def shake_hands(listener: socket.socket) -> None:
        with context.wrap_socket(listener.accept()[0], server_side=True):
            over.wait(60)

    with _no_thread_left(), socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=shake_hands, args=(listener,))
        server.start()
        begun = time.monotonic()
        with pytest.raises(NoAnswerError, match=r"no answer within 1 s"):
            _open(f"wss://127.0.0.1:{listener.getsockname()[1]}/x", seconds=1, direct=False)
        took = time.monotonic() - begun
        over.set()
        server.join()

    assert took < 30


class _Proxy:
    """Tunnels every connection to where it is asked to."""

    def __init__(self) -> None:
        self.asked = list[str]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://me:word@127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client:
            head = client.recv(4096).decode()
            self.asked.append(head)
            host, port = head.split()[1].rsplit(":", 1)
            with socket.create_connection((host, int(port))) as far:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while ready := select.select([client, far], [], [], 10)[0]:
                    data = ready[0].recv(4096)
                    if not data:
                        return
                    (far if ready[0] is client else client).sendall(data)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()


def test_the_same_proxies_as_for_arm(
    authority: trustme.CA, context: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS_PROXY is that of wss; its password goes to the proxy only, and not into TLS."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with _served(_greet, context) as url, _Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        stream = _open(url, direct=False)
        assert _read_all(stream) == b"hello"
        stream.close()

    assert proxy.asked[0].startswith("CONNECT 127.0.0.1:")
    assert "Proxy-Authorization: Basic" in proxy.asked[0]


def test_a_proxy_does_not_serve_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for ARM on loopback: the environment's proxy is ignored."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with _served(_greet) as url:
        stream = _open(url)
        assert _read_all(stream) == b"hello"
        stream.close()


def test_a_proxy_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many let nothing through but port 443; the hint says which port is needed."""

    def refuse(_asked: Asked) -> Says:
        return Says(403, b"")

    with serving(refuse) as site:
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, site.url.replace("http://", "http://me:canary-word@"))
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "")
        with pytest.raises(NoAnswerError) as caught:
            _open("ws://127.0.0.1:19390/x", direct=False)

    assert "19390" in caught.value.hint
    assert "canary-word" not in f"{caught.value} {caught.value.hint}"
