"""A server that is never done: it sends a byte now and then, be it of the headers or of the body."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

HEADERS = b"HTTP/1.1 200 OK\r\n"
BODY = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"value": ['
ENDLESS = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"value": ['
PAUSE = 0.05


@contextmanager
def dripping(beginning: bytes) -> Generator[str]:
    """Serve on a free port until the block ends: the beginning of an answer, then one byte after another."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(beginning)
                while not over.wait(PAUSE):
                    connection.sendall(b"x" if beginning == HEADERS else b" ")
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
    thread.join(1)
