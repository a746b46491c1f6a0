"""What ``attach`` and ``exec`` open: raw bytes over a WebSocket, after a password.

The protocol is azure-cli's (``container exec``, ``container attach``), which is what the service is used with: the
client's first message is the password as text, the service's first message is empty, and then bytes go both ways. There
are no channels, no exit status and no way to tell a new size of the terminal.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from aci_reconcile.azure.endpoint import is_loopback
from aci_reconcile.core.backend import Stream
from aci_reconcile.core.errors import AzureError, NoAnswerError
from aci_reconcile.core.model import as_text
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

    from aci_reconcile.core.model import Body

    Dial = Callable[[str], "Messages"]

_PIECE: Final = 16 * 1024
"""How many bytes a message holds at most; one read of a terminal's other side is not more."""


class Messages(Protocol):
    """A WebSocket, or what stands in for one in this process.

    Sending and receiving raise EOFError once the other end has closed it in good order, and ``NoAnswerError`` or
    OSError if it broke.
    """

    def send(self, message: str | bytes) -> None:
        """Send a message: text, or bytes."""
        ...

    def receive(self, timeout: float | None) -> bytes | None:
        """Return the next message, which may be empty; None if none came in time."""
        ...

    def close(self) -> None:
        """Close it; never raises."""
        ...


class MessageStream(Stream):
    """Bytes over messages; an empty message means nothing."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self.greeted: bool | None = None
        """Whether the first message was empty, as the service's is; None before it came."""

    def send(self, data: bytes, /) -> None:
        """Send bytes; once the other end has ended, nothing happens."""
        try:
            for start in range(0, len(data), _PIECE):
                self._messages.send(data[start : start + _PIECE])
        except EOFError:
            return
        except OSError as error:
            raise _make_broken(error) from error

    def receive(self, timeout: float | None, /) -> bytes | None:
        """Return the next bytes; None if none came in time; b"" once the other end has ended in good order.

        Raises:
            NoAnswerError: the connection broke.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                data = self._messages.receive(None if end is None else max(0.0, end - time.monotonic()))
            except EOFError:
                return b""
            except OSError as error:
                raise _make_broken(error) from error
            if data is not None and self.greeted is None:
                self.greeted = not data
            if data is None or data:
                return data

    def close(self) -> None:
        """Close the connection; never raises."""
        self._messages.close()


def open_stream(offer: Body, dial: Dial, remember: Callable[[Secret], None]) -> MessageStream:
    """Open what an answer of ``attach`` or ``exec`` offers.

    Args:
        offer: the answer.
        dial: opens a WebSocket.
        remember: is given the password, which must not be shown.

    Raises:
        AzureError: the offer is not usable, or the server refuses it.
        NoAnswerError: the server does not answer.
    """
    url, password = as_text(offer.get("webSocketUri")), as_text(offer.get("password"))
    remember(Secret(password))
    _check_address(url)
    if not password:
        raise NoAnswerError("the answer has no password for the WebSocket that it names")
    messages = _dial(url, dial)
    try:
        messages.send(password)
    except EOFError:
        messages.close()
        raise _make_refused(urlsplit(url).netloc) from None
    except BaseException:
        messages.close()
        raise
    return MessageStream(messages)


def _dial(url: str, dial: Dial) -> Messages:
    try:
        return dial(url)
    except ConnectionRefusedError as error:
        raise _make_refused(urlsplit(url).netloc) from error


def _make_refused(server: str) -> AzureError:
    return AzureError(f"{server} refused the WebSocket", hint="try again: its address and password are new then")


def _make_broken(error: OSError) -> NoAnswerError:
    return NoAnswerError(f"the connection to the container broke: {error}")


def _check_address(url: str) -> None:
    """Make sure that a password may be sent to an address.

    Raises:
        NoAnswerError: it is no address of a WebSocket.
        AzureError: it is not encrypted.
    """
    parts = _parse(url)
    if parts is None:
        raise NoAnswerError(
            "the answer names no address of a WebSocket", hint="check that the address is an ARM server"
        )
    if parts.scheme == "ws" and not is_loopback(parts.hostname or ""):
        raise AzureError(
            f"the answer names a WebSocket without TLS on another machine: {parts.netloc}",
            code="UnencryptedWebSocket",
            hint="nothing was sent there, because the password would be readable on the way; wss is needed",
        )


def _parse(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"ws", "wss"} and parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:
        return None
    return parts if usable else None
