"""The HTTP door: the same answers as `Emulator.handle`, on loopback only."""

from __future__ import annotations

import ipaddress
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, cast

from aci_reconcile.emulator.model import ArmError, Request, Response

if TYPE_CHECKING:
    from types import TracebackType

    from aci_reconcile.emulator.app import Emulator

_MOST_DIGITS = 9
_LARGEST_BODY = 4 * 1024 * 1024


class Server:
    """A listening emulator.

    As a context manager it serves in a thread of its own; `serve_forever` serves in the caller's, or, inside the
    context, waits until somebody closes it.
    """

    def __init__(self, emulator: Emulator, host: str, port: int) -> None:
        self._http = _HttpServer(emulator, host, port)
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._serving = False

    @property
    def url(self) -> str:
        """Where it listens, without a final slash."""
        host, port = self._http.server_address[:2]
        text = host.decode() if isinstance(host, bytes | bytearray) else str(host)
        return f"http://[{text}]:{port}" if ":" in text else f"http://{text}:{port}"

    def serve_forever(self) -> None:
        """Blocks until the server is closed."""
        if self._thread is not None:
            self._closed.wait()
            return
        self._serving = True
        self._http.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Stops listening and hangs up on every client; closing twice is allowed."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._serving:
            # Waits for the loop to end, and would wait for ever for one that never began.
            self._http.shutdown()
        if self._thread is not None:
            self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        self._serving = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="emulator", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Listens on loopback. Any other host is refused: the emulator has no authentication."""
    if not _is_loopback(host):
        message = f"the emulator listens on loopback only, not on {host!r}"
        raise ValueError(message)
    return Server(emulator, "127.0.0.1" if host.lower() == "localhost" else host, port)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _HttpServer(ThreadingHTTPServer):
    """Threads that end with the process, and sockets that end with the server."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, emulator: Emulator, host: str, port: int) -> None:
        self.emulator = emulator
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
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
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def _read_and_handle(self) -> Response:
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not (length.isascii() and length.isdecimal()):
            self.close_connection = True
            return ArmError(
                411, "LengthRequired", "The emulator takes request bodies with a Content-Length."
            ).response()
        if len(length) > _MOST_DIGITS or int(length) > _LARGEST_BODY:
            self.close_connection = True
            return ArmError(413, "RequestContentTooLarge", "The request body is larger than 4 MiB.").response()
        body = self.rfile.read(int(length))
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        return cast("_HttpServer", self.server).emulator.handle(request)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_POST = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP at all is refused in ARM's envelope too; `explain` would quote the request."""
        del explain
        self.close_connection = True
        # A line that is no HTTP counts as version 0.9, whose answers would have no status line.
        self.request_version = self.protocol_version
        body = ArmError(int(code), "BadRequest", message or "The request is not valid HTTP.").response().body
        self.send_response(int(code))
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The emulator is quiet; `on_request` tells what happened."""
