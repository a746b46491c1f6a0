"""A WebSocket of aiohttp for a conversation that runs in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import WSMsgType, web

from aci_reconcile.emulator.http.terminals import BINARY, NORMAL, TEXT, serve_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aci_reconcile.emulator.aci.terminals import Output, Place, Ticket

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WebSocket:
    """Messages over a connection that the loop serves. Each method raises OSError if the client is gone."""

    served: web.WebSocketResponse
    loop: asyncio.AbstractEventLoop
    reset: Callable[[], None]

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self.served.closed

    def send(self, data: bytes, kind: int = BINARY, /) -> None:
        """Send one message."""
        served = self.served
        self._wait_for(served.send_str(data.decode("utf-8", "replace")) if kind == TEXT else served.send_bytes(data))

    def receive(self, seconds: float, /) -> bytes | None:
        """Return the next message; none if none came in that time, or none will come."""
        try:
            message = self._wait_for(self.served.receive(seconds))
        except TimeoutError:
            return None
        if message.type is WSMsgType.TEXT:
            return str(message.data).encode()
        return bytes(message.data) if message.type is WSMsgType.BINARY else None

    def close(self, code: int = NORMAL, /) -> None:
        """Say good-bye, once."""
        self._wait_for(self.served.close(code=code))

    def abort(self) -> None:
        """Break the connection; the client sees a reset."""
        self.loop.call_soon_threadsafe(self.reset)

    def _wait_for(self, what: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(what, self.loop).result()
        except (CancelledError, RuntimeError) as error:  # the server has hung up, or its loop has ended
            what.close()
            raise ConnectionAbortedError("the server has hung up") from error


def converse(messages: WebSocket, ticket: Ticket, read: Callable[[Ticket, Place], Output]) -> None:
    """Serve what a ticket opens until either side ends it."""
    with contextlib.suppress(OSError):  # the client is gone
        serve_terminal(messages, ticket, read)
