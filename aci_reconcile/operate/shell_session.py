"""One program in a container's shell: bytes of the terminal in, what to send, its output and its exit code out.

Nothing here waits or reads a clock. Azure's terminal has no exit status and mixes all output, so the script of
``shell_script`` prints marks: a nonce, a letter and perhaps a number. What comes between the marks is output.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.operate import shell_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.operate.shell_script import Mode

_KEPT: Final = 4096
"""Bytes that are kept of what came before the program began; they explain why it did not."""
_MARK: Final = rb"([rbexk])([0-9]{0,3});"
_ECHO: Final = rb"(g);()\r\n"
"""The echo of the last line of the script, which may come late."""
_BEGUN: Final = rb"[rbexk][0-9]{0,3}|g(;\r?)?"
_KORN: Final = 256
_SIGNALS: Final = 128
_LONGEST_MARK: Final = len("e255;")


class Phase(IntEnum):
    """How far a session is."""

    OPENED = 0
    """Nothing was sent yet."""
    ASKED = 1
    """The shell was asked to read a script."""
    SENT = 2
    """The script was sent."""
    RUNNING = 3
    """The program has begun."""
    ENDED = 4
    """It has ended, or will never begin."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What received bytes lead to: what is to be sent, and what the program printed."""

    send: bytes = b""
    output: bytes = b""


@dataclass(slots=True)
class LineEnds:
    """Takes away the CR that a terminal puts before each LF (``onlcr``); exactly one, so that all others stay."""

    _held: bool = False

    def undo(self, data: bytes) -> bytes:
        """Return the bytes as they were before the terminal; a CR at the end waits for what follows."""
        if not data:
            return b""
        whole = b"\r" + data if self._held else data
        self._held = whole.endswith(b"\r")
        return (whole[:-1] if self._held else whole).replace(b"\r\n", b"\n")

    def end(self) -> bytes:
        """Return the CR that waited, if one did."""
        held, self._held = self._held, False
        return b"\r" if held else b""


@dataclass(slots=True)
class ShellSession:
    """The state of one session. ``exit_code`` is None while it is not known, and stays so if it never was."""

    command: Sequence[str]
    nonce: str
    mode: Mode = "captured"
    shell: str = shell_script.SHELL
    stdin: bool = False
    phase: Phase = Phase.OPENED
    exit_code: int | None = None
    echoes: bool = False
    """Whether the terminal shows what is sent, because the image has no ``stty``."""
    blocks: bool = False
    """Whether the image has what decodes large pieces of input."""
    damaged: bool = False
    """Whether the script arrived incomplete, so that it was not run."""
    before: bytes = b""
    """The end of what came before the program began."""
    _buffer: bytes = field(default=b"", repr=False)
    _lines: LineEnds = field(default_factory=LineEnds, repr=False)

    @property
    def takes_input(self) -> bool:
        """Whether input is to be sent while the program runs."""
        return self.stdin or self.mode == "terminal"

    def begin(self) -> bytes:
        """Return what to send once the shell is there."""
        self.phase = Phase.ASKED
        return shell_script.make_first_line(self.nonce, self.shell)

    def receive(self, data: bytes) -> Reaction:
        """Take bytes of the terminal."""
        self._buffer += data
        send, output = b"", bytearray()
        while self.phase < Phase.ENDED:
            text, mark = self._take()
            output += self._keep(text)
            if mark is None:
                break
            send += self._obey(*mark)
        if self.phase is Phase.ENDED:
            output += self._lines.end()
        return Reaction(send, bytes(output))

    def end(self) -> bytes:
        """Return what was held back when the connection ended before the program did."""
        text, self._buffer = self._buffer, b""
        output = self._keep(text) + self._lines.end()
        self.phase = Phase.ENDED
        return output

    def _take(self) -> tuple[bytes, tuple[bytes, int] | None]:
        """Take all that is certain to be text up to the next mark, and the mark if one is complete."""
        nonce = self.nonce.encode()
        known = rb"(?:%s|%s)" % (_MARK, _ECHO) if self.echoes else _MARK
        found = re.search(re.escape(nonce) + known, self._buffer)
        end = len(self._buffer) - _measure_beginning(self._buffer, nonce) if found is None else found.start()
        text, self._buffer = self._buffer[:end], self._buffer[end if found is None else found.end() :]
        return text, None if found is None else (found[1] or b"g", int(found[2] or 0))

    def _keep(self, text: bytes) -> bytes:
        """Return what of a text is the program's output."""
        if self.phase is not Phase.RUNNING:
            self.before = (self.before + text)[-_KEPT:]
            return b""
        return self._lines.undo(text) if self.mode == "captured" else text

    def _obey(self, kind: bytes, number: int) -> bytes:
        """Follow a mark, and return what to send."""
        if kind == b"r" and self.phase is Phase.ASKED:
            self.phase, self.echoes = Phase.SENT, number != 0
            script = shell_script.make_script(self.command, self.nonce, self.mode, stdin=self.stdin)
            # What is echoed must all have come before the program begins: then only that of the last line may be late.
            return script if self.echoes else script + shell_script.make_last_line(self.nonce)
        if kind == b"k" and self.phase is Phase.SENT and self.echoes:
            return shell_script.make_last_line(self.nonce)
        if kind == b"b" and self.phase is Phase.SENT:
            self.phase, self.blocks = Phase.RUNNING, number == 0
        elif kind == b"e" and self.phase is Phase.RUNNING:
            self.phase, self.exit_code = Phase.ENDED, _read_status(number)
        elif kind == b"x" and self.phase is Phase.SENT:
            self.phase, self.damaged = Phase.ENDED, True
        return b""


def _read_status(number: int) -> int:
    """Return an exit code: KornShell counts signals from 256, all others from 128."""
    return number - _KORN + _SIGNALS if number > _KORN else number


def _measure_beginning(data: bytes, nonce: bytes) -> int:
    """Return how many bytes at the end of the data may be the beginning of a mark."""
    longest = min(len(data), len(nonce) + _LONGEST_MARK - 1)
    return next((size for size in range(longest, 0, -1) if _may_begin(data[-size:], nonce)), 0)


def _may_begin(data: bytes, nonce: bytes) -> bool:
    if len(data) <= len(nonce):
        return nonce.startswith(data)
    return data.startswith(nonce) and re.fullmatch(_BEGUN, data[len(nonce) :]) is not None
