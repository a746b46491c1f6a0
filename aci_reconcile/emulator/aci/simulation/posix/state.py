"""What a program, and a shell in particular, has: variables, arguments, open files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aci_reconcile.emulator.aci.simulation.posix import syntax as node
    from aci_reconcile.emulator.aci.simulation.posix.kernel import Kernel, Process

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CHUNK: Final = 65536


def encode(text: str) -> bytes:
    """Return the bytes of a text; what was no UTF-8 becomes what it was."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """Return bytes as a text that `encode` turns back into them."""
    return data.decode("utf-8", "surrogateescape")


@dataclass(eq=False, slots=True)
class Program:
    """A running program: its process, its variables, and how it runs another one in its place."""

    kernel: Kernel
    process: Process
    env: dict[str, str]
    folder: str
    replace: Callable[[Program, Sequence[str]], Awaitable[int]]

    async def write(self, text: str, number: int = 1) -> None:
        """Write to an open file; nothing if it is closed."""
        file = self.process.files.get(number)
        if file is not None and text:
            await file.write(encode(text))

    async def complain(self, text: str) -> int:
        """Write a message, and return the code that goes with it. A real program might have known what to do."""
        self.kernel.unknown = True
        await self.write(f"{text}\n", 2)
        return 1

    async def read(self, number: int = 0, most: int = _CHUNK) -> bytes:
        """Read from an open file; nothing if it is closed."""
        file = self.process.files.get(number)
        return b"" if file is None else await file.read(most)

    async def read_lines(self, most: int, number: int = 0) -> bytes:
        """Read so many lines, or fewer, or the beginning of one, and not a byte more; nothing at the end."""
        file = self.process.files.get(number)
        return b"" if file is None else await file.read_lines(most)

    async def read_line(self, number: int = 0) -> bytes:
        """Read a line, and not a byte more; one without its end is the last one."""
        line = b""
        while not line.endswith(b"\n") and (more := await self.read_lines(1, number)):
            line += more
        return line

    def locate(self, name: str) -> str:
        """Return the absolute name of a file."""
        parts: list[str] = []
        for part in f"{'' if name.startswith('/') else self.folder}/{name}".split("/"):
            if part == "..":
                del parts[-1:]
            elif part not in {"", "."}:
                parts.append(part)
        return "/" + "/".join(parts)


@dataclass(eq=False, slots=True)
class State:
    """A shell."""

    program: Program
    name: str
    arguments: list[str]
    run_text: Callable[[str], Awaitable[int]]
    """Runs a script in this shell."""
    capture: Callable[[node.Script], Awaitable[bytes]]
    """Runs a script in a copy of this shell, and returns its output."""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    exported: set[str] = field(default_factory=set[str])
    read_only: set[str] = field(default_factory=set[str])
    functions: dict[str, node.Command] = field(default_factory=dict[str, "node.Command"])
    options: set[str] = field(default_factory=set[str])
    traps: dict[str, str] = field(default_factory=dict[str, str])
    status: int = 0
    substituted: int | None = None
    """The code of the last substitution in the present command."""
    last_background: int = 0
    interactive: bool = False
    keeps_redirects: bool = False
    """Whether the redirections of the present command stay, as those of `exec`."""
    locals: list[dict[str, str | None]] = field(default_factory=list[dict[str, "str | None"]])

    def make_env(self) -> dict[str, str]:
        """Return the variables that programs get."""
        return {name: self.variables[name] for name in self.variables if name in self.exported}

    async def complain(self, text: str) -> int:
        """Write a message of the shell's own."""
        await self.program.write(f"{self.name}: {text}\n", 2)
        return 1


def put_back(variables: dict[str, str], former: Mapping[str, str | None]) -> None:
    """Give variables their former values."""
    for name, value in former.items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
