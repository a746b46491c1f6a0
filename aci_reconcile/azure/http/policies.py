"""The policies of the SDK's pipeline. Imported late, because it needs azure.core.

From azure-core and azure-mgmt-core, unchanged: user agent, the token with its continuous-access challenges, and the
HTTP log, which redacts. Changed: request ids, retries, and the content of spans. Deliberately left out:

- redirects: ARM has none, and following one could send a body, and on the same host a token, to an unknown place;
- ``NetworkTraceLoggingPolicy``: it logs bodies and tokens if ``logging_enable`` is set;
- ``ARMAutoResourceProviderRegistrationPolicy``: it changes the subscription, and sleeps for 10 s;
- ``ContentDecodePolicy``: we read bodies ourselves, and an HTML page must not become a traceback.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import DistributedTracingPolicy, HTTPPolicy, RetryPolicy, SansIOHTTPPolicy
from azure.core.rest import HttpRequest

from aci_reconcile.azure.errors import shorten_words, translate_exception
from aci_reconcile.azure.http.answer import Answer
from aci_reconcile.azure.http.fence import READS
from aci_reconcile.azure.http.urls import shorten

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineResponse

    from aci_reconcile.azure.http.fence import Fence

_TOO_MANY = 429
_TRANSIENT = frozenset({408, 500, 502, 503, 504})
_QUOTA = "x-ms-user-quota-resets-after"
"""What Resource Graph says in place of a Retry-After: its caller knows when to ask again."""
_LONGEST_WAIT = 20.0
"""Seconds. A longer Retry-After becomes a ``ThrottledError``, for the caller to schedule."""


class RandomIdPolicy(SansIOHTTPPolicy[Any, Any]):
    """Gives each request an id, for Azure's support: a random one.

    azure-core's ids hold the time. To make one, the system's library opens a file for each thread that asks, and never
    closes it (libuuid's ``clock.txt``): a process that runs for days would have no files left.
    """

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Add the id, unless there is one."""
        request.http_request.headers.setdefault("x-ms-client-request-id", str(uuid.uuid4()))


class SafeRetryPolicy(RetryPolicy[Any, Any]):
    """azure-core's retries, limited to requests that are safe to repeat.

    A read is retried without an answer, and on 408, 500, 502, 503, 504. A write is not: each PUT restarts containers,
    and one without an answer may have been carried out. A 429 was certainly not carried out, so it is retried, read or
    write, unless Azure asks for more than 20 seconds, or the caller paces itself (``paced``) and must not block.
    The SDK would retry PUT and DELETE, and anything with a Retry-After. A request takes at most ``timeout`` seconds,
    retries included.
    """

    def __init__(self, *, paced: bool = False, timeout: float = 1800.0) -> None:
        self._paced = paced
        super().__init__(
            timeout=max(timeout, 1),
            # azure-core's defaults are ten retries and pauses up to two minutes: a run would seem to hang.
            retry_total=3,
            retry_connect=3,
            retry_read=3,
            retry_status=3,
            retry_backoff_factor=0.4,
            retry_backoff_max=5,
        )

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to retry after an answer."""
        status = response.http_response.status_code
        wait = self.get_retry_after(response)
        if not settings["total"] or (wait is not None and wait > _LONGEST_WAIT):
            return False
        if status == _TOO_MANY:  # refused before anything was done, so a write may be repeated
            return not self._paced and _QUOTA not in {name.lower() for name in response.http_response.headers}
        return response.http_request.method in READS and status in _TRANSIENT

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        """Allow retries without an answer for reads only."""
        return super().configure_retries(options) | {"methods": READS}

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        """Return the seconds that Azure asks for; the SDK's own parser raises on invalid values."""
        headers = {name.lower(): value for name, value in response.http_response.headers.items()}
        return Answer(response.http_response.status_code, headers).retry_after


class SafeTracingPolicy(DistributedTracingPolicy[Any, Any]):
    """azure-core's spans, one for each attempt, without the signatures in ARM's URLs.

    azure-core 1.33 records complete URLs, and 1.41 still records query parameters without a value. Both describe a
    failed span with the text of the exception, in which requests quotes the URL.
    """

    def end_span(self, request: PipelineRequest[Any], response: Any = None, exc_info: Any = None) -> None:
        """End the span, if there is one."""
        if self.TRACING_CONTEXT not in request.context:
            return
        sent = request.http_request
        described = HttpRequest(sent.method, shorten(sent.url), headers=sent.headers)
        if exc_info is not None:
            kind, error, _ = exc_info
            exc_info = kind, SdkError(shorten_words(str(translate_exception(error, described.method)))), None
        super().end_span(PipelineRequest(described, request.context), response, exc_info)


class FencePolicy(HTTPPolicy[Any, Any]):
    """Stops an attempt to write once the run has lost its lock; without a ``fence``, everything passes.

    It stands below retries and authentication, so that nothing that takes time comes between the check and the send.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fence: Fence | None = None

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Send the request.

        Raises:
            LockLostError: it would write, and the fence is closed.
        """
        if self.fence is None or request.http_request.method in READS:
            return self.next.send(request)
        with self.fence.guard():
            return self.next.send(request)
