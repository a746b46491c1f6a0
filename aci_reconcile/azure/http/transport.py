"""The transports of the SDK's pipeline: a function of this process, and wrappers that check answers or redirect.

azure-core decodes an answer in the pipeline, and if that fails, its exception contains the whole body
(``ContentDecodePolicy``, read in its source); azure-identity repeats the texts of such exceptions. So answers with
secrets and tokens are checked here, before the pipeline sees them.

Imported late, because it needs azure.core.
"""

from __future__ import annotations

import http
import http.client
import json
import threading
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping
    from types import TracebackType

    Send = Callable[[str, str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], bytes]]


class RequestCounter:
    """Counts the requests that are really sent, retries included; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.value += 1


class InProcessTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Calls a function instead of a server, so all of the SDK's pipeline runs without a socket (``--local``)."""

    def __init__(self, send: Send, counter: RequestCounter, sleep: Callable[[float], None]) -> None:
        self._send = send
        self._counter = counter
        self._sleep = sleep

    def send(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Answer the request."""
        self._counter.add()
        # Older versions of azure-identity send azure-core's older requests, whose content is called body.
        body: bytes | str = getattr(request, "content", None) or getattr(request, "body", None) or b""
        data = body.encode() if isinstance(body, str) else body
        return CompleteResponse(request, *self._send(request.method, request.url, dict(request.headers), data))

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


class CompleteResponse(HttpResponse):
    """A complete answer."""

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
        """The URL of the request."""
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


_TEXT = {"content-type": "text/plain; charset=utf-8"}
_SUCCESS = range(200, 300)
_EXPIRIES = {"expires_in", "expires_on"}


class _Wrapper(HttpTransport[HttpRequest, HttpResponse]):
    """A transport around the one that sends."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """Send the request."""
        answer: HttpResponse = self._inner.send(request, **options)
        return answer

    def sleep(self, duration: float) -> None:
        """Wait between two attempts."""
        self._inner.sleep(duration)

    def open(self) -> None:
        """Open the connections."""
        self._inner.open()

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


class UndecodedTransport(_Wrapper):
    """Marks every answer as plain text, which azure-core does not decode; the caller reads it."""

    def send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """Send the request, and return the answer under another content type."""
        answer = super().send(request, **options)
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
        return CompleteResponse(request, answer.status_code, headers | _TEXT, answer.read())


class TokenTransport(_Wrapper):
    """Passes on successful answers of token services only if they are complete.

    The issuers are Microsoft Entra, with its discovery, and the metadata endpoints of managed identities.
    """

    def send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """Send the request, and check the answer.

        Raises:
            ClientAuthenticationError: a successful answer is not a JSON object, or its token is incomplete.
        """
        answer = super().send(request, **options)
        if answer.status_code in _SUCCESS:
            problem = _find_token_problem(answer.read())
            if problem:
                raise ClientAuthenticationError(f"the token service answered with {answer.status_code}, {problem}")
        return answer


def _find_token_problem(content: bytes) -> str:
    """Describe the problem of an answer; empty if there is none."""
    try:
        body: object = json.loads(content)
    except (ValueError, RecursionError):
        return "but not with JSON"
    if not isinstance(body, dict):
        return "but not with a JSON object"
    found = cast("Mapping[str, object]", body)
    token = found.get("access_token")
    if token is None:  # discovery answers have no token at all; another kind of token would be quoted as unexpected
        return "but with another kind of token" if "refresh_token" in found or "id_token" in found else ""
    if not isinstance(token, str):
        return "but with a token that is not text"
    return "" if _EXPIRIES & set(found) else "but with a token without an expiry"


class DetourTransport(_Wrapper):
    """Sends requests to another server; the ``Host`` header keeps the original host."""

    def __init__(self, inner: Any, server: str) -> None:
        super().__init__(inner)
        self._server = server

    def send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """Send the request; the rest of the pipeline sees the original URL."""
        original = request.url
        parts = urlsplit(original)
        request.headers["Host"] = parts.netloc
        request.url = self._server + parts._replace(scheme="", netloc="").geturl()
        try:
            return super().send(request, **options)
        finally:
            # The SDK's challenge policy compares the vault's domain with this URL, and retries send it again.
            request.url = original
