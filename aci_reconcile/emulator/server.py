"""The HTTP door: the same answers as `Emulator.handle`, on loopback unless told otherwise."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from aci_reconcile.emulator.tls import Tls, make_context
from aci_reconcile.emulator.visitors import Visitors, is_loopback
from aci_reconcile.emulator.wire import HttpServer

if TYPE_CHECKING:
    from types import TracebackType

    from aci_reconcile.emulator.app import Emulator


class Server:
    """A listening emulator.

    As a context manager it serves in a thread of its own; `serve_forever` serves in the caller's, or, inside the
    context, waits until somebody closes it.
    """

    def __init__(self, http: HttpServer) -> None:
        self._http = http
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._serving = False

    @property
    def url(self) -> str:
        """Where it listens, without a final slash."""
        host, port = self._http.server_address[:2]
        text = host.decode() if isinstance(host, bytes | bytearray) else str(host)
        scheme = "http" if self._http.tls is None else "https"
        return f"{scheme}://[{text}]:{port}" if ":" in text else f"{scheme}://{text}:{port}"

    def serve_forever(self) -> None:
        """Block until the server is closed."""
        if self._thread is not None:
            self._closed.wait()
            return
        self._serving = True
        self._http.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Stop listening and hang up on every client; closing twice is allowed."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._serving:
            # Waits for the loop to end, and would wait for ever for one that never began.
            self._http.shutdown()
        if self._thread is not None:
            self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        self._serving = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="emulator", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(
    emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0, tls: Tls | None = None, anywhere: bool = False
) -> Server:
    """Listen on loopback. Any other host is refused, unless told that `anywhere` is meant.

    Clients have to call it by a name of this machine, or by one of the certificate's.
    """
    if not anywhere and not is_loopback(host):
        message = f"the emulator listens on loopback only, not on {host!r}"
        raise ValueError(message)
    address = ("127.0.0.1" if host.lower() == "localhost" else host, port)
    http = HttpServer(emulator, address)
    port_taken = int(http.server_address[1])
    http.visitors = Visitors(port_taken, tls.names if tls else (), open=not is_loopback(host))
    if tls is not None:
        try:
            http.tls = make_context(tls)
        except BaseException:
            http.server_close()
            raise
    return Server(http)
