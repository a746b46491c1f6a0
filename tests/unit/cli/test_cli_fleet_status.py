"""``status --fleet``: from Resource Graph, by lists where it shows nothing, and what is said of either."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any

import pytest
from unit.cli.command_line import Served
from unit.cli.fleets import ONE, TWO, write_fleet

from aci_reconcile.emulator import Emulator, Knobs, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator

    from unit.cli.command_line import CommandLine

    from aci_reconcile.emulator import Request, Response

QUERY = ("POST", "/providers/Microsoft.ResourceGraph/resources")
NAMES = ["rg-shop/shop0", "rg-shop/shop1", "rg-bill/bill0", "rg-bill/bill1", "rg-desk/desk0", "rg-desk/desk1"]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Generator[tuple[Served, list[float]]]:
    """An emulator with the knobs of the test, and what its clock is ahead."""
    asked: list[tuple[str, str]] = []
    ahead = [0.0]

    def note(request: Request, _response: Response) -> None:
        asked.append((request.method, request.split().path))

    asked_for: dict[str, Any] = {"provisioning_seconds": 0.0, **getattr(request, "param", {})}
    knobs = Knobs(**asked_for)
    emulator = Emulator(open_store(None), knobs=knobs, on_request=note, clock=lambda: time() + ahead[0])
    with serve(emulator) as server:
        yield Served(server.url, asked), ahead


@pytest.fixture
def fleet(cli: CommandLine, world: tuple[Served, list[float]], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Three projects of two groups each, in two subscriptions, which run."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", world[0].url)
    fleet = write_fleet(cli)
    assert 0 == fleet("apply", "-y", "--fleet", "fleet.yaml").code
    world[0].asked.clear()
    return fleet


def list_names(fleet: CommandLine, *words: str) -> list[str]:
    """Return the addresses that a status shows."""
    return fleet("status", "--fleet", "fleet.yaml", "-o", "name", *words).out.split()


def test_two_queries_show_the_whole_fleet(fleet: CommandLine, world: tuple[Served, list[float]]) -> None:
    """No list, no read of a group; and it is said what that means."""
    ran = fleet("status", "--fleet", "fleet.yaml")
    asked = list(world[0].asked)

    assert 0 == ran.code, ran.err
    assert [QUERY, QUERY] == asked
    assert all(name in ran.out for name in NAMES)
    assert ran.out.startswith("shop (fleet.yaml:2:5)")
    assert "Resource Graph may lag behind what was written; --no-graph lists the groups. Run states" in ran.err
    assert "Running" not in ran.out
    assert "healthy" not in ran.out
    assert NAMES == list_names(fleet)


def test_run_states_are_read_when_asked(fleet: CommandLine, world: tuple[Served, list[float]]) -> None:
    """One read for each group, beside the queries."""
    plain = fleet("status", "--fleet", "fleet.yaml", "--format", "json").document
    world[0].asked.clear()
    full = fleet("status", "--fleet", "fleet.yaml", "--format", "json", "--health").document

    assert 6 + 2 == len(world[0].asked)
    assert [None] * 6 == [each["health"] for each in plain["groups"]]
    assert {"pending", "healthy"} >= {each["health"]["state"] for each in full["groups"]}
    assert (True, True) == (plain["from_resource_graph"], full["from_resource_graph"])
    assert NAMES == [each["address"] for each in full["groups"]]


@pytest.mark.parametrize("words", [(), ("--no-graph",), ("--health",)])
def test_json_is_sorted_over_all_projects(words: tuple[str, ...], fleet: CommandLine) -> None:
    """Not by project, if an order is asked for."""
    shown = fleet("status", "--fleet", "fleet.yaml", "--format", "json", "--sort", "location", *words).document

    assert ["northeurope"] * 3 + ["westeurope"] * 3 == [each["location"] for each in shown["groups"]]


def test_lists_say_the_same(fleet: CommandLine, world: tuple[Served, list[float]]) -> None:
    """For those who may not, or will not, ask Resource Graph."""
    ran = fleet("status", "--fleet", "fleet.yaml", "--no-graph", "--format", "json")

    assert QUERY not in world[0].asked
    assert (NAMES, False) == ([each["address"] for each in ran.document["groups"]], ran.document["from_resource_graph"])
    assert "Resource Graph" not in ran.err


@pytest.mark.parametrize("world", [{"not_actions": frozenset({"Microsoft.ResourceGraph/*"})}], indirect=True)
def test_without_the_right_it_lists_and_says_so(fleet: CommandLine) -> None:
    """Nothing is missing."""
    ran = fleet("status", "--fleet", "fleet.yaml", "-o", "name")

    assert (0, NAMES) == (ran.code, ran.out.split())
    assert "Resource Graph does not show any subscription: AuthorizationFailed: " in ran.err
    assert "The groups there are listed instead" in ran.err
    assert "may lag behind" not in ran.err


@pytest.mark.parametrize("world", [{"graph_hidden": frozenset({TWO})}], indirect=True)
def test_what_it_does_not_show_is_listed(fleet: CommandLine, world: tuple[Served, list[float]]) -> None:
    """It leaves such a subscription out without a word; here it is named."""
    ran = fleet("status", "--fleet", "fleet.yaml", "-o", "name")

    assert (0, NAMES) == (ran.code, ran.out.split())
    assert f"Resource Graph does not show 1 subscription. The groups there are listed instead ({TWO})." in ran.err
    assert not any(ONE in path for _, path in world[0].asked)


@pytest.mark.parametrize("world", [{"graph_lag_seconds": 3600.0}], indirect=True)
def test_a_view_that_lags_leads_to_no_write(fleet: CommandLine, world: tuple[Served, list[float]]) -> None:
    """The status is an hour old; a plan, an apply and a drift check are not, and ask something else."""
    early = list_names(fleet)
    world[1][0] = 3700
    late = list_names(fleet)
    place = ("--project", "bill/aci-reconcile.yaml", "-s", TWO)
    destroyed = fleet("destroy", "-y", *place, "--only", "bill1")
    world[0].asked.clear()
    planned = fleet("plan", *place, "--detailed-exitcode")
    (fleet.folder / "bill/manifests/g1.yaml").unlink()
    applied = fleet("apply", "-y", "--fleet", "fleet.yaml", "--prune")
    drifted = fleet("drift", "--fleet", "fleet.yaml")

    assert ([], NAMES) == (early, late)
    assert [0, 2, 0, 0] == [destroyed.code, planned.code, applied.code, drifted.code], applied.out
    assert [] == world[0].writes
    assert NAMES == list_names(fleet)
    assert "rg-bill/bill1" not in list_names(fleet, "--no-graph")


def test_one_project_is_always_listed(fleet: CommandLine) -> None:
    """The options are about fleets."""
    for word in ("--health", "--no-graph"):
        ran = fleet("status", "--project", "shop/aci-reconcile.yaml", word)

        assert 1 == ran.code
        assert "is about a fleet" in ran.err


def test_one_project_that_fails_hides_no_other(fleet: CommandLine) -> None:
    """Its error is its own."""
    fleet.write("shop/aci-reconcile.yaml", "name: [")
    ran = fleet("status", "--fleet", "fleet.yaml", "-o", "name")

    assert (1, NAMES[2:]) == (ran.code, ran.out.split())
    assert "no resource group is given" in ran.err
