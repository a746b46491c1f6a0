"""Runs scripts in the simulated shell, with a clock that moves when everything waits."""

from __future__ import annotations

from aci_reconcile.emulator.aci.simulation.posix.kernel import Kernel, Memory, Null, Process
from aci_reconcile.emulator.aci.simulation.posix.launch import run_program
from aci_reconcile.emulator.aci.simulation.posix.state import PATH, Program


def run_script(script: str) -> tuple[bytes, int | None]:
    """Return the output of a script and its code; none if it waits for ever."""
    moments = [0.0]
    kernel, output = Kernel(lambda: moments[0]), Memory(bytearray())

    async def live(process: Process) -> int:
        program = Program(kernel, process, {"PATH": PATH, "HOME": "/root"}, "/", run_program)
        return await run_program(program, ["sh", "-c", script, "sh"])

    main = kernel.spawn({0: Null(), 1: output, 2: output}, live)
    while main.status is None:
        if kernel.run(100_000):
            wait = kernel.get_wait()
            if main.status is None and wait == float("inf"):
                break
            moments[0] += 0.0 if main.status is not None else wait
    kernel.close()
    return bytes(output.data), main.status
