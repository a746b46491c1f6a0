"""Reading the logs of many containers side by side: as they are now, or as they go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core.errors import AciReconcileError, AzureError
from aci_reconcile.operate.log_events import LogFailed, LogGap, LogLines, LogSource, LogWaiting, choose_lines
from aci_reconcile.operate.log_lines import LogLine, Snapshot, merge_lines, parse_snapshot
from aci_reconcile.operate.log_marks import Missing
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.follow_container import follow_container
from aci_reconcile.reconcile.log_context import report
from aci_reconcile.reconcile.steps import InterruptedRunError, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aci_reconcile.core.backend import Stream
    from aci_reconcile.operate.container_runs import ContainerRun
    from aci_reconcile.operate.log_events import LogEvent
    from aci_reconcile.reconcile.log_context import LogContext
    from aci_reconcile.reconcile.steps import Process

_FAREWELLS: Final = 64
"""How many streams are closed at once when somebody interrupts."""
_AT_ONCE: Final = 8
"""Requests at once: each may answer with 4 MB."""


def follow_logs(sources: Sequence[LogSource], ctx: LogContext) -> Iterator[LogEvent]:
    """Yield what containers print until all of them have ended for good."""
    left: list[Stream] = []
    ctx = replace(ctx, close=left.append)
    tasks = [
        Task(f"{each.address}/{each.container}", partial(follow_container, each, ctx), partial(_skip, each))
        for each in sources
    ]
    try:
        yield from _run(tasks, ctx)
    finally:
        _close_all(left)


def _close_all(streams: Sequence[Stream]) -> None:
    """Close streams side by side: each may wait half a second for the farewell of a server that does not answer."""
    if streams:
        with ThreadPoolExecutor(min(len(streams), _FAREWELLS), thread_name_prefix="aci-reconcile") as pool:
            for each in streams:
                pool.submit(each.close)


def read_logs(runs: Mapping[LogSource, ContainerRun], ctx: LogContext) -> Iterator[LogEvent]:
    """Yield what containers have printed, lines of several in the order of their times.

    Args:
        runs: the containers, each with its run as it was last seen.
        ctx: how.
    """
    timed = ctx.timed or ctx.since is not None or len(runs) > 1
    answers: dict[LogSource, Snapshot] = {}
    tasks = [
        Task(
            f"{source.address}/{source.container}",
            partial(_read, source, seen, ctx, answers, timed=timed),
            partial(_skip, source),
        )
        for source, seen in runs.items()
    ]
    yield from _run(tasks, ctx)
    for source, answer in answers.items():
        if ctx.tail is None and ctx.since is None and answer.may_be_cut(ended=runs[source].over):
            yield LogGap(source, Missing.EARLIER)
    chosen = {source: choose_lines(answer.lines, tail=ctx.tail, after=ctx.since) for source, answer in answers.items()}
    for source, lines in merge_lines(chosen):
        yield LogLines(source, lines)


def _run(tasks: Sequence[Task], ctx: LogContext) -> Iterator[LogEvent]:
    events: Iterator[Any] = run(tasks, concurrency=_AT_ONCE, clock=ctx.clock, stopped=ctx.stopped)
    return events


def _skip(source: LogSource, reason: str) -> Any:
    return LogFailed(source, AciReconcileError(f"not read: {reason}"))


def _read(
    source: LogSource, seen: ContainerRun, ctx: LogContext, answers: dict[LogSource, Snapshot], *, timed: bool
) -> Process[bool]:
    """Read one log."""
    tail = ctx.tail if ctx.since is None else None
    ask = partial(ctx.backend.logs, source.id, source.container, tail=tail, timestamps=timed, raw=True)
    try:
        content = yield from ctx.ask(ask)
    except InterruptedRunError:
        return False
    except AzureError as error:
        # A container that has not begun has no log, and nothing says how Azure puts that.
        yield from report(LogFailed(source, error) if seen.begun else LogWaiting(source, seen.provisioning))
        return False
    answers[source] = parse_snapshot(content) if timed else _take_plainly(content)
    if not content and not seen.begun:
        yield from report(LogWaiting(source, seen.provisioning))
    return True


def _take_plainly(content: str) -> Snapshot:
    """Return the lines of an answer that was asked for without times."""
    texts = content.split("\n")
    return Snapshot(tuple(map(LogLine, texts if texts[-1] else texts[:-1])), size=len(content))
