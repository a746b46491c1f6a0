"""Answers have an end: a connection over which one comes too slowly is cut, wherever its bytes trickle.

So is one that brings more than any answer of Azure's holds: a server that floods, or a few bytes that unpack to many,
would fill the machine's memory long before the time is over.

The timeouts of sockets count from byte to byte, so that a server that sends one now and then is never done. One thread
watches all requests of a transport; it begins with the first one.
"""

from __future__ import annotations

import heapq
import itertools
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from requests.exceptions import ReadTimeout, RequestException
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from aci_reconcile.azure.authorities import SharedTrust

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter

_CURRENT: Final = threading.local()
_LARGEST: Final = 64 * 1024 * 1024
"""Of an answer, unpacked. Lists come in pages of some megabytes; no document names a limit."""


@dataclass(slots=True)
class Bound:
    """One request: over which socket it goes, and whether that was cut.

    The socket, and not its connection: urllib3 lets go of it where the answer says that the connection ends with it.
    """

    sock: socket.socket | None = None
    done: bool = False
    cut: bool = False

    def end(self) -> None:
        """Cut the connection, if the answer has not come: whoever reads from it sees its end."""
        if self.done:
            return
        self.cut = True
        if self.sock is not None:
            try:
                socket.socket.shutdown(
                    self.sock, socket.SHUT_RDWR
                )  # of TLS, too: its own would wait for the other side
            except OSError:
                return


@dataclass(slots=True)
class Watchdog:
    """Ends the requests that take longer than ``seconds``."""

    seconds: float
    _due: list[tuple[float, int, Bound]] = field(default_factory=list["tuple[float, int, Bound]"])
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    @contextmanager
    def watching(self) -> Generator[Bound]:
        """Watch the request that this thread makes until the block ends."""
        bound = Bound()
        _CURRENT.bound = bound
        with self._news:
            heapq.heappush(self._due, (time.monotonic() + self.seconds, next(self._numbers), bound))
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="aci-reconcile-bounds", daemon=True)
                self._thread.start()
            elif len(self._due) == 1:
                self._news.notify()
        try:
            yield bound
        finally:
            bound.done = True
            _CURRENT.bound = None

    def _watch(self) -> None:
        while True:
            with self._news:
                while self._due and (self._due[0][2].done or self._due[0][0] <= time.monotonic()):
                    heapq.heappop(self._due)[2].end()
                self._news.wait(self._due[0][0] - time.monotonic() if self._due else None)


class _Http(HTTPConnection):
    """Tells the request of its thread which socket it goes over."""

    def request(self, *args: Any, **options: Any) -> None:
        _note(self)
        super().request(*args, **options)
        _note(self)


class _Https(HTTPSConnection):
    """Likewise, over TLS."""

    def request(self, *args: Any, **options: Any) -> None:
        _note(self)
        super().request(*args, **options)
        _note(self)


def _note(connection: HTTPConnection) -> None:
    bound = getattr(_CURRENT, "bound", None)
    if bound is not None:
        bound.sock = connection.sock


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http  # pyright: ignore[reportAssignmentType]  # urllib3 types it as a protocol


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https  # pyright: ignore[reportAssignmentType]  # as above


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is read of an answer, as requests asks for it, until it is too much."""

    raw: Any

    def stream(self, amount: int, *, decode_content: bool) -> Generator[bytes]:
        left = _LARGEST
        for chunk in self.raw.stream(amount, decode_content=decode_content):
            left -= len(chunk)
            if left < 0:
                self.raw.close()
                raise RequestException(f"the answer is longer than {_LARGEST // 2**20} MiB")
            yield chunk


def _read(response: Response) -> None:
    """Read the body, which the response keeps."""
    raw = response.raw
    response.raw = _Counted(raw)
    try:
        response.content  # noqa: B018  it is kept when it is read
    finally:
        response.raw = raw


POOLS: Final[Mapping[str, Any]] = {"http": _HttpPool, "https": _HttpsPool}
"""The pools of a manager whose connections can be cut."""


def adapter_of(count: Callable[[], None], seconds: float) -> type[HTTPAdapter]:
    """Return the adapter of requests that counts what goes out, and cuts what takes longer than ``seconds``."""
    watchdog = Watchdog(seconds)

    class Adapter(SharedTrust):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options)
            self.poolmanager.pool_classes_by_scheme = dict(POOLS)

        def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
            manager = super().proxy_manager_for(*args, **options)
            manager.pool_classes_by_scheme = dict(POOLS)
            return manager

        def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **options: Any) -> Response:  # noqa: FBT001, FBT002  the base class's
            count()
            late = ReadTimeout(f"no complete answer within {seconds:.0f} s", request=request)
            with watchdog.watching() as bound:
                try:
                    response = super().send(request, stream, *args, **options)
                    if not stream:
                        _read(response)  # here, where it is watched
                except (RequestException, OSError):
                    if bound.cut:
                        raise late from None
                    raise
                if bound.cut:
                    raise late
            return response

    return Adapter
