"""Orphans in many subscriptions: a drift check searches them by Resource Graph, and what writes lists each."""

from __future__ import annotations

import json
import urllib.request
from time import time
from typing import TYPE_CHECKING, Any

import pytest
from unit.cli.command_line import Served

from aci_reconcile.core import tags
from aci_reconcile.emulator import Emulator, Knobs, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator

    from unit.cli.command_line import CommandLine, Ran

    from aci_reconcile.emulator import Request, Response

QUERY = ("POST", "/providers/Microsoft.ResourceGraph/resources")
FAR = 17
"""The environment whose subscription holds what others left there."""


def make_subscription(number: int) -> str:
    """Return the subscription of an environment."""
    return f"00000000-0000-0000-0000-{number:012}"


HIDING = {"graph_hidden": frozenset({make_subscription(FAR)})}
FORBIDDING = {"not_actions": frozenset({"Microsoft.ResourceGraph/*"})}


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Generator[tuple[Served, list[float]]]:
    """An emulator with the knobs of the test, and what its clock is ahead."""
    asked: list[tuple[str, str]] = []
    ahead = [0.0]

    def note(request: Request, _response: Response) -> None:
        asked.append((request.method, request.split().path))

    wanted: dict[str, Any] = {"provisioning_seconds": 0.0, "delete_linger_seconds": 0.0}
    knobs = Knobs(**(wanted | getattr(request, "param", {})))
    with serve(Emulator(open_store(None), knobs=knobs, on_request=note, clock=lambda: time() + ahead[0])) as server:
        yield Served(server.url, asked), ahead


@pytest.fixture
def project(cli: CommandLine, world: tuple[Served, list[float]], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project with 25 environments, each in a subscription of its own; the first one runs."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", world[0].url)
    environments = "".join(f"  e{number}: {{subscription: {make_subscription(number)}}}\n" for number in range(25))
    settings = "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\ncreateResourceGroups: true\n"
    cli.write("aci-reconcile.yaml", f"{settings}environments:\n{environments}")
    cli.group("web")
    assert 0 == cli("apply", "-y", "-e", "e0").code
    return cli


def leave_behind(world: tuple[Served, list[float]], name: str = "left") -> str:
    """Make a group of the first environment where it does not belong, and return its path."""
    place = f"/subscriptions/{make_subscription(FAR)}/resourceGroups/rg-far"
    send(world, "PUT", place, {"location": "westeurope"})
    container = {"image": "nginx:1", "resources": {"requests": {"cpu": 1, "memoryInGB": 1}}}
    properties = {"osType": "Linux", "containers": [{"name": "c", "properties": container}]}
    body = {"location": "westeurope", "tags": {tags.OWNER: "shop/e0"}, "properties": properties}
    path = f"{place}/providers/Microsoft.ContainerInstance/containerGroups/{name}"
    send(world, "PUT", path, body)
    return path


def send(world: tuple[Served, list[float]], method: str, path: str, body: Any = None) -> None:
    """Do something to Azure behind the tool's back, and forget what was asked so far."""
    content = None if body is None else json.dumps(body).encode()
    url = f"{world[0].url}{path}?api-version=2025-09-01"
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request):
        world[0].asked.clear()


def count_searches(world: tuple[Served, list[float]]) -> int:
    """Return how many subscriptions were listed."""
    return sum(path.endswith("/resources") and method == "GET" for method, path in world[0].asked)


def check(project: CommandLine, *words: str) -> Ran:
    """Check the first environment for drift."""
    return project("drift", "-e", "e0", *words)


def test_two_queries_search_all_other_subscriptions(project: CommandLine, world: tuple[Served, list[float]]) -> None:
    """What they find is listed before it is said; the subscription of the run is searched as ever."""
    leave_behind(world)
    ran = check(project)

    assert 2 == ran.code
    assert "left" in ran.out
    assert (2, 1) == (world[0].asked.count(QUERY), count_searches(world))
    assert any(make_subscription(FAR) in path for method, path in world[0].asked if method == "GET")


def test_lists_find_the_same(project: CommandLine, world: tuple[Served, list[float]]) -> None:
    """For those who may not ask Resource Graph."""
    leave_behind(world)
    indexed = check(project)
    world[0].asked.clear()
    listed = check(project, "--no-graph")

    assert (indexed.code, indexed.out) == (listed.code, listed.out)
    assert (0, 25) == (world[0].asked.count(QUERY), count_searches(world))


@pytest.mark.parametrize(("world", "searches"), [(HIDING, 2), (FORBIDDING, 25)], indirect=["world"])
def test_what_is_not_shown_is_listed(project: CommandLine, world: tuple[Served, list[float]], searches: int) -> None:
    """One subscription, or all of them; the orphan is found."""
    leave_behind(world)

    ran = check(project, "--verbose")

    assert "left" in ran.out
    assert searches == count_searches(world)
    assert 1 == ran.err.count("Resource Graph does not show ")
    assert ".." not in ran.err


@pytest.mark.parametrize("world", [{"graph_lag_seconds": 3600.0}], indirect=True)
def test_what_is_long_gone_is_no_orphan(project: CommandLine, world: tuple[Served, list[float]]) -> None:
    """The index shows it for an hour; the list of its resource group does not."""
    path = leave_behind(world)
    world[1][0] = 3700
    shown = check(project)
    send(world, "DELETE", path)
    gone = check(project)

    assert (2, 0) == (shown.code, gone.code)
    assert "left" not in gone.out


@pytest.mark.parametrize("world", [{"graph_lag_seconds": 3600.0}], indirect=True)
@pytest.mark.parametrize("words", [("plan", "--prune"), ("apply", "-y", "--prune"), ("destroy", "-y")])
def test_nothing_that_writes_asks_the_index(
    words: tuple[str, ...], project: CommandLine, world: tuple[Served, list[float]]
) -> None:
    """A group that somebody has taken over since is not deleted, whatever the index says."""
    path = leave_behind(world)
    world[1][0] = 3700
    send(world, "PATCH", path, {"tags": {tags.OWNER: "other"}})
    ran = project(*words, "-e", "e0")

    assert 0 == ran.code, ran.err
    assert QUERY not in world[0].asked
    assert not any(path.lower() == asked.lower() for method, asked in world[0].asked if method == "DELETE")


def test_a_fleet_asks_once_for_all_of_its_projects(project: CommandLine, world: tuple[Served, list[float]]) -> None:
    """Each of 25 environments would search 24 subscriptions."""
    lines = [f"  - {{project: aci-reconcile.yaml, environment: e{number}}}" for number in range(4)]
    project.write("fleet.yaml", "projects:\n" + "\n".join(lines) + "\n")
    leave_behind(world)
    ran = project("drift", "--fleet", "fleet.yaml")

    assert "left" in ran.out
    assert 4 == count_searches(world)
    assert 4 >= world[0].asked.count(QUERY)
