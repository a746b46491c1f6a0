"""HTTP with limits: which URLs are allowed, no redirects, and a maximum size and time of an answer.

The only importer of requests, which comes with azure-core and uses the proxies and certificates of the environment.
Its exceptions are not passed on, because their messages contain whole URLs.
"""

from __future__ import annotations

import ipaddress
import json
import queue
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from aci_reconcile.core.errors import GitHostError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from urllib.parse import SplitResult

    from requests import PreparedRequest, Response

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Json

TIMEOUT: Final = 10.0
"""Timeout of a request in seconds, retries included: a comment is not worth more."""

_ATTEMPTS: Final = 4
_SHORTEST: Final = 0.5
_LONGEST_ANSWER: Final = 32 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_BUSY: Final = frozenset({500, 502, 503, 504})
_FORBIDDEN, _TOO_MANY = 403, 429


class Bearer:
    """A token that is never displayed, and sent in one header only."""

    __slots__ = ("__token",)

    def __init__(self, token: str) -> None:
        self.__token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token to a request."""
        request.headers["Authorization"] = f"Bearer {self.__token}"
        return request

    def __repr__(self) -> str:
        return "Bearer(…)"


def read_token(environ: Mapping[str, str], name: str, *, hint: str = "") -> Bearer:
    """Return the token in a variable.

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
    """A request. ``repeatable``: it is idempotent, so it may be sent again."""

    method: str
    url: str
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    bearer: Bearer | None = None
    repeatable: bool = True

    @property
    def where(self) -> str:
        """The destination, for messages."""
        return without_path(self.url)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; names of headers are lowercase."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    @property
    def good(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300  # noqa: PLR2004  the class of status codes

    @property
    def json(self) -> Json:
        """The body as JSON; None if there is none, or a refusal is not JSON.

        Raises:
            GitHostError: the body of a success is damaged; an incomplete list must not count as an empty one.
        """
        try:
            return cast("Json", json.loads(self.body))
        except (ValueError, RecursionError):
            if not self.good or not self.body.strip():
                return None
        message = f"the Git host's answer ({self.status}) is not JSON"
        raise GitHostError(message, hint="check the address of the API, and look for a proxy in between")


class _NoAnswerError(Exception):
    """No answer came; the request may or may not have been carried out."""


def send_request(call: Call, clock: Clock) -> Answer:
    """Send a request, with retries if they help, and return the last answer, good or bad.

    It waits for ``Retry-After`` or the reset of the rate limit, else 1, 2 and 4 seconds, within ten seconds in total.

    Raises:
        GitHostError: there was no answer, or a redirect.
    """
    until = clock.now() + TIMEOUT
    # urllib3's Retry was tried: it cannot wait for a rate limit's reset after a 403, and is no shorter (ADR 0006).
    for attempt in range(_ATTEMPTS):
        last = attempt == _ATTEMPTS - 1
        try:
            answer = _send_within(max(until - clock.now(), _SHORTEST), call)
        except _NoAnswerError as error:
            if last or not call.repeatable or clock.now() + 2.0**attempt > until:
                raise GitHostError(f"{call.where}: {error}") from None
            clock.sleep(2.0**attempt)
            continue
        # Following a redirect would send the token to an address that an answer chose.
        if 300 <= answer.status < 400:  # noqa: PLR2004  the class of status codes
            message = f"{call.where} answered with a redirect ({answer.status}), which is not followed"
            raise GitHostError(message, hint="use the address that the redirect leads to")
        wait = _choose_wait(call, answer, 2.0**attempt, clock)
        if last or wait is None or clock.now() + wait > until:
            return answer
        clock.sleep(wait)
    raise AssertionError


def _choose_wait(call: Call, answer: Answer, otherwise: float, clock: Clock) -> float | None:
    """Return the seconds to wait before a retry; None if a retry is of no use."""
    header = answer.headers.get("retry-after", "")
    # HTTP allows a date here, too; it counts as no answer.
    retry_after = float(header) if header.isascii() and header.isdecimal() else None
    # GitHub has two rate limits, and answers 403 or 429 for both: one with this header, the other with `Retry-After`
    # (docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api).
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    if answer.status == _TOO_MANY or (answer.status == _FORBIDDEN and (retry_after is not None or spent)):
        reset = answer.headers.get("x-ratelimit-reset", "")
        # The reset is a whole second of GitHub's clock, so one more second makes sure that it has passed.
        until = max(float(reset) - clock.now(), 0) + 1 if spent and reset.isascii() and reset.isdecimal() else otherwise
        return until if retry_after is None else retry_after
    # After a 5xx, a POST may have been carried out: a second one would make a second comment.
    if answer.status in _BUSY and call.repeatable:
        return otherwise if retry_after is None else retry_after
    return None


def _send_within(seconds: float, call: Call) -> Answer:
    """Send a request and return its answer, if it arrives completely in time.

    Socket timeouts count from byte to byte, so another thread sends the request, and the caller stops waiting for it.
    """
    answers: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()

    def send() -> None:
        try:
            answers.put(_send(call, seconds))
        except Exception as error:  # noqa: BLE001  it is raised where the answer is waited for
            answers.put(error)

    # A daemon, because the process must not wait at its end for an answer that nobody needs any more.
    threading.Thread(target=send, name="aci-reconcile-git-host", daemon=True).start()
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
        # A proxy of the environment cannot reach a server on this machine.
        session.trust_env = not is_loopback(urlsplit(call.url).hostname or "")
        session.auth = call.bearer or _add_nothing  # without auth, requests reads ~/.netrc
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
            reason = "the certificate of the server is not trusted, or TLS failed"
            raise _NoAnswerError(f"{reason}; for a private authority, set REQUESTS_CA_BUNDLE to its file") from None
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


def check_url(url: str, name: str) -> str:
    """Return the URL if it is allowed; ``name`` is the option or variable with it.

    The URL itself is in no message: it may hold a token.

    Raises:
        UsageError: it is no URL, it is plain http to another machine, or it holds a user name.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError(f"{name} is not a URL", hint="write it as https://host/path") from None
    if not usable or any(char <= " " or char == "\x7f" for char in url.strip()):
        raise UsageError(f"{name} is not a URL", hint="write it as https://host/path")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{name} contains a user name", hint="put a token into the path or the query")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise UsageError(f"{name}: plain http is allowed on this machine only", hint="use https")
    return url.strip()


def without_path(url: str) -> str:
    """Return scheme and host, with an ellipsis for the rest."""
    parts: SplitResult = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
