"""Runs a container's command in the simulated shell, with a clock that jumps over each pause, and records its log."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix.kernel import Kernel, Null, OutOfResourcesError, Process
from aci_reconcile.emulator.aci.simulation.posix.launch import run_program
from aci_reconcile.emulator.aci.simulation.posix.programs import find_program
from aci_reconcile.emulator.aci.simulation.posix.state import PATH, Program
from aci_reconcile.emulator.aci.simulation.program import Attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

_SLICE: Final = 4000
_MOST_COMMANDS: Final = 64_000
_MOST_STEPS: Final = 64_000
_MOST_BYTES: Final = 4 * 1024 * 1024
_MOST_LINES: Final = 200_000
_SHORTEST: Final = 1.0


@dataclass(eq=False, slots=True)
class _Log:
    """What a container prints, and when."""

    moments: list[float]
    parts: list[tuple[float, bytes]] = field(default_factory=list[tuple[float, bytes]])
    size: int = 0
    count: int = 0
    is_full: bool = False
    is_terminal: bool = False

    async def read(self, most: int) -> bytes:
        """Return the end."""
        del most
        return b""

    async def read_lines(self, most: int) -> bytes:
        """Return the end."""
        return await self.read(most)

    async def write(self, data: bytes) -> None:
        """Keep it. Raises OutOfResourcesError if a log could not hold it."""
        self.size += len(data)
        self.count += data.count(b"\n")
        self.is_full = self.size > _MOST_BYTES or self.count > _MOST_LINES
        if self.is_full:
            raise OutOfResourcesError("no space left on device")
        self.parts.append((self.moments[0], data))

    def grow(self, by: int) -> None:
        """Count nothing."""

    def list_lines(self) -> tuple[tuple[float, str], ...]:
        """Return the lines; each has the time of its end."""
        lines: list[tuple[float, str]] = []
        rest = b""
        for moment, data in self.parts:
            *whole, rest = (rest + data).split(b"\n")
            lines += [(moment, line.decode("utf-8", "replace")) for line in whole]
        if rest:
            lines.append((self.parts[-1][0], rest.decode("utf-8", "replace")))
        return tuple(lines)


def record_run(command: Sequence[str], env: Sequence[tuple[str, str]]) -> Attempt | None:
    """Return the run of a command; None if it needs programs, or more of this machine, than there are."""
    if not find_program(command[0]):
        return None
    moments = [0.0]
    kernel, log = Kernel(lambda: moments[0], knows_date=False), _Log(moments)

    async def live(process: Process) -> int:
        variables = {"PATH": PATH, "HOSTNAME": "SandboxHost", "HOME": "/root", **dict(env)}
        return await run_program(Program(kernel, process, variables, "/", run_program), command)

    main = kernel.spawn({0: Null(), 1: log, 2: log}, live)
    try:
        return _run_to_end(kernel, main, log)
    finally:
        kernel.close()


def _run_to_end(kernel: Kernel, main: Process, log: _Log) -> Attempt | None:
    while main.status is None:
        rests = kernel.run(_SLICE)
        if kernel.unknown or log.is_full or kernel.steps > _MOST_STEPS or kernel.commands > _MOST_COMMANDS:
            return None
        if main.status is None and rests:
            wait = kernel.get_wait()
            if math.isinf(wait):
                return Attempt(None, lines=log.list_lines())
            log.moments[0] += wait
    return Attempt(max(log.moments[0], _SHORTEST), main.status, log.list_lines())
