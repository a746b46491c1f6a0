"""Saved plans of shards as processes: side by side, killed, and merged; and the fleet that they may be of."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from azure_world import Witness
from e2e.processes import PROJECT, SUBSCRIPTION, Commands, ended

from aci_reconcile.emulator import Faults, Knobs, Request, Response, open_store, serve

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

REGIONS = ("westeurope", "northeurope", "eastus", "westus")
SHARDS = (1, 2, 3, 4)
HEALTHY = ("--stable-for", "0s")


class World(Witness):
    """An emulator that kills one client at its first request that a test waits for."""

    def __init__(self) -> None:
        super().__init__(open_store(None), knobs=Knobs(provisioning_seconds=0.1), faults=Faults())
        self.victim: subprocess.Popen[str] | None = None
        self.fatal = ""

    def handle(self, request: Request) -> Response:
        """Carry it out, and kill the one who asked if it is time."""
        answer = super().handle(request)
        if self.victim is not None and request.method == "PUT" and self.fatal in request.split().path:
            victim, self.victim = self.victim, None
            victim.kill()
            victim.wait()
            return Response(0, wire="reset")
        return answer

    @property
    def puts(self) -> Counter[str]:
        """How often each group was written."""
        paths = (request.split().path for request, _ in self.done if request.method == "PUT")
        return Counter(path.rpartition("/")[2] for path in paths if "containerGroups" in path)


@pytest.fixture
def world() -> World:
    """An empty Azure."""
    return World()


@pytest.fixture
def commands(world: World, tmp_path: Path) -> Generator[Commands]:
    """A project of twelve groups in four regions, whose resource group is missing."""
    with serve(world) as server:
        made = Commands(tmp_path, {"ACI_RECONCILE_ARM_ENDPOINT": server.url})
        made.write("aci-reconcile.yaml", PROJECT)
        for number in range(12):
            made.group(f"g{number:02}", more=f"location: {REGIONS[number % 4]}\n")
        yield made


def list_plans(commands: Commands) -> list[str]:
    """Return what is in the folder, hidden or not, and in that above it."""
    return sorted(each.name for each in (commands.folder / "plans").iterdir())


def test_four_side_by_side(commands: Commands, world: World) -> None:
    """All would make the resource group; each group is written once, and nothing is left to do."""
    saved = commands("shards", "--out", "plans", "--format", "json")
    jobs = [
        commands.begin("apply", "--plan", f"plans/shard-{each}.json", *HEALTHY, "--report", f"json={each}.json")
        for each in SHARDS
    ]
    codes = [ended(each) for each in jobs]
    merged = commands("merge", *(f"{each}.json" for each in SHARDS), "--count", "4")

    assert [3, 3, 3, 3] == [each["writes"] for each in json.loads(saved.out)["shards"]]
    assert [0] * 4 == [each.code for each in codes], [each.err for each in codes]
    assert {1} == set(world.puts.values())
    assert 12 == len(world.puts)
    assert (0, True) == (merged.code, "12 added" in merged.out), merged.out + merged.err
    assert 0 == commands("plan", "--detailed-exitcode").code


def test_one_that_is_killed_spoils_no_other(commands: Commands, world: World) -> None:
    """Its own plan is stale then, as a part of it is done; the next plan finishes it, and writes nothing twice."""
    commands("shards", "--out", "plans")
    world.fatal = "containerGroups/"
    world.victim = commands.begin("apply", "--plan", "plans/shard-2.json", *HEALTHY, "--concurrency", "1")
    killed = ended(world.victim)
    others = [commands("apply", "--plan", f"plans/shard-{each}.json", *HEALTHY) for each in (1, 3, 4)]
    again = commands("apply", "--plan", "plans/shard-2.json", *HEALTHY)
    commands("shards", "--out", "plans")
    last = commands("apply", "--plan", "plans/shard-2.json", *HEALTHY)

    assert (-9, [0, 0, 0], 4, 0) == (killed.code, [each.code for each in others], again.code, last.code), last.err
    assert {1} == set(world.puts.values())
    assert 0 == commands("plan", "--detailed-exitcode").code


@pytest.mark.parametrize("signal", ["kill", "terminate"])
def test_a_killed_plan_leaves_the_former_ones(signal: str, commands: Commands, world: World) -> None:
    """All of them, and none of its own."""
    del world
    commands("shards", "--out", "plans")
    before = (commands.folder / "plans/shard-1.json").read_bytes()
    for _ in range(5):
        job = commands.begin("shards", "--out", "plans")
        job.stderr.readline() if job.stderr else ""  # it has begun
        getattr(job, signal)()
        ended(job)

    assert [f"shard-{each}.json" for each in SHARDS] == list_plans(commands)
    assert before == (commands.folder / "plans/shard-1.json").read_bytes()


def test_a_fleet_is_planned_once_and_applied_by_shards(commands: Commands, world: World) -> None:
    """The same project twice, in two subscriptions."""
    lines = "".join(
        f"  - {{project: aci-reconcile.yaml, subscription: {SUBSCRIPTION[:-1]}{each}}}\n" for each in (1, 2)
    )
    commands.write("fleet.yaml", f"projects:\n{lines}")
    saved = commands("shards", "--fleet", "fleet.yaml", "--max", "4", "--out", "plans")
    jobs = [commands.begin("apply", "--plan", f"plans/shard-{each}", *HEALTHY) for each in SHARDS]
    codes = [ended(each) for each in jobs]

    assert 0 == saved.code, saved.err
    assert [0] * 4 == [each.code for each in codes], [each.err for each in codes]
    assert {2} == set(world.puts.values())
    assert 0 == commands("plan", "--fleet", "fleet.yaml", "--detailed-exitcode").code
