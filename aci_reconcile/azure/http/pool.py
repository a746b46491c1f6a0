"""Pooled connections that share the trusted authorities, and are cut if an answer is slow or oversized.

Without a size limit, a flood of data, or a few bytes that unpack to many, would fill the memory before the timeout.

Socket timeouts count from byte to byte, so a server that sends a byte now and then would never time out. One thread
watches all requests of a transport; it starts with the first one.

requests reads the file of certificate authorities for every connection. For certifi's file that takes 40 ms and 0.7 MB
each time (measured, OpenSSL 3.0), and a run opens dozens of connections, so here it is read once.

Imported late, because it needs requests and azure.core.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from requests.exceptions import ReadTimeout, RequestException
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from aci_reconcile.azure.http.fence import check_before_bytes
from aci_reconcile.azure.http.urls import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from requests import PreparedRequest, Response

    from aci_reconcile.azure.http.transport import RequestCounter


_CURRENT: Final = threading.local()
_LARGEST: Final = 64 * 1024 * 1024
"""Maximum size of an unpacked answer. Pages of lists have some megabytes; no limit is documented."""


@dataclass(slots=True)
class TimedRequest:
    """One request: its socket, and whether that was cut.

    The socket, not its connection, because urllib3 drops the connection's reference if the answer closes it.
    """

    sock: socket.socket | None = None
    done: bool = False
    cut: bool = False

    def end(self) -> None:
        """Cut the connection, unless the answer has arrived; a reader then sees its end."""
        if self.done:
            return
        self.cut = True
        if self.sock is not None:
            try:
                # The plain socket's method also for TLS, whose own shutdown would wait for the other side.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                return


@dataclass(slots=True)
class Watchdog:
    """Ends the requests that take longer than ``seconds``."""

    seconds: float
    _due: list[tuple[float, int, TimedRequest]] = field(default_factory=list["tuple[float, int, TimedRequest]"])
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    @contextmanager
    def watch(self) -> Generator[TimedRequest]:
        """Watch the request that this thread makes until the block ends."""
        bound = TimedRequest()
        _CURRENT.bound = bound
        with self._news:
            heapq.heappush(self._due, (time.monotonic() + self.seconds, next(self._numbers), bound))
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="aci-reconcile-bounds", daemon=True)
                self._thread.start()
            elif len(self._due) == 1:  # with more, the thread already waits for an earlier end
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
    """Notes its socket at the request of its thread.

    Twice, because a kept connection has its socket already, and a new one gets it while it sends.
    """

    def request(self, *args: Any, **options: Any) -> None:
        _note_socket(self)
        super().request(*args, **options)
        _note_socket(self)

    def send(self, data: Any) -> None:
        check_before_bytes(self.sock)
        super().send(data)


class _Https(HTTPSConnection):
    """The same over TLS, where a new connection stands before its request."""

    def request(self, *args: Any, **options: Any) -> None:
        _note_socket(self)
        super().request(*args, **options)
        _note_socket(self)

    def send(self, data: Any) -> None:
        check_before_bytes(self.sock)
        super().send(data)


def _note_socket(connection: HTTPConnection) -> None:
    bound = getattr(_CURRENT, "bound", None)
    if bound is not None:
        bound.sock = connection.sock


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http  # pyright: ignore[reportAssignmentType]  # urllib3 types it as a protocol


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https  # pyright: ignore[reportAssignmentType]  # as above


@dataclass(frozen=True, slots=True)
class _LimitedBody:
    """Reads an answer up to the size limit, with the interface that requests expects."""

    raw: Any

    def stream(self, amount: int, *, decode_content: bool) -> Generator[bytes]:
        left = _LARGEST
        for chunk in self.raw.stream(amount, decode_content=decode_content):
            left -= len(chunk)
            if left < 0:
                self.raw.close()
                raise RequestException(f"the answer is longer than {_LARGEST // 2**20} MiB")
            yield chunk


def _read_body(response: Response) -> None:
    """Read the body, which the response keeps."""
    raw = response.raw
    response.raw = _LimitedBody(raw)
    try:
        response.content  # noqa: B018  reading it once keeps it
    finally:
        response.raw = raw


POOLS: Final[Mapping[str, Any]] = {"http": _HttpPool, "https": _HttpsPool}
"""The pools of a manager whose connections can be cut."""


def make_adapter(count: Callable[[], None], seconds: float) -> type[HTTPAdapter]:
    """Return an adapter of requests that counts requests, and cuts those that take longer than ``seconds``."""
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
            too_late = ReadTimeout(f"no complete answer within {seconds:.0f} s", request=request)
            with watchdog.watch() as bound:
                try:
                    response = super().send(request, stream, *args, **options)
                    if not stream:
                        _read_body(response)  # here, where the watchdog can still cut it
                except (RequestException, OSError):
                    if bound.cut:
                        raise too_late from None
                    raise
                if bound.cut:  # the cut may look like the end of a body without a length
                    raise too_late
            return response

    return Adapter


_AUTHORITY_SETTINGS: Final = ("ca_certs", "ca_cert_dir")
"""urllib3's settings that read a file, or a folder, of authorities for a connection."""


class SharedTrust(HTTPAdapter):
    """An adapter of requests whose connections share the trusted authorities; certificates are still verified."""

    def __init__(self, **options: Any) -> None:
        self._trusted: dict[str, ssl.SSLContext] = {}
        self._reading = threading.Lock()
        super().__init__(**options)

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the key of a connection pool: the loaded authorities, instead of the path of their file.

        Raises:
            OSError: the authorities can't be read.
        """
        host, options = super().build_connection_pool_key_attributes(request, verify, cert)
        where = find_authorities(verify)
        if host["scheme"] == "https" and os.path.exists(where):  # noqa: PTH110  a missing file is left to requests, which names it
            for name in _AUTHORITY_SETTINGS:
                options.pop(name, None)
            options["ssl_context"] = self._load_trust(where)
        return host, options

    def _load_trust(self, where: str) -> ssl.SSLContext:
        """Return urllib3's own TLS settings with these authorities; if two threads ask, only one reads them."""
        with self._reading:
            if where not in self._trusted:
                self._trusted[where] = load_authorities(where)
            return self._trusted[where]

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Let requests enable verification, but not read the authorities again."""
        super().cert_verify(conn, url, verify, cert)
        for name in _AUTHORITY_SETTINGS:
            setattr(conn, name, None)


def find_authorities(verify: Any) -> str:
    """Return the file or folder of authorities for a request; empty if verification is off."""
    if not verify:
        return ""
    return verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH


def load_authorities(where: str) -> ssl.SSLContext:
    """Return urllib3's own TLS settings with these authorities.

    Raises:
        OSError: they can't be read.
    """
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    folder = os.path.isdir(where)  # noqa: PTH112  a path from the environment
    context.load_verify_locations(**{"capath" if folder else "cafile": where})
    return context


_CONNECT_SECONDS = 10


def make_pooled_transport(
    counter: RequestCounter, *, concurrency: int, read_seconds: float, loopback: bool, sleep: Callable[[float], None]
) -> Any:
    """Return azure-core's transport over ``concurrency`` connections that are kept alive.

    The environment's proxies and CA bundle are used except on loopback. ``~/.netrc`` and cookies are not: the first
    would replace the token (requests prefers it to a header), the second would be state shared by threads.
    """
    # The timeout counts twice: once for the first byte, once for the rest.
    adapter = make_adapter(counter.add, 2 * read_seconds)
    session = requests.Session()
    session.trust_env = not loopback  # a proxy cannot reach this machine's loopback, and NO_PROXY often lacks it
    session.auth = _add_nothing  # see there: the token would be replaced by a password of ~/.netrc
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter(pool_connections=4, pool_maxsize=max(concurrency, 1), max_retries=0))
    hide_queries()
    connect_seconds = min(_CONNECT_SECONDS, read_seconds)  # a host that does not answer a SYN will not do so later
    transport: Any = RequestsTransport(session=session, connection_timeout=connect_seconds, read_timeout=read_seconds)
    transport.sleep = sleep
    return transport


def _add_nothing(request: PreparedRequest) -> PreparedRequest:
    """Authenticate nothing: without an ``auth`` of its own, requests would take one from ``~/.netrc``."""
    return request


class _ShortUrls(logging.Filter):
    """Shortens URLs in urllib3's DEBUG log, because ARM's operation URLs have a signature in their query."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the URLs among the arguments; keep every record."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                shorten(each) if isinstance(each, str) and "?" in each else each for each in record.args
            )
        return True


_SHORT_URLS = _ShortUrls()


def hide_queries() -> None:
    """Keep signatures out of urllib3's own log; idempotent."""
    logging.getLogger("urllib3.connectionpool").addFilter(_SHORT_URLS)
