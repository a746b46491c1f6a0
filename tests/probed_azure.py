"""An emulator in this process as the Azure of an inquiry: no HTTP, and a clock that only waiting moves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.model import Scope
from aci_reconcile.emulator import Emulator, Knobs, Request, open_store
from aci_reconcile.emulator.aci.terminals import Ticket
from aci_reconcile.emulator.http.terminals import BINARY, NORMAL, serve_terminal
from aci_reconcile.facts.inquiry import World, ask_probes, follow
from aci_reconcile.facts.premises import inspect, move_in, move_out
from aci_reconcile.facts.probes import PROBES, Seen
from aci_reconcile.facts.probes.lab import Lab
from aci_reconcile.facts.probes.steps import Reply
from aci_reconcile.facts.probes.streams import QUESTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aci_reconcile.core.model import Body
    from aci_reconcile.facts.probes import Probe, Unclear

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
LAB = Lab(
    Scope(SUBSCRIPTION, "rg-probe"), "westeurope", "West Europe", "2025-09-01", "ab12cd", "2026-11-29T12:00:00Z", 10.0
)


@dataclass(slots=True)
class FakeClock:
    """Time that passes while somebody waits, and a little with each request."""

    time: float = 1_800_000_000.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.time

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        self.time += seconds


@dataclass(slots=True)
class PlayedMessages:
    """The emulator's end of a conversation that takes no time."""

    clock: FakeClock
    incoming: list[bytes]
    until: float
    sent: list[tuple[float, bytes]] = field(default_factory=list[tuple[float, bytes]])
    closed: bool = False

    def send(self, data: bytes, kind: int = BINARY, /) -> None:
        """Keep a message, and when it was sent."""
        del kind
        self.sent.append((self.clock.time, data))

    def receive(self, seconds: float, /) -> bytes | None:
        """Return what the client says; once that is all, let time pass."""
        if self.incoming:
            return self.incoming.pop(0)
        self.clock.time += max(seconds, 1.0)
        self.closed = self.clock.time > self.until
        return None

    def close(self, code: int = NORMAL, /) -> None:
        """End the conversation."""
        assert code == NORMAL
        self.sent.append((self.clock.time, b""))

    def abort(self) -> None:
        """Never happens."""
        raise NotImplementedError


@dataclass(slots=True)
class PlayedStream:
    """The client's end: what was sent, when its time has come. The first message is empty, and so is the end."""

    clock: FakeClock
    sent: list[tuple[float, bytes]]
    greeted: bool | None = None
    said: bytes = b""

    def send(self, data: bytes, /) -> None:
        """Say what the conversation was played with."""
        self.said += data

    def receive(self, timeout: float | None, /) -> bytes | None:
        """Return what was sent until now."""
        assert timeout == 0
        if not self.sent or self.sent[0][0] > self.clock.time:
            return None
        _, data = self.sent.pop(0)
        if self.greeted is None:
            self.greeted = not data
            return self.receive(timeout)
        return data

    def close(self) -> None:
        """Nobody listens any more."""
        self.sent.clear()


class KilledError(BaseException):
    """The process of the inquiry is gone."""


@dataclass(slots=True)
class Azure:
    """What stands in for Azure, and what was asked of it."""

    knobs: Knobs = field(default_factory=Knobs)
    kill_at: int = 0
    """The number of the request before which the inquiry is killed; 0 is never."""
    clock: FakeClock = field(default_factory=FakeClock)
    asked: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    stop: Callable[[], bool] = bool
    _emulator: Emulator = field(init=False)

    def __post_init__(self) -> None:
        self._emulator = Emulator(open_store(None), knobs=self.knobs, clock=self.clock.now)

    def send(self, method: str, path: str, body: Body | None) -> Reply:
        """Answer a request."""
        if len(self.asked) + 1 == self.kill_at:
            raise KilledError
        self.clock.time += 0.01
        content = b"" if body is None else json.dumps(body).encode()
        response = self._emulator.handle(Request(method, path, body=content))
        self.asked.append((method, path.partition("?")[0], response.status))
        return Reply.read(response.status, response.headers, response.body, self.clock.now())

    def open(self, path: str, body: Body | None) -> tuple[Reply, PlayedStream | None]:
        """Answer a request, and open the stream that the answer offers."""
        offer = self.send("POST", path, body)
        return offer, self._play(offer) if offer.accepted else None

    def _play(self, offer: Reply) -> PlayedStream:
        """Let a conversation run to its end, or for ten minutes, and set the clock back: nobody waits meanwhile."""
        ticket = self._emulator.open_terminal(Request("GET", str(offer.body["webSocketUri"])))
        assert isinstance(ticket, Ticket)
        before = self.clock.time
        messages = PlayedMessages(self.clock, [str(offer.body["password"]).encode(), QUESTION], before + 600)
        try:
            serve_terminal(messages, ticket, self._emulator.read_output)
        finally:
            self.clock.time = before
        return PlayedStream(self.clock, messages.sent)

    @property
    def world(self) -> World:
        """What an inquiry needs."""
        return World(self.send, self.open, self.clock, self.stop)

    def list_left(self) -> list[str]:
        """Return the names of the groups, networks and resource groups that are there once all deletions have ended."""
        self.clock.time += 3600
        base = f"/subscriptions/{SUBSCRIPTION}"
        left: list[str] = []
        for path in (
            f"{base}/providers/Microsoft.ContainerInstance/containerGroups?api-version=2025-09-01",
            f"{base}/providers/Microsoft.ContainerInstance/containerGroupProfiles?api-version=2025-09-01",
            f"{base}/providers/Microsoft.Network/virtualNetworks?api-version=2024-05-01",
            f"{base}/resourceGroups?api-version=2021-04-01",
        ):
            link = path
            while link:
                page = self._emulator.handle(Request("GET", link)).json()
                left += [each["name"] for each in page["value"]]
                link = page.get("nextLink", "")
        return left


def run_probes(azure: Azure, probes: Iterable[Probe] = PROBES, lab: Lab = LAB) -> dict[str, Seen | Unclear]:
    """Ask the probes as the command does: move in, ask, move out. Return the verdicts by their facts."""
    follow(move_in(lab, follow(inspect(lab), azure.world)), azure.world)
    found = {each.fact: each for answered in ask_probes(probes, lab, azure.world) for each in answered.verdicts}
    follow(move_out(lab), azure.world)
    return found


def get_values(found: dict[str, Seen | Unclear]) -> dict[str, str]:
    """Return what was found out."""
    return {fact: verdict.value for fact, verdict in found.items() if isinstance(verdict, Seen)}
