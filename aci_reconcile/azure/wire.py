"""One request through the Azure SDK's pipeline: raw JSON both ways, every failure mapped, no token to another host.

Two clients of the SDK carry the traffic over one transport, one retry policy and one token:

- ``azure.mgmt.containerinstance.ContainerInstanceManagementClient``: everything of Microsoft.ContainerInstance, and the
  list of a subscription's resources, which goes with nearly every plan: it need not wait for another client;
- ``azure.mgmt.resource.resources.ResourceManagementClient``: resource groups, what is in them, and their operations.

Their typed methods are not used: the GA models stop at api-version 2023-05-01, drop the properties they do not know,
and cost eight times as much per group (measured). ``send_request`` is the SDK's own door for
raw requests; the older generation of clients keeps it for subclasses (container instance 10.1).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure.failures import Answer, from_answer, from_exception
from aci_reconcile.azure.urls import shorten
from aci_reconcile.core.backend import Remaining
from aci_reconcile.core.errors import AzureError

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.core.redaction import Redactor

FIRST_ERROR = 400
_LONGEST_NUMBER = 10
_FIRST_REDIRECT = 300
_PROVIDER = "/providers/microsoft.containerinstance/"
_WITH_A_PLAN = re.compile(r"/providers/microsoft\.containerinstance/|/subscriptions/[^/?]+/resources\?", re.IGNORECASE)
"""What the client is asked that every plan needs anyway; the other one takes 20 to 30 ms to import."""


class Wire:
    """Sends requests to one endpoint; may be called from several threads."""

    def __init__(self, endpoint: Endpoint, clients: Clients, redactor: Redactor, *, patience: float = 1800.0) -> None:
        self._endpoint = endpoint
        self._clients = clients
        self._redactor = redactor
        self.remaining = Remaining()
        self.patience = patience
        """Seconds that a list may take, with all of its pages."""

    def exchange(self, method: str, url: str, body: bytes = b"", *, accept: Container[int] = ()) -> Answer:
        """Send one request and return what came back.

        Args:
            method: the HTTP method.
            url: a path of ours, or a URL that Azure gave us, however long.
            body: JSON.
            accept: error statuses that are no error to this caller.

        Raises:
            AzureError: the URL leads to another host (nothing is sent there), or Azure refused, or did not answer.
        """
        target = self.own(url)
        try:
            response = self._clients.pick(target)(_request(method, target, body))
            headers = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status_code, headers, response.content, self._redactor)
        except self._clients.failures as error:
            raise from_exception(error, f"{method} {shorten(target)}", self._redactor) from error
        self._note_remaining(answer)
        if answer.status >= FIRST_ERROR and answer.status not in accept:
            raise from_answer(answer)
        if _FIRST_REDIRECT <= answer.status < FIRST_ERROR:
            raise AzureError(
                f"{method} {shorten(target)}: the server redirects (status {answer.status})",
                status=answer.status,
                request_id=answer.request_id,
                hint="ARM never redirects: check --arm-endpoint and the proxy",
            )
        return answer

    def prepare(self) -> None:
        """Make the client that most requests go through."""
        self._clients.pick(_PROVIDER)

    def close(self) -> None:
        """Close the connections."""
        self._clients.close()

    def _note_remaining(self, answer: Answer) -> None:
        """Keep what the answer says is left of ARM's limits (recorded: each answer names its own kind only)."""
        for kind in ("reads", "writes", "deletes"):
            text = answer.headers.get(f"x-ms-ratelimit-remaining-subscription-{kind}", "")
            if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER:
                self.remaining = replace(self.remaining, **{kind: int(text)})

    def own(self, url: str) -> str:
        """Return the URL in full, as it will be sent.

        Raises:
            AzureError: it leads to another server.
        """
        target = self._endpoint.resolve(url)
        if target is None:
            raise AzureError(
                f"Azure's answer names another server than {self._endpoint.base_url}: {self._redactor(shorten(url))}",
                code="ForeignUrl",
                hint="nothing was sent there; check that --arm-endpoint is the address that the server uses for itself",
            )
        return target.replace("{", "%7B").replace("}", "%7D")  # the SDK takes braces for its own placeholders


def _request(method: str, url: str, body: bytes) -> Any:
    from azure.core.rest import HttpRequest

    headers = {"Accept": "application/json"}
    if body:
        return HttpRequest(method, url, headers=headers | {"Content-Type": "application/json"}, content=body)
    return HttpRequest(method, url, headers=headers)


class Clients:
    """The SDK's clients, made when they are first needed: each costs 20 to 30 ms to import.

    ``failures`` are the exceptions of the SDK and of what lies below it: requests' are OSErrors.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        from azure.core.exceptions import AzureError as SdkError
        from azure.core.exceptions import DeserializationError, SerializationError

        self.failures = (SdkError, OSError, SerializationError, DeserializationError)
        self._options = options
        self._send: dict[str, Callable[[Any], Any]] = {}

    def pick(self, url: str) -> Callable[[Any], Any]:
        """Return the client's door for a URL."""
        make = _container_groups if _WITH_A_PLAN.search(url) else _resources
        send = self._send.get(make.__name__)
        return send or self._send.setdefault(make.__name__, make(self._options))

    def close(self) -> None:
        """Close the connections, which the clients share."""
        self._options["transport"].close()


def _container_groups(options: dict[str, Any]) -> Callable[[Any], Any]:
    from azure.mgmt.containerinstance import ContainerInstanceManagementClient

    class Door(ContainerInstanceManagementClient):
        """The client with the door open that its generation keeps for subclasses."""

        def exchange(self, request: Any) -> Any:
            """Send a raw request."""
            return self._send_request(request)

    return Door(**options).exchange


def _resources(options: dict[str, Any]) -> Callable[[Any], Any]:
    from azure.mgmt.resource.resources import ResourceManagementClient

    return ResourceManagementClient(**options).send_request
