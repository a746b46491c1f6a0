"""What one run of the command shares: its environment, its console, its clock."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aci_reconcile.app.interruption import Interruption, SystemClock
from aci_reconcile.cli.console import Console, console_for
from aci_reconcile.cli.given import Given, Output
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click


@dataclass(slots=True)
class Session:
    """The edge of the process, read once. ``console`` is replaced when a command knows its options."""

    environ: Mapping[str, str]
    stdin: IO[str] | None
    console: Console
    interruption: Interruption = field(default_factory=Interruption)

    @property
    def cwd(self) -> Path:
        """The current folder.

        Raises:
            UsageError: it was deleted meanwhile.
        """
        try:
            return Path.cwd()
        except OSError as error:
            raise UsageError("the current folder no longer exists") from error

    @property
    def clock(self) -> SystemClock:
        """Time, which signals shorten."""
        return SystemClock(self.interruption)

    @classmethod
    def real(cls, output: Output) -> Session:
        """Return the session of this process."""
        streams = _usable(sys.stdout), _usable(sys.stderr)
        return cls(os.environ, sys.stdin, console_for(output, streams, os.environ))


def started(ctx: click.Context) -> tuple[Session, Given]:
    """Begin a command: its options are read, and the console follows them."""
    session = ctx.find_object(Session)
    if session is None:
        raise RuntimeError("a command runs within a session")
    given = Given.of(ctx)
    _check_format(ctx, given)
    session.interruption.json = given.text("log_format") == "json"
    session.console = console_for(Output.of(given), (session.console.out, session.console.err), session.environ)
    return session, given


def _check_format(ctx: click.Context, given: Given) -> None:
    """Look at a format that stands before the command: there it may be any.

    Raises:
        UsageError: this command has no use for it.
    """
    kinds = [each.type for each in ctx.command.params if each.name == "format"]
    known = [str(each) for kind in kinds for each in getattr(kind, "choices", ())]
    if known and given.text("format") not in known:
        hint = f"it takes {', '.join(known)}"
        raise UsageError(f"{ctx.command.name} has no format {given.text('format')}", hint=hint)


def _usable(stream: IO[str] | None) -> IO[str]:
    """Return a stream that takes any character; one that the caller closed leads to nowhere."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return stream
