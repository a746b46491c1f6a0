"""SIGKILL at a request of an apply, before or after Azure carries it out; the next apply finishes what was begun.

The emulator runs in this process and kills its client from within a request, so that there is no moment that a test
could miss. By default around the deletion and the creation of a replacement, and in the middle of an apply of ten
groups; those marked ``sweep`` take every request of both.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from azure_world import API_VERSION, Witness
from e2e.processes import PROJECT, SUBSCRIPTION, Commands, ended
from factories import body

from aci_reconcile.emulator import Fault, Faults, Knobs, Request, Response, open_store, serve

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

APPLY = ("apply", "-y", "--allow-replace=1", "--concurrency", "1", "--stable-for", "0s")
PLACE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
GROUPS = f"{PLACE}/providers/Microsoft.ContainerInstance/containerGroups"
TEN = [f"web-{number}" for number in range(10)]
OURS = {"aci-reconcile-project": "shop"}
SMALL = {"cpu": 1, "memoryInGB": 1}
SHARDS = 4
Write: TypeAlias = "tuple[str, str]"


@dataclass(frozen=True, slots=True)
class Moment:
    """When the client dies: at the ``nth`` request (from 1) with this method, once it is carried out or before."""

    nth: int
    method: str = ""
    after: bool = False


class Killing(Witness):
    """An emulator that kills its client when the moment comes; the dead get no answer."""

    def __init__(self) -> None:
        self.scripted = Faults()
        super().__init__(open_store(None), knobs=Knobs(provisioning_seconds=0.1), faults=self.scripted)
        self.moment = Moment(0)
        self.client: subprocess.Popen[str] | None = None
        self.asked = 0
        self._counting = threading.Lock()

    def handle(self, request: Request) -> Response:
        """Answer, or kill."""
        if not self._fatal(request):
            return super().handle(request)
        if self.moment.after:
            super().handle(request)
        assert self.client is not None
        self.client.kill()
        self.client.wait()
        return Response(0, wire="reset")

    def _fatal(self, request: Request) -> bool:
        fits = request.method == (self.moment.method or request.method)
        with self._counting:
            self.asked += fits
            return fits and self.client is not None and self.moment.nth == self.asked

    def by_hand(self, method: str, path: str, content: Any = None) -> Any:
        """Send a request that nobody dies of."""
        text = b"" if content is None else json.dumps(content).encode()
        return super().handle(Request(method, f"{path}?api-version={API_VERSION}", {}, text)).json()

    @property
    def sizes(self) -> dict[str, float]:
        """The CPU of the one container of each group that is there."""
        listed = self.by_hand("GET", GROUPS).get("value", [])
        return {
            each["name"]: each["properties"]["containers"][0]["properties"]["resources"]["requests"]["cpu"]
            for each in listed
        }

    @property
    def writes(self) -> list[Write]:
        """What was carried out, whoever was told of it."""
        return sorted((request.split().path.rpartition("/")[2], request.method) for request, _ in self.done)


def _replacement(emulator: Killing, commands: Commands) -> tuple[dict[str, float], list[Write]]:
    """One group is to be recreated, another one is not concerned; returns what will be there, and what is written."""
    emulator.by_hand("PUT", PLACE, {"location": "westeurope"})
    for name in ("db", "web"):
        text = body({"name": name, "properties": {"image": "nginx:1", "resources": {"requests": SMALL}}}, tags=OURS)
        emulator.by_hand("PUT", f"{GROUPS}/{name}", text)
        commands.group(name)
    file = commands.folder / "manifests" / "db.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("cpu: 1", "cpu: 2"), encoding="utf-8")
    emulator.done.clear()
    return {"db": 2, "web": 1}, [("db", "DELETE"), ("db", "PUT")]


def _ten(emulator: Killing, commands: Commands) -> tuple[dict[str, float], list[Write]]:
    """Ten groups are to be created, and their resource group."""
    for name in TEN:
        commands.group(name)
    return dict.fromkeys(TEN, 1), [("rg-shop", "PUT"), *((name, "PUT") for name in TEN)]


def _taken_back(emulator: Killing, commands: Commands) -> tuple[dict[str, float], list[Write]]:
    """The same replacement, which Azure refuses once: the former group is put back, or was about to be."""
    expected, needed = _replacement(emulator, commands)
    back = [("db", "PUT"), ("db", "DELETE")] if emulator.moment.after else []
    emulator.scripted.add([Fault("error", "PUT", "containerGroups/db", status=400)])
    return expected, needed + back


def _dies(folder: Path, scene: Callable[[Killing, Commands], Any], moment: Moment, *options: str) -> tuple[int, int]:
    """Let an apply die at a moment and another one finish; returns how the first one ended, and after which request."""
    folder.mkdir()
    emulator = Killing()
    emulator.moment = moment
    with serve(emulator) as server:
        commands = Commands(folder, {"ACI_RECONCILE_ARM_ENDPOINT": server.url})
        commands.write("aci-reconcile.yaml", PROJECT)
        expected, needed = scene(emulator, commands)
        emulator.client = commands.begin(*APPLY, *options)
        first = ended(emulator.client)
        emulator.client = None
        last = commands(*APPLY)

    assert (0, "") == (last.code, "" if last.code == 0 else last.err)
    assert expected == emulator.sizes
    assert sorted(needed) == emulator.writes
    return first.code, emulator.asked


@pytest.mark.parametrize(
    "moment",
    [Moment(1, "DELETE"), Moment(1, "DELETE", after=True), Moment(1, "PUT", after=True)],
    ids=["before the deletion", "between deletion and creation", "after the creation"],
)
def test_a_replacement_survives_the_death_of_its_apply(tmp_path: Path, moment: Moment) -> None:
    """The group is recreated once, whatever the dead one saw of it, and the other group is not touched."""
    assert -9 == _dies(tmp_path / "work", _replacement, moment)[0]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_former_group_that_is_put_back_survives_the_death_of_its_apply(tmp_path: Path, after: bool) -> None:
    """Be it back or not: the next apply recreates it, or creates it."""
    moment = Moment(2, "PUT", after=after)

    assert -9 == _dies(tmp_path / "work", _taken_back, moment, "--restore-on-failure")[0]


def test_ten_creations_survive_the_death_of_their_apply(tmp_path: Path) -> None:
    """What was created is found, what was not is created: each once."""
    assert -9 == _dies(tmp_path / "work", _ten, Moment(6, "PUT", after=True))[0]


@pytest.mark.sweep
@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("scene", [_replacement, _ten], ids=["replacement", "ten"])
def test_an_apply_may_die_at_any_request(tmp_path: Path, scene: Any, after: bool, shard: int) -> None:
    """One request after the other, until the apply has ended before its last moment came."""
    nth = shard + 1
    while (code := _dies(tmp_path / f"work-{nth}", scene, Moment(nth, after=after))[0]) != 0:
        assert -9 == code
        nth += SHARDS

    assert nth > SHARDS
