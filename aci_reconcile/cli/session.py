"""What one run of a command shares: its environment, its console, its clock."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aci_reconcile.app.interruption import Interruption, SystemClock
from aci_reconcile.cli.console import Console, make_console
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.app.begun import Begun
    from aci_reconcile.app.owned_index import OwnedIndex
    from aci_reconcile.cli.options import OutputOptions
    from aci_reconcile.render.formats.result import RunEnd, RunOrigin


@dataclass(slots=True)
class Session:
    """The environment and the streams of the process. ``console`` is replaced once the options are known."""

    environ: Mapping[str, str]
    stdin: IO[str] | None
    console: Console
    interruption: Interruption = field(default_factory=Interruption)
    place: tuple[str, ...] = ()
    """The options on the command line that say where groups are: commands in hints repeat them."""
    failure: ExitCode = ExitCode.ERROR
    """The exit code of an error that has none of its own meaning, by the command."""
    ends: list[tuple[RunOrigin, RunEnd]] | None = None
    """Where a command that makes several runs finds how each of them ended; None: it makes one."""
    index: OwnedIndex | None = None
    """Where the runs of a fleet search for groups of ours, once for all of them."""
    begun: Begun | None = None
    """What was begun for this run while those before it were under way, if it is one of several."""

    @property
    def cwd(self) -> Path:
        """The current folder.

        Raises:
            UsageError: it was deleted.
        """
        try:
            return Path.cwd()
        except OSError as error:
            raise UsageError("the current folder no longer exists") from error

    @property
    def clock(self) -> SystemClock:
        """Time; a signal ends a sleep early."""
        return SystemClock(self.interruption)

    @classmethod
    def of_process(cls, output: OutputOptions) -> Session:
        """Return the session of this process."""
        streams = _make_usable(sys.stdout), _make_usable(sys.stderr)
        return cls(os.environ, sys.stdin, make_console(output, streams, os.environ))

    def follow(self, output: OutputOptions) -> None:
        """Write from now on as the options of a command say.

        Raises:
            UsageError: options contradict each other.
        """
        if output.quiet and output.verbose:
            raise UsageError("--quiet and --verbose cannot be combined")
        self.interruption.json = output.log_format == "json"
        self.console = make_console(output, (self.console.out, self.console.err), self.environ)


def _make_usable(stream: IO[str] | None) -> IO[str]:
    """Return a stream that takes any character. One that the caller closed drops everything."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return stream
