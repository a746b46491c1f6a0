"""Log lines with the names of their containers, and the marks between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.operate.log_events import LogEnd, LogFailed, LogGap, LogPolled, LogRestart, LogWaiting
from aci_reconcile.operate.log_marks import Missing
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.operate.container_runs import ContainerRun
    from aci_reconcile.operate.log_events import LogEvent, LogLines, LogSource
    from aci_reconcile.render.text.style import Style

_COLOURS: Final = ("\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[96m", "\x1b[93m", "\x1b[95m")
_MISSING: Final[Mapping[Missing, str]] = {
    Missing.DROPPED: "lines are missing here: Azure no longer has them",
    Missing.EARLIER: "earlier lines may be missing: Azure keeps 4 MB of a running container, and 16 KB or 1,000 lines "
    "of one that has ended",
    Missing.RUN_ENDED: "its last lines may be missing here: Azure keeps the log of the present run only",
    Missing.RUNS: "it was restarted several times; Azure no longer has the logs of the runs in between",
    Missing.REPEATED: "lines may be missing here, or come twice: the log repeats itself too much to say",
}


@dataclass(frozen=True, slots=True)
class LogLayout:
    """How lines look. ``prefixes`` hold the name before each line, by container; none if there is only one."""

    prefixes: Mapping[LogSource, str]
    timed: bool = False
    raw: bool = False
    """Whether control characters stay."""

    @classmethod
    def of(
        cls, sources: Sequence[LogSource], style: Style, *, named: bool, timed: bool = False, raw: bool = False
    ) -> LogLayout:
        """Return a layout for these containers."""
        names = _name_sources(sources) if named else {}
        width = max(map(len, names.values()), default=0)
        colours = _COLOURS if style.reset else ("",)
        return cls(
            {
                source: style.paint(colours[number % len(colours)], f"{name:<{width}} |") + " "
                for number, (source, name) in enumerate(names.items())
            },
            timed,
            raw,
        )

    def render(self, event: LogLines) -> str:
        """Return lines, each with its end."""
        prefix = self.prefixes.get(event.source, "")
        return "".join(f"{prefix}{self._render_time(each.time)}{self._clean(each.text)}\n" for each in event.lines)

    def _render_time(self, time: str) -> str:
        return f"{sanitize(time) or '-'} " if self.timed else ""

    def _clean(self, text: str) -> str:
        return text if self.raw else sanitize(text.removesuffix("\r"), keep="\t")


def _name_sources(sources: Sequence[LogSource]) -> dict[LogSource, str]:
    """Return short names that tell the containers apart."""
    groups = {each.id.key: each for each in sources}
    short = {each.id.name.lower() for each in groups.values()}
    names: dict[LogSource, str] = {}
    for each in sources:
        alone = sum(other.id.key == each.id.key for other in sources) == 1
        group = each.id.name if len(short) == len(groups) else each.address
        if len(groups) == 1:
            names[each] = sanitize(each.container)
        else:
            names[each] = sanitize(group if alone else f"{group}/{each.container}")
    return names


def render_mark(event: LogEvent) -> str:
    """Return the line about what is no line of a log; empty if it needs none."""
    name = sanitize(f"{event.source.address}/{event.source.container}")
    match event:
        case LogGap(_, why):
            return f"--- {name}: {_MISSING[why]}"
        case LogRestart(_, run):
            return f"--- {name} was restarted{_render_count(run)}{_render_reason(run)}"
        case LogWaiting(_, state):
            return f"--- {name} has not begun yet{f': the group is {sanitize(state)}' if state else ''}"
        case LogPolled(_, why):
            return f"--- {name} cannot be attached to; its log is read every few seconds: {sanitize(why)}"
        case LogFailed(_, error):
            return f"--- {name}: {sanitize(error.message)}"
        case LogEnd(_, run):
            return f"--- {name} {_render_end(run)}"
        case _:
            return ""


def _render_count(run: ContainerRun) -> str:
    return f" (restart {run.restarts})" if run.restarts else " with its group"


def _render_reason(run: ContainerRun) -> str:
    """Return how the run before ended."""
    code = "" if run.last_exit_code is None else f"exit code {run.last_exit_code}"
    parts = [each for each in (code, sanitize(run.last_detail)) if each]
    return f": {', '.join(parts)}" if parts else ""


def _render_end(run: ContainerRun | None) -> str:
    if run is None:
        return "is gone: it was deleted"
    if not run.begun:
        return "will not begin: its group has ended"
    if run.stopped:
        return "was stopped"
    code = "" if run.exit_code is None else f": exit code {run.exit_code}"
    return f"has ended{code}{f', {sanitize(run.detail)}' if run.detail not in {'', 'Completed', 'Error'} else ''}"
