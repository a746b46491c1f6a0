"""The programs of a simulated container. Each takes its arguments and returns its exit code."""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix import filters
from aci_reconcile.emulator.aci.simulation.posix.conditions import ConditionError, evaluate
from aci_reconcile.emulator.aci.simulation.posix.kernel import Until, breathe
from aci_reconcile.emulator.aci.simulation.posix.printing import FormatError, echo, print_formatted
from aci_reconcile.emulator.aci.simulation.posix.tty import Mode, Tty

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aci_reconcile.emulator.aci.simulation.posix.state import Program

_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})([smhd]?)")
_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLOCK: Final = 512


async def run_echo(program: Program, arguments: list[str]) -> int:
    """Print the arguments."""
    await program.write(echo(arguments))
    return 0


async def run_printf(program: Program, arguments: list[str]) -> int:
    """Print the arguments in a format."""
    words = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not words:
        await program.complain("printf: missing operand")
        return 2
    try:
        await program.write(print_formatted(words[0], words[1:]))
    except FormatError as error:
        await program.write(error.printed)
        return await program.complain(f"printf: {error}")
    return 0


async def run_test(program: Program, arguments: list[str]) -> int:
    """Say whether an expression holds."""

    def ask(operator: str, text: str) -> bool:
        if operator == "-t":
            file = program.process.files.get(int(text)) if text.isdecimal() else None
            return file is not None and file.is_terminal
        name = program.locate(text)
        folder = name == "/" or any(each.startswith(f"{name}/") for each in program.kernel.storage)
        there = name in program.kernel.storage or name == "/dev/null"
        program.kernel.unknown = program.kernel.unknown or not (there or folder)
        known = {"-d": folder, "-f": there, "-s": bool(program.kernel.storage.get(name)), "-e": there or folder}
        return known.get(operator, (there or folder) if operator in {"-r", "-w"} else False)

    try:
        return int(not evaluate(arguments, ask))
    except ConditionError as error:
        await program.complain(f"test: {error}")
        return 2


async def run_bracket(program: Program, arguments: list[str]) -> int:
    """Do the same up to a bracket."""
    if arguments[-1:] != ["]"]:
        await program.complain("[: missing ]")
        return 2
    return await run_test(program, arguments[:-1])


async def run_true(_program: Program, _arguments: list[str]) -> int:
    """Succeed."""
    return 0


async def run_false(_program: Program, _arguments: list[str]) -> int:
    """Fail."""
    return 1


async def _sleep(program: Program, arguments: list[str]) -> int:
    seconds = 0.0
    for word in arguments:
        found = _DURATION.fullmatch(word)
        if found is None and word not in {"inf", "infinity"}:
            return await program.complain(f"sleep: invalid number '{word}'")
        seconds += float(found.group(1)) * _UNITS[found.group(2)] if found else math.inf
    if not arguments:
        return await program.complain("sleep: missing operand")
    end = program.kernel.clock() + seconds
    await Until(lambda: False, end)
    return 0


async def _seq(program: Program, arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= len("abc") or not all(re.fullmatch(r"-?\d{1,15}", word) for word in arguments):
        return await program.complain("seq: invalid argument")
    numbers = [int(word) for word in arguments]
    first, step, last = {1: (1, 1, numbers[0]), 2: (numbers[0], 1, numbers[-1])}.get(len(numbers), (*numbers, 0, 0)[:3])
    if not step:
        return await program.complain("seq: zero increment")
    lines: list[str] = []
    for number in range(first, last + (1 if step > 0 else -1), step):
        lines.append(f"{number}\n")
        if len(lines) == _BLOCK:
            await program.write("".join(lines))
            lines.clear()
            await breathe()
    await program.write("".join(lines))
    return 0


async def _yes(program: Program, arguments: list[str]) -> int:
    text = f"{' '.join(arguments) or 'y'}\n" * 64
    while True:
        await program.write(text)
        await breathe()


async def _env(program: Program, arguments: list[str]) -> int:
    words, env = list(arguments), dict(program.env)
    while words and (words[0] in {"-i", "-"} or "=" in words[0]):
        word = words.pop(0)
        if "=" in word:
            name, _, value = word.partition("=")
            env[name] = value
        else:
            env = {}
    program.env = env
    if words:
        return await program.replace(program, words)
    await program.write("".join(f"{name}={value}\n" for name, value in env.items()))
    return 0


async def _printenv(program: Program, arguments: list[str]) -> int:
    if not arguments:
        return await _env(program, [])
    found = [program.env[name] for name in arguments if name in program.env]
    await program.write("".join(f"{value}\n" for value in found))
    return int(len(found) < len(arguments))


async def _stty(program: Program, arguments: list[str]) -> int:
    file = program.process.files.get(0)
    if not isinstance(file, Tty):
        return await program.complain("stty: standard input: Not a tty")
    names = Mode.__slots__
    if arguments in ([], ["-a"], ["-g"]):
        words = [name if getattr(file.mode, name) else f"-{name}" for name in names]
        kept = ":".join(str(int(getattr(file.mode, name))) for name in names)
        size = f"speed 38400 baud; rows {file.rows}; columns {file.columns};\n"
        await program.write(f"{kept}\n" if arguments == ["-g"] else f"{size}{' '.join(words)}\n")
        return 0
    for word in arguments:
        if re.fullmatch(r"[01](:[01]){4}", word):
            for name, on in zip(names, word.split(":"), strict=True):
                file.switch(name, on=on == "1")
        elif word == "size":
            await program.write(f"{file.rows} {file.columns}\n")
        elif word in {"sane", "raw", "-raw", "cooked"}:
            for name in names:
                file.switch(name, on=word != "raw" or name == "echo")
        elif not file.switch(word.removeprefix("-"), on=not word.startswith("-")):
            return await program.complain(f"stty: invalid argument '{word}'")
    return 0


async def _pwd(program: Program, _arguments: list[str]) -> int:
    await program.write(f"{program.folder}\n")
    return 0


async def _date(program: Program, arguments: list[str]) -> int:
    pattern = next((word[1:] for word in arguments if word.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    moment = program.kernel.clock()
    program.kernel.unknown = program.kernel.unknown or not program.kernel.knows_date
    text = time.strftime(pattern.replace("%s", str(math.floor(moment))), time.gmtime(moment))
    await program.write(f"{text}\n")
    return 0


async def _hostname(program: Program, _arguments: list[str]) -> int:
    await program.write(f"{program.env.get('HOSTNAME', 'localhost')}\n")
    return 0


async def _whoami(program: Program, _arguments: list[str]) -> int:
    await program.write("root\n")
    return 0


async def _rm(program: Program, arguments: list[str]) -> int:
    status = 0
    for name in [word for word in arguments if not word.startswith("-")]:
        missing = program.kernel.storage.pop(program.locate(name), None) is None
        if missing and "-f" not in arguments:
            status = await program.complain(f"rm: can't remove '{name}': No such file or directory")
    return status


async def _ls(program: Program, arguments: list[str]) -> int:
    status = 0
    for name in [word for word in arguments if not word.startswith("-")] or ["."]:
        path = program.locate(name).rstrip("/")
        below = sorted(
            {each[len(path) + 1 :].partition("/")[0] for each in program.kernel.storage if each.startswith(f"{path}/")}
        )
        if path in program.kernel.storage:
            below = [name]
        elif not below and path:
            status = await program.complain(f"ls: {name}: No such file or directory")
        await program.write("".join(f"{each}\n" for each in below))
    return status


PROGRAMS: Final[Mapping[str, Callable[[Program, list[str]], Awaitable[int]]]] = {
    "[": run_bracket,
    "cat": filters.cat,
    "date": _date,
    "echo": run_echo,
    "env": _env,
    "false": run_false,
    "head": filters.head,
    "hostname": _hostname,
    "ls": _ls,
    "printenv": _printenv,
    "printf": run_printf,
    "pwd": _pwd,
    "rm": _rm,
    "seq": _seq,
    "sleep": _sleep,
    "stty": _stty,
    "tail": filters.tail,
    "test": run_test,
    "true": run_true,
    "wc": filters.wc,
    "whoami": _whoami,
    "yes": _yes,
}
NOT_FOUND: Final = 127
SHELLS: Final = frozenset({"sh", "ash", "bash", "dash"})
_FOLDERS: Final = frozenset({"", "/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin"})


def find_program(name: str) -> str:
    """Return the name of a program without its folder; empty if there is none."""
    folder, _, own = name.rpartition("/")
    there = own in PROGRAMS or own in SHELLS
    return own if there and folder in _FOLDERS and name != f"/{own}" else ""
