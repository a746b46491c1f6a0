"""A small HTTP server for probes and scrapes: one thread, a few connections, each for some seconds.

Nothing of a request is kept or sent back. Whoever connects and says nothing, or says it slowly, is dropped after some
seconds, or earlier for somebody new: probes of a cluster get their answer whatever else is connected.
"""

from __future__ import annotations

import selectors
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_MOST: Final = 32
"""Connections at once."""
_SECONDS: Final = 10.0
_LARGEST: Final = 8 * 1024
_CHUNK: Final = 64 * 1024
_WORDS: Final = 3
_TICK: Final = 0.25


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers."""

    status: HTTPStatus
    text: str
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[str, ...] = ()


@dataclass(slots=True)
class _Connection:
    """One that has connected: what it has said, and what it is still to be sent."""

    socket: socket.socket
    deadline: float
    heard: bytearray = field(default_factory=bytearray)
    left: memoryview | None = None
    """What is still to be sent; None: the request is not complete."""

    def hear(self, answer: Callable[[str], Answer | None]) -> bool:
        """Read what has come; False: it has ended."""
        chunk = self.socket.recv(_CHUNK)
        if self.left is None:
            self.heard += chunk
            if b"\r\n\r\n" in self.heard or b"\n\n" in self.heard or len(self.heard) > _LARGEST:
                self.left = memoryview(_respond(bytes(self.heard), answer))
        return bool(chunk)

    def send(self) -> bool:
        """Send what the other side takes; False: all of it is sent."""
        if self.left:
            self.left = self.left[self.socket.send(self.left) :]
        if self.left:
            return True
        # Closing at once could take back what was sent, if more of the request is on its way.
        self.socket.shutdown(socket.SHUT_WR)
        return False


@contextmanager
def serve_status(listen: Listen, answer: Callable[[str], Answer | None], option: str) -> Generator[Listen]:
    """Serve until the end of the block; yield the address, with the port where any free one was asked for.

    Args:
        listen: where.
        answer: what a path answers; None: there is no such path.
        option: the option that says where, for messages.

    Raises:
        UsageError: it cannot listen there.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_MOST)
    except (OSError, UnicodeError) as error:
        hint = "another process may listen there; name another HOST:PORT"
        reason = getattr(error, "strerror", None) or "not the name of a host"
        raise UsageError(f"{option} {listen}: {reason}", hint=hint) from error
    listener.setblocking(False)
    server = _Server(listener, answer)
    thread = Thread(target=server.run, name="status", daemon=True)
    thread.start()
    try:
        yield Listen(listen.host, listener.getsockname()[1])
    finally:
        server.ended.set()
        thread.join()


@dataclass(slots=True)
class _Server:
    """The thread that serves."""

    listener: socket.socket
    answer: Callable[[str], Answer | None]
    ended: Event = field(default_factory=Event)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    connections: dict[int, _Connection] = field(default_factory=dict[int, _Connection])
    """By file descriptor, the oldest first."""

    def run(self) -> None:
        """Serve until ``ended`` is set."""
        self.selector.register(self.listener, selectors.EVENT_READ)
        while not self.ended.is_set():
            for key, _ in self.selector.select(_TICK):
                if key.fileobj is self.listener:
                    self._accept()
                elif (connection := self.connections.get(key.fd)) is not None:
                    self._go_on(connection)
            now = time.monotonic()
            for each in [each for each in self.connections.values() if each.deadline < now]:
                self._drop(each)
        for each in list(self.connections.values()):
            self._drop(each)
        self.listener.close()
        self.selector.close()

    def _accept(self) -> None:
        try:
            accepted, _ = self.listener.accept()
        except OSError:  # it has gone again, or there are no files left
            self.ended.wait(_TICK / 10)
            return
        if len(self.connections) >= _MOST:
            self._drop(next(iter(self.connections.values())))
        accepted.setblocking(False)
        self.connections[accepted.fileno()] = _Connection(accepted, time.monotonic() + _SECONDS)
        self.selector.register(accepted, selectors.EVENT_READ)

    def _go_on(self, connection: _Connection) -> None:
        """Read or write what is possible now."""
        try:
            if self.selector.get_key(connection.socket).events == selectors.EVENT_WRITE:
                if not connection.send():
                    self.selector.modify(connection.socket, selectors.EVENT_READ)
                return
            waits = connection.left is None
            if not connection.hear(self.answer):
                self._drop(connection)
            elif waits and connection.left is not None:
                self.selector.modify(connection.socket, selectors.EVENT_WRITE)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self._drop(connection)

    def _drop(self, connection: _Connection) -> None:
        self.connections.pop(connection.socket.fileno(), None)
        with suppress(KeyError):
            self.selector.unregister(connection.socket)
        connection.socket.close()


def _respond(request: bytes, answer: Callable[[str], Answer | None]) -> bytes:
    """Return the whole response to a request."""
    words = request.partition(b"\n")[0].decode("latin-1").split()
    found = _choose(words, answer)
    body = found.text.encode("utf-8", "replace")
    head = (
        f"HTTP/1.1 {found.status.value} {found.status.phrase}",
        f"Content-Type: {found.content_type}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        *found.headers,
    )
    return "\r\n".join((*head, "", "")).encode() + (b"" if words[:1] == ["HEAD"] else body)


def _choose(words: list[str], answer: Callable[[str], Answer | None]) -> Answer:
    """Return the answer to the first line of a request. No word of it is in the answer."""
    if len(words) != _WORDS or not words[2].startswith("HTTP/1."):
        return Answer(HTTPStatus.BAD_REQUEST, "not a request of HTTP/1.1\n")
    method, target, _ = words
    if method not in {"GET", "HEAD"}:
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD\n", headers=("Allow: GET, HEAD",))
    try:
        found = answer(target.partition("?")[0])
    except Exception as error:  # noqa: BLE001  a defect must not end the thread, for then nobody gets an answer
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__}\n")
    return found or Answer(HTTPStatus.NOT_FOUND, "not found\n")
