"""HTTP with bounds: no redirect is followed, an answer has a size and a time, and waiting is limited.

The only importer of requests, which comes with azure-core and knows the proxies and certificates of the environment.
What it raises is not passed on: its messages hold whole URLs.
"""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from aci_reconcile.core.errors import ForgeError, UsageError
from aci_reconcile.git_hosts.urls import is_loopback, without_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest, Response

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Json

TIMEOUT: Final = 10.0
"""Seconds for a request, with all of its repetitions: a comment is not worth more."""

_ATTEMPTS: Final = 4
_SHORTEST: Final = 0.5
_LONGEST_ANSWER: Final = 32 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_BUSY: Final = frozenset({500, 502, 503, 504})
_FORBIDDEN, _TOO_MANY = 403, 429


class Bearer:
    """A token that shows itself nowhere; it goes into one header."""

    __slots__ = ("__token",)

    def __init__(self, token: str) -> None:
        self.__token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Give a request the token."""
        request.headers["Authorization"] = f"Bearer {self.__token}"
        return request

    def __repr__(self) -> str:
        return "Bearer(…)"


def read_token(environ: Mapping[str, str], name: str, *, hint: str = "") -> Bearer:
    """Read a token from an environment variable.

    Raises:
        UsageError: it is not set, or holds what no token does.
    """
    token = environ.get(name, "").strip()
    if not token:
        raise UsageError(f"{name} is not set", hint=hint)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"{name} is not a token", hint="it contains characters that no token has")
    return Bearer(token)


@dataclass(frozen=True, slots=True)
class Call:
    """A request. ``repeatable``: sending it twice does no more than once, so that it may be sent again."""

    method: str
    url: str
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    bearer: Bearer | None = None
    repeatable: bool = True

    @property
    def where(self) -> str:
        """Where it goes, for messages."""
        return without_path(self.url)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    @property
    def good(self) -> bool:
        """Whether the request was carried out."""
        return 200 <= self.status < 300  # noqa: PLR2004  the class of status codes

    @property
    def json(self) -> Json:
        """The body as JSON; None where there is none, and where a refusal is none.

        Raises:
            ForgeError: all is said to be well, and the body is damaged: half a list is not taken for an empty one.
        """
        try:
            return cast("Json", json.loads(self.body))
        except (ValueError, RecursionError):
            if not self.good or not self.body.strip():
                return None
        message = f"the Git host's answer ({self.status}) is not JSON"
        raise ForgeError(message, hint="check the address of the API, and look for a proxy in between")


class _NoAnswerError(Exception):
    """No answer came; the request may or may not have been carried out."""


def ask(call: Call, clock: Clock) -> Answer:
    """Send a request, again where that helps, and return the last answer, good or bad.

    Waits as long as ``Retry-After`` or the reset of the rate limit says, else 1, 2 and 4 seconds, as far as ten seconds
    last for all of it.

    Raises:
        ForgeError: no answer came, or one that may not be followed.
    """
    until = clock.now() + TIMEOUT
    for attempt in range(_ATTEMPTS):
        last = attempt == _ATTEMPTS - 1
        try:
            answer = _send_within(max(until - clock.now(), _SHORTEST), call)
        except _NoAnswerError as error:
            if last or not call.repeatable or clock.now() + 2.0**attempt > until:
                raise ForgeError(f"{call.where}: {error}") from None
            clock.sleep(2.0**attempt)
            continue
        if 300 <= answer.status < 400:  # noqa: PLR2004  the class of status codes
            message = f"{call.where} answered with a redirect ({answer.status}), which is not followed"
            raise ForgeError(message, hint="use the address that the redirect leads to")
        wait = _choose_wait(call, answer, 2.0**attempt, clock)
        if last or wait is None or clock.now() + wait > until:
            return answer
        clock.sleep(wait)
    raise AssertionError


def _choose_wait(call: Call, answer: Answer, otherwise: float, clock: Clock) -> float | None:
    """Return for how many seconds to wait before the request is sent again; None where that is no use."""
    header = answer.headers.get("retry-after", "")
    asked = float(header) if header.isascii() and header.isdecimal() else None
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    if answer.status == _TOO_MANY or (answer.status == _FORBIDDEN and (asked is not None or spent)):
        reset = answer.headers.get("x-ratelimit-reset", "")
        until = max(float(reset) - clock.now(), 0) + 1 if spent and reset.isascii() and reset.isdecimal() else otherwise
        return until if asked is None else asked
    if answer.status in _BUSY and call.repeatable:
        return otherwise if asked is None else asked
    return None


def _send_within(seconds: float, call: Call) -> Answer:
    """Send a request and return its answer, if all of it comes in time.

    The timeouts of sockets count from byte to byte; so another thread asks, and whoever waits for it gives up.
    """
    answers: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(_send(call, seconds))
        except Exception as error:  # noqa: BLE001  it is raised where the answer is waited for
            answers.put(error)

    threading.Thread(target=work, name="aci-reconcile-forge", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise _NoAnswerError(f"no complete answer within {seconds:.0f} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _send(call: Call, seconds: float) -> Answer:
    import requests

    body = None if call.body is None else json.dumps(call.body).encode()
    headers = {"User-Agent": "aci-reconcile", "Content-Type": "application/json", **call.headers}
    with requests.Session() as session:
        session.trust_env = not is_loopback(urlsplit(call.url).hostname or "")
        session.auth = call.bearer or _add_nothing  # without one, requests looks into ~/.netrc
        request: Callable[..., Response] = session.request
        bounds: dict[str, Any] = {"timeout": seconds, "allow_redirects": False, "stream": True}
        try:
            with request(call.method, call.url, data=body, headers=headers, **bounds) as answer:
                return Answer(
                    answer.status_code,
                    {name.lower(): value for name, value in answer.headers.items()},
                    _read_body(answer),
                )
        except requests.Timeout:
            raise _NoAnswerError(f"no answer within {seconds:.0f} s") from None
        except requests.exceptions.SSLError:
            told = "the certificate of the server is not trusted, or TLS failed"
            raise _NoAnswerError(f"{told}; for a private authority, set REQUESTS_CA_BUNDLE to its file") from None
        except (requests.RequestException, OSError, UnicodeError) as error:
            raise _NoAnswerError(f"the connection failed ({type(error).__name__})") from None


def _add_nothing(request: PreparedRequest) -> PreparedRequest:
    return request


def _read_body(answer: Response) -> bytes:
    read = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        read += chunk
        if len(read) > _LONGEST_ANSWER:
            raise _NoAnswerError("the answer is too long")
    return bytes(read)
