"""The HTTP server: the same answers as `Emulator.handle`, on loopback by default."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from aci_reconcile.emulator.http.tls import Tls, make_context
from aci_reconcile.emulator.http.visitors import Visitors, is_loopback

if TYPE_CHECKING:
    from types import TracebackType

    from aci_reconcile.emulator.gateway import Emulator
    from aci_reconcile.emulator.http.listener import Listener


_BACKLOG = 512


class Server:
    """A listening emulator.

    It serves in a thread of its own: as a context manager while the context lasts, or while `serve_forever` waits.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        host, port = listener.socket.getsockname()[:2]
        scheme = "http" if listener.tls is None else "https"
        self._url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens, without a final slash."""
        return self._url

    def serve_forever(self) -> None:
        """Block until the server is closed."""
        self._start()
        self._closed.wait()

    def close(self) -> None:
        """Stop listening and hang up on every client; closing twice is allowed."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
        if self._thread is not None:
            self._listener.stop()
            with suppress(RuntimeError):  # a signal came while it began, and it does not know yet that it runs
                self._thread.join()
        self._listener.socket.close()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._listener.run, name="emulator", daemon=True)
                self._thread.start()


def serve(
    emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0, tls: Tls | None = None, anywhere: bool = False
) -> Server:
    """Listen on loopback. Any other host is refused, unless `anywhere` is set.

    Clients have to call it by a name of this machine, or by one of the certificate's.
    """
    from aci_reconcile.emulator.http.listener import Listener  # aiohttp is for those who serve

    if not anywhere and not is_loopback(host):
        message = f"the emulator listens on loopback only, not on {host!r}"
        raise ValueError(message)
    address = ("127.0.0.1" if host.lower() == "localhost" else host, port)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server(address, family=family, backlog=_BACKLOG)
    taken = int(listening.getsockname()[1])
    visitors = Visitors(taken, tls.names if tls else (), open=not is_loopback(host))
    try:
        context = None if tls is None else make_context(tls)
    except BaseException:
        listening.close()
        raise
    return Server(Listener(emulator, listening, visitors, context))
