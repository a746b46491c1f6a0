"""The HTTP server: the same answers as `Emulator.handle`, on loopback by default."""

from __future__ import annotations

import socket
import struct
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from aci_reconcile.emulator.http.terminals import serve_terminal
from aci_reconcile.emulator.http.tls import Tls, make_context
from aci_reconcile.emulator.http.visitors import Visitors, is_loopback
from aci_reconcile.emulator.http.web_socket import WebSocket, make_accept
from aci_reconcile.emulator.model import ArmError, Request, Response

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from aci_reconcile.emulator.gateway import Emulator


class Server:
    """A listening emulator.

    As a context manager it serves in a separate thread. `serve_forever` serves in the caller's thread or, inside the
    context, waits until it is closed.
    """

    def __init__(self, http: HttpServer) -> None:
        self._http = http
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._serving = False

    @property
    def url(self) -> str:
        """Where it listens, without a final slash."""
        host, port = self._http.server_address[:2]
        text = host.decode() if isinstance(host, bytes | bytearray) else str(host)
        scheme = "http" if self._http.tls is None else "https"
        return f"{scheme}://[{text}]:{port}" if ":" in text else f"{scheme}://{text}:{port}"

    def serve_forever(self) -> None:
        """Block until the server is closed."""
        if self._thread is not None:
            self._closed.wait()
            return
        self._serving = True
        self._http.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Stop listening and hang up on every client; closing twice is allowed."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._serving:
            # shutdown waits for the loop to end, so it would block forever if the loop never began
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


def serve(
    emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0, tls: Tls | None = None, anywhere: bool = False
) -> Server:
    """Listen on loopback. Any other host is refused, unless `anywhere` is set.

    Clients have to call it by a name of this machine, or by one of the certificate's.
    """
    if not anywhere and not is_loopback(host):
        message = f"the emulator listens on loopback only, not on {host!r}"
        raise ValueError(message)
    address = ("127.0.0.1" if host.lower() == "localhost" else host, port)
    http = HttpServer(emulator, address)
    port_taken = int(http.server_address[1])
    http.visitors = Visitors(port_taken, tls.names if tls else (), open=not is_loopback(host))
    if tls is not None:
        try:
            http.tls = make_context(tls)
        except BaseException:
            http.server_close()
            raise
    return Server(http)


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
        """Accept a connection; its thread does the handshake, so that a silent client does not block others."""
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
        """Close a connection without the TLS farewell, so that the client does not see an orderly end."""
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
        """Ignore clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "aci-reconcile-emulator"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 300

    def _answer(self) -> None:
        if self.command == "GET" and self.headers.get("upgrade", "").lower() == "websocket":
            self._serve_web_socket()
        else:
            self._write(self._read_and_handle())

    def _serve_web_socket(self) -> None:
        """Serve what an exec or attach has offered; the connection ends with it."""
        self.close_connection = True
        server, request = cast("HttpServer", self.server), self._make_request(b"")
        try:
            server.visitors.check(request)
        except ArmError as refusal:
            self._write(refusal.response())
            return
        ticket = server.emulator.open_terminal(request)
        if ticket is None:
            message = "No exec or attach has offered this WebSocket, or it was used already."
            self._write(ArmError(404, "NotFound", message, fact="emulators-own").response())
            return
        self.send_response(HTTPStatus.SWITCHING_PROTOCOLS)
        self.send_header("upgrade", "websocket")
        self.send_header("connection", "Upgrade")
        self.send_header("sec-websocket-accept", make_accept(self.headers.get("sec-websocket-key", "")))
        self.end_headers()
        serve_terminal(WebSocket(self.connection), ticket, server.emulator.read_output)

    def _write(self, response: Response) -> None:
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
        """Hang up so that the client sees a reset: with a linger time of 0, the kernel sends RST."""
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
        server, request = cast("HttpServer", self.server), self._make_request(body)
        try:
            server.visitors.check(request)
        except ArmError as refusal:
            return refusal.response()
        return server.emulator.handle(request)

    def _make_request(self, body: bytes) -> Request:
        server = cast("HttpServer", self.server)
        scheme: Literal["http", "https"] = "http" if server.tls is None else "https"
        local = is_loopback(str(self.client_address[0]))
        return Request(self.command, self.path, dict(self.headers.items()), body, scheme=scheme, local=local)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_POST = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse invalid HTTP in ARM's envelope, too; `explain` would quote the request."""
        del explain
        self.close_connection = True
        # an invalid line counts as HTTP/0.9, whose answers have no status line
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
        """Log nothing; `on_request` reports requests."""
