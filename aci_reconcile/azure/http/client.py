"""Sends requests through the Azure SDK's pipeline: raw JSON, mapped errors, no token to another host.

Two clients of the SDK carry the traffic over one transport, one retry policy and one token:

- ``azure.mgmt.containerinstance.ContainerInstanceManagementClient``: everything of Microsoft.ContainerInstance, and the
  list of a subscription's resources, which nearly every plan needs, so that most plans need no other client;
- ``azure.mgmt.resource.resources.ResourceManagementClient``: resource groups, what is in them, and their operations.

Their typed methods are not used: the GA models stop at api-version 2023-05-01, drop the properties they do not know,
and cost eight times as much per group (measured). ``send_request`` is the SDK's own method for
raw requests; the older generation of clients makes it protected (container instance 10.1).
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure.errors import translate_answer, translate_exception
from aci_reconcile.azure.http.answer import Answer
from aci_reconcile.azure.http.urls import shorten
from aci_reconcile.core.backend import Remaining
from aci_reconcile.core.errors import AzureError, NoAnswerError, ThrottledError
from aci_reconcile.core.model import as_list, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.azure.http.fence import Fence
    from aci_reconcile.core.model import Body
    from aci_reconcile.core.redaction import Redactor


FIRST_ERROR = 400
_LONGEST_NUMBER = 10
_FIRST_REDIRECT = 300
_PROVIDER = "/providers/microsoft.containerinstance/"
_WITH_A_PLAN = re.compile(r"/providers/microsoft\.containerinstance/|/subscriptions/[^/?]+/resources\?", re.IGNORECASE)
"""Requests that go to the client that every plan needs anyway; importing the other takes 20 to 30 ms."""


class ArmClient:
    """Sends requests to one endpoint; may be called from several threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        clients: SdkClients,
        redactor: Redactor,
        *,
        timeout: float = 1800.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._clients = clients
        self._redactor = redactor
        self.remaining = Remaining()
        self.timeout = timeout
        """Timeout of a list in seconds, with all its pages."""
        self.sleep = sleep

    def exchange(self, method: str, url: str, body: bytes = b"", *, accept: Container[int] = ()) -> Answer:
        """Send one request and return the answer.

        Args:
            method: the HTTP method.
            url: our own path, or a URL from Azure.
            body: JSON.
            accept: error statuses that the caller handles.

        Raises:
            AzureError: the URL points to another host (nothing is sent), or Azure refused, or did not answer.
        """
        target = self.resolve(url)
        try:
            response = self._clients.pick(target)(_make_request(method, target, body))
            headers = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status_code, headers, response.content, self._redactor)
        except self._clients.failures as error:
            raise translate_exception(error, f"{method} {shorten(target)}", self._redactor) from error
        self._note_remaining(answer)
        if answer.status >= FIRST_ERROR and answer.status not in accept:
            raise translate_answer(answer)
        if _FIRST_REDIRECT <= answer.status < FIRST_ERROR:  # never followed: see ``policies``
            raise AzureError(
                f"{method} {shorten(target)}: the server redirects (status {answer.status})",
                status=answer.status,
                request_id=answer.request_id,
                hint="ARM never redirects: check --arm-endpoint and the proxy",
            )
        return answer

    def guard_writes(self, fence: Fence | None) -> None:
        """Begin no attempt to write any more once the fence is closed."""
        self._clients.gate.fence = fence

    def prepare(self) -> None:
        """Create the client for most requests."""
        self._clients.pick(_PROVIDER)

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()

    def _note_remaining(self, answer: Answer) -> None:
        """Record the rest of ARM's rate limits (recorded: each answer only has the limit of its own kind)."""
        for kind in ("reads", "writes", "deletes"):
            text = answer.headers.get(f"x-ms-ratelimit-remaining-subscription-{kind}", "")
            # Anything but a small number is a proxy's or a test server's, and int() of a long text takes seconds.
            if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER:
                self.remaining = replace(self.remaining, **{kind: int(text)})

    def resolve(self, url: str) -> str:
        """Return the URL in full, as it will be sent.

        Raises:
            AzureError: it points to another server.
        """
        target = self._endpoint.resolve(url)
        if target is None:
            raise AzureError(
                f"Azure's answer names another server than {self._endpoint.base_url}: {self._redactor(shorten(url))}",
                code="ForeignUrl",
                hint="nothing was sent there; check that --arm-endpoint is the address that the server uses for itself",
            )
        return target.replace("{", "%7B").replace("}", "%7D")  # the SDK reads braces as its own placeholders


def _make_request(method: str, url: str, body: bytes) -> Any:
    from azure.core.rest import HttpRequest

    headers = {"Accept": "application/json"}
    if body:
        return HttpRequest(method, url, headers=headers | {"Content-Type": "application/json"}, content=body)
    return HttpRequest(method, url, headers=headers)


class SdkClients:
    """The SDK's clients, created on first use: importing each takes 20 to 30 ms.

    ``failures`` are the exceptions of the SDK and of what lies below it: requests' are OSErrors. ``gate`` is where each
    attempt to write passes.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        from azure.core.exceptions import AzureError as SdkError
        from azure.core.exceptions import DeserializationError, SerializationError

        from aci_reconcile.azure.http.policies import FencePolicy

        self.failures = (SdkError, OSError, SerializationError, DeserializationError)
        self.gate = FencePolicy()
        # Below all others, next to the transport: between its check and the send nothing takes time.
        self._options: dict[str, Any] = {**options, "policies": [*options["policies"], self.gate]}
        self._send: dict[str, Callable[[Any], Any]] = {}

    def pick(self, url: str) -> Callable[[Any], Any]:
        """Return the client for a URL."""
        make = _make_container_groups_client if _WITH_A_PLAN.search(url) else _make_resources_client
        send = self._send.get(make.__name__)
        return send or self._send.setdefault(make.__name__, make(self._options))

    def close(self) -> None:
        """Close the connections, which the clients share."""
        self._options["transport"].close()


def _make_container_groups_client(options: dict[str, Any]) -> Callable[[Any], Any]:
    from azure.mgmt.containerinstance import ContainerInstanceManagementClient

    class RawClient(ContainerInstanceManagementClient):
        """Gives access to the client's protected method for raw requests."""

        def exchange(self, request: Any) -> Any:
            """Send a raw request."""
            return self._send_request(request)

    return RawClient(**options).exchange


def _make_resources_client(options: dict[str, Any]) -> Callable[[Any], Any]:
    from azure.mgmt.resource.resources import ResourceManagementClient

    return ResourceManagementClient(**options).send_request


_LONGEST_PAUSE = 5.0
"""Seconds for which a list waits where one of its pages is refused for Azure's limits."""
_MOST_PAGES = 10_000
"""Maximum pages of a list: more than a subscription can have groups, with one per page."""


def read_object(answer: Answer) -> Body:
    """Return the JSON object in an answer.

    Raises:
        NoAnswerError: there is none.
    """
    body = answer.json()
    if isinstance(body, Mapping):
        return body
    raise NoAnswerError(f"the answer ({answer.status}) is not a JSON object", status=answer.status)


def read_pages(client: ArmClient, url: str) -> tuple[Body, ...]:
    """Return the items of a list, all pages of it.

    Raises:
        AzureError: a page could not be read, or the list does not end; a list that loops may be incomplete.
    """
    seen: set[str] = set()
    found: list[Body] = []
    until = time.monotonic() + client.timeout
    while url:
        target = client.resolve(url)
        # A list cut short would count the missing groups as deleted, so it is an error.
        if target in seen or time.monotonic() > until or len(seen) >= _MOST_PAGES:
            raise NoAnswerError(
                f"the list does not end: more pages follow after {len(seen)} pages, or {client.timeout:g} s",
                hint="check that the address is an ARM server; --timeout limits the time for reading",
            )
        try:
            page = read_object(client.exchange("GET", target))
        except ThrottledError as error:
            # The pages before it count, too: to begin again would cost all of them once more.
            if not seen or error.retry_after > _LONGEST_PAUSE:
                raise
            client.sleep(error.retry_after or 1)
            continue
        seen.add(target)
        found += _read_items(page)
        url = as_text(page.get("nextLink"))
    return tuple(found)


def _read_items(page: Body) -> tuple[Body, ...]:
    items = page.get("value")
    bodies = tuple(item for item in as_list(items) if isinstance(item, Mapping))
    if isinstance(items, Sequence) and len(bodies) == len(items):
        return bodies
    raise NoAnswerError("the answer is not a list of resources")
