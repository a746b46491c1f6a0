"""How the SDK's own policies behave here. Imported late: it needs azure.core.

From azure-core and azure-mgmt-core, unchanged: request ids, user agent, the token with its continuous-access
challenges, and the HTTP log, which redacts. Changed: what is retried, and what spans tell. Left out on purpose:

- redirects: ARM has none, and following one would carry a body, and on the same host a token, to where nobody decided;
- ``NetworkTraceLoggingPolicy``: it logs bodies and tokens when somebody sets ``logging_enable``;
- ``ARMAutoResourceProviderRegistrationPolicy``: it changes the subscription unasked and sleeps ten seconds at a time;
- ``ContentDecodePolicy``: bodies are read once, by us, and an HTML page must not become a traceback.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.pipeline.policies import DistributedTracingPolicy, RetryPolicy
from azure.core.rest import HttpRequest
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from aci_reconcile.azure.claims import acting
from aci_reconcile.azure.failures import Answer, ErrorDetail, from_exception, no_token, shorten_words
from aci_reconcile.azure.urls import shorten

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineResponse

_READS = frozenset({"GET", "HEAD"})
_TOO_MANY = 429
_TRANSIENT = frozenset({408, 500, 502, 503, 504})
_LONGEST_WAIT = 20.0
"""Seconds. A longer Retry-After is the caller's to plan with: it becomes a ``ThrottledError``."""
_EXPIRED = "ExpiredAuthenticationToken"
_RENEWALS = (0.0, 1.0, 1.0)
"""Seconds before each try to get another token. A credential counts in whole seconds, so that for the last one of a
token's time it still gives what ARM no longer takes."""


class ReadsOnly(RetryPolicy[Any, Any]):
    """azure-core's retries, for what can be repeated without harm.

    A read is repeated when no answer came and on 408, 500, 502, 503, 504. A write is not: each PUT restarts containers,
    and one without an answer may have been carried out. A 429 was certainly not, so it is repeated, read or write,
    unless Azure asks for more than 20 seconds, or the caller paces itself (``paced``): then its thread is not held up.
    The SDK would repeat PUT and DELETE, and anything with a Retry-After. With its repetitions a request takes
    ``patience`` seconds at most.
    """

    def __init__(self, *, paced: bool = False, patience: float = 1800.0) -> None:
        self._paced = paced
        super().__init__(
            timeout=max(patience, 1),
            retry_total=3,
            retry_connect=3,
            retry_read=3,
            retry_status=3,
            retry_backoff_factor=0.4,
            retry_backoff_max=5,
        )

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether an answer is worth another attempt."""
        status = response.http_response.status_code
        wait = self.get_retry_after(response)
        if not settings["total"] or (wait is not None and wait > _LONGEST_WAIT):
            return False
        if status == _TOO_MANY:
            return not self._paced
        return response.http_request.method in _READS and status in _TRANSIENT

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        """Allow a repetition without an answer for reads only."""
        return super().configure_retries(options) | {"methods": _READS}

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        """Return the seconds Azure asks for; the SDK's own reading of them raises on what it does not understand."""
        headers = {name.lower(): value for name, value in response.http_response.headers.items()}
        return Answer(response.http_response.status_code, headers).retry_after


class OneTokenForAll(ARMChallengeAuthenticationPolicy):
    """azure-mgmt-core's authentication, asked by one thread at a time.

    Without the lock every thread of a fresh run asks for its own token, and the Azure CLI is a process each time. Who
    waited while an attempt failed shares its failure, lest sixteen threads wait for sixteen timeouts in turn.

    A token whose time ends on the way to ARM is renewed and the request sent again: one that is refused for its token
    was not carried out.
    """

    def __init__(self, credential: TokenCredential, *scopes: str) -> None:
        super().__init__(credential, *scopes)
        self._lock = threading.Lock()
        self._failures: list[Exception] = []

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Add the token, getting one first where it is due.

        Raises:
            AuthenticationError: none could be had.
        """
        base: Any = super()
        known = len(self._failures)
        with self._lock:
            if len(self._failures) > known:
                raise no_token(self._failures[-1]) from self._failures[-1]
            try:
                base.on_request(request)
            except (SdkError, ValueError) as error:
                self._failures.append(error)
                raise no_token(error) from error

    def on_challenge(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether another token could be had for a request that was refused for its token.

        Raises:
            AuthenticationError: the credential gives none any more, and says why.
        """
        base: Any = super()
        if base.on_challenge(request, response):
            return True
        if ErrorDetail.read(response.http_response.content).code != _EXPIRED:
            return False
        return any(self._renewed(request, pause) for pause in _RENEWALS)

    def _renewed(self, request: PipelineRequest[Any], pause: float) -> bool:
        headers = request.http_request.headers
        refused: str = headers["Authorization"]
        if pause:
            transport: Any = request.context.transport
            transport.sleep(pause)
        self.on_request(request)
        renewed: str = headers["Authorization"]
        return renewed != refused

    def sign_in(self, url: str) -> str:
        """Get the token that requests to a server will need; returns who acts with it, as far as it says so.

        Raises:
            AuthenticationError: none could be had.
        """
        request = HttpRequest("GET", url)
        try:
            self.on_request(PipelineRequest(request, PipelineContext(None)))
        except OSError as error:
            raise no_token(error) from error
        return acting(request.headers.get("Authorization", "").removeprefix("Bearer "))


class Traced(DistributedTracingPolicy[Any, Any]):
    """azure-core's spans, one for each attempt, without the signatures that hang on ARM's URLs.

    azure-core 1.33 records URLs whole, 1.41 still what stands in a query without a value; and both describe a span
    that failed with the text of the exception, in which requests quotes the URL.
    """

    def end_span(self, request: PipelineRequest[Any], response: Any = None, exc_info: Any = None) -> None:
        """End the span, if there is one."""
        if self.TRACING_CONTEXT not in request.context:
            return
        sent = request.http_request
        shown = HttpRequest(sent.method, shorten(sent.url), headers=sent.headers)
        if exc_info is not None:
            kind, error, _ = exc_info
            exc_info = kind, SdkError(shorten_words(str(from_exception(error, shown.method)))), None
        super().end_span(PipelineRequest(shown, request.context), response, exc_info)
