"""WebSockets to the servers that ``attach`` and ``exec`` name, over the library ``websockets``.

They are no servers of ARM: they get no token, and only the password that came with their address. They are reached
through the same proxies, and trusted by the same authorities, as ARM (``requests`` finds both).

Imported late, because it needs requests and websockets.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy
from websockets.exceptions import ConnectionClosedOK, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from aci_reconcile.azure.auth.identity import USER_AGENT
from aci_reconcile.azure.errors import find_trust_hint
from aci_reconcile.azure.http.pool import find_authorities, load_authorities
from aci_reconcile.azure.http.tls_socket import TlsSocket
from aci_reconcile.core.errors import AzureError, NoAnswerError
from aci_reconcile.core.redaction import veil

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LARGEST_MESSAGE: Final = 4 * 1024 * 1024
"""Maximum size of a message: as much as the log that ACI keeps of a running container (documented: 4 MB)."""
_QUEUED: Final = 8
"""How many messages are read ahead of the caller."""
_PING_SECONDS: Final = 30.0
"""Proxies and load balancers cut connections that are silent for minutes; Azure's own after four (documented)."""
_SILENCE_SECONDS: Final = 60
"""How long sent bytes, such as those of a ping, may stay unacknowledged before the connection counts as broken."""
_CLOSE_SECONDS: Final = 0.5
"""How long a farewell may take. Nothing is lost without one: whoever closes has read what was of interest."""
_USER_TIMEOUT: Final = getattr(socket, "TCP_USER_TIMEOUT", None)
"""Linux only; elsewhere the system decides when it gives up."""


class _Silent(logging.Logger):
    """A logger that logs nothing: the library would log each message, and the first one is the password."""

    def __init__(self) -> None:
        super().__init__("aci_reconcile.web_socket")
        self.disabled = True


class _RefusedError(Exception):
    """The server answered with another status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Connection(ClientConnection):
    """A connection that follows no redirect, and that leaves nothing open if its handshake is interrupted."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        usable: Any = TlsSocket(sock) if isinstance(sock, ssl.SSLSocket) else sock
        super().__init__(usable, *args, **options)

    def close_socket(self) -> None:
        """Close the socket, and wake the thread that reads it: the library waits for that thread."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        super().close_socket()

    def handshake(self, *args: Any, **options: Any) -> None:
        """Shake hands.

        Raises:
            _RefusedError: the server refuses. The library follows redirects of ``InvalidStatus`` to any server.
        """
        try:
            super().handshake(*args, **options)
        except InvalidStatus as error:
            raise _RefusedError(error.response.status_code) from None
        except BaseException:
            self.close_socket()
            raise


class WebSocket:
    """An open WebSocket; one thread may send while another one receives."""

    def __init__(self, connection: ClientConnection, server: str, opened: ExitStack) -> None:
        self._connection = connection
        self._server = server
        self._opened = opened
        self._sending = threading.Lock()

    def send(self, message: str | bytes) -> None:
        """Send a message: text, or bytes.

        Raises:
            NoAnswerError: the connection is broken.
            EOFError: the other end has closed it.
        """
        with self._sending:
            self._call(lambda: self._connection.send(message))

    def receive(self, timeout: float | None) -> bytes | None:
        """Return the next message, which may be empty; None if none came in time.

        Raises:
            NoAnswerError: the connection is broken.
            EOFError: the other end has closed it in good order.
        """
        try:
            return self._call(lambda: self._connection.recv(timeout, decode=False))
        except TimeoutError:
            return None

    def close(self) -> None:
        """Close the connection, and wait for its threads; never raises."""
        # The library's farewell would wait for a message that the other end does not take.
        if not self._sending.acquire(timeout=_CLOSE_SECONDS):
            with suppress(OSError):
                self._connection.socket.shutdown(socket.SHUT_RDWR)
            self._sending.acquire()
        try:
            self._opened.close()
        finally:
            self._sending.release()

    def _call(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except ConnectionClosedOK:
            raise EOFError from None
        except (WebSocketException, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise NoAnswerError(
                f"the connection to {self._server} broke: {_describe(error)}",
                hint="check the network and the proxy; what the container does is not affected",
            ) from error


def open_web_socket(url: str, *, seconds: float, direct: bool) -> WebSocket:
    """Open a WebSocket.

    Args:
        url: its address; the caller has checked the scheme.
        seconds: how long connecting, TLS and the handshake may take together.
        direct: whether to ignore the environment's proxies and authorities, as on loopback.

    Raises:
        AzureError: the server refuses.
        NoAnswerError: it does not answer.
    """
    parts = urlsplit(url)
    route = _find_route(url, direct=direct)
    opened = ExitStack()
    try:
        connection = opened.enter_context(_connect(url, route, seconds))
    except _RefusedError as error:
        raise AzureError(
            f"{parts.netloc} refused the WebSocket (status {error.status})",
            status=error.status,
            hint="its address is valid once and for a short time: try again; else look for a proxy in between",
        ) from None
    except (WebSocketException, OSError, ImportError, ValueError) as error:
        reason = f"no answer within {seconds:g} s" if isinstance(error, TimeoutError) else _describe(error)
        hint = _make_hint(error, route.proxy, parts.port)
        raise NoAnswerError(f"no WebSocket to {parts.netloc}: {reason}", hint=hint) from error
    _notice_silence(connection.socket)
    return WebSocket(connection, parts.netloc, opened)


@dataclass(frozen=True, slots=True)
class _Route:
    """How a server is reached: the URL of a proxy, if any, and the file or folder of trusted authorities."""

    proxy: str | None
    authorities: str


def _find_route(url: str, *, direct: bool) -> _Route:
    """Return the route that requests would take."""
    parts = urlsplit(url)
    # requests knows http and https only; a WebSocket goes the way of the protocol beneath it.
    beneath = parts._replace(scheme={"ws": "http", "wss": "https"}[parts.scheme]).geturl()
    session = requests.Session()
    session.trust_env = not direct
    found = session.merge_environment_settings(beneath, {}, False, None, None)
    proxy = select_proxy(beneath, found["proxies"])
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"  # as requests does
    return _Route(proxy or None, find_authorities(found["verify"]))


def _connect(url: str, route: _Route, seconds: float) -> ClientConnection:
    over_tls = (route.proxy or "").lower().startswith("https:")
    trust = _load_trust(route.authorities) if over_tls or url.startswith("wss:") else None
    return connect(
        url,
        ssl=trust if url.startswith("wss:") else None,
        proxy=route.proxy,
        proxy_ssl=trust if over_tls else None,
        compression=None,
        user_agent_header=USER_AGENT,
        open_timeout=seconds,
        ping_interval=_PING_SECONDS,
        # Nothing is known about this server's pongs: TCP decides whether it is still there (see _notice_silence).
        ping_timeout=None,
        close_timeout=_CLOSE_SECONDS,
        max_size=LARGEST_MESSAGE,
        max_queue=_QUEUED,
        logger=_Silent(),
        create_connection=_Connection,
    )


def _load_trust(where: str) -> ssl.SSLContext:
    try:
        return load_authorities(where)
    except OSError as error:
        hint = "REQUESTS_CA_BUNDLE must name a file or a folder of certificates"
        raise AzureError(f"the certificate authorities in {where} can't be read: {error}", hint=hint) from error


def _notice_silence(sock: socket.socket) -> None:
    """Let the system break the connection if the other end has vanished."""
    if _USER_TIMEOUT is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
        sock.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, _SILENCE_SECONDS * 1000)


def _describe(error: BaseException) -> str:
    """Return the reason of a failure: the innermost cause, without what looks like a secret."""
    while error.__cause__ is not None:
        error = error.__cause__
    return veil(str(error)[:300]) or type(error).__name__


def _make_hint(error: BaseException, proxy: str | None, port: int | None) -> str:
    if hint := find_trust_hint(error):
        return hint
    if isinstance(error, ImportError):
        return "a SOCKS proxy needs the package python-socks"
    if isinstance(error, ssl.SSLError):
        return "look for a proxy in between that does not speak TLS"
    port_open = f"a firewall may block port {port}" if port else "a firewall may be in between"
    return f"check the proxy (HTTPS_PROXY); it must let WebSockets through to port {port}" if proxy else port_open
