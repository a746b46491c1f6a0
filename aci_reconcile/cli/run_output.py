"""Showing runs: what their containers print, as it comes, and how they ended."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli.options import PLAIN
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.core.model import as_list
from aci_reconcile.operate.log_events import LogFailed, LogGap, LogLines, LogRestart
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.json.tasks import render_end_json, render_line_json
from aci_reconcile.render.text.logs import render_mark
from aci_reconcile.render.text.tasks import render_run_text, render_runs_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.operate.log_events import LogEvent
    from aci_reconcile.reconcile.events import Logs
    from aci_reconcile.reconcile.tasks import Run, RunReport
    from aci_reconcile.render.header import Header

_KEPT: Final = 20
"""How many of a container's last lines a report has."""


class RunOutput:
    """Takes what runs tell, and shows it. An output that takes no more is no reason to leave groups behind."""

    def __init__(self, runs: Sequence[Run], console: Console, clock: Clock, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._console = console
        self._clock = clock
        self._several = len(runs) > 1
        self._reports: dict[str, RunReport] = {}
        self._order = [each.address for each in runs]
        self._logs: dict[str, dict[str, deque[str]]] = defaultdict(dict)
        self._lost: AciReconcileError | None = None

    @property
    def reports(self) -> tuple[RunReport, ...]:
        """The runs that have ended, in the order in which they were asked for."""
        return tuple(self._reports[each] for each in self._order if each in self._reports)

    @property
    def logs(self) -> dict[str, Logs]:
        """The last lines of each container, by the address of its group."""
        return {
            address: tuple((name, tuple(lines)) for name, lines in found.items())
            for address, found in self._logs.items()
        }

    def print_log(self, run: Run, event: LogEvent) -> None:
        """Show new lines of a log, or what is to be said of it."""
        if isinstance(event, LogLines):
            self._print_lines(run, event.source.container, [self._redact(each.text) for each in event.lines])
        elif isinstance(event, (LogGap, LogRestart, LogFailed)):
            self._console.warn(sanitize(f"{run.name}: {render_mark(event)}"))

    def _print_lines(self, run: Run, container: str, lines: Sequence[str]) -> None:
        kept = self._logs[run.address].setdefault(container, deque(maxlen=_KEPT))
        kept.extend(sanitize(line, keep="\t") for line in lines[-_KEPT:])
        if self._console.format not in PLAIN:
            return
        now = self._clock.now()
        if self._console.json:
            texts = [render_line_json(run, container, line, timestamp=now) for line in lines]
        else:
            prefix = self._make_prefix(run, container)
            texts = [f"{prefix}{sanitize(line, keep=chr(9))}" for line in lines]
        self._write("\n".join(texts))

    def show(self, text: str) -> None:
        """Show an event as JSON."""
        self._write(text)

    def end(self, report: RunReport) -> None:
        """Show how a run ended."""
        self._reports[report.run.address] = report
        if self._console.json:
            self._write(render_end_json(report, timestamp=self._clock.now()))
        elif text := render_run_text(report, self._console.notes):
            self._console.plain("error" if report.ending.code else "warning", text)

    def finish(self) -> None:
        """Show the table of several runs.

        Raises:
            AciReconcileError: stdout took no more; the runs went on.
        """
        if self._several and self._console.format == "text":
            self._write(f"\n{render_runs_text(self.reports, self._console.style)}")
        if self._lost is not None:
            raise self._lost

    def describe_remaining(self, begun: Sequence[str]) -> str:
        """Return which groups an aborted run leaves behind."""
        left = sorted(each for each in begun if each not in self._reports)
        return (
            f" Still there: {', '.join(left)}. The next run deletes them once their tags have expired." if left else ""
        )

    def render_report(self, console: Console, header: Header, reports: Reports) -> str:
        """Return all of it in the format of the console."""
        if console.json:
            return "\n".join(render_end_json(each, timestamp=self._clock.now()) for each in self.reports)
        if console.format in PLAIN:
            return render_runs_text(self.reports, console.style)
        from aci_reconcile.render.page.tasks import make_run_page

        return reports.page(make_run_page(self.reports, self.logs, header), console)

    def _make_prefix(self, run: Run, container: str) -> str:
        after = run.change.after
        lists = (after.properties.get(name) for name in ("containers", "initContainers")) if after is not None else ()
        inner = sum(len(as_list(each)) for each in lists) > 1
        if not (self._several or inner):
            return ""
        name = f"{run.name}/{container}" if self._several and inner else run.name if self._several else container
        return f"{self._console.style.paint(self._console.style.dim, sanitize(name) + ' |')} "

    def _write(self, text: str) -> None:
        if self._lost is None:
            try:
                self._console.result(text)
            except AciReconcileError as error:
                self._lost = error
