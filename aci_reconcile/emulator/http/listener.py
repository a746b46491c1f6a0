"""The loop that serves the connections of one listening socket, on aiohttp."""

from __future__ import annotations

import asyncio
import errno
import logging
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

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

_IDLE_SECONDS = 300.0
_LONGEST_LINE = 65536
# How long a client may go on to send a body that was refused, so that it comes to read the refusal.
_LINGER_SECONDS = 2.0
_RETRY_SECONDS = 0.1
_NO_FILES_LEFT = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
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
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # Windows' own has no `add_reader`
            runner.run(self._serve())

    def stop(self) -> None:
        """Let `run` hang up on every client and end. It must have been called."""
        self._started.wait()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)

    async def _serve(self) -> None:
        loop, workers = asyncio.get_running_loop(), Workers()
        loop.set_exception_handler(_ignore)  # clients that hang up
        front = Front(self.emulator, self.visitors, "http" if self.tls is None else "https", workers)
        entrance = _Entrance(loop, self.socket, _Connections(front.answer), self.tls)
        self._loop = loop
        try:
            entrance.open()
        finally:
            self._started.set()
        await self._end.wait()
        await entrance.close()
        workers.dismiss()
        # What is left, such as answers to clients who have gone, is cancelled by the runner.


@dataclass(frozen=True, slots=True)
class _Entrance:
    """Accepts connections until it is closed.

    The server of asyncio does this, too, but when it is closed it forgets those that it has just accepted.
    """

    loop: asyncio.AbstractEventLoop
    listening: socket.socket
    connections: _Connections
    tls: ssl.SSLContext | None
    welcomes: set[asyncio.Task[Any]] = field(default_factory=set["asyncio.Task[Any]"])

    def open(self) -> None:
        """Accept what comes."""
        self.listening.setblocking(False)
        self.loop.add_reader(self.listening, self._accept)

    async def close(self) -> None:
        """Accept nothing more, and hang up on every client."""
        self.loop.remove_reader(self.listening)
        for welcome in self.welcomes:
            welcome.cancel()
        await asyncio.gather(*self.welcomes, return_exceptions=True)
        for connection in self.connections.connections:
            if connection.transport is not None:
                connection.transport.abort()

    def _accept(self) -> None:
        try:
            accepted, _ = self.listening.accept()
        except OSError as error:
            if error.errno in _NO_FILES_LEFT:
                self.loop.remove_reader(self.listening)
                self.loop.call_later(_RETRY_SECONDS, self.open)
            return
        accepted.setblocking(False)
        handshake = self.loop.connect_accepted_socket(self.connections, accepted, ssl=self.tls)
        welcome = self.loop.create_task(handshake)
        self.welcomes.add(welcome)
        welcome.add_done_callback(partial(self._forget, accepted))

    def _forget(self, accepted: socket.socket, welcome: asyncio.Task[Any]) -> None:
        self.welcomes.discard(welcome)
        if welcome.cancelled():
            accepted.close()  # perhaps it has not come to have a transport, which would close it
        else:
            welcome.exception()  # a handshake that failed is the client's affair


def _ignore(_loop: asyncio.AbstractEventLoop, _context: dict[str, object]) -> None:
    """Say nothing about a connection that broke."""
