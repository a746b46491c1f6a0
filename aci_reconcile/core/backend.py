"""What the rest of the package needs of the outside world, as protocols: Azure, a clock, and sources of secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Body, Resource, ResourceId, Scope
    from aci_reconcile.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Room:
    """How many more requests of a kind the provider says that it takes within a window of so many seconds."""

    seconds: float
    requests: int


@dataclass(frozen=True, slots=True)
class Operation:
    """A long-running operation that Azure accepted.

    ``url`` is the address of its progress (up to 4 KB, and signed, so it is never shown in full). It is empty if Azure
    returned none; then reading the resource is the only way to follow it. Azure's ``Retry-After`` is not kept: most
    groups are watched together by one list, and a group that is polled alone is polled less and less often.
    """

    url: str = ""
    request_id: str = ""
    """The id that Azure's support asks for."""
    room: tuple[Room, ...] = ()
    """What the provider's own limits leave, where the answer says so (recorded: on PUT and DELETE of a group)."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """The rest of ARM's rate limits by the last answers; None if unknown.

    A hint only: the recorded numbers match none of the documented limits.
    """

    reads: int | None = None
    writes: int | None = None
    deletes: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an operation: ``status`` is Azure's word; ``error_*`` are set if it failed."""

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


class Stream(Protocol):
    """What ``attach`` or ``execute`` opened: raw bytes both ways. One thread may send while another one receives."""

    def send(self, data: bytes, /) -> None:
        """Send bytes; once the other end has ended, nothing happens.

        Raises:
            NoAnswerError: the connection broke.
        """
        ...

    def receive(self, timeout: float | None, /) -> bytes | None:
        """Return the next bytes; None if none came within ``timeout`` seconds; b"" once the other end has ended.

        Raises:
            NoAnswerError: the connection broke, so that more may have been sent than was received.
        """
        ...

    def close(self) -> None:
        """Close the connection; never raises."""
        ...


class Backend(Protocol):
    """Azure, or a substitute. Every method may raise an ``AzureError``, and may be called from several threads."""

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
        """Create the group, or replace its whole body; every container restarts. Reveals the secrets in it."""
        ...

    def patch_tags(self, resource_id: ResourceId, tags: Mapping[str, str], /) -> None:
        """Replace the whole tag map; nothing restarts."""
        ...

    def delete(self, resource_id: ResourceId, /) -> Operation:
        """Delete the group; a missing one is no error. Azure may still be cleaning up when this returns."""
        ...

    def stop(self, resource_id: ResourceId, /) -> None:
        """Stop the containers of a group; nothing happens to one that is stopped or has ended."""
        ...

    def start(self, resource_id: ResourceId, /) -> Operation:
        """Run a stopped or ended group again; nothing happens to one that runs, and then there is no operation."""
        ...

    def restart(self, resource_id: ResourceId, /) -> Operation:
        """Restart the containers of a group; whether Azure pulls their images again is disputed."""
        ...

    def poll(self, operation: Operation, /) -> Progress:
        """Read the progress of an operation once."""
        ...

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
        """Return the log of a container, or only its last ``tail`` lines.

        Args:
            resource_id: the group.
            container: the container's name.
            tail: how many lines; all that Azure has if None.
            timestamps: whether each line begins with the time at which Azure got it.
            raw: whether secrets stay in it, for a caller that removes them from each line.
        """
        ...

    def attach(self, resource_id: ResourceId, container: str, /) -> Stream:
        """Open the output of a running container. Where it starts is disputed (fact ``attach-start``)."""
        ...

    def execute(self, resource_id: ResourceId, container: str, command: str, /, *, rows: int, columns: int) -> Stream:
        """Run a command in a terminal in a running container. There is no exit status.

        Whether ``command`` may have arguments is disputed (fact ``exec-arguments``).
        """
        ...

    def get_resource_group(self, scope: Scope, /) -> Body | None:
        """Read the resource group; None when it does not exist."""
        ...

    def create_resource_group(self, scope: Scope, location: str, tags: Mapping[str, str], /) -> None:
        """Create the resource group; an existing one is no error."""
        ...

    def delete_resource_group(self, scope: Scope, /) -> Operation:
        """Delete the resource group and everything in it."""
        ...

    def get_remaining(self) -> Remaining:
        """Return the rest of ARM's rate limits, by the last answers; sends nothing."""
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
        """Wait; may return early if the run is interrupted."""
        ...


class Resolver(Protocol):
    """Resolves references, by scheme: ``env``, ``file``, ``keyvault``."""

    def resolve(self, scheme: str, name: str, /) -> Secret | None:
        """Return the secret, which says why if it is unavailable; None if this run does not need it."""
        ...
