"""A web server of a few lines on loopback: each request is answered by a function."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast

from unit.azure.scripted import Asked, Says

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Generator


@dataclass
class Site:
    """What the server saw, and where it is."""

    url: str
    asked: list[Asked] = field(default_factory=list[Asked])
    connections: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])


class _Server(ThreadingHTTPServer):
    block_on_close = False
    daemon_threads = True

    def __init__(self, answer: Callable[[Asked], Says | None], site: Site) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.site = site


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        server = cast("_Server", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, dict(self.headers), body)
        server.site.asked.append(asked)
        server.site.connections.add(self.client_address)
        said = server.answer(asked)
        if said is None:
            self.close_connection = True
            return
        self.send_response(said.status)
        for name, value in ({"Content-Length": str(len(said.body))} | dict(said.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.body)

    do_GET = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


@contextmanager
def serving(answer: Callable[[Asked], Says | None], context: ssl.SSLContext | None = None) -> Generator[Site]:
    """Serve on a free port, over TLS where a context is given; None as an answer hangs up without a word."""
    site = Site("")
    with _Server(answer, site) as server:
        site.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
