"""``logs``: what containers printed, and with ``--follow`` what they print. Manifests are not needed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.interruption import EndedBySignalError
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.console import has_reader
from aci_reconcile.cli.live_view import open_view
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.option_types import Since
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aci_reconcile.app.durations import Moment
    from aci_reconcile.app.view import View
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.redaction import Redactor
    from aci_reconcile.operate.container_runs import ContainerRun
    from aci_reconcile.operate.log_events import LogEvent, LogSource
    from aci_reconcile.render.text.logs import LogLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsOptions:
    """The options of ``logs``."""

    addresses: tuple[str, ...] = declare(options.SOME_ADDRESSES)
    follow: bool = declare(
        Option("-f", "--follow", section=options.LOGS, is_flag=True, help="Go on until the containers have ended.")
    )
    containers: tuple[str, ...] = declare(
        Option(
            "-c",
            "--container",
            "containers",
            section=options.LOGS,
            multiple=True,
            metavar="NAME",
            help="Only this container, or those that match a pattern: '*' matches init containers, too. Repeatable "
            "(default: all but init containers).",
        )
    )
    tail: int | None = declare(
        Option(
            "--tail",
            section=options.LOGS,
            type=options.COUNT,
            metavar="N",
            help="Begin with the last N lines of each container (default: all).",
        )
    )
    since: Moment | None = declare(
        Option(
            "--since",
            section=options.LOGS,
            type=Since(),
            metavar="TIME",
            help="Begin with lines since then: 10m, 2h, or a time such as 2026-11-29T10:00:00Z.",
        )
    )
    timestamps: bool = declare(
        Option("--timestamps", section=options.LOGS, is_flag=True, help="Print the time of each line, as Azure got it.")
    )
    prefix: bool | None = declare(
        Option(
            "--prefix/--no-prefix",
            section=options.LOGS,
            default=None,
            help="Begin each line with the name of its container (default: if there are several).",
        )
    )
    redact: bool = declare(
        Option(
            "--redact",
            section=options.LOGS,
            is_flag=True,
            help="Redact every secret of the manifests, those of Key Vaults, too; fail if one is missing.",
        )
    )
    raw: bool = declare(
        Option("--raw", section=options.LOGS, is_flag=True, help="Keep control characters, such as colors.")
    )
    exit_code: bool = declare(
        Option(
            "--exit-code",
            section=options.LOGS,
            is_flag=True,
            help="Exit with the code of the container; of several, with the highest. 125: there is none.",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def print_logs(session: Session, asked: LogsOptions) -> int:
    """Print the logs of containers."""
    try:
        with open_view(
            asked.sources.make_sources(asked.azure.place), asked.azure.target, session, asked.addresses
        ) as view:
            return _print(session, view, asked)
    except EndedBySignalError:
        if not asked.follow:
            raise
        return session.interruption.exit_code  # that is how a follow ends, and needs no words


def _print(session: Session, view: View, asked: LogsOptions) -> int:
    from aci_reconcile.app.logs import find_sources, make_log_context, show_logs
    from aci_reconcile.app.targets import find_groups
    from aci_reconcile.render.text.logs import LogLayout

    redact = _combine(_make_redactor(session, asked), view.redact) if asked.redact else view.redact
    runs = find_sources(find_groups(view, asked.addresses), asked.containers)
    named = asked.prefix if asked.prefix is not None else len(runs) > 1
    layout = LogLayout.of(tuple(runs), session.console.style, named=named, timed=asked.timestamps, raw=asked.raw)
    printer = _Printer(session, layout, alone=len(runs) == 1)
    ctx = replace(
        make_log_context(view.backend, session.clock),
        timed=asked.timestamps,
        tail=asked.tail,
        since=None if asked.since is None else asked.since.find(session.clock.now()),
        timeout=asked.azure.timeout,
        stopped=printer.is_over,
    )
    for event in show_logs(runs, ctx, redact, follow=asked.follow):
        printer.show(event)
    if not asked.exit_code:
        return ExitCode.ERROR if printer.failed else ExitCode.OK
    ends = printer.ends if asked.follow else runs
    return _choose_exit_code([ends.get(each) for each in runs], session)


def _make_redactor(session: Session, asked: LogsOptions) -> Redactor:
    """Return what removes every secret of the manifests."""
    from aci_reconcile.app.logs import find_all_secrets
    from aci_reconcile.core.redaction import Redactor

    redactor = Redactor()
    sources = asked.sources.make_sources(asked.azure.place)
    redactor.remember(find_all_secrets(sources, asked.azure.target, session))
    return redactor


def _combine(first: Callable[[str], str], second: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: second(first(text))


def _choose_exit_code(runs: Iterable[ContainerRun | None], session: Session) -> int:
    from aci_reconcile.app.logs import find_exit_code

    code = find_exit_code(runs)
    if code is None:
        session.console.error("not every container has an exit code: one runs, was stopped, or is gone")
        return ExitCode.NO_RESULT
    return code


@dataclass(slots=True)
class _Printer:
    """Prints events: lines to stdout, marks to stderr, or everything as JSON to stdout."""

    session: Session
    layout: LogLayout
    alone: bool
    """Whether there is only one container, whose good end needs no words."""
    unread: bool = False
    failed: bool = False
    ends: dict[LogSource, ContainerRun | None] = field(default_factory=dict["LogSource", "ContainerRun | None"])

    def is_over(self) -> bool:
        """Whether nobody reads any more."""
        self.unread = self.unread or not has_reader(self.session.console.out)
        return self.unread

    def show(self, event: LogEvent) -> None:
        """Print an event."""
        from aci_reconcile.operate.log_events import LogEnd, LogFailed, LogLines
        from aci_reconcile.render.json.logs import emit_log

        console = self.session.console
        if isinstance(event, LogEnd):
            self.ends[event.source] = event.run
        self.failed = self.failed or isinstance(event, LogFailed)
        if self.unread:
            return
        if console.json:
            from aci_reconcile.render.escape import dump

            text = "".join(f"{dump(each, indent=None)}\n" for each in emit_log(event))
            self.unread = not console.stream(text)
        elif isinstance(event, LogLines):
            self.unread = not console.stream(self.layout.render(event))
        else:
            self._mark(event)

    def _mark(self, event: LogEvent) -> None:
        from aci_reconcile.operate.log_events import LogEnd, LogFailed, LogGap, LogRestart
        from aci_reconcile.render.text.logs import render_mark

        console = self.session.console
        text = console.notes.paint(console.notes.dim, render_mark(event))
        if isinstance(event, LogFailed):
            console.error(render_mark(event).removeprefix("--- "))
        elif isinstance(event, (LogGap, LogRestart)):
            console.plain("warning", text)
        elif not (isinstance(event, LogEnd) and self.alone and event.run is not None and event.run.exit_code == 0):
            console.plain("info", text)


LOGS = Command(
    "logs",
    print_logs,
    LogsOptions,
    help="Print the logs of containers, and follow them over restarts.",
    examples=(
        "aci-reconcile logs web                  what the containers of web printed",
        "aci-reconcile logs web -c app -f        go on with what app prints",
        "aci-reconcile logs 'rg-shop/*' -f       all groups at once, with their names",
        "aci-reconcile logs job -f --exit-code   wait for a job, and exit with its code",
    ),
)
