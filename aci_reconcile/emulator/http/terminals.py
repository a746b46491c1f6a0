"""Serves what exec and attach have offered: a password first, then raw text both ways."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from aci_reconcile.emulator.aci.simulation.terminal import Terminal
from aci_reconcile.emulator.aci.terminals import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.emulator.aci.terminals import Output, Ticket

TEXT: Final = 1
BINARY: Final = 2
NORMAL: Final = 1000
REFUSED: Final = 1008


class Messages(Protocol):
    """A WebSocket, or what stands in for one."""

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        ...

    def send(self, data: bytes, kind: int = ..., /) -> None:
        """Send one message. Raises OSError if the client is gone."""
        ...

    def receive(self, seconds: float, /) -> bytes | None:
        """Return the next message; none if none came in that time, or none will come. Raises OSError."""
        ...

    def close(self, code: int = ..., /) -> None:
        """Say good-bye, once."""
        ...

    def abort(self) -> None:
        """Break the connection, without a word."""
        ...


@dataclass(slots=True)
class _Breaking:
    """A WebSocket that breaks after so much output."""

    web: Messages
    left: int

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self.web.closed

    def send(self, data: bytes, kind: int = BINARY, /) -> None:
        """Send one message, or its beginning. Raises ConnectionAbortedError if there is more."""
        if data and len(data) >= self.left:
            if self.left:
                self.web.send(data[: self.left], kind)
            self.abort()
            raise ConnectionAbortedError("a requested fault")
        self.left -= len(data)
        self.web.send(data, kind)

    def receive(self, seconds: float, /) -> bytes | None:
        """Return the next message."""
        return self.web.receive(seconds)

    def close(self, code: int = NORMAL, /) -> None:
        """Say good-bye."""
        self.web.close(code)

    def abort(self) -> None:
        """Break the connection."""
        self.web.abort()


_PATIENCE = 300.0
_PERIOD = 0.1
_MOST_LINES = 200
_BRIEFLY = 0.001
_LARGEST = 16 * 1024


def serve_terminal(web: Messages, ticket: Ticket, read: Callable[[Ticket, Place], Output]) -> None:
    """Serve one WebSocket to its end. Raises OSError if the client is gone."""
    password = web.receive(_PATIENCE)
    if password is None or not hmac.compare_digest(password, ticket.password.encode()):
        web.close(REFUSED)
        return
    if ticket.breaks is not None:
        web = _Breaking(web, ticket.breaks)
    # Recorded in azure-cli's behaviour: the first frame from the service is empty.
    web.send(b"", TEXT)
    if ticket.kind == "exec":
        _serve_command(web, ticket)
    else:
        _serve_output(web, ticket, read)
    web.close(NORMAL)


def _serve_command(web: Messages, ticket: Ticket) -> None:
    terminal = Terminal(ticket.command, dict(ticket.env), time.time, size=ticket.size, bare=ticket.bare)
    try:
        _converse(web, terminal)
    finally:
        terminal.close()


def _converse(web: Messages, terminal: Terminal) -> None:
    """Pass on what is typed and what is shown, until the program has ended or the client is silent for too long."""
    heard = time.monotonic()
    while not web.closed:
        shown, rest = terminal.advance()
        for start in range(0, len(shown), _LARGEST):
            web.send(shown[start : start + _LARGEST])
        if terminal.ended and not shown:
            return
        typed = web.receive(min(max(rest, _BRIEFLY), _PATIENCE))
        if typed is not None:
            heard = time.monotonic()
            terminal.type(typed)
        elif time.monotonic() - heard > _PATIENCE:
            return


def _serve_output(web: Messages, ticket: Ticket, read: Callable[[Ticket, Place], Output]) -> None:
    """Send lines as the container prints them, until it prints no more."""
    place = Place()
    while not web.closed:
        output = read(ticket, place)
        place = output.place
        for start in range(0, len(output.lines), _MOST_LINES):
            _send_text(web, "".join(f"{line}\r\n" for line in output.lines[start : start + _MOST_LINES]))
        if not output.more:
            return
        web.receive(_PERIOD)


def _send_text(web: Messages, text: str) -> None:
    if text and not web.closed:
        web.send(text.encode("utf-8", "replace"))
