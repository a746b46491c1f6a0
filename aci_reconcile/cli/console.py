"""Where text goes: results to stdout, everything else to stderr, each with its own colours."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from aci_reconcile.core.ci import find_ci
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.style import ANSI, PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.app.run import Level
    from aci_reconcile.cli.options import OutputOptions

_LEAST, _MOST, PIPED = 60, 160, 100
_UNREAD: Final = {errno.EPIPE, errno.EIO, errno.ENXIO, errno.ESHUTDOWN, errno.ECONNRESET}
"""Errors of a pipe, a terminal or a socket without a reader (write(2))."""


@dataclass(frozen=True, slots=True)
class Console:
    """The two streams of a run and how each is written to."""

    out: IO[str]
    err: IO[str]
    style: Style = PLAIN
    """For stdout."""
    notes: Style = PLAIN
    """For stderr."""
    width: int = PIPED
    json: bool = False
    """Whether stdout takes JSON only."""
    format: str = "text"
    """The format of the result."""
    log_json: bool = False
    """Whether stderr takes JSON lines only."""
    quiet: bool = False
    verbose: bool = False
    live: bool = False
    """Whether stderr is a terminal on which progress may move."""

    def result(self, text: str) -> None:
        """Write a result to stdout."""
        if text:
            write(self.out, f"{text}\n")

    def stream(self, text: str) -> bool:
        """Write a piece of a result that goes on and on; return whether anybody reads it."""
        return write(self.out, text)

    def line(self, document: Mapping[str, object]) -> None:
        """Write one line of JSON to stdout."""
        write(self.out, f"{json.dumps(document)}\n")

    def info(self, text: str) -> None:
        """Report something that may be of interest; not when quiet."""
        if not self.quiet:
            self._report("info", text, self.notes.paint(self.notes.dim, text))

    def warn(self, text: str) -> None:
        """Warn; not when quiet."""
        if not self.quiet:
            self._report("warning", text, f"{self.notes.paint(self.notes.warn, 'Warning:')} {text}")

    def error(self, text: str) -> None:
        """Report an error."""
        self._report("error", text, f"{self.notes.paint(self.notes.error, 'Error:')} {text}")

    def plain(self, level: Level, text: str) -> None:
        """Write text that needs no prefix."""
        if text and not (self.quiet and level != "error"):
            self._report(level, text, text)

    def raw(self, text: str) -> None:
        """Write to stderr as it is. It holds no result: if it takes no more, the work goes on."""
        with suppress(AciReconcileError):
            write(self.err, text)

    def _report(self, level: Level, text: str, painted: str) -> None:
        if self.log_json:
            self.raw(f"{json.dumps({'level': level, 'message': sanitize(text, keep=chr(10))})}\n")
        else:
            self.raw(f"{painted}\n")


class Progress(io.TextIOBase):
    """Stderr for a library that draws on it: without a reader, its text is dropped, too."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @property
    def encoding(self) -> str:  # type: ignore[override]  # of a stream that may have none
        """Return the encoding of the terminal."""
        return str(getattr(self._console.err, "encoding", None) or "utf-8")

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return is_terminal(self._console.err)

    def fileno(self) -> int:
        """Return the number of the terminal."""
        return self._console.err.fileno()

    def write(self, text: str, /) -> int:
        """Write a text."""
        self._console.raw(text)
        return len(text)


def write(stream: IO[str], text: str) -> bool:
    """Write and flush; return whether anybody reads it.

    A pipe without a reader or a closed terminal is no error: the rest is dropped, the work goes on.

    Raises:
        AciReconcileError: the stream takes no more, such as a full disk.
    """
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _silence(stream)
        # `aci-reconcile apply | head` must not end an apply in the middle of a write.
        if error.errno in _UNREAD:
            return False
        raise AciReconcileError(f"the output cannot be written: {error.strerror or error}") from error
    return True


def has_reader(stream: IO[str]) -> bool:
    """Whether somebody may still read what is written to a stream, although nothing is written now."""
    import select

    if not hasattr(select, "poll"):  # Windows
        return True
    try:
        poll = select.poll()
        poll.register(stream.fileno(), 0)
        return not any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
    except (OSError, ValueError):  # it is no file
        return True


def make_console(output: OutputOptions, streams: tuple[IO[str], IO[str]], environ: Mapping[str, str]) -> Console:
    """Return the console for these options, streams and environment."""
    out, err = streams
    # Build servers record the stream of a terminal: each frame of an animation would be a line of the log.
    automatic = is_terminal(err) and not find_ci(environ) and environ.get("TERM") != "dumb"
    return Console(
        out,
        err,
        style=_style(output.color, out, environ),
        notes=_style(output.color, err, environ),
        width=_width(out, environ),
        json=output.format == "json",
        format=output.format,
        log_json=output.log_format == "json",
        quiet=output.quiet,
        verbose=output.verbose,
        live=automatic and output.format != "json" and output.log_format == "text" and not output.quiet,
    )


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether the stream is a terminal."""
    with suppress(ValueError):
        return stream is not None and stream.isatty()
    return False


def wants_colour(color: str, *, terminal: bool, environ: Mapping[str, str]) -> bool:
    """Decide about colour: the option, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then TERM, then the stream."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"


def _style(color: str, stream: IO[str], environ: Mapping[str, str]) -> Style:
    return ANSI if wants_colour(color, terminal=is_terminal(stream), environ=environ) else PLAIN


def _width(stream: IO[str], environ: Mapping[str, str]) -> int:
    """Return the width of the terminal, within limits."""
    columns = environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdecimal() and int(columns):
        return min(max(int(columns), _LEAST), _MOST)
    # A file must be the same wherever it is written, or diffs would show the width of a terminal.
    if not is_terminal(stream):
        return PIPED
    return min(max(shutil.get_terminal_size((PIPED, 0)).columns, _LEAST), _MOST)


def _silence(stream: IO[str]) -> None:
    """Send a broken stream to /dev/null, so that neither a later write nor the interpreter's last flush fails."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
