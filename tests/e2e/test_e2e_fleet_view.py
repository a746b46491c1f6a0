"""The status of a fleet as a process: in the quota of Resource Graph, beside others who use it, and behind Azure."""

from __future__ import annotations

import json
from collections import Counter
from time import time
from typing import TYPE_CHECKING

import pytest
from e2e.processes import Commands, ended

from aci_reconcile.emulator import Emulator, Knobs, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from aci_reconcile.emulator import Request, Response

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SUBSCRIPTIONS = 12
HEALTHY = ("--stable-for", "0s")


class World(Emulator):
    """An emulator with limits, whose index lags behind by a minute of a clock that the test turns."""

    def __init__(self) -> None:
        knobs = Knobs(provisioning_seconds=0.0, limits=True, graph_lag_seconds=60.0)
        self.ahead = 0.0
        self.answers: list[tuple[str, str, int]] = []
        super().__init__(open_store(None), knobs=knobs, clock=lambda: time() + self.ahead, on_request=self._note)

    def _note(self, request: Request, response: Response) -> None:
        self.answers.append((request.method, request.split().path, response.status))

    def count_queries(self) -> Counter[int]:
        """Return how many queries were answered, by status."""
        return Counter(status for _, path, status in self.answers if path.endswith("ResourceGraph/resources"))


@pytest.fixture
def world() -> World:
    """An empty Azure."""
    return World()


@pytest.fixture
def commands(world: World, tmp_path: Path) -> Generator[Commands]:
    """A fleet of twelve projects, each with a subscription and two groups."""
    with serve(world) as server:
        made = Commands(tmp_path, {"ACI_RECONCILE_ARM_ENDPOINT": server.url})
        lines: list[str] = []
        for number in range(SUBSCRIPTIONS):
            name, subscription = f"p{number}", f"00000000-0000-0000-0000-{number:012}"
            settings = f"name: {name}\nresourceGroup: rg-{name}\nlocation: westeurope\ncreateResourceGroups: true\n"
            made.write(f"{name}/aci-reconcile.yaml", settings)
            for group in ("a", "b"):
                container = "{name: c, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}"
                text = f"name: {name}-{group}\nosType: Linux\ncontainers: [{container}]\n"
                made.write(f"{name}/manifests/{group}.yaml", text)
            lines.append(f"  - {{project: {name}/aci-reconcile.yaml, subscription: {subscription}}}\n")
        made.write("fleet.yaml", f"projects:\n{''.join(lines)}")
        yield made


def test_many_at_once_share_the_quota(commands: Commands, world: World) -> None:
    """Ten of them send twenty queries, of which fifteen may go in five seconds: the others wait, and none fails."""
    assert 0 == commands("apply", "-y", "--fleet", "fleet.yaml", *HEALTHY).code
    world.ahead = 120
    jobs = [commands.begin("status", "--fleet", "fleet.yaml", "--format", "json") for _ in range(10)]
    ran = [ended(each) for each in jobs]
    shown = [json.loads(each.out) for each in ran]

    assert [0] * 10 == [each.code for each in ran], [each.err for each in ran]
    assert [2 * SUBSCRIPTIONS] * 10 == [len(each["groups"]) for each in shown]
    assert [True] * 10 == [each["from_resource_graph"] for each in shown]
    assert 20 == world.count_queries()[200]


def test_what_is_written_meanwhile_is_seen_later(commands: Commands, world: World) -> None:
    """The view is a minute old; a plan is not, and nothing is deleted or made twice because of it."""
    assert 0 == commands("apply", "-y", "--fleet", "fleet.yaml", *HEALTHY).code
    early = commands("status", "--fleet", "fleet.yaml", "-o", "name")
    world.answers.clear()
    planned = commands("plan", "--fleet", "fleet.yaml", "--prune", "--detailed-exitcode")
    again = commands("apply", "-y", "--fleet", "fleet.yaml", "--prune", *HEALTHY)
    written = [each for each in world.answers if each[0] not in {"GET", "HEAD"}]
    world.ahead = 120
    late = commands("status", "--fleet", "fleet.yaml", "-o", "name")

    assert (0, "") == (early.code, early.out), early.err
    assert [0, 0] == [planned.code, again.code], again.err
    assert [] == written
    assert 2 * SUBSCRIPTIONS == len(late.out.split())
