"""The programs that pass on what they read: all of it, or a part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix.kernel import OutOfResourcesError, Until

if TYPE_CHECKING:
    from aci_reconcile.emulator.aci.simulation.posix.state import Program

_MOST: Final = 16 * 1024 * 1024


async def cat(program: Program, arguments: list[str]) -> int:
    """Print files."""
    status = 0
    for name in arguments or ["-"]:
        if name == "-":
            while data := await program.read():
                await _write(program, data)
            continue
        content = await _open(program, "cat", name)
        status = 1 if content is None else status
        await _write(program, content or b"")
    return status


async def _write(program: Program, data: bytes) -> None:
    file = program.process.files.get(1)
    if file is not None:
        await file.write(data)


async def _open(program: Program, own: str, name: str) -> bytes | None:
    """Return a file's content, or complain."""
    path = program.locate(name)
    content = b"" if path == "/dev/null" else program.kernel.storage.get(path)
    if content is None:
        await program.complain(f"{own}: can't open '{name}': No such file or directory")
    return None if content is None else bytes(content)


def _read_count(arguments: list[str]) -> tuple[str, str, list[str]]:
    """Return the unit and the number of `head` and `tail`, and the names of files."""
    match arguments:
        case ["-n" | "-c" as option, number, *names]:
            return option[1], number, names
        case [option, *names] if re.fullmatch(r"-[nc]?\+?\d+", option):
            return ("c" if option[1] == "c" else "n"), option.lstrip("-nc"), names
        case _:
            return "n", "10", arguments


async def _take_input(program: Program, own: str, names: list[str]) -> bytes | None:
    """Return everything from files or from the input; None if a file is missing."""
    content = b""
    for name in names or ["-"]:
        if name != "-":
            found = await _open(program, own, name)
            if found is None:
                return None
            content += found
            continue
        while data := await program.read():
            content += data
            if len(content) > _MOST:
                raise OutOfResourcesError("out of memory")
    return content


async def head(program: Program, arguments: list[str]) -> int:
    """Print the beginning."""
    unit, text, names = _read_count(arguments)
    if not text.isdecimal():
        return await program.complain(f"head: invalid number '{text}'")
    left = int(text[:9])
    if names:
        content = await _take_input(program, "head", names)
        pieces = (content or b"").splitlines(keepends=True)
        await _write(program, b"".join(pieces[:left]) if unit == "n" else (content or b"")[:left])
        return int(content is None)
    while left > 0:
        data = await (program.read_lines(left) if unit == "n" else program.read(0, left))
        if not data:
            break
        await _write(program, data)
        left -= data.count(b"\n") if unit == "n" else len(data)
    return 0


def _find_start(there: int, count: int, text: str) -> int:
    """Return where the end begins that `tail` was asked for."""
    return max(0, count - 1) if text.startswith("+") else max(0, there - count)


async def tail(program: Program, arguments: list[str]) -> int:
    """Print the end."""
    follows = any(word in {"-f", "-F"} for word in arguments)
    unit, text, names = _read_count([word for word in arguments if word not in {"-f", "-F"}])
    number = text.lstrip("+-")
    if not number.isdecimal():
        return await program.complain(f"tail: invalid number '{text}'")
    content = await _take_input(program, "tail", names)
    whole, count = content or b"", int(number[:9])
    if unit == "n":
        pieces = whole.splitlines(keepends=True)
        await _write(program, b"".join(pieces[_find_start(len(pieces), count, text) :]))
    else:
        await _write(program, whole[_find_start(len(whole), count, text) :])
    if follows and content is not None:
        await Until(lambda: False)
    return int(content is None)


async def wc(program: Program, arguments: list[str]) -> int:
    """Count lines, words and bytes."""
    options = "".join(word[1:] for word in arguments if word.startswith("-")) or "lwc"
    names = [word for word in arguments if not word.startswith("-")]
    content = await _take_input(program, "wc", names)
    if content is None:
        return 1
    counts = {"l": content.count(b"\n"), "w": len(content.split()), "c": len(content)}
    shown = [str(counts[letter]) for letter in "lwc" if letter in options]
    await program.write(" ".join([*shown, *names]) + "\n")
    return 0
