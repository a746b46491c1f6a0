"""The near end of ``exec``: standard input and output, as a pipe or as a terminal in raw mode."""

from __future__ import annotations

import codecs
import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

from aci_reconcile.cli.console import is_terminal
from aci_reconcile.core.errors import NoExitCodeError, UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from aci_reconcile.cli.input_stream import InputStream

DETACH: Final = b"\x10\x11"
"""Ctrl-P, Ctrl-Q, as in Docker."""
_LEAVE_MODES: Final = b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[0m"
"""Switches off what a program on the terminal may have left on: mouse, bracketed paste, the other screen; colours."""


@dataclass(slots=True)
class PipedEnd:
    """Standard input and output without a terminal in between. ``shown`` says whether a person reads the output."""

    out: IO[str]
    source: InputStream
    shown: bool = False
    """Whether a terminal shows the output, which must not obey what a container prints."""
    _decode: Any = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"))

    def read(self) -> bytes | None:
        """Return the next input; b"" at its end."""
        return self.source.read()

    def stop(self) -> None:
        """Wake the reader."""
        self.source.stop()

    def write(self, data: bytes) -> None:
        """Show output, byte for byte, unless a terminal shows it.

        Raises:
            NoExitCodeError: nobody reads it any more.
        """
        if not data:
            return
        if self.shown:
            data = sanitize(self._decode.decode(data), keep="\n\t").encode("utf-8", "replace")
        write_bytes(self.out, data)


@dataclass(slots=True)
class CapturedEnd:
    """Keeps the output until the program has ended."""

    source: InputStream
    _output: bytearray = field(default_factory=bytearray)

    @property
    def text(self) -> str:
        """The output so far."""
        return self._output.decode("utf-8", "replace")

    def read(self) -> bytes | None:
        """Return the next input; b"" at its end."""
        return self.source.read()

    def stop(self) -> None:
        """Wake the reader."""
        self.source.stop()

    def write(self, data: bytes) -> None:
        """Keep output."""
        self._output += data


def write_bytes(stream: IO[str], data: bytes) -> None:
    """Write bytes to a stream of text, and flush.

    Raises:
        NoExitCodeError: nobody reads them.
    """
    buffer = getattr(stream, "buffer", None)
    try:
        if buffer is None:
            stream.write(data.decode("utf-8", "replace"))
        else:
            buffer.write(data)
            buffer.flush()
        stream.flush()
    except OSError as error:
        _silence(stream)
        raise NoExitCodeError(f"the output cannot be written: {error.strerror or error}") from error


def _silence(stream: IO[str]) -> None:
    """Send a broken stream to /dev/null, so that the interpreter's last flush does not fail."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@dataclass(slots=True)
class TerminalEnd:
    """A terminal in raw mode: keys go to the container as they are, but for those that detach."""

    out: IO[str]
    source: InputStream
    _held: bytes = b""

    def read(self) -> bytes | None:
        """Return the keys that were pressed; b"" once nobody can press any; None if the user detaches."""
        while True:
            data = self.source.read()
            if not data:
                return b""
            keys = self._held + data
            if DETACH in keys:
                return None
            self._held = keys[-1:] if keys.endswith(DETACH[:1]) else b""
            if keys := keys[: len(keys) - len(self._held)]:
                return keys

    def stop(self) -> None:
        """Wake the reader."""
        self.source.stop()

    def write(self, data: bytes) -> None:
        """Show output as it is."""
        write_bytes(self.out, data)


def check_terminal(stdin: IO[str] | None, out: IO[str]) -> None:
    """Make sure that there is a terminal whose keys can be passed on.

    Raises:
        UsageError: there is none.
    """
    if os.name != "posix":
        raise UsageError("-t is not supported on Windows", hint="use WSL, or leave out -t: then no terminal is needed")
    if not (is_terminal(stdin) and is_terminal(out)):
        raise UsageError(
            "-t needs a terminal, and standard input and output are not one",
            hint="leave out -t, as in a pipeline; -i passes standard input",
        )


def measure_terminal(out: IO[str]) -> tuple[int, int]:
    """Return the rows and columns of a terminal."""
    try:
        found = os.get_terminal_size(out.fileno())
    except (OSError, ValueError):
        found = shutil.get_terminal_size()
    return max(found.lines, 1), max(found.columns, 1)


@contextmanager
def raw_mode(stdin: IO[str], restore_output: Callable[[], None]) -> Generator[None]:
    """Put the terminal into raw mode, and back whatever happens, even if this process is killed.

    Args:
        stdin: the terminal.
        restore_output: called if the block is left by an exception.
    """
    import termios
    import tty

    number = stdin.fileno()
    before = termios.tcgetattr(number)
    guard = _start_guard(number)
    try:
        tty.setraw(number)
        yield
    except BaseException:
        restore_output()
        raise
    finally:
        # What was typed for the container must not become a command of the local shell.
        with suppress(termios.error):
            termios.tcsetattr(number, termios.TCSAFLUSH, before)
        _end_guard(guard)


def leave_modes(out: IO[str]) -> None:
    """Undo what a program may have left of the terminal's modes when it could not end by itself."""
    with suppress(NoExitCodeError):
        write_bytes(out, _LEAVE_MODES)


_GUARD: Final = 'trap "" INT TERM HUP QUIT TSTP TTOU TTIN; read _ || stty "$0" <"$1"'
"""Restores the terminal if its parent ends without a word: a process that is killed cannot do it itself."""


def _start_guard(terminal: int) -> subprocess.Popen[bytes] | None:
    """Start the guard; without `stty`, there is none."""
    stty, shell = shutil.which("stty"), shutil.which("sh")
    if not stty or not shell:
        return None
    try:
        asked = subprocess.run([stty, "-g"], stdin=terminal, capture_output=True, check=True)  # noqa: S603  found on the PATH
        words = [shell, "-c", _GUARD, asked.stdout.decode().strip(), os.ttyname(terminal)]
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, process_group=0)  # noqa: S603  likewise
    except (OSError, subprocess.SubprocessError):
        return None


def _end_guard(guard: subprocess.Popen[bytes] | None) -> None:
    if guard is not None:
        with suppress(OSError):
            guard.communicate(b"done\n")
