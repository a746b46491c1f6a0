"""The commands that are built into the shell, because they change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix import programs
from aci_reconcile.emulator.aci.simulation.posix.expansion import split_for_read
from aci_reconcile.emulator.aci.simulation.posix.kernel import ExitError, Until
from aci_reconcile.emulator.aci.simulation.posix.state import State, decode
from aci_reconcile.emulator.aci.simulation.posix.words import NAME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_SIGNALS: Final = {"0": "EXIT", "1": "HUP", "2": "INT", "3": "QUIT", "13": "PIPE", "15": "TERM"}
_OPTIONS: Final = {"errexit": "e", "nounset": "u", "xtrace": "x", "noglob": "f", "verbose": "v", "monitor": "m"}


class LeaveLoopError(Exception):
    """`break` and `continue`."""

    def __init__(self, levels: int, *, again: bool) -> None:
        super().__init__(levels)
        self.levels = levels
        self.again = again

    def pass_on(self) -> None:
        """Leave the next loop, too, if more than one is meant."""
        if self.levels > 1:
            raise LeaveLoopError(self.levels - 1, again=self.again)


class ReturnError(Exception):
    """`return`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def _read_status(state: State, arguments: list[str]) -> int:
    if not arguments:
        return state.status
    if not arguments[0].isdecimal():
        await state.complain(f"Illegal number: {arguments[0]}")
        return 2
    return int(arguments[0][:9]) % 256


async def _exit(state: State, arguments: list[str]) -> int:
    raise ExitError(await _read_status(state, arguments))


async def _return(state: State, arguments: list[str]) -> int:
    raise ReturnError(await _read_status(state, arguments))


def _read_levels(arguments: list[str]) -> int:
    return max(1, int(arguments[0][:4])) if arguments and arguments[0].isdecimal() else 1


async def _break(_state: State, arguments: list[str]) -> int:
    raise LeaveLoopError(_read_levels(arguments), again=False)


async def _continue(_state: State, arguments: list[str]) -> int:
    raise LeaveLoopError(_read_levels(arguments), again=True)


async def _eval(state: State, arguments: list[str]) -> int:
    return await state.run_text(" ".join(arguments))


async def _exec(state: State, arguments: list[str]) -> int:
    words = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not words:
        state.keeps_redirects = True
        return 0
    state.traps.clear()
    state.program.env = state.make_env()
    raise ExitError(await state.program.replace(state.program, words))


async def _cd(state: State, arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else state.variables.get("HOME", "/")
    folder = state.program.locate(state.variables.get("OLDPWD", "/") if wanted == "-" else wanted)
    there = any(name.startswith(f"{folder.rstrip('/')}/") for name in state.program.kernel.storage)
    if folder not in {"/", "/root", "/tmp"} and not there:  # noqa: S108  a folder of the simulation
        state.program.kernel.unknown = True
        await state.complain(f"cd: can't cd to {wanted}: No such file or directory")
        return 2
    state.variables["OLDPWD"], state.program.folder = state.program.folder, folder
    state.variables["PWD"] = folder
    return 0


async def _export(state: State, arguments: list[str]) -> int:
    names = [word for word in arguments if word not in {"-p", "--"}]
    if not names:
        for name in sorted(state.exported & state.variables.keys()):
            await state.program.write(f"export {name}={_quote(state.variables[name])}\n")
    for word in names:
        name, equals, value = word.partition("=")
        if not NAME.fullmatch(name):
            await state.complain(f"export: {word}: bad variable name")
            return 2
        state.exported.add(name)
        if equals:
            state.variables[name] = value
    return 0


async def _read_only(state: State, arguments: list[str]) -> int:
    for word in arguments:
        name, equals, value = word.partition("=")
        if equals:
            state.variables[name] = value
        state.read_only.add(name)
    return 0


async def _local(state: State, arguments: list[str]) -> int:
    if not state.locals:
        await state.complain("local: not in a function")
        return 1
    for word in arguments:
        name, equals, value = word.partition("=")
        state.locals[-1].setdefault(name, state.variables.get(name))
        if equals:
            state.variables[name] = value
    return 0


async def _unset(state: State, arguments: list[str]) -> int:
    for word in arguments:
        if arguments[0] == "-f":
            state.functions.pop(word, None)
        elif word in state.read_only:
            await state.complain(f"unset: {word}: is read only")
            return 1
        else:
            state.variables.pop(word, None)
            state.exported.discard(word)
    return 0


async def _set(state: State, arguments: list[str]) -> int:
    words = list(arguments)
    if not words:
        for name in sorted(state.variables):
            await state.program.write(f"{name}={_quote(state.variables[name])}\n")
        return 0
    while words and words[0][:1] in {"-", "+"} and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            state.arguments = words
            return 0
        letters = word[1:]
        if letters == "o" and words:
            letters = _OPTIONS.get(words.pop(0), "")
        (state.options.update if word[0] == "-" else state.options.difference_update)(letters)
    if words:
        state.arguments = words
    return 0


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


async def _shift(state: State, arguments: list[str]) -> int:
    count = int(arguments[0][:6]) if arguments and arguments[0].isdecimal() else 1
    if count > len(state.arguments):
        await state.complain("shift: can't shift that many")
        return 2
    state.arguments = state.arguments[count:]
    return 0


async def _trap(state: State, arguments: list[str]) -> int:
    words = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not words:
        for name, action in state.traps.items():
            await state.program.write(f"trap -- {_quote(action)} {name}\n")
        return 0
    alone = len(words) == 1 or words[0].isdecimal()
    action = "-" if alone else words[0]
    for word in words if alone else words[1:]:
        name = _SIGNALS.get(word, word.upper().removeprefix("SIG"))
        if action == "-":
            state.traps.pop(name, None)
        else:
            state.traps[name] = action
    ignored = [int(number) for number, name in _SIGNALS.items() if state.traps.get(name) == ""]
    state.program.process.ignored = frozenset(ignored)
    return 0


async def _read(state: State, arguments: list[str]) -> int:
    raw, words = False, list(arguments)
    while words and words[0].startswith("-"):
        option = words.pop(0)
        raw = raw or "r" in option
        if "p" in option and words:
            await state.program.write(words.pop(0), 2)
    names = words or ["REPLY"]
    line, ended = "", False
    while not ended:
        got = decode(await state.program.read_line())
        ended = not got.endswith("\n")
        line += got.removesuffix("\n")
        slashes = len(line) - len(line.rstrip("\\"))
        if raw or ended or slashes % 2 == 0:
            break
        line = line[:-1]
    if not raw:
        line = "".join(each[-1] for each in _pair(line))
    values = split_for_read(line, state.variables.get("IFS", " \t\n"), len(names))
    for number, name in enumerate(names):
        state.variables[name] = values[number] if number < len(values) else ""
    return int(ended)


def _pair(line: str) -> list[str]:
    """Return the characters of a line, each with the backslash before it."""
    found: list[str] = []
    at = 0
    while at < len(line):
        size = 2 if line[at] == "\\" and at + 1 < len(line) else 1
        found.append(line[at : at + size])
        at += size
    return found


async def _command(state: State, arguments: list[str]) -> int:
    match arguments:
        case ["-v" | "-V", *names]:
            return await _tell(state, names, long=arguments[0] == "-V")
        case [name, *rest] if name in BUILTINS:
            return await BUILTINS[name](state, rest)
        case [name, *rest]:
            return await state.run_text(" ".join(_quote(word) for word in ["/bin/" + name, *rest]))
        case _:
            return 0


async def _type(state: State, arguments: list[str]) -> int:
    return await _tell(state, arguments, long=True)


async def _tell(state: State, names: list[str], *, long: bool) -> int:
    status = 0
    for name in names:
        own = programs.find_program(name)
        where = name if name in BUILTINS or name in state.functions else f"/bin/{own}" if own else ""
        kind = "a shell builtin" if name in BUILTINS else "a shell function" if name in state.functions else where
        if where:
            await state.program.write(f"{name} is {kind}\n" if long else f"{where}\n")
        else:
            status = 127
            if long:
                await state.program.complain(f"{name}: not found")
    return status


async def _wait(state: State, arguments: list[str]) -> int:
    processes = state.program.kernel.processes
    wanted = {int(word) for word in arguments if word.isdecimal()} or {state.last_background}
    jobs = [each for each in processes if each.number in wanted]
    await Until(lambda: all(each.status is not None for each in jobs))
    return (jobs[-1].status or 0) if arguments and jobs else 0


async def _umask(state: State, _arguments: list[str]) -> int:
    await state.program.write("0022\n")
    return 0


async def _nothing(_state: State, _arguments: list[str]) -> int:
    return 0


def _lend(run: Callable[..., Awaitable[int]]) -> Callable[[State, list[str]], Awaitable[int]]:
    """Return a program as a command of the shell itself."""

    async def lent(state: State, arguments: list[str]) -> int:
        return await run(state.program, arguments)

    return lent


SPECIAL: Final = frozenset(
    ["break", ":", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "trap", "unset"]
)
"""The special ones of POSIX: assignments before them stay."""
BUILTINS: Final[Mapping[str, Callable[[State, list[str]], Awaitable[int]]]] = {
    ":": _nothing,
    "[": _lend(programs.run_bracket),
    "break": _break,
    "cd": _cd,
    "command": _command,
    "continue": _continue,
    "echo": _lend(programs.run_echo),
    "eval": _eval,
    "exec": _exec,
    "exit": _exit,
    "export": _export,
    "false": _lend(programs.run_false),
    "local": _local,
    "printf": _lend(programs.run_printf),
    "pwd": _lend(programs.PROGRAMS["pwd"]),
    "read": _read,
    "readonly": _read_only,
    "return": _return,
    "set": _set,
    "shift": _shift,
    "test": _lend(programs.run_test),
    "trap": _trap,
    "true": _lend(programs.run_true),
    "type": _type,
    "umask": _umask,
    "unset": _unset,
    "wait": _wait,
}
