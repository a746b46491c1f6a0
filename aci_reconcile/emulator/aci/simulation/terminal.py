"""A simulated terminal: raw text both ways, as a client of exec sees it. It has no exit status, as in Azure."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.simulation.shell import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_LINE = ["sh", "-c"]
_PROMPT = "/ # "
_ERASE = "\b \b"
_LONGEST = 4096


@dataclass(slots=True)
class Terminal:
    """A command in a container: a shell that reads lines, or one command that ends at once."""

    command: Sequence[str]
    ended: bool = False
    _line: list[str] = field(default_factory=list[str])

    def start(self) -> str:
        """Return what is on the terminal before anything was typed."""
        if not self.command or (len(self.command) == 1 and PurePosixPath(self.command[0]).name in _SHELLS):
            return _PROMPT
        self.ended = True
        return _run(self.command)

    def type(self, text: str) -> str:
        """Return what typing a text adds to the terminal: its echo, and the output of commands."""
        return "".join(self._press(key) for key in text)

    def _press(self, key: str) -> str:
        if self.ended:
            return ""
        if key in "\r\n":
            return f"\r\n{self._enter()}"
        if key == "\x03":
            self._line.clear()
            return f"^C\r\n{_PROMPT}"
        if key == "\x04":
            self.ended = not self._line
            return ""
        if key in "\b\x7f":
            return _ERASE if self._line and self._line.pop() else ""
        if not key.isprintable() or len(self._line) >= _LONGEST:
            return ""
        self._line.append(key)
        return key

    def _enter(self) -> str:
        line = "".join(self._line).strip()
        self._line.clear()
        if line.partition(" ")[0] in {"exit", "logout"}:
            self.ended = True
            return ""
        return (_run([*_LINE, line]) if line else "") + _PROMPT


def _run(command: Sequence[str]) -> str:
    """Return the output of a command, or say that it is not simulated; a real one would take its time, too."""
    attempt = simulate(command)
    if attempt is None:
        shown = command[-1] if list(command[:2]) == _LINE else " ".join(command)
        return f"[emulator] not simulated: {shown}\r\n"
    return "".join(f"{text}\r\n" for _, text in attempt.lines)
