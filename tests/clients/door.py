"""The only way out for clients under test: Azure's host names lead to the emulator, and everything else is refused."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

_MOST = 65536


class Door:
    """A proxy on loopback that answers CONNECT.

    A host that it knows is connected to the emulator's TLS port, byte for byte: whether the certificate is good is for
    the client to decide. Everything else is refused and remembered.
    """

    def __init__(self, hosts: frozenset[str], port: int) -> None:
        self.refused: list[str] = []
        self._hosts = hosts
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def url(self) -> str:
        """What HTTPS_PROXY is set to."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing alone would not wake the thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            words = self._head(client).split(" ")
            asked = words[1] if len(words) > 1 else ""
            if words[0] != "CONNECT" or asked.removesuffix(":443") not in self._hosts:
                self.refused.append(" ".join(words[:2]))
                client.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._port)) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()

    @staticmethod
    def _head(client: socket.socket) -> str:
        """Read the request up to its empty line; a client sends nothing more before it is answered."""
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _MOST:
            piece = client.recv(_MOST)
            if not piece:
                break
            head += piece
        return head.decode("latin-1").split("\r\n", 1)[0]


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_MOST):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
