"""``exec``: run a program in a container, with its exit code."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.console import is_terminal
from aci_reconcile.cli.live_view import open_view
from aci_reconcile.cli.option import Option, Words, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import ANY_OWNER
from aci_reconcile.core.errors import ExitCode, InvalidManifestsError, UsageError

if TYPE_CHECKING:
    from aci_reconcile.app.container_command import Wanted
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.model import Resource

_PROGRAM = "Program"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecOptions:
    """The options of ``exec``."""

    address: str = declare(options.ADDRESS)
    command: tuple[str, ...] = declare(Words("command", "-- COMMAND..."))
    container: str = declare(
        Option(
            "-c",
            "--container",
            section=_PROGRAM,
            setting="exec_container",
            metavar="NAME",
            default="",
            help="Container to run in, if the group has several.",
        )
    )
    stdin: bool = declare(
        Option(
            "-i",
            "--stdin",
            section=_PROGRAM,
            setting="exec_stdin",
            is_flag=True,
            help="Pass standard input, to its end.",
        )
    )
    terminal: bool = declare(
        Option(
            "-t",
            "--tty",
            section=_PROGRAM,
            setting="exec_tty",
            is_flag=True,
            help="Use this terminal. Ctrl-P Ctrl-Q leaves it.",
        )
    )
    raw: bool = declare(
        Option(
            "--raw",
            section=_PROGRAM,
            setting="exec_raw",
            is_flag=True,
            help="Print what the container's terminal makes of the output, as it is.",
        )
    )
    no_exit_code: bool = declare(
        Option(
            "--no-exit-code",
            section=_PROGRAM,
            safety=True,
            is_flag=True,
            help="Run COMMAND itself instead of the container's shell. Its exit code is not known.",
        )
    )
    shell: str = declare(
        Option(
            "--shell",
            section=_PROGRAM,
            setting="exec_shell",
            metavar="PATH",
            default="/bin/sh",
            help="Shell in the container that runs COMMAND (default: /bin/sh).",
        )
    )
    any_owner: bool = declare(ANY_OWNER)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def run_in_container(session: Session, asked: ExecOptions) -> int:
    """Run a program in a container, and return its exit code."""
    from aci_reconcile.app.container_command import check_command
    from aci_reconcile.app.targets import check_owner, choose_container, find_group

    wanted = _make_wanted(session, asked)
    check_command(wanted)
    with open_view(
        asked.sources.make_sources(asked.azure.place), asked.azure.target, session, (asked.address,)
    ) as view:
        if view.declared.settings_errors and not asked.any_owner:
            raise InvalidManifestsError(view.declared.settings_errors)  # nobody knows whose groups are the project's
        live = find_group(view, asked.address)
        container = choose_container(live, asked.container, init=False)
        check_owner(live, view.policy, any_owner=asked.any_owner)
        if asked.terminal:
            return _run_on_terminal(session, view.backend, live, container, wanted)
        return _run_piped(session, view.backend, live, container, wanted)


def _make_wanted(session: Session, asked: ExecOptions) -> Wanted:
    """Return what is to run.

    Raises:
        UsageError: options contradict each other, or there is no terminal.
    """
    from aci_reconcile.app.container_command import Wanted
    from aci_reconcile.cli.near_end import check_terminal, measure_terminal

    console = session.console
    if not asked.terminal:
        if asked.raw and console.json:
            raise UsageError("--raw and --format json cannot be combined")
        return Wanted(asked.command, asked.stdin, "raw" if asked.raw else "captured", asked.no_exit_code, asked.shell)
    if console.json:
        raise UsageError("-t and --format json cannot be combined")
    check_terminal(session.stdin, console.out)
    command = asked.command or (asked.shell,)
    return Wanted(command, True, "terminal", asked.no_exit_code, asked.shell, measure_terminal(console.out))


def _run_piped(session: Session, backend: Backend, live: Resource, container: str, wanted: Wanted) -> int:
    from aci_reconcile.app.container_command import run_command
    from aci_reconcile.cli.input_stream import InputStream
    from aci_reconcile.cli.near_end import CapturedEnd, PipedEnd

    console = session.console
    with closing(InputStream(session.stdin if wanted.stdin else None)) as source:
        if console.json:
            kept = CapturedEnd(source)
            code = run_command(backend, live, container, wanted, kept)
            told = {"address": live.address, "container": container, "exitCode": code, "output": kept.text}
            console.line(told)
        else:
            shown = is_terminal(console.out) and wanted.mode != "raw"
            code = run_command(backend, live, container, wanted, PipedEnd(console.out, source, shown))
    return ExitCode.OK if code is None else code


def _run_on_terminal(session: Session, backend: Backend, live: Resource, container: str, wanted: Wanted) -> int:
    from aci_reconcile.app.container_command import run_command
    from aci_reconcile.cli.input_stream import InputStream
    from aci_reconcile.cli.near_end import TerminalEnd, leave_modes, raw_mode

    console, stdin = session.console, session.stdin
    if stdin is None:
        raise UsageError("-t needs a terminal, and standard input is closed")
    rows, columns = wanted.size
    console.info(f"Terminal of {rows} rows and {columns} columns; Azure cannot be told if it changes.")
    console.info("Ctrl-P Ctrl-Q leaves it.")
    with closing(InputStream(stdin)) as source, raw_mode(stdin, lambda: leave_modes(console.out)):
        code = run_command(backend, live, container, wanted, TerminalEnd(console.out, source))
    return ExitCode.OK if code is None else code


EXEC = Command(
    "exec",
    run_in_container,
    ExecOptions,
    help="Run a program in a container, and exit with its exit code. "
    "125 means that there is none, and the message says why.",
    examples=(
        "aci-reconcile exec web -- ls -l /srv                  needs no terminal",
        "aci-reconcile exec web -c app -- sh -c 'cd /srv; ls'  in one of several containers",
        "aci-reconcile exec db -i -- psql < dump.sql           with standard input",
        "aci-reconcile exec web -t                             a shell on this terminal",
    ),
    failure=ExitCode.NO_RESULT,
)
