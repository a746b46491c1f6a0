"""The ``Backend`` over Azure Resource Manager: one method, one or a few requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aci_reconcile.azure.body import redact_instance_view, serialize_body
from aci_reconcile.azure.http.answer import ErrorDetail
from aci_reconcile.azure.http.client import read_object, read_pages
from aci_reconcile.azure.http.urls import (
    RESOURCES_API,
    collection_path,
    resource_path,
    scope_path,
    subscription_path,
    with_query,
)
from aci_reconcile.core.backend import Backend, Operation, Progress, Remaining
from aci_reconcile.core.errors import NoAnswerError, NotFoundError
from aci_reconcile.core.model import Resource, ResourceId, as_object, as_text
from aci_reconcile.core.resource_types import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.azure.auth.identity import Actor, Identity
    from aci_reconcile.azure.graph.index import ResourceGraph
    from aci_reconcile.azure.http.answer import Answer
    from aci_reconcile.azure.http.client import ArmClient
    from aci_reconcile.azure.http.fence import Fence
    from aci_reconcile.azure.http.transport import RequestCounter
    from aci_reconcile.azure.preflight import ArmPreflight
    from aci_reconcile.azure.stream import Dial, MessageStream
    from aci_reconcile.core.backend import Clock, Stream
    from aci_reconcile.core.model import Body, Scope
    from aci_reconcile.core.redaction import Redactor
    from aci_reconcile.core.resource_types import ResourceType
    from aci_reconcile.core.secret import Secret

_ABSENT = frozenset({"containergroupnotfound", "resourcenotfound", "resourcegroupnotfound"})
"""Error codes of ARM and of the provider for a missing resource, both recorded; other 404s are errors."""
_NO_GROUP = frozenset({"resourcegroupnotfound"})
_ACCEPTED = 202
_ERRORS = range(400, 600)
_LISTED_NAMES = frozenset(row.name.lower() for row in LISTED)


class ArmBackend(Backend):
    """Azure, or any server that speaks ARM. May be called from several threads."""

    def __init__(
        self,
        client: ArmClient,
        redactor: Redactor,
        *,
        dial: Dial,
        api_version: str,
        identity: Identity,
        counter: RequestCounter,
    ) -> None:
        self._client = client
        self._dial = dial
        self._redactor = redactor
        self._api = api_version
        self._counter = counter
        self.identity = identity
        self.subscription = ""
        """The subscription of groups whose manifests name none; empty if unknown."""
        self.place = ""
        """How reports and saved plans name the server; empty for the public cloud, or if nobody said."""

    @property
    def requests(self) -> int:
        """Number of requests so far, including retries, but not those for tokens."""
        return self._counter.value

    @property
    def preflight(self) -> ArmPreflight:
        """Checks before a write, over the same connections."""
        from aci_reconcile.azure.preflight import ArmPreflight

        return ArmPreflight(self._client, api_version=self._api)

    def open_graph(self, clock: Clock) -> ResourceGraph:
        """Return the index of what subscriptions hold, which lags behind, over the same connections."""
        from aci_reconcile.azure.graph.index import ResourceGraph

        return ResourceGraph(self._client, clock)

    def remember(self, secrets: Iterable[Secret]) -> None:
        """Redact these secrets, too, in every text that comes back: not every declared secret is sent."""
        self._redactor.remember(secrets)

    def redact(self, text: str) -> str:
        """Return a text without the secrets of this run, and without what else looks like one."""
        return self._redactor(text)

    def guard_writes(self, fence: Fence | None) -> None:
        """Begin no attempt to write any more once the fence is closed; without one, everything is sent."""
        self._client.guard_writes(fence)

    def prepare(self) -> None:
        """Import what the first request to Microsoft.ContainerInstance needs."""
        self._client.prepare()

    def sign_in(self) -> Actor:
        """Get the token of the first request, if it needs one, and return who acts by it.

        Raises:
            AuthenticationError: there is no token.
        """
        return self.identity.sign_in()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read one group with its instance view; None when it, or its resource group, does not exist."""
        body = self._read(with_query(resource_path(resource_id), api_version=self._api), _ABSENT)
        return (
            None
            if body is None
            else Resource(_parse_id(body) or resource_id, redact_instance_view(_group(body), self._redactor))
        )

    def list(self, scope: Scope, /) -> Iterable[Resource]:
        """List the groups of a resource group; all pages are read before the first group is returned.

        A scope without a resource group is the whole subscription.
        """
        return tuple(each for row in LISTED for each in self._list_type(scope, row))

    def _list_type(self, scope: Scope, row: ResourceType) -> Iterator[Resource]:
        for body in self._pages(with_query(collection_path(scope, row), api_version=self._api)):
            resource_id = _parse_id(body) or ResourceId(
                scope.subscription, scope.resource_group, as_text(body.get("name")), row.name
            )
            yield Resource(resource_id, _group(body))

    def list_tagged(self, subscription: str, tag: str, /) -> Iterable[Resource]:
        """List the groups of a subscription that carry a tag, from ARM's own list of resources.

        The list is short (ids, locations, tags), has pages of 1,000, while the provider's own has complete bodies, and
        can be filtered by type. Filtered by tag and value it comes without tags (documented at "Resources - List",
        Azure/azure-sdk-for-js#18535). ARM keeps it apart from the providers, and users report gaps in it
        (Azure/azure-powershell#20724): so its entries are read again, and missing ones are found in a later run.
        """
        wanted = {"$filter": " or ".join(f"resourceType eq '{row.name}'" for row in LISTED)}
        url = with_query(f"{subscription_path(subscription)}/resources", api_version=RESOURCES_API, **wanted)
        return tuple(_in_short(body) for body in read_pages(self._client, url) if _is_tagged(body, tag.lower()))

    def put(self, resource: Resource, /) -> Operation:
        """Create the group, or replace its complete body.

        Raises:
            SecretUnavailableError: a secret has no value; nothing was sent.
            NoAnswerError: the request may or may not have been carried out.
        """
        url = with_query(resource_path(resource.id), api_version=self._api)
        return self._operation(self._client.exchange("PUT", url, serialize_body(resource.body, self._redactor)))

    def patch_tags(self, resource_id: ResourceId, tags: Mapping[str, str], /) -> None:
        """Replace the tag map; nothing restarts."""
        body = json.dumps({"tags": dict(tags)}).encode()
        self._client.exchange("PATCH", with_query(resource_path(resource_id), api_version=self._api), body)

    def delete(self, resource_id: ResourceId, /) -> Operation:
        """Delete the group; a missing group is no error."""
        return self._delete(with_query(resource_path(resource_id), api_version=self._api))

    def stop(self, resource_id: ResourceId, /) -> None:
        """Stop the containers of a group; recorded: 204 at once, without an operation."""
        self._post(resource_id, "stop")

    def start(self, resource_id: ResourceId, /) -> Operation:
        """Run a stopped or ended group again.

        Recorded: 204 with Azure-AsyncOperation, whose status goes from Pending to Succeeded, and 204 without any
        operation where the group runs. The contract has 202 with Location, too, which is followed as well.
        """
        return self._operation(self._post(resource_id, "start"))

    def restart(self, resource_id: ResourceId, /) -> Operation:
        """Restart the containers of a group; recorded: 204 with Azure-AsyncOperation, whose status is Updating."""
        return self._operation(self._post(resource_id, "restart"))

    def poll(self, operation: Operation, /) -> Progress:
        """Poll an operation once, in either of ARM's two dialects.

        ``Azure-AsyncOperation`` returns a body with a status; ``Location`` returns 202 until the operation is done.

        Raises:
            NotFoundError: Azure does not know the operation, or no longer; read the resource instead.
            ValueError: the operation has no URL.
        """
        if not operation.url:
            raise ValueError("an operation without a URL cannot be polled")
        answer = self._client.exchange("GET", operation.url)
        nothing: Body = {}
        body = read_object(answer) if answer.content.strip() else nothing
        status = as_text(body.get("status")) or ("InProgress" if answer.status == _ACCEPTED else "Succeeded")
        detail = ErrorDetail.of(body.get("error"), self._redactor)
        return Progress(status, self._redactor(detail.code), detail.message)

    def logs(
        self,
        resource_id: ResourceId,
        container: str,
        /,
        *,
        tail: int | None = None,
        timestamps: bool = False,
        raw: bool = False,
    ) -> str:
        """Return the log of a container, or only the last ``tail`` lines; without secrets, unless it is to be raw."""
        asked = ({} if tail is None else {"tail": str(tail)}) | ({"timestamps": "true"} if timestamps else {})
        path = resource_path(resource_id, "containers", container, "logs")
        answer = self._client.exchange("GET", with_query(path, api_version=self._api, **asked))
        content = as_text(read_object(answer).get("content"))
        return content if raw else self._redactor(content)

    def attach(self, resource_id: ResourceId, container: str, /) -> Stream:
        """Open the output of a running container."""
        return self._open_stream(resource_path(resource_id, "containers", container, "attach"), b"")

    def execute(self, resource_id: ResourceId, container: str, command: str, /, *, rows: int, columns: int) -> Stream:
        """Run a command in a terminal in a running container."""
        body = json.dumps({"command": command, "terminalSize": {"rows": rows, "cols": columns}}).encode()
        return self._open_stream(resource_path(resource_id, "containers", container, "exec"), body)

    def _open_stream(self, path: str, body: bytes) -> Stream:
        return self.open_offer(
            read_object(self._client.exchange("POST", with_query(path, api_version=self._api), body))
        )

    def open_offer(self, offer: Body, /) -> MessageStream:
        """Open what an answer of ``attach`` or ``exec`` offers."""
        from aci_reconcile.azure.stream import open_stream

        return open_stream(offer, self._dial, lambda password: self._redactor.remember([password]))

    def get_resource_group(self, scope: Scope, /) -> Body | None:
        """Read the resource group; None when it does not exist."""
        return self._read(with_query(scope_path(scope), api_version=RESOURCES_API), _NO_GROUP)

    def create_resource_group(self, scope: Scope, location: str, tags: Mapping[str, str], /) -> None:
        """Create the resource group if it does not exist; an existing one is not changed."""
        if self.get_resource_group(scope) is None:  # a PUT would replace its tags
            body = json.dumps({"location": location, "tags": dict(tags)}).encode()
            self._client.exchange("PUT", with_query(scope_path(scope), api_version=RESOURCES_API), body)

    def delete_resource_group(self, scope: Scope, /) -> Operation:
        """Delete the resource group and everything in it; a missing one is no error."""
        return self._delete(with_query(scope_path(scope), api_version=RESOURCES_API))

    def ask(self, method: str, url: str, body: bytes = b"", /) -> Answer:
        """Send a request and return the answer, whatever it is; for questions to which a refusal is an answer.

        Raises:
            NoAnswerError: there is none.
        """
        return self._client.exchange(method, url, body, accept=_ERRORS)

    def get_remaining(self) -> Remaining:
        """Return the rest of ARM's rate limits, from the last answers."""
        return self._client.remaining

    def list_resources(self, scope: Scope, /) -> Iterable[str]:
        """Return the ARM ids of all resources in the resource group; empty if it does not exist."""
        bodies = self._pages(with_query(scope_path(scope, "resources"), api_version=RESOURCES_API))
        return tuple(as_text(body.get("id")) for body in bodies)

    def _read(self, url: str, absent: frozenset[str]) -> Body | None:
        try:
            return read_object(self._client.exchange("GET", url))
        except NotFoundError as error:
            if error.code.lower() in absent:
                return None
            raise

    def _pages(self, url: str) -> tuple[Body, ...]:
        """Read every page; a resource group that does not exist has none."""
        try:
            return read_pages(self._client, url)
        except NotFoundError as error:
            if error.code.lower() in _NO_GROUP:
                return ()
            raise

    def _post(self, resource_id: ResourceId, action: str) -> Answer:
        return self._client.exchange("POST", with_query(resource_path(resource_id, action), api_version=self._api))

    def _delete(self, url: str) -> Operation:
        try:
            return self._operation(self._client.exchange("DELETE", url))
        except NotFoundError as error:
            if error.code.lower() in _ABSENT:
                return Operation()
            raise

    def _operation(self, answer: Answer) -> Operation:
        answer.json()  # what is not JSON comes from a proxy: whether anything was written is unknown
        # A PUT of a group has Azure-AsyncOperation only (recorded), the deletion of a resource group Location only.
        url = answer.headers.get("azure-asyncoperation") or answer.headers.get("location", "")
        return Operation(url, answer.request_id, answer.room)


def _group(body: Body) -> Body:
    """Return a group from an answer, which has ``properties`` in every recording.

    Raises:
        NoAnswerError: the answer is something else, which must not count as an unmanaged or missing group.
    """
    if isinstance(body.get("properties"), Mapping):
        return body
    raise NoAnswerError(
        "the answer is not a container group",
        hint="check that the address is an ARM server, and look for a proxy in between",
    )


def _is_tagged(body: Body, tag: str) -> bool:
    """Whether a resource of a list is a container group with a tag; most of a subscription is not."""
    tagged = any(name.lower() == tag for name in as_object(body.get("tags")))
    return tagged and as_text(body.get("type")).lower() in _LISTED_NAMES


def _in_short(body: Body) -> Resource:
    """Return the group for a resource of a list.

    Raises:
        NoAnswerError: it has no valid id; it must not be skipped, because it may be one of ours.
    """
    try:
        return Resource(ResourceId.parse(as_text(body.get("id"))), {"tags": as_object(body.get("tags"))})
    except ValueError as error:
        raise NoAnswerError("a resource in the list has no id") from error


def _parse_id(body: Body) -> ResourceId | None:
    """Return the id in Azure's spelling; None if the answer has none."""
    try:
        return ResourceId.parse(as_text(body.get("id")))
    except ValueError:
        return None
