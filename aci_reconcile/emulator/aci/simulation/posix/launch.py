"""Starts programs, shells among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix.builtins import LeaveLoopError, ReturnError
from aci_reconcile.emulator.aci.simulation.posix.interpreter import Shell
from aci_reconcile.emulator.aci.simulation.posix.kernel import BROKEN_PIPE, ExitError, SignalledError
from aci_reconcile.emulator.aci.simulation.posix.parser import parse
from aci_reconcile.emulator.aci.simulation.posix.programs import NOT_FOUND, PROGRAMS, SHELLS, find_program
from aci_reconcile.emulator.aci.simulation.posix.state import Program, decode
from aci_reconcile.emulator.aci.simulation.posix.words import ShellSyntaxError, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Sequence

_WRONG_USE: Final = 2


async def run_program(program: Program, words: Sequence[str]) -> int:
    """Run a program to its end, in the process that there is."""
    name = find_program(words[0])
    if name in SHELLS:
        return await _run_shell(program, list(words))
    if not name:
        await program.complain(f"sh: {words[0]}: not found")
        return NOT_FOUND
    return await PROGRAMS[name](program, list(words[1:]))


async def _run_shell(program: Program, words: list[str]) -> int:
    shell = Shell.make(program, words[0].rpartition("/")[2])
    state, rest = shell.state, words[1:]
    text: str | None = None
    while rest and rest[0][:1] in {"-", "+"} and len(rest[0]) > 1:
        letters = rest.pop(0)
        if letters == "--":
            break
        state.options.update(letters[1:].replace("c", "").replace("l", "") if letters[0] == "-" else "")
        if "c" in letters:
            if not rest:
                await state.complain("-c requires an argument")
                return _WRONG_USE
            text = rest.pop(0)
    if text is not None:
        state.name, state.arguments = (rest[0] if rest else state.name), rest[1:]
        return await _run_to_end(shell, text)
    if rest:
        content = program.kernel.storage.get(program.locate(rest[0]))
        if content is None:
            program.kernel.unknown = True
            await state.complain(f"can't open '{rest[0]}': No such file or directory")
            return _WRONG_USE
        state.arguments = rest[1:]
        return await _run_to_end(shell, decode(bytes(content)))
    standard = program.process.files.get(0)
    state.interactive = "i" in state.options or (standard is not None and standard.is_terminal)
    program.process.leads = state.interactive
    return await _read_commands(shell)


async def _run_to_end(shell: Shell, text: str) -> int:
    """Run a script, and what a trap says at its end."""
    try:
        status = await shell.run_text(text)
    except (ExitError, ReturnError) as end:
        status = end.status
    except LeaveLoopError:
        status = 0
    return await shell.leave(status)


async def _read_commands(shell: Shell) -> int:
    """Run what the input says, line by line, to its end."""
    state, pending = shell.state, ""
    while True:
        try:
            if state.interactive:
                await state.program.write("> " if pending else f"{state.program.folder} # ", 2)
            line = decode(await state.program.read_line())
            if not line:
                break
            pending = await _run_line(shell, pending + line)
        except SignalledError as signal:
            if not state.interactive or signal.number == BROKEN_PIPE:
                raise
            pending, state.status = "", 128 + signal.number
            await state.program.write("\n", 2)
        except ExitError as end:
            return await shell.leave(end.status)
    if pending:
        return await shell.complain(ShellSyntaxError("unexpected end of file"))
    return await shell.leave(state.status)


async def _run_line(shell: Shell, text: str) -> str:
    """Run the lines so far; return them if something is missing yet."""
    try:
        await shell.run_list(parse(text))
    except UnfinishedError:
        return text
    except ShellSyntaxError as error:
        await shell.complain(error)
        if not shell.state.interactive:
            raise ExitError(_WRONG_USE) from None
    except (LeaveLoopError, ReturnError):
        return ""
    return ""
