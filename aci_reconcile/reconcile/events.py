"""Events of an apply: frozen values. The terminal, the JSON log and the tests read one stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core.health import State
from aci_reconcile.core.model import as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource, Scope
    from aci_reconcile.planning.values import Change, Holder


Logs: TypeAlias = "tuple[tuple[str, tuple[str, ...]], ...]"
"""The last lines of each failing container, with its name."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What belongs to every event of a group: how often its write was sent, and what Azure's support asks for."""

    attempt: int = 0
    """Of the write that was sent last; 0 before the first one."""
    request_id: str = ""
    """Of the last write that Azure accepted."""
    seconds: float = 0
    """Since work on the group began."""


@dataclass(frozen=True, slots=True)
class Paced:
    """Azure's rate limits make requests wait; reported once for all groups that wait.

    ``what``: reads, writes or deletes; ``location``: the region, where the provider counts by region.
    """

    what: str
    seconds: float
    location: str = ""
    rate: float = 0
    """Requests a second, if they go on more slowly; ``seconds`` is the first wait that is worth reporting."""


@dataclass(frozen=True, slots=True)
class Settling:
    """A group that this run has not written is in transition, and is waited for before it is judged."""

    address: str
    state: str
    """Azure's word: ``Creating``, ``Updating``, ``Repairing`` …"""
    seconds: float
    """How long it is waited for at most."""


@dataclass(frozen=True, slots=True)
class ResourceGroupCreated:
    """A resource group was created."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class ResourceGroupDeleted:
    """A resource group was deleted, with everything in it."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class ResourceGroupFailed:
    """A resource group could not be created or deleted."""

    scope: Scope
    error: AciReconcileError


@dataclass(frozen=True, slots=True)
class FreezeOverridden:
    """Something is written in spite of a freeze: which one, and the reason on the command line."""

    freeze: str
    reason: str


@dataclass(frozen=True, slots=True)
class Started:
    """Work on a group begins."""

    change: Change
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group is on its way: what is being waited for, in a few words (``Creating``, ``Pulling``, ``deleting``)."""

    change: Change
    detail: str
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The group is as it should be. ``live`` is the last read of it; None once deleted. ``seconds``: since Started."""

    change: Change
    live: Resource | None
    seconds: float
    health: Health | None = None
    trace: Trace = Trace()

    @property
    def unseen(self) -> bool:
        """Whether the run was interrupted before anybody saw the containers run."""
        return self.health is not None and self.health.state is State.PENDING


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """The group equals its manifest, and its containers do not run; with the events and last log lines that say why."""

    change: Change
    health: Health
    seconds: float
    logs: Logs = ()
    trace: Trace = Trace()
    live: Resource | None = None
    """The last read of the group."""

    @property
    def provisioned(self) -> bool:
        """Whether a write became what it was to be, however the containers are."""
        return self.change.writes and self.health.provisioned

    @property
    def unseen(self) -> bool:
        """Whether the time was over before anybody saw the containers run, or fail."""
        return self.provisioned and self.health.state is State.PENDING


@dataclass(frozen=True, slots=True)
class Failed:
    """A write was refused, did not end well, or did not take. ``gone``: the group was deleted and is not back."""

    change: Change
    error: AciReconcileError
    seconds: float
    gone: bool = False
    health: Health | None = None
    """How its containers are, where Azure accepted the write and something is wrong with them."""
    logs: Logs = ()
    trace: Trace = Trace()
    restored: bool = False
    """The group was deleted, Azure refused the new one, and the former one is back."""
    unrestored: str = ""
    """Why the former group is not back, or not quite as it was, where it was to be."""
    former: str = ""
    """The command that brings a former group back that is gone."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody else was quicker: the group is not what the plan was made from, or not what we made of it."""

    change: Change
    seconds: float
    written: bool = False
    """Whether something had been written before it was noticed."""
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not attempted, and why: a dependency failed, the run was interrupted, a freeze began, or the time box ended."""

    change: Change
    because: str
    trace: Trace = Trace()
    unfinished: bool = False
    """Whether it is for the time box, so that the next run goes on here."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a group that was written can be reached."""

    address: str
    ip: str
    fqdn: str = ""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A group that was left out, and holds the former value of one that has another now."""

    address: str
    target: str
    """The address of the group whose value it is."""
    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every run."""

    added: int = 0
    """What was provisioned counts, whether it runs or not."""
    changed: int = 0
    destroyed: int = 0
    unchanged: int = 0
    failed: int = 0
    """Of any kind, unhealthy ones included."""
    unhealthy: int = 0
    """Groups that equal their manifests and do not run; writing again would not help."""
    skipped: int = 0
    """Of any kind, unfinished ones included."""
    unfinished: int = 0
    """Changes that the end of the time box, or of the lock, has left to the next run."""
    unfinished_because: str = ""
    """Which of them ended, in words."""
    planned: int = 0
    """Changes that were to be made."""
    interrupted: bool = False
    seconds: float = 0
    in_flight: tuple[str, ...] = field(default_factory=tuple)
    """Addresses of groups whose write was started and not seen to its end."""
    unseen: tuple[str, ...] = ()
    """Addresses of groups that were provisioned, and were not seen to run before the run was interrupted or its time
    over."""
    unread: int = 0
    """Groups that could not even be read; they count as failed, too."""
    override: str = ""
    """The reason on the command line for writing in spite of a freeze."""
    reached: tuple[Reached, ...] = ()
    """The groups that were written and have an IP address, in the order of their addresses."""
    outdated: tuple[Outdated, ...] = ()
    """The groups that this run left out, and that hold a value which it has changed."""


def make_reached(event: Succeeded | Unhealthy) -> Reached | None:
    """Return where a written group can be reached; None if it was not written, has no IP address, or is stopped."""
    if event.live is None or not event.change.writes or event.change.keeps_stopped:
        return None
    address = as_object(event.live.properties.get("ipAddress"))
    ip = as_text(address.get("ip"))
    return Reached(event.change.address, ip, as_text(address.get("fqdn"))) if ip else None


def find_outdated(event: Succeeded | Unhealthy, holders: Iterable[Holder]) -> Iterator[Outdated]:
    """Yield the groups that hold a value of this group from before its write."""
    before, live = event.change.before, event.live
    if before is None or live is None or not event.change.writes:
        return
    former, now = as_object(before.properties.get("ipAddress")), as_object(live.properties.get("ipAddress"))
    for each in holders:
        old, new = as_text(former.get(each.field)), as_text(now.get(each.field))
        if each.target.key == event.change.id.key and old and old != new:
            yield Outdated(each.address, event.change.address, each.path, old, new)


Event: TypeAlias = (
    ResourceGroupCreated
    | ResourceGroupDeleted
    | ResourceGroupFailed
    | FreezeOverridden
    | Paced
    | Settling
    | Started
    | Waiting
    | Succeeded
    | Unhealthy
    | Failed
    | Moved
    | Skipped
    | Finished
)
