"""A container that prints, ends and is restarted; a service that shows it badly: cut, late, with broken streams.

Nothing waits: who pauses is at the end of the pause at once.
"""

from __future__ import annotations

import math
from bisect import bisect
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from factories import FakeBackend

from aci_reconcile.core.errors import InvalidRequestError, NoAnswerError
from aci_reconcile.core.model import Resource, ResourceId

if TYPE_CHECKING:
    from random import Random

ID = ResourceId("00000000-0000-0000-0000-000000000001", "rg", "web")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the container: its lines with the seconds at which it prints them."""

    begun: float
    ended: float
    lines: tuple[tuple[float, str], ...]
    code: int = 1


@dataclass(slots=True)
class World:
    """What happens, and how the service behaves."""

    runs: list[Run]
    random: Random
    now: float = 0.0
    attach_start: str = "now"
    """Where a stream begins: ``now``, or the ``start`` of the log."""
    attach_end: str = "run"
    """Where it ends: with the ``run``, or ``never``."""
    attach_refused: bool = False
    breaks: float = 0.0
    """How likely it is at each look that the stream breaks."""
    breaks_at: tuple[float, ...] = ()
    """When every stream breaks that is open then."""
    delay: float = 0.0
    """How many seconds a stream may be late."""
    room: tuple[int, int] = (10**9, 10**9)
    """How many characters and lines of a running container are kept."""
    ended_room: tuple[int, int] = (16 * 1024, 1000)
    digits: int = 3
    """Of the seconds in the times of lines."""
    latency: float = 0.1
    deleted: float = math.inf
    requests: int = 0

    def stamp(self, seconds: float) -> str:
        """Return a time as the service writes it."""
        nanoseconds = round(seconds * 1e9)
        moment = datetime.fromtimestamp(1_800_000_000 + nanoseconds // 10**9, UTC)
        fraction = f"{nanoseconds % 10**9:09d}"[: self.digits]
        return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}Z"

    def find_run(self, now: float) -> tuple[int, Run] | None:
        """Return the run that began last."""
        begun = [(number, run) for number, run in enumerate(self.runs) if run.begun <= now]
        return begun[-1] if begun else None

    def read_log(self) -> str:
        """Return the log with times, as much as is kept."""
        found = self.find_run(self.now)
        if found is None:
            return ""
        run = found[1]
        characters, count = self.ended_room if run.ended <= self.now else self.room
        printed = bisect(run.lines, self.now, key=lambda each: each[0])
        kept = run.lines[max(printed - count, 0) : printed]
        return "".join(f"{self.stamp(at)} {text}\n" for at, text in kept)[-characters:]

    def show(self) -> Resource | None:
        """Return the group."""
        if self.now >= self.deleted:
            return None
        found = self.find_run(self.now)
        view: dict[str, Any] = {"restartCount": found[0] if found else 0, "currentState": {"state": "Waiting"}}
        last = found is not None and found[0] == len(self.runs) - 1
        if found is not None:
            number, run = found
            ended = self._show_end(run)
            if self.now < run.ended:
                view["currentState"] = {"state": "Running", "startTime": self.stamp(run.begun)}
                if number:
                    view["previousState"] = self._show_end(self.runs[number - 1])
            elif last:
                view["currentState"] = ended
            else:
                view["previousState"] = ended
        state = "Succeeded" if last and found is not None and self.now >= found[1].ended else "Running"
        container: Any = {"name": "app", "properties": {"image": "x", "instanceView": view}}
        return Resource(
            ID,
            {
                "properties": {
                    "provisioningState": "Succeeded",
                    "restartPolicy": "OnFailure",
                    "instanceView": {"state": state},
                    "containers": [container],
                }
            },
        )

    def _show_end(self, run: Run) -> dict[str, Any]:
        return {
            "state": "Terminated",
            "startTime": self.stamp(run.begun),
            "finishTime": self.stamp(run.ended),
            "exitCode": run.code,
            "detailStatus": "Error" if run.code else "Completed",
        }

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += max(seconds, 0.0)


@dataclass(slots=True)
class WorldClock:
    """The world's time."""

    world: World

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return 1_800_000_000 + self.world.now

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        self.world.sleep(seconds)


class WorldBackend(FakeBackend):
    """The service, as far as logs need it."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.opened: list[WorldStream] = []

    def _pass(self) -> None:
        self.world.requests += 1
        self.world.sleep(self.world.random.random() * self.world.latency)

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read the group."""
        self._pass()
        live = self.world.show()
        self._pass()
        return live

    def logs(
        self,
        resource_id: ResourceId,
        container: str,
        /,
        *,
        tail: int | None = None,
        timestamps: bool = False,
        raw: bool = False,
    ) -> str:
        """Read the log."""
        self._pass()
        text = self.world.read_log()
        self._pass()
        return text if tail is None else "".join(text.splitlines(keepends=True)[-tail:])

    def attach(self, resource_id: ResourceId, container: str, /) -> Any:
        """Open a stream."""
        self._pass()
        found = self.world.find_run(self.world.now)
        if self.world.attach_refused or found is None or self.world.now >= found[1].ended:
            raise InvalidRequestError("the container does not run")
        stream = WorldStream(self.world, found[0], self.world.now)
        self._pass()
        self.opened.append(stream)
        return stream

    def get_remaining(self) -> Any:
        """Return nothing about limits."""
        from aci_reconcile.core.backend import Remaining

        return Remaining()


@dataclass(slots=True)
class WorldStream:
    """A stream that is late, cut anywhere, and may break."""

    world: World
    number: int
    opened: float
    sent: int = 0
    closed: bool = False
    _late: float = field(default=-1.0)
    _come: bytearray = field(default_factory=bytearray)
    _at: tuple[int, int] = (0, 0)

    def receive(self, _timeout: float | None, /) -> bytes | None:
        """Return some bytes of what was printed."""
        world = self.world
        assert not self.closed
        if world.random.random() < world.breaks or any(self.opened < at <= world.now for at in world.breaks_at):
            raise NoAnswerError("the connection broke")
        if self._late < 0:
            self._late = world.random.random() * world.delay
        data, over = self._list_bytes(world.now - self._late)
        left = data
        if not left:
            return b"" if over else None
        size = min(len(left), world.random.choice((1, 7, 100, 1000, 100_000)))
        self.sent += size
        return left[:size]

    def _list_bytes(self, now: float) -> tuple[bytes, bool]:
        """Add what was printed since the last look to what has come before; return it, and whether it is all."""
        runs = self.world.runs[self.number :]
        if self.world.attach_end == "run":
            runs = runs[:1]
        first = -math.inf if self.world.attach_start == "start" else self.opened
        while self._at[0] < len(runs):
            number, at = self._at
            lines = runs[number].lines
            after = bisect(lines, now, key=lambda each: each[0])
            texts = [text for when, text in lines[at:after] if number or when > first]
            self._come += "".join(f"{text}\r\n" for text in texts).encode()
            self._at = (number, max(after, at)) if after < len(lines) or number + 1 == len(runs) else (number + 1, 0)
            if self._at[0] == number:
                break
        return bytes(self._come[self.sent : self.sent + 100_000]), now >= runs[-1].ended

    def send(self, data: bytes, /) -> None:
        """Drop what is typed."""

    def close(self) -> None:
        """Close it."""
        self.closed = True
