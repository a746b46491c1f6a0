"""The terminal of a session, as Linux has it: echo, lines, signals, and line ends that become CR and LF."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix.kernel import INTERRUPT, QUIT, Until

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_LINE: Final = 4095
"""What Linux keeps of a line that is longer (n_tty)."""
_FULL: Final = 256 * 1024
_CTRL_C, _CTRL_D, _ERASE, _RUBOUT, _KILL, _QUIT = 0x03, 0x04, 0x08, 0x7F, 0x15, 0x1C
_TAB, _NEWLINE, _RETURN, _SPACE = 0x09, 0x0A, 0x0D, 0x20


@dataclass(frozen=True, slots=True)
class Mode:
    """What `stty` switches."""

    echo: bool = True
    icanon: bool = True
    isig: bool = True
    icrnl: bool = True
    opost: bool = True


@dataclass(eq=False, slots=True)
class Tty:
    """A terminal."""

    interrupt: Callable[[int], None]
    rows: int = 24
    columns: int = 80
    mode: Mode = field(default_factory=Mode)
    is_terminal: bool = True
    output: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)
    _ready: list[bytes] = field(default_factory=list[bytes])

    def switch(self, name: str, *, on: bool) -> bool:
        """Switch a mode by the name that `stty` has for it; say whether there is one."""
        if name not in Mode.__slots__:
            return False
        self.mode = replace(self.mode, **{name: on})
        return True

    def type(self, data: bytes) -> None:
        """Take what was typed."""
        for byte in data:
            self._press(byte)

    def _press(self, byte: int) -> None:
        if byte == _RETURN and self.mode.icrnl:
            byte = _NEWLINE
        if self.mode.isig and byte in {_CTRL_C, _QUIT}:
            self._echo(b"^C" if byte == _CTRL_C else b"^\\")
            self._line.clear()
            self._ready.clear()
            self.interrupt(INTERRUPT if byte == _CTRL_C else QUIT)
        elif not self.mode.icanon:
            self._echo_key(byte)
            self._ready.append(bytes([byte]))
        elif byte == _CTRL_D:
            self._ready.append(bytes(self._line))
            self._line.clear()
        elif byte in {_ERASE, _RUBOUT, _KILL}:
            self._erase(whole=byte == _KILL)
        elif byte == _NEWLINE or len(self._line) < _LONGEST_LINE:
            self._echo_key(byte)
            self._line.append(byte)
            if byte == _NEWLINE:
                self._ready.append(bytes(self._line))
                self._line.clear()

    def _erase(self, *, whole: bool) -> None:
        while self._line:
            while self._line and self._line.pop() & 0xC0 == 0x80:  # noqa: PLR2004  the rest of a character in UTF-8
                pass
            self._echo(b"\b \b")
            if not whole:
                return

    def _echo_key(self, byte: int) -> None:
        visible = byte >= _SPACE or byte in {_TAB, _NEWLINE}
        self._echo(bytes([byte]) if visible else b"^" + bytes([byte ^ 0x40]))

    def _echo(self, data: bytes) -> None:
        if self.mode.echo:
            self.output += self._render(data)

    def _render(self, data: bytes) -> bytes:
        return data.replace(b"\n", b"\r\n") if self.mode.opost else data

    async def read(self, most: int) -> bytes:
        """Return a line, or a part of it, waiting for it; none after Ctrl-D on an empty line."""
        await Until(lambda: bool(self._ready))
        found = self._ready.pop(0)
        if len(found) > most:
            self._ready.insert(0, found[most:])
        return found[:most]

    async def read_lines(self, most: int) -> bytes:
        """Return a line; more are not there at once."""
        del most
        return await self.read(_LONGEST_LINE + 1)

    async def write(self, data: bytes) -> None:
        """Show it, waiting while nobody looks."""
        for start in range(0, len(data), _FULL):
            await Until(lambda: len(self.output) < _FULL)
            self.output += self._render(data[start : start + _FULL])

    def take(self) -> bytes:
        """Return what was shown since the last time."""
        shown = bytes(self.output)
        self.output.clear()
        return shown

    def grow(self, by: int) -> None:
        """Count nothing."""
