"""From a request of HTTP to the emulator, and back: lengths, visitors, faults on the wire, WebSockets."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal

from aiohttp import hdrs, web

from aci_reconcile.emulator.http.visitors import is_loopback
from aci_reconcile.emulator.http.web_socket import WebSocket, converse
from aci_reconcile.emulator.model import ArmError, Request, Response

if TYPE_CHECKING:
    from aci_reconcile.emulator.gateway import Emulator
    from aci_reconcile.emulator.http.visitors import Visitors
    from aci_reconcile.emulator.http.workers import Workers

NAME: Final = "aci-reconcile-emulator"
_MOST_DIGITS = 9
_LARGEST_BODY = 4 * 1024 * 1024
_LARGEST_MESSAGE = 64 * 1024
# How long a client may take to answer the end of a WebSocket before the connection ends, too.
_FAREWELL = 1.0


@dataclass(frozen=True, slots=True)
class Front:
    """What answers the requests of all connections."""

    emulator: Emulator
    visitors: Visitors
    scheme: Literal["http", "https"]
    workers: Workers

    async def answer(self, asked: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, or serve one WebSocket to its end."""
        if asked.method == "GET" and asked.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self._serve_web_socket(asked)
        refusal = _check_length(asked)
        if refusal is not None:
            return refusal
        if asked.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
            await asked.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            asked.writer.output_size = 0  # the answer itself has not begun
        request = self._make_request(asked, await asked.content.read())
        try:
            self.visitors.check(request)
        except ArmError as refused:
            return _write(refused.response())
        response = await self.workers.run(lambda: self.emulator.handle(request))
        if response.wire:
            return await _spoil(asked, response)
        return _write(response)

    async def _serve_web_socket(self, asked: web.BaseRequest) -> web.StreamResponse:
        """Serve what an exec or attach has offered; the connection ends with it."""
        web_socket = web.WebSocketResponse(timeout=_FAREWELL, max_msg_size=_LARGEST_MESSAGE, compress=False)
        try:
            if not web_socket.can_prepare(asked):
                return _refuse(400, "BadRequest", "This is no handshake of a WebSocket.")
            request = self._make_request(asked, b"")
            self.visitors.check(request)
        except ArmError as refused:
            return _write(refused.response(), last=True)
        ticket = await self.workers.run(lambda: self.emulator.open_terminal(request))
        if isinstance(ticket, Response):
            return await _spoil(asked, ticket) if ticket.wire else _write(ticket, last=True)
        web_socket.headers[hdrs.SERVER] = NAME
        await web_socket.prepare(asked)
        messages = WebSocket(web_socket, asyncio.get_running_loop(), lambda: _reset(asked))
        await self.workers.run(lambda: converse(messages, ticket, self.emulator.read_output))
        return web_socket

    def _make_request(self, asked: web.BaseRequest, body: bytes) -> Request:
        transport = asked.transport
        peer = None if transport is None else transport.get_extra_info("peername")
        local = peer is not None and is_loopback(str(peer[0]))
        return Request(asked.method, asked.raw_path, dict(asked.headers), body, scheme=self.scheme, local=local)


def _check_length(asked: web.BaseRequest) -> web.Response | None:
    """Return the refusal of a body that has no length, or too much of it."""
    length = asked.headers.get(hdrs.CONTENT_LENGTH, "0")
    if hdrs.TRANSFER_ENCODING in asked.headers or not (length.isascii() and length.isdecimal()):
        return _refuse(411, "LengthRequired", "The emulator needs a Content-Length for request bodies.")
    if len(length) > _MOST_DIGITS or int(length) > _LARGEST_BODY:
        return _refuse(413, "RequestContentTooLarge", "The request body is larger than 4 MiB.")
    return None


def _refuse(status: int, code: str, message: str) -> web.Response:
    """Return a refusal of the server's own, which ends the connection."""
    return _write(ArmError(status, code, message, fact="emulators-own").response(), last=True)


def _write(response: Response, *, last: bool = False) -> web.Response:
    """Return an answer; the connection ends with the last one."""
    bare = response.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
    headers = {**response.headers, "server": NAME}
    made = web.Response(status=response.status, headers=headers, body=None if bare else response.body)
    if last:
        made.force_close()
    return made


async def _spoil(asked: web.BaseRequest, response: Response) -> web.StreamResponse:
    """Reset the connection, or send half of an answer."""
    if response.wire == "truncate" and response.body:
        return await _truncate(asked, response)
    _reset(asked)
    return web.Response(status=500)  # which nobody receives


async def _truncate(asked: web.BaseRequest, response: Response) -> web.StreamResponse:
    """Send half of the body, and end the connection."""
    made = web.StreamResponse(status=response.status, headers={**response.headers, "server": NAME})
    made.content_length = len(response.body)
    made.force_close()
    await made.prepare(asked)
    await made.write(response.body[: len(response.body) // 2])
    if asked.transport is not None:
        asked.transport.close()
    return made


def _reset(asked: web.BaseRequest) -> None:
    """Hang up so that the client sees a reset: with a linger time of 0, the kernel sends RST."""
    transport = asked.transport
    if not isinstance(transport, asyncio.Transport):
        return
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
