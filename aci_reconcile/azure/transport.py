"""The two last links of the SDK's pipeline: a function of this process, or pooled connections.

Imported late: it needs azure.core, and requests where there is a network.
"""

from __future__ import annotations

import http
import http.client
import json
import logging
import threading
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Self

from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict

from aci_reconcile.azure.urls import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping
    from types import TracebackType

    from requests import PreparedRequest

    Send = Callable[[str, str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], bytes]]

_CONNECT_SECONDS = 10


class Counter:
    """Counts the requests that really go out, retries included; safe under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.value += 1


class InProcess(HttpTransport[HttpRequest, HttpResponse]):
    """Calls a function instead of a server, so that the SDK's whole pipeline runs without a socket (``--local``)."""

    def __init__(self, send: Send, counter: Counter, sleep: Callable[[float], None]) -> None:
        self._send = send
        self._counter = counter
        self._sleep = sleep

    def send(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Answer the request."""
        self._counter.add()
        # An older azure-identity sends requests of azure-core's older kind, whose content is called its body.
        body: bytes | str = getattr(request, "content", None) or getattr(request, "body", None) or b""
        data = body.encode() if isinstance(body, str) else body
        return Reply(request, *self._send(request.method, request.url, dict(request.headers), data))

    def sleep(self, duration: float) -> None:
        """Wait between two attempts."""
        self._sleep(duration)

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


class Reply(HttpResponse):
    """An answer that is wholly there."""

    def __init__(self, request: HttpRequest, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self._request = request
        self._status = status
        self._headers: MutableMapping[str, str] = case_insensitive_dict(headers)
        self._content = content
        self._encoding: str | None = "utf-8"

    @property
    def request(self) -> HttpRequest:
        """The request that it answers."""
        return self._request

    @property
    def url(self) -> str:
        """The URL that was asked."""
        return self._request.url

    @property
    def status_code(self) -> int:
        """The status."""
        return self._status

    @property
    def reason(self) -> str:
        """The status in words."""
        return http.client.responses.get(self._status, "")

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The headers; case does not matter."""
        return self._headers

    @property
    def content_type(self) -> str | None:
        """The type of the body."""
        return self._headers.get("content-type")

    @property
    def encoding(self) -> str | None:
        """The encoding of the body: ARM's is UTF-8."""
        return self._encoding

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding = value

    @property
    def is_closed(self) -> bool:
        """There is nothing to close."""
        return True

    @property
    def is_stream_consumed(self) -> bool:
        """The body has been read."""
        return True

    @property
    def content(self) -> bytes:
        """The body."""
        return self._content

    def text(self, encoding: str | None = None) -> str:
        """Return the body as text."""
        return self._content.decode(encoding or self._encoding or "utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self._content)

    def raise_for_status(self) -> None:
        """Raise for an error status."""
        if self._status >= http.HTTPStatus.BAD_REQUEST:
            raise HttpResponseError(response=self)

    def read(self) -> bytes:
        """Return the body."""
        return self._content

    def iter_raw(self, **_kwargs: Any) -> Iterator[bytes]:
        """Iterate over the body: one piece."""
        return iter((self._content,))

    def iter_bytes(self, **_kwargs: Any) -> Iterator[bytes]:
        """Iterate over the body: one piece."""
        return iter((self._content,))

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()


def pooled(
    counter: Counter, *, concurrency: int, read_seconds: float, loopback: bool, sleep: Callable[[float], None]
) -> Any:
    """Return azure-core's transport over ``concurrency`` connections that are kept alive.

    The environment's proxies and CA bundle are obeyed except on loopback; ``~/.netrc`` and cookies never are: the
    first would replace the token (requests prefers it to a header), the second would be state shared by threads.
    """
    import requests
    from azure.core.pipeline.transport import RequestsTransport

    from aci_reconcile.azure.bounds import adapter_of

    # so long for the first byte, and as long for the others
    adapter = adapter_of(counter.add, 2 * read_seconds)
    session = requests.Session()
    session.trust_env = not loopback
    session.auth = _unchanged
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter(pool_connections=4, pool_maxsize=max(concurrency, 1), max_retries=0))
    hide_queries()
    connect_seconds = min(_CONNECT_SECONDS, read_seconds)
    transport: Any = RequestsTransport(session=session, connection_timeout=connect_seconds, read_timeout=read_seconds)
    transport.sleep = sleep
    return transport


def _unchanged(request: PreparedRequest) -> PreparedRequest:
    return request


class _ShortUrls(logging.Filter):
    """Shortens what urllib3 logs at DEBUG: ARM's operation URLs carry a signature in their query."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the URLs among the arguments; keep every record."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                shorten(each) if isinstance(each, str) and "?" in each else each for each in record.args
            )
        return True


_SHORT_URLS = _ShortUrls()


def hide_queries() -> None:
    """Keep signatures out of urllib3's own log; doing it again changes nothing."""
    logging.getLogger("urllib3.connectionpool").addFilter(_SHORT_URLS)
