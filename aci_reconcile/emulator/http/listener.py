"""The loop that serves the connections of one listening socket, on aiohttp."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from aci_reconcile.emulator.http.front import NAME, Front
from aci_reconcile.emulator.http.workers import Workers
from aci_reconcile.emulator.model import ArmError

if TYPE_CHECKING:
    import socket
    import ssl

    from aci_reconcile.emulator.gateway import Emulator
    from aci_reconcile.emulator.http.visitors import Visitors

_BACKLOG = 512
_IDLE_SECONDS = 300.0
_LONGEST_LINE = 65536
# How long a client may go on to send a body that was refused, so that it comes to read the refusal.
_LINGER_SECONDS = 2.0
_LOG = logging.getLogger(NAME)
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


class _Connections(web.Server):
    """The open connections."""

    def __call__(self) -> web.RequestHandler:
        return _Connection(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=_IDLE_SECONDS,
            logger=_LOG,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's documentation: None turns it off
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            lingering_time=_LINGER_SECONDS,
            auto_decompress=False,
        )


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Refuse invalid HTTP in ARM's envelope, too; the message would quote the request."""
        del request, message
        if isinstance(exc, LineTooLong):
            status = 414
        code, text = "BadRequest", "The request is not valid HTTP."
        body = ArmError(status, code, text, fact="emulators-own").response().body
        headers = {"content-type": "application/json; charset=utf-8", "server": NAME}
        response = web.Response(status=status, body=body, headers=headers)
        response.force_close()
        return response


@dataclass(slots=True)
class Listener:
    """A socket that listens, and what is behind it."""

    emulator: Emulator
    socket: socket.socket
    visitors: Visitors
    tls: ssl.SSLContext | None
    _started: threading.Event = field(default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _end: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self) -> None:
        """Serve until `stop` is called from another thread."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        """Let `run` hang up on every client and end. It must have been called."""
        self._started.wait()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)

    async def _serve(self) -> None:
        loop, workers = asyncio.get_running_loop(), Workers()
        loop.set_exception_handler(_ignore)  # clients that hang up
        front = Front(self.emulator, self.visitors, "http" if self.tls is None else "https", workers)
        connections = _Connections(front.answer)
        self._loop = loop
        try:
            server = await loop.create_server(connections, sock=self.socket, ssl=self.tls, backlog=_BACKLOG)
        finally:
            self._started.set()
        await self._end.wait()
        server.close()
        for connection in connections.connections:
            if connection.transport is not None:
                connection.transport.abort()
        workers.dismiss()
        # What is left, such as handshakes, is cancelled by `asyncio.run`.


def _ignore(_loop: asyncio.AbstractEventLoop, _context: dict[str, object]) -> None:
    """Say nothing about a connection that broke."""
