"""What happened to a group, in one timeline: its own events, those of its containers, their ends and restarts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.core.container_health import to_epoch
from aci_reconcile.core.exit_codes import describe_exit
from aci_reconcile.core.resource_types import assess_health

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.container_health import ContainerEvent, ContainerHealth
    from aci_reconcile.core.model import Resource

_STOPPED = "Container stopped per client request"
"""What Azure says of a container whose group was stopped (recorded)."""


class Source(StrEnum):
    """Where an entry comes from."""

    AZURE = "azure"
    """An event that Azure lists."""
    STATE = "state"
    """Concluded from the state of a container: Azure has no event that says with which code it ended."""
    WATCH = "watch"
    """Seen while watching: Azure has no event for the end of a group."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to a group, or to one of its containers."""

    address: str
    time: str
    """When it happened, the last time if several times; as Azure writes it, empty if it does not say."""
    name: str
    type: str
    message: str
    container: str = ""
    """Empty: the group itself."""
    init: bool = False
    count: int = 1
    first: str = ""
    source: Source = Source.AZURE

    @property
    def key(self) -> tuple[str, ...]:
        """What it is. An event of Azure's stays the same when it happens again; what a state shows happens once."""
        once = "" if self.source is Source.AZURE else self.time
        return self.address.lower(), self.container, str(self.init), self.name, self.message, once

    @property
    def seconds(self) -> float:
        """The seconds from its first time to its last; 0 if it happened once, or if Azure does not say."""
        first, last = to_epoch(self.first), to_epoch(self.time)
        return max(last - first, 0) if self.count > 1 and first is not None and last is not None else 0


def make_timeline(groups: Iterable[Resource]) -> tuple[Entry, ...]:
    """Return what happened to groups, the oldest first; what has no time comes first."""
    entries = [entry for live in groups for entry in _list_entries(live)]
    # At the same second, a container ends before it starts again, as the list of entries has it.
    return tuple(sorted(entries, key=lambda each: to_epoch(each.time) or 0))


def find_news(entries: Iterable[Entry], known: dict[tuple[str, ...], tuple[int, str]]) -> Iterator[Entry]:
    """Yield the entries that are not known in this form, and remember them."""
    for each in entries:
        state = each.count, each.time
        if known.get(each.key) != state:
            known[each.key] = state
            yield each


def _list_entries(live: Resource) -> Iterator[Entry]:
    health = assess_health(live)
    yield from (_make_entry(live.address, each) for each in health.events)
    for container in health.containers:
        yield from (_make_entry(live.address, each, container) for each in container.events)
        yield from _list_changes(live.address, container)


def _make_entry(address: str, event: ContainerEvent, container: ContainerHealth | None = None) -> Entry:
    name, init = (container.name, container.init) if container is not None else ("", False)
    time = event.last or event.first
    return Entry(address, time, event.name, event.type, event.message, name, init, event.count, event.first)


def _list_changes(address: str, container: ContainerHealth) -> Iterator[Entry]:
    """Yield the end of the last run, and the start of the present one if it is not the first."""
    ended, name, init = container.ended, container.name, container.init
    if ended is not None:
        by_hand, code = ended.detail == _STOPPED, ended.exit_code
        parts = [describe_exit(code)] if code is not None else []
        parts += [ended.detail] if ended.detail else []
        yield Entry(
            address,
            ended.finished,
            "Stopped" if by_hand else "Exited",
            "Warning" if code else "Normal",
            ", ".join(parts) or "it ended",
            name,
            init,
            first=ended.finished,
            source=Source.STATE,
        )
    if container.state == "Running" and container.restarts:
        text = f"restart {container.restarts}"
        begun = container.started
        yield Entry(address, begun, "Restarted", "Normal", text, name, init, first=begun, source=Source.STATE)
