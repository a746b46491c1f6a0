"""What exec and attach offer, without a socket: for the emulator inside another program.

The same conversation runs as over a WebSocket, in a thread of its own, with two queues in place of the connection.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

from aci_reconcile.emulator.http.terminals import BINARY, NORMAL, serve_terminal
from aci_reconcile.emulator.model import Request, Response

_BROKEN = 1006
"""What a client counts as the code of a connection that ended without one (RFC 6455)."""

if TYPE_CHECKING:
    from aci_reconcile.emulator.gateway import Emulator


class ServedEnd:
    """The emulator's end: what `WebSocket` is for a connection. None in a queue says that nothing follows."""

    def __init__(self) -> None:
        self.closed = False
        self.code = 0
        self.incoming = queue.Queue[bytes | None]()
        self.outgoing = queue.Queue[bytes | None]()

    def send(self, data: bytes, kind: int = BINARY) -> None:
        """Send one message."""
        del kind
        if not self.closed:
            self.outgoing.put(data)

    def receive(self, seconds: float) -> bytes | None:
        """Return the next message; none if none came in that time, or none will come."""
        if self.closed:
            return None
        try:
            message = self.incoming.get(timeout=seconds)
        except queue.Empty:
            return None
        self.closed = message is None
        return message

    def close(self, code: int = NORMAL) -> None:
        """Say good-bye, once."""
        self.closed = True
        self.code = self.code or code
        self.outgoing.put(None)

    def abort(self) -> None:
        """Break the connection."""
        self.close(_BROKEN)


class ClientEnd:
    """The client's end. After a good end, sending and receiving raise EOFError; after a refusal, OSError."""

    def __init__(self, served: ServedEnd, conversation: threading.Thread) -> None:
        self._served = served
        self._conversation = conversation

    def send(self, message: str | bytes) -> None:
        """Send a message."""
        if self._served.closed:
            raise self._make_end()
        self._served.incoming.put(message.encode() if isinstance(message, str) else message)

    def receive(self, timeout: float | None) -> bytes | None:
        """Return the next message, which may be empty; none if none came in time."""
        try:
            message = self._served.outgoing.get(timeout=timeout)
        except queue.Empty:
            return None
        if message is None:
            self._served.outgoing.put(None)  # for whoever asks again
            raise self._make_end()
        return message

    def close(self) -> None:
        """End the conversation, and wait for its thread."""
        self._served.incoming.put(None)
        self._conversation.join()

    def _make_end(self) -> Exception:
        code = self._served.code
        return EOFError() if code in {0, NORMAL} else ConnectionAbortedError(f"the emulator closed with {code}")


def dial(emulator: Emulator, url: str) -> ClientEnd:
    """Open what an answer of exec or attach has offered at an address. Raises ConnectionRefusedError if nothing is."""
    ticket = emulator.open_terminal(Request("GET", url))
    if isinstance(ticket, Response):
        raise ConnectionRefusedError(f"the emulator refused the WebSocket (status {ticket.status})")
    served = ServedEnd()

    def converse() -> None:
        try:
            serve_terminal(served, ticket, emulator.read_output)
        except ConnectionAbortedError:
            return
        finally:
            served.close()

    thread = threading.Thread(target=converse, name="emulator-terminal", daemon=True)
    thread.start()
    return ClientEnd(served, thread)
