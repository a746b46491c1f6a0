"""One request on its way through the emulator, with all that a handler may use."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Request, Response
from aci_reconcile.emulator.versions import OPERATION_VERSION, canonical_location

if TYPE_CHECKING:
    from aci_reconcile.emulator.faults import Fate
    from aci_reconcile.emulator.knobs import Knobs
    from aci_reconcile.emulator.store import Session

PROVIDER = "Microsoft.ContainerInstance"


@dataclass(frozen=True, slots=True)
class Call:
    """The request, the names in its path, the open transaction, and the time, which stands still meanwhile."""

    request: Request
    path: Mapping[str, str]
    version: str
    session: Session
    knobs: Knobs
    now: float
    entropy: Callable[[int], bytes]
    fate: Fate = ""
    """How an operation that this request begins is to end, where a fault says so."""

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
        """Where the store keeps the resource group. ARM compares names without regard to case."""
        return f"{self.subscription}/{self.resource_group}".lower()

    @property
    def group_key(self) -> str:
        """Where the store keeps the container group."""
        return f"{self.resource_group_key}/{self.name.lower()}"

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
