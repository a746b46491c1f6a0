"""Opens the files that redirections name, and closes them again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.simulation.posix.expansion import expand_text
from aci_reconcile.emulator.aci.simulation.posix.kernel import File, Memory, Null
from aci_reconcile.emulator.aci.simulation.posix.state import State, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.emulator.aci.simulation.posix import syntax as node

_SPECIAL = {"/dev/stdin": "0", "/dev/stdout": "1", "/dev/stderr": "2"}


class RedirectError(Exception):
    """A file cannot be opened."""


async def redirect(state: State, redirects: Iterable[node.Redirect], saved: dict[int, File | None]) -> None:
    """Open files in place of others, which are kept in `saved`. Raises RedirectError."""
    process = state.program.process
    for each in redirects:
        file = await _find(state, each)
        if each.target not in saved:
            former = process.files.get(each.target)
            if former is not None:
                former.grow(1)
            saved[each.target] = former
        if file is None:
            process.close(each.target)
        else:
            process.open(each.target, file)


def restore(state: State, saved: dict[int, File | None]) -> None:
    """Open the former files again."""
    for number, former in saved.items():
        if former is None:
            state.program.process.close(number)
        else:
            state.program.process.open(number, former)
            former.grow(-1)


def forget(_state: State, saved: dict[int, File | None]) -> None:
    """Close the former files: the redirections stay."""
    for former in saved.values():
        if former is not None:
            former.grow(-1)


async def _find(state: State, each: node.Redirect) -> File | None:
    """Return the file that a redirection opens; None if it closes one."""
    if each.operator.startswith("<<"):
        return Memory(bytearray(encode(await expand_text(state, each.document))))
    name = await expand_text(state, each.word)
    number = _SPECIAL.get(name, name)
    number = re.sub(r"^/dev/fd/(?=\d+$)", "", number)
    if each.operator in {">&", "<&"} or number != name:
        if number == "-":
            return None
        file = state.program.process.files.get(int(number)) if re.fullmatch(r"\d{1,4}", number) else None
        if file is None:
            raise RedirectError(f"{number}: Bad file descriptor")
        return file
    path = state.program.locate(name)
    if path == "/dev/null":
        return Null()
    if path == "/dev/tty":
        terminal = next((each for each in state.program.process.files.values() if each.is_terminal), None)
        if terminal is None:
            raise RedirectError(f"can't open {name}: No such device or address")
        return terminal
    return _open_stored(state, each.operator, name, path)


def _open_stored(state: State, operator: str, name: str, path: str) -> File:
    storage = state.program.kernel.storage
    if operator == "<":
        if path not in storage:
            state.program.kernel.unknown = True
            raise RedirectError(f"can't open {name}: no such file")
        return Memory(storage[path])
    if not name or path == "/" or path.startswith("/dev/"):
        raise RedirectError(f"can't create {name}: Permission denied")
    if operator in {">", ">|"} or path not in storage:
        storage[path] = bytearray()
    return Memory(storage[path])
