"""One request in the emulator, with everything that a handler may use."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from aci_reconcile.emulator.arm.versions import OPERATION_VERSION, canonical_location
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Request, Response, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.emulator.faults import Outcome
    from aci_reconcile.emulator.knobs import Knobs
    from aci_reconcile.emulator.store import Session


PROVIDER = "Microsoft.ContainerInstance"


@dataclass(frozen=True, slots=True)
class Call:
    """The request, the names in its path, the open transaction, and the time, which is fixed for the request."""

    request: Request
    path: Mapping[str, str]
    version: str
    session: Session
    knobs: Knobs
    now: float
    entropy: Callable[[int], bytes]
    forward: Callable[[Call, Request], Response]
    """Answers a request of the emulator's own, in the same transaction."""
    outcome: Outcome = ""
    """How the operation of this request ends, if a fault determines it."""

    @property
    def subscription(self) -> str:
        """The subscription as the path spells it."""
        return self.path["subscription"]

    @property
    def resource_group(self) -> str:
        """The resource group as the path spells it."""
        return self.path["resource_group"]

    @property
    def name(self) -> str:
        """The container group as the path spells it."""
        return self.path["name"]

    @property
    def resource_group_key(self) -> str:
        """The store's key of the resource group. ARM ignores the case of names."""
        return f"{self.subscription}/{self.resource_group}".lower()

    @property
    def group_key(self) -> str:
        """The store's key of the container group."""
        return f"{self.resource_group_key}/{self.name.lower()}"

    def send(self, method: str, path: str, version: str, body: Json | None = None) -> Response:
        """Answer a request that this one makes, with its rights; raises ArmError if it is refused."""
        content = b"" if body is None else json.dumps(body).encode("ascii")
        own = Request(method, f"{self.request.origin()}{path}?{urlencode({'api-version': version})}", body=content)
        return self.forward(self, own)

    def new_id(self) -> str:
        """Return a fresh GUID."""
        return str(uuid.UUID(bytes=self.entropy(16), version=4))

    @rests_on("operation-version")
    def provider_url(self, location: str, collection: str, identity: str) -> str:
        """Return an absolute link into the provider's own collections, such as `operations`."""
        region = canonical_location(location)
        path = f"/subscriptions/{self.subscription}/providers/{PROVIDER}/locations/{region}/{collection}/{identity}"
        return f"{self.request.origin()}{path}?api-version={OPERATION_VERSION}"


Handler = Callable[[Call], Response]


def make_page(call: Call, items: Iterable[tuple[str, Json]], most: int = 0) -> Response:
    """Return the next page of the items. Its token is the last key before it, so that writes do not shift pages.

    `most` is the size of the page; the default is the knob's.
    """
    size = most or max(1, call.knobs.page_size)
    found = list(islice(items, size + 1))
    body: Json = {"value": [item for _, item in found[:size]]}
    if len(found) > size:
        body["nextLink"] = _make_next_link(call, found[size - 1][0])
    return answer(200, body)


def _make_next_link(call: Call, token: str) -> str:
    parts = call.request.split()
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key.lower() != "$skiptoken"]
    return f"{call.request.origin()}{parts.path}?{urlencode([*kept, ('$skiptoken', token)])}"
