"""``watch``: make Azure match the manifests again and again, within limits of a day."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.option_types import Address, Duration, Name
from aci_reconcile.cli.options import SAFETY, AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import ADOPT, ALLOW_REPLACE, MAX_DELETES, MAX_RESTARTS, PRUNE, LockOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from aci_reconcile.app.git_source import GitSource
    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.watch.controller import Controller
    from aci_reconcile.app.watch.settings import Settings
    from aci_reconcile.cli.session import Session

WATCHING: Final = "Watching"
_HEALED: Final = {
    "tags": "tags",
    "config": "configuration",
    "all": "configuration, and groups that do not run",
}
_HEAL: Final = ("none", *_HEALED)
_LEAST: Final = 1.0
_LIMIT: Final = click.IntRange(min=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOptions:
    """What a watch may do within 24 hours; on the command line only."""

    prune: bool | None = declare(PRUNE)
    max_deletes: int | None = declare(MAX_DELETES)
    max_restarts: int | None = declare(MAX_RESTARTS)
    allow_replace: int | None = declare(ALLOW_REPLACE)
    max_restarts_per_hour: int = declare(
        Option(
            "--max-restarts-per-hour",
            section=SAFETY,
            type=_LIMIT,
            default=3,
            metavar="N",
            help="Start or restart one stopped or crashed group N times an hour (default: 3).",
        )
    )
    adopt: bool = declare(ADOPT)
    state: Path | None = declare(
        Option(
            "--state",
            section=SAFETY,
            setting="watch_state",
            type=options.FILE,
            metavar="FILE",
            help="Keep the count of the last 24 hours in FILE. Without it, a start counts as a day used up.",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GitOptions:
    """Where the manifests are fetched from, if they are not in a folder."""

    git: str = declare(
        Option(
            "--git",
            section=options.MANIFESTS,
            type=Name(),
            metavar="URL",
            default="",
            help="Fetch the manifests from this Git repository in every round.",
        )
    )
    git_ref: str = declare(
        Option(
            "--git-ref",
            section=options.MANIFESTS,
            type=Name(),
            metavar="REF",
            default="",
            help="Branch or tag of that repository (default: its own branch).",
        )
    )
    git_path: str = declare(
        Option(
            "--git-path",
            section=options.MANIFESTS,
            type=Name(),
            metavar="FOLDER",
            default="",
            help="Folder of the project in that repository (default: its top).",
        )
    )

    @contextmanager
    def open(self, session: Session) -> Generator[GitSource | None]:
        """Make the private copy of the repository; None if the manifests are in a folder.

        Raises:
            UsageError: the address, the ref or the folder cannot be one, or there is no address.
        """
        if not self.git:
            if self.git_ref or self.git_path:
                raise UsageError("--git-ref and --git-path need --git", hint="without it, the folder here is watched")
            yield None
            return
        from aci_reconcile.app.git_address import parse_git_address
        from aci_reconcile.app.git_source import open_git_source

        address = parse_git_address(self.git, session.cwd, "--git")
        with open_git_source(address, self.git_ref, self.git_path, session.environ) as source:
            yield source


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """The options of ``watch``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    every: float = declare(
        Option(
            "--every",
            section=WATCHING,
            type=Duration(),
            default=60.0,
            metavar="TIME",
            help="Time from one round to the next (default: 1m).",
        )
    )
    heal: str = declare(
        Option(
            "--heal",
            section=WATCHING,
            safety=True,
            type=click.Choice(_HEAL),
            default="none",
            help="What to put right: nothing, tags, all configuration, or stopped groups, too (default: none).",
        )
    )
    health_every: float = declare(
        Option(
            "--health-every",
            section=WATCHING,
            type=Duration(),
            default=600.0,
            metavar="TIME",
            help="Time in which each group's run state is read once (default: 10m).",
        )
    )
    listen: str | None = declare(
        Option(
            "--listen",
            section=WATCHING,
            type=Address(),
            metavar="[HOST:]PORT",
            help="Serve /healthz, /readyz and /metrics there; without HOST on this machine alone.",
        )
    )
    git: GitOptions = include(GitOptions)
    day: DayOptions = include(DayOptions)
    lock: LockOptions = include(LockOptions)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)
    line: CommandLine = command_line()

    @property
    def target(self) -> Target:
        """Where requests go. Nobody is asked, so somebody must have named the subscription."""
        if self.heal == "none":  # who only looks needs no lock
            return self.azure.target
        return replace(self.azure.target, unattended="--heal", lock=self.lock.make_request("watch"))

    def make_settings(self, session: Session) -> Settings:
        """Return what the watch does.

        Raises:
            UsageError: a time is too short, or the file of ``--state`` cannot be one.
        """
        from aci_reconcile.app.policy import Allow
        from aci_reconcile.app.watch.ledger_file import LedgerFile
        from aci_reconcile.app.watch.settings import Settings
        from aci_reconcile.reconcile.rounds import Heal

        if self.git.git and self.paths:
            raise UsageError("--git and paths cannot be combined", hint="name the folder with --git-path")
        for name, seconds in (("--every", self.every), ("--health-every", self.health_every)):
            if seconds < _LEAST:
                raise UsageError(f"{name} is shorter than a second", hint="write 30s or 1m")
        day = self.day
        state = LedgerFile(day.state) if day.state is not None else None
        if state is not None:
            state.check()
        return Settings(
            heal=Heal(self.heal),
            allow=Allow(
                prune=day.prune,
                max_deletes=day.max_deletes,
                max_restarts=day.max_restarts,
                adopt=day.adopt,
                replace=day.allow_replace,
            ),
            every=self.every,
            health_every=max(self.health_every, self.every),
            restarts_per_hour=day.max_restarts_per_hour,
            state=state,
            place=session.place,
        )


def watch(session: Session, asked: WatchOptions) -> ExitCode:
    """Make rounds until a signal ends it: what is under way is finished, and the exit code is 0."""
    from contextlib import closing, suppress

    from aci_reconcile.app.interruption import EndedBySignalError
    from aci_reconcile.app.watch.controller import make_controller
    from aci_reconcile.app.watch.settings import Surroundings
    from aci_reconcile.cli.progress import render_unfinished
    from aci_reconcile.cli.watch_log import WatchLog

    settings, interruption = asked.make_settings(session), session.interruption
    log = WatchLog(session.console, session.clock)
    surroundings = Surroundings(interruption.has_come, interruption.allow_end, log.show, log.tell)
    sources = asked.sources.make_sources(asked.azure.place, asked.paths)
    interruption.ends_well = True
    with asked.git.open(session) as git, suppress(EndedBySignalError):
        controller = make_controller(sources, asked.target, settings, session, surroundings, git)
        interruption.on_hangup = _make_hangup(session, controller)
        _greet(session, asked)
        with (
            closing(controller.course.link),
            _serve(controller, asked, session),
            interruption.protect(lambda: render_unfinished(controller.course.in_flight, "watch")),
        ):
            controller.run()
    session.console.info("Ended.")
    return ExitCode.OK


@contextmanager
def _serve(controller: Controller, asked: WatchOptions, session: Session) -> Generator[None]:
    """Serve how the watch stands, if that is asked for.

    Raises:
        UsageError: the address is in use, or is not one of this machine.
    """
    if asked.listen is None:
        yield
        return
    from aci_reconcile.app.status_server import Listen, serve_status
    from aci_reconcile.app.watch_endpoints import WatchEndpoints
    from aci_reconcile.azure.endpoint import is_loopback

    host, _, port = asked.listen.rpartition(":")
    endpoints = WatchEndpoints(controller.look, session.clock)
    with serve_status(Listen(host, int(port)), endpoints.answer, "--listen") as there:
        session.console.info(f"Serving /healthz, /readyz and /metrics at http://{there}")
        if not is_loopback(host):
            session.console.warn("Whoever reaches that address can read the names of groups and what is wrong.")
        yield


def _make_hangup(session: Session, controller: Controller) -> Callable[[], bool]:
    """Return what SIGHUP does: another round at once, unless the terminal was closed that the watch was started on."""
    from aci_reconcile.cli.console import is_terminal

    streams = [each for each in (session.console.out, session.console.err) if is_terminal(each)]

    def hang_up() -> bool:
        if streams and not any(map(is_terminal, streams)):
            return False
        controller.hurry()
        return True

    return hang_up


def _greet(session: Session, asked: WatchOptions) -> None:
    """Say what is watched, and how it differs from what a person may expect."""
    from aci_reconcile.render.words import format_duration

    every = format_duration(asked.every)
    doing = "reports what differs" if asked.heal == "none" else f"heals {_HEALED[asked.heal]}"
    session.console.info(f"Watching every {every}; it {doing}. Ctrl-C ends it.")


WATCH: Final = Command(
    "watch",
    watch,
    WatchOptions,
    help="Compare Azure with the manifests again and again, and put right what --heal allows.",
    examples=(
        "aci-reconcile watch                             report what differs",
        "aci-reconcile watch --heal config --state FILE  put configuration right",
        "aci-reconcile watch --heal all --prune --state FILE",
        "aci-reconcile watch --local --every 5s --heal config",
    ),
)
