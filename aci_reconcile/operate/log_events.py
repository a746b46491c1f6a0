"""What happens while logs are read: frozen values, for the terminal, for JSON and for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.operate.log_lines import LogLine, since
from aci_reconcile.operate.log_marks import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.core.model import ResourceId
    from aci_reconcile.operate.container_runs import ContainerRun
    from aci_reconcile.operate.log_marks import Joined, Missing


@dataclass(frozen=True, slots=True)
class LogSource:
    """A container whose log is read."""

    id: ResourceId
    container: str

    @property
    def address(self) -> str:
        """The address of its group."""
        return self.id.address


@dataclass(frozen=True, slots=True)
class LogLines:
    """Lines that the container has printed, in order, each of them once."""

    source: LogSource
    lines: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class LogGap:
    """Lines are missing here, or may be."""

    source: LogSource
    why: Missing


@dataclass(frozen=True, slots=True)
class LogRestart:
    """The container was restarted; the lines that follow are of this run."""

    source: LogSource
    run: ContainerRun


@dataclass(frozen=True, slots=True)
class LogWaiting:
    """The container has not begun; it is waited for."""

    source: LogSource
    state: str
    """The group's state in Azure's word."""


@dataclass(frozen=True, slots=True)
class LogPolled:
    """The container's output cannot be attached to, so its log is read again and again."""

    source: LogSource
    why: str


@dataclass(frozen=True, slots=True)
class LogEnd:
    """Nothing will follow. ``run`` is None if the group is gone."""

    source: LogSource
    run: ContainerRun | None


@dataclass(frozen=True, slots=True)
class LogFailed:
    """The log of this container could not be read any further."""

    source: LogSource
    error: AciReconcileError


LogEvent: TypeAlias = "LogLines | LogGap | LogRestart | LogWaiting | LogPolled | LogEnd | LogFailed"


def choose_first(joined: Sequence[Joined], *, tail: int | None, after: float | None) -> Sequence[Joined]:
    """Return what is wanted of what was joined first: its last lines, or those from a time on."""
    lines = [each for each in joined if isinstance(each, LogLine)]
    chosen = choose_lines(lines, tail=tail, after=after)
    return joined if len(chosen) == len(lines) else chosen


def choose_lines(lines: Sequence[LogLine], *, tail: int | None, after: float | None) -> Sequence[LogLine]:
    """Return the last lines, or those from a time on."""
    chosen = lines if after is None else since(lines, after)
    return chosen if tail is None else chosen[len(chosen) - min(tail, len(chosen)) :]


def make_events(source: LogSource, joined: Sequence[Joined], run: ContainerRun | None) -> Iterator[LogEvent]:
    """Yield the events of lines and marks; ``run`` is the one that begins, if one does."""
    lines: list[LogLine] = []
    for each in joined:
        if isinstance(each, LogLine):
            lines.append(each)
            continue
        if lines:
            yield LogLines(source, tuple(lines))
            lines = []
        if isinstance(each, Gap):
            yield LogGap(source, each.why)
        elif run is not None:
            yield LogRestart(source, run)
    if lines:
        yield LogLines(source, tuple(lines))
