"""The narrow ports to the world: protocols, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Body, Resource, ResourceId, Scope
    from aci_reconcile.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Operation:
    """A long-running operation that Azure accepted.

    ``url`` is where its progress stands (up to 4 KB, signed: never shown whole); empty when Azure gave none, in which
    case reading the resource is the only way to follow it. What Azure says about when to look again (``Retry-After``)
    is not kept: most groups are watched together, and one that is asked after alone is asked less and less often.
    """

    url: str = ""
    request_id: str = ""
    """What Azure's support asks for."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What the last answers said is left of ARM's limits; None where they did not say. Not to be trusted."""

    reads: int | None = None
    writes: int | None = None
    deletes: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at an operation: ``status`` is Azure's word; ``error_*`` are set where it failed."""

    status: str
    error_code: str = ""
    error_message: str = ""

    @property
    def done(self) -> bool:
        """Whether the operation has ended, well or badly (Azure: Succeeded, Failed, Canceled)."""
        return self.status.lower() in {"succeeded", "failed", "canceled"}

    @property
    def failed(self) -> bool:
        """Whether it ended badly."""
        return self.status.lower() in {"failed", "canceled"}


class Backend(Protocol):
    """Azure, or what stands in for it. Every method may raise an ``AzureError`` and be called from several threads."""

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read one group with its instance view; None when it, or its resource group, does not exist."""
        ...

    def list(self, scope: Scope, /) -> Iterable[Resource]:
        """List the groups of a resource group, without instance views; empty when the resource group does not exist."""
        ...

    def list_tagged(self, subscription: str, tag: str, /) -> Iterable[Resource]:
        """List the groups of a subscription that carry a tag: their ids and tags, and nothing else of them."""
        ...

    def put(self, resource: Resource, /) -> Operation:
        """Create the group, or replace its whole body; every container restarts. The secrets in it are opened here."""
        ...

    def patch_tags(self, resource_id: ResourceId, tags: Mapping[str, str], /) -> None:
        """Replace the whole tag map; nothing restarts."""
        ...

    def delete(self, resource_id: ResourceId, /) -> Operation:
        """Delete the group; deleting one that is absent is no error. The platform may go on tearing down."""
        ...

    def stop(self, resource_id: ResourceId, /) -> None:
        """Stop the containers of a group; nothing happens to one that is stopped or has ended."""
        ...

    def poll(self, operation: Operation, /) -> Progress:
        """Look at an operation once."""
        ...

    def logs(self, resource_id: ResourceId, container: str, /, *, tail: int | None = None) -> str:
        """Return what a container has printed, the last ``tail`` lines of it where given."""
        ...

    def get_resource_group(self, scope: Scope, /) -> Body | None:
        """Read the resource group; None when it does not exist."""
        ...

    def create_resource_group(self, scope: Scope, location: str, tags: Mapping[str, str], /) -> None:
        """Create the resource group; no error when it is there already."""
        ...

    def delete_resource_group(self, scope: Scope, /) -> Operation:
        """Delete the resource group and everything in it."""
        ...

    def get_remaining(self) -> Remaining:
        """Return what the last answers said about ARM's limits; sends nothing."""
        ...

    def list_resources(self, scope: Scope, /) -> Iterable[str]:
        """Return the ARM ids of everything that lives in the resource group, of whatever type."""
        ...


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait; may return early when the run is interrupted."""
        ...


class Resolver(Protocol):
    """What gives a reference its value, one per scheme (``env``, ``file``, ``keyvault``)."""

    def resolve(self, scheme: str, name: str, /) -> Secret | None:
        """Return the secret, which says why where it could not be had; None where nothing of this run needs it."""
        ...
