"""An emulator in this process as the Azure of an inquiry: no HTTP, and a clock that only waiting moves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.model import Scope
from aci_reconcile.emulator import Emulator, Knobs, Request, open_store
from aci_reconcile.facts.inquiry import World, ask_probes, follow
from aci_reconcile.facts.premises import inspect, move_in, move_out
from aci_reconcile.facts.probes import PROBES, Seen
from aci_reconcile.facts.probes.lab import Lab
from aci_reconcile.facts.probes.steps import Reply

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

    @property
    def world(self) -> World:
        """What an inquiry needs."""
        return World(self.send, self.clock, self.stop)

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
