"""Processes, pipes and a clock, all simulated: coroutines that wait, and a loop that wakes them. Nothing blocks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

INTERRUPT: Final = 2
QUIT: Final = 3
BROKEN_PIPE: Final = 13
_PIPE_SIZE: Final = 65536
_MOST_PROCESSES: Final = 500
_TURN: Final = 16
"""How many commands a shell runs before others may."""
_MOST_DATA: Final = 16 * 1024 * 1024


class SignalledError(Exception):
    """A signal reached a process."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class ExitError(Exception):
    """A process ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class OutOfResourcesError(Exception):
    """The simulation would need too much of this machine."""


@dataclass(frozen=True, slots=True)
class Until:
    """Waits until something holds, or until a time has come."""

    holds: Callable[[], bool]
    deadline: float = math.inf

    def __await__(self) -> Generator[Until, None, None]:
        """Leave the word to others."""
        yield self


class File(Protocol):
    """What a process reads from, or writes to."""

    is_terminal: bool

    async def read(self, most: int) -> bytes:
        """Return some bytes; none at the end."""
        ...

    async def read_lines(self, most: int) -> bytes:
        """Return some whole lines, or the beginning of one, and not a byte more; none at the end."""
        ...

    async def write(self, data: bytes) -> None:
        """Write all of it."""
        ...

    def grow(self, by: int) -> None:
        """Count who has it open: one more, or one less."""
        ...


@dataclass(eq=False, slots=True)
class Null:
    """`/dev/null`."""

    is_terminal: bool = False

    async def read(self, most: int) -> bytes:
        """Return the end."""
        del most
        return b""

    async def read_lines(self, most: int) -> bytes:
        """Return the end."""
        return await self.read(most)

    async def write(self, data: bytes) -> None:
        """Forget it."""

    def grow(self, by: int) -> None:
        """Count nothing."""


@dataclass(eq=False, slots=True)
class Memory:
    """A file, or a text that is read from its beginning."""

    data: bytearray
    at: int = 0
    is_terminal: bool = False

    async def read(self, most: int) -> bytes:
        """Return what follows."""
        found = bytes(self.data[self.at : self.at + most])
        self.at += len(found)
        return found

    async def read_lines(self, most: int) -> bytes:
        """Return the lines that follow."""
        return await self.read(find_end(self.data, self.at, most) - self.at)

    async def write(self, data: bytes) -> None:
        """Add it."""
        if len(self.data) + len(data) > _MOST_DATA:
            raise OutOfResourcesError("no space left on device")
        self.data += data

    def grow(self, by: int) -> None:
        """Count nothing."""


@dataclass(eq=False, slots=True)
class Pipe:
    """One end of a pipe."""

    data: bytearray
    ends: list[int]
    """How often the reading end and the writing end are open."""
    writing: bool
    is_terminal: bool = False

    async def read(self, most: int) -> bytes:
        """Return what is there, waiting for it; none once nobody can write any more."""
        if not self.data:  # else the reader of many lines would have to be woken for each
            await Until(lambda: bool(self.data) or not self.ends[1])
        found = bytes(self.data[:most])
        del self.data[:most]
        return found

    async def read_lines(self, most: int) -> bytes:
        """Return the lines that are there, waiting for one or its beginning; none once nobody can write any more."""
        if not self.data:
            await Until(lambda: bool(self.data) or not self.ends[1])
        return await self.read(find_end(self.data, 0, most)) if self.data else b""

    async def write(self, data: bytes) -> None:
        """Write, waiting for room. Raises SignalledError if nobody can read any more."""
        for start in range(0, len(data), _PIPE_SIZE):
            await Until(lambda: len(self.data) < _PIPE_SIZE or not self.ends[0])
            if not self.ends[0]:
                raise SignalledError(BROKEN_PIPE)
            self.data += data[start : start + _PIPE_SIZE]

    def grow(self, by: int) -> None:
        """Count who has it open."""
        self.ends[self.writing] += by


def find_end(data: bytearray, start: int, most: int) -> int:
    """Return where so many lines end, or as many as there are; where the data end, if no line does."""
    if most > 1 and data.count(b"\n", start) <= most:
        return data.rfind(b"\n", start) + 1 or len(data)
    end = start
    for _ in range(most):
        found = data.find(b"\n", end)
        if found < 0:
            break
        end = found + 1
    return end if end > start else len(data)


def make_pipe() -> tuple[Pipe, Pipe]:
    """Return the reading and the writing end of a new pipe; nobody has them open yet."""
    data, ends = bytearray(), [0, 0]
    return Pipe(data, ends, writing=False), Pipe(data, ends, writing=True)


@dataclass(eq=False, slots=True)
class Process:
    """A process: what it has open, and how it ended."""

    number: int
    files: dict[int, File]
    background: bool = False
    status: int | None = None
    ignored: frozenset[int] = frozenset()
    work: Coroutine[Until, None, None] | None = None
    waits: Until | None = None
    signal: int = 0
    killed: int = 0
    """The signal that ended it."""
    leads: bool = False
    """Whether it is a shell that gives the terminal to what it runs."""

    def open(self, number: int, file: File) -> None:
        """Open a file under a number, in place of what was open there."""
        file.grow(1)
        self.close(number)
        self.files[number] = file

    def close(self, number: int) -> None:
        """Close what is open under a number."""
        former = self.files.pop(number, None)
        if former is not None:
            former.grow(-1)


@dataclass(eq=False, slots=True)
class Kernel:
    """All processes of one session."""

    clock: Callable[[], float]
    processes: list[Process] = field(default_factory=list[Process])
    storage: dict[str, bytearray] = field(default_factory=dict[str, bytearray])
    """Files by their absolute names."""
    steps: int = 0
    commands: int = 0
    """How many commands shells have run."""
    knows_date: bool = True
    """Whether the clock is that of the world, and not one that begins with the session."""
    unknown: bool = False
    """Whether a program was needed, or a file, or an option, that is not simulated."""
    _numbers: int = 0

    async def take_turn(self) -> None:
        """Count a command of a shell; after some, others may run, and signals come."""
        self.commands += 1
        if self.commands % _TURN == 0:
            await breathe()

    def spawn(
        self, files: dict[int, File], make: Callable[[Process], Coroutine[Any, Any, int]], *, background: bool = False
    ) -> Process:
        """Start a process with copies of open files; `make` returns what it does, and with which code it ends."""
        if len(self.processes) >= _MOST_PROCESSES:
            raise OutOfResourcesError("can't fork: Resource temporarily unavailable")
        self._numbers += 1
        process = Process(self._numbers, dict(files), background)
        for file in files.values():
            file.grow(1)
        process.work = self._live(process, make)
        self.processes.append(process)
        return process

    async def _live(self, process: Process, make: Callable[[Process], Coroutine[Any, Any, int]]) -> None:
        status = 1
        try:
            status = await make(process)
        except ExitError as exit_:
            status = exit_.status
        except SignalledError as signal:
            process.killed = signal.number
            status = 128 + signal.number
        except OutOfResourcesError:
            status = 137
        except RecursionError:
            status = 139  # as of a program whose stack is full
        finally:
            process.status = status
            for number in list(process.files):
                process.close(number)

    def run(self, most: int) -> bool:
        """Run processes until all of them wait, and return True; or stop after so many steps, and return False."""
        end = self.steps + most
        while self.steps < end:
            ready = [each for each in self.processes if _is_ready(each, self.clock)]
            if not ready:
                return True
            for process in ready:
                self._step(process)
        return False

    def _step(self, process: Process) -> None:
        work, number = process.work, process.signal
        self.steps += 1
        if work is None:
            return
        try:
            if number and process.waits is not None:
                process.signal = 0
                process.waits = work.throw(SignalledError(number))
            else:
                process.waits = work.send(None)
        except StopIteration:
            process.work = None
            self.processes.remove(process)

    def get_wait(self) -> float:
        """Return the seconds until a process wants to go on without input; infinity is never."""
        return min((each.waits.deadline for each in self.processes if each.waits), default=math.inf) - self.clock()

    def interrupt(self, number: int) -> None:
        """Send a signal to all processes in the foreground that do not ignore it."""
        front = [each for each in self.processes if not each.background]
        for process in [each for each in front if not each.leads] or front:
            if number not in process.ignored:
                process.signal = number

    def close(self) -> None:
        """End everything."""
        for process in self.processes:
            if process.work is not None:
                process.work.close()
        self.processes.clear()


def _is_ready(process: Process, clock: Callable[[], float]) -> bool:
    waits = process.waits
    return waits is None or bool(process.signal) or waits.holds() or waits.deadline <= clock()


async def breathe() -> None:
    """Let others run, and signals come."""
    await Until(lambda: True)
