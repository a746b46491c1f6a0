"""The wire: sockets, TLS and HTTP/1.1 around `Emulator.handle`."""

from __future__ import annotations

import socket
import struct
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal, cast

from aci_reconcile.emulator.model import ArmError, Request, Response
from aci_reconcile.emulator.visitors import Visitors, is_loopback

if TYPE_CHECKING:
    import ssl

    from aci_reconcile.emulator.app import Emulator

_MOST_DIGITS = 9
_LARGEST_BODY = 4 * 1024 * 1024


class HttpServer(ThreadingHTTPServer):
    """Threads that end with the process, and sockets that end with the server."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, emulator: Emulator, address: tuple[str, int]) -> None:
        host, _ = address
        self.emulator = emulator
        self.tls: ssl.SSLContext | None = None
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.visitors = Visitors(0)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """A connection; the handshake is left to the thread that serves it, so that a silent client holds up nobody."""
        connection, peer = super().get_request()
        if self.tls is None:
            return connection, peer
        return self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), peer

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the connection's thread."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection in good order."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop(self, request: Any) -> None:
        """Close a connection without the farewell that would tell the client of an orderly end."""
        with self._lock:
            self._open.discard(request)
        request.close()

    def server_close(self) -> None:
        """Stop listening and hang up on every client."""
        super().server_close()
        with self._lock:
            left = tuple(self._open)
        for connection in left:
            # Wakes the thread that waits for the next request on a kept connection; it then closes the socket.
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "aci-reconcile-emulator"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 300

    def _answer(self) -> None:
        response = self._read_and_handle()
        if response.wire == "reset":
            self._reset()
            return
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        if response.wire == "truncate":
            self.close_connection = True
            self.wfile.write(response.body[: len(response.body) // 2])
        else:
            self.wfile.write(response.body)

    def _reset(self) -> None:
        """Hang up so that the client sees a reset, not an end: with nothing to linger for, the kernel says RST."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server = cast("HttpServer", self.server)
        server.drop(self.request)

    def _read_and_handle(self) -> Response:
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not (length.isascii() and length.isdecimal()):
            self.close_connection = True
            return ArmError(
                411, "LengthRequired", "The emulator needs a Content-Length for request bodies.", fact="emulators-own"
            ).response()
        if len(length) > _MOST_DIGITS or int(length) > _LARGEST_BODY:
            self.close_connection = True
            return ArmError(
                413, "RequestContentTooLarge", "The request body is larger than 4 MiB.", fact="emulators-own"
            ).response()
        body = self.rfile.read(int(length))
        server = cast("HttpServer", self.server)
        scheme: Literal["http", "https"] = "http" if server.tls is None else "https"
        local = is_loopback(str(self.client_address[0]))
        request = Request(self.command, self.path, dict(self.headers.items()), body, scheme=scheme, local=local)
        try:
            server.visitors.check(request)
        except ArmError as refusal:
            return refusal.response()
        return server.emulator.handle(request)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_POST = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP at all is refused in ARM's envelope too; `explain` would quote the request."""
        del explain
        self.close_connection = True
        # A line that is no HTTP counts as version 0.9, whose answers would have no status line.
        self.request_version = self.protocol_version
        body = (
            ArmError(int(code), "BadRequest", message or "The request is not valid HTTP.", fact="emulators-own")
            .response()
            .body
        )
        self.send_response(int(code))
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The emulator is quiet; `on_request` tells what happened."""
