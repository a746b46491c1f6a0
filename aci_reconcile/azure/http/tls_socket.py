"""A TLS connection that one thread may read while another one writes.

OpenSSL lets only one thread at a time use a connection, and Python before 3.13 does not see to that. Right after a
handshake the server's session tickets arrive, and whoever reads them while the first request is written may lose it: of
fifty WebSockets that were opened at once, one in hundreds never got an answer (measured).
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_GONE: Final = "the connection was closed"
_Selector: Final = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""Not epoll: it forgets a socket that is closed, and whoever waits for it waits for ever."""


class TlsSocket:
    """Reads and writes one after the other, and waits outside of both."""

    def __init__(self, inner: ssl.SSLSocket) -> None:
        inner.settimeout(0)
        self._inner = inner
        self._using = threading.Lock()
        self._timeout: float | None = None
        self._closed = False

    def recv(self, size: int) -> bytes:
        """Return what has come; nothing at the end.

        Raises:
            OSError: the connection is broken, or nothing came in time.
        """
        return self._repeat(lambda: self._inner.recv(size))

    def sendall(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            OSError: the connection is broken, or takes no more in time.
        """
        left = memoryview(data)
        while left:
            piece = left
            left = left[self._repeat(lambda: self._inner.send(piece)) :]  # noqa: B023  called at once

    def settimeout(self, seconds: float | None) -> None:
        """Set for how long to wait."""
        self._timeout = seconds

    def shutdown(self, how: int) -> None:
        """Shut the plain socket down: TLS would wait for the other side. Whoever waits for it wakes."""
        socket.socket.shutdown(self._inner, how)

    def close(self) -> None:
        """Close it, while nobody uses it: OpenSSL knows the socket by its number, which another one may get."""
        with self._using:
            self._closed = True
            self._inner.close()

    def __getattr__(self, name: str) -> Any:
        """Be like the socket in everything else."""
        return getattr(self._inner, name)

    def _repeat(self, work: Callable[[], T]) -> T:
        end = None if self._timeout is None else time.monotonic() + self._timeout
        while True:
            try:
                with self._using:
                    if self._closed:
                        raise OSError(_GONE)
                    return work()
            except ssl.SSLWantReadError:
                wanted = _READ
            except ssl.SSLWantWriteError:
                wanted = _WRITE
            self._wait(wanted, end)

    def _wait(self, wanted: int, end: float | None) -> None:
        try:
            with _Selector() as selector:
                selector.register(self._inner, wanted)
                ready = selector.select(None if end is None else max(0.0, end - time.monotonic()))
        except ValueError as error:  # it has no number any more
            raise OSError(_GONE) from error
        if not ready:
            raise TimeoutError
