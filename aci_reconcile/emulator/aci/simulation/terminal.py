"""A simulated terminal: raw bytes both ways, as a client of exec sees it. It has no exit status, as in Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix.kernel import Kernel, Process
from aci_reconcile.emulator.aci.simulation.posix.launch import run_program
from aci_reconcile.emulator.aci.simulation.posix.programs import find_program
from aci_reconcile.emulator.aci.simulation.posix.state import PATH, Program
from aci_reconcile.emulator.aci.simulation.posix.tty import Tty

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SLICE: Final = 2000
"""Steps of the simulation after which it is looked whether something was typed."""
# As a user of ACI saw it: Azure/azure-cli#8687.
_NO_PROGRAM: Final = (
    "rpc error: code = 2 desc = oci runtime error: exec failed: container_linux.go:247: starting container process "
    'caused "exec: \\"{name}\\": executable file not found in $PATH"\r\n'
)


class Terminal:
    """A program in a container, and the terminal that it runs on."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        clock: Callable[[], float],
        *,
        size: tuple[int, int] = (24, 80),
        bare: bool = False,
    ) -> None:
        """`bare` is a container without any program that this one knows; no command is a shell."""
        words = list(command) or ["/bin/sh"]
        self._kernel = Kernel(clock)
        self._tty = Tty(self._kernel.interrupt, *size)
        self._main: Process | None = None
        if bare or not find_program(words[0]):
            self._tty.output += _NO_PROGRAM.replace("{name}", words[0]).encode("utf-8", "replace")
            return
        variables = {"PATH": PATH, "HOSTNAME": "SandboxHost", "HOME": "/root", "TERM": "xterm", **env}

        async def live(process: Process) -> int:
            return await run_program(Program(self._kernel, process, variables, "/", run_program), words)

        self._main = self._kernel.spawn({0: self._tty, 1: self._tty, 2: self._tty}, live)

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self._main is None or self._main.status is not None

    def type(self, data: bytes) -> None:
        """Take what was typed."""
        self._tty.type(data)

    def advance(self) -> tuple[bytes, float]:
        """Let the program go on; return what the terminal shows, and the seconds until it has to go on again."""
        rests = self._kernel.run(_SLICE)
        shown = self._tty.take()
        return shown, max(0.0, self._kernel.get_wait()) if rests and not shown else 0.0

    def close(self) -> None:
        """End the program."""
        self._kernel.close()
