"""``--fleet``: one command for many projects, with one report and one exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.cli.fleets import FLEET, ONE, TWO, declare, write_fleet

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Served


@pytest.fixture
def fleet(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Three projects of two groups each, in two subscriptions of one emulator."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    return write_fleet(cli)


def test_each_project_is_planned_in_its_subscription(fleet: CommandLine) -> None:
    """One after the other, with a table at the end."""
    ran = fleet("plan", "--fleet", "fleet.yaml")

    assert 0 == ran.code, ran.err
    assert ran.out.startswith("shop (fleet.yaml:2:5)\n\naci-reconcile will perform these actions (project shop, ")
    assert ran.out.endswith(
        "PROJECT    RESULT\n"
        "shop       Plan: 2 to add, 0 to change, 0 to destroy.\n"
        "bill       Plan: 2 to add, 0 to change, 0 to destroy.\n"
        "desk-prod  Plan: 2 to add, 0 to change, 0 to destroy.\n"
        "\n"
        "3 projects. Plan: 6 to add, 0 to change, 0 to destroy.\n"
    ), ran.out
    assert "subscription 1111" in ran.out


@pytest.mark.parametrize("where", ["project", "environment"])
def test_a_project_that_is_named_twice_by_way_of_its_subscription(
    fleet: CommandLine, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the entry does not say may come from elsewhere, and be what another entry says; each is written once."""
    entries = f"- project: shop/aci-reconcile.yaml\n- {{project: shop/aci-reconcile.yaml, subscription: {ONE}}}\n"
    fleet.write("fleet.yaml", f"projects:\n{entries}")
    file = (fleet.folder / "shop/aci-reconcile.yaml").read_text(encoding="utf-8")
    if where == "project":
        fleet.write("shop/aci-reconcile.yaml", f"{file}subscription: {ONE}\n")
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", ONE if where == "environment" else TWO)
    ran = [fleet(*command, "--fleet", "fleet.yaml") for command in (("plan",), ("apply", "-y"), ("status",))]
    fleet.write("shop/aci-reconcile.yaml", f"{file}subscription: {TWO}\n")
    other = fleet("plan", "--fleet", "fleet.yaml")

    assert [1, 1, 1] == [each.code for each in ran]
    assert all("fleet.yaml:3:3: error ACI266: this project is named before, in line 2" in each.err for each in ran)
    assert 0 == other.code, other.err
    assert "2 projects. Plan: 4 to add" in other.out


def test_all_are_applied_and_then_in_sync(fleet: CommandLine) -> None:
    """And looked at: as text, as JSON, and by name."""
    applied = fleet("apply", "-y", "--fleet", "fleet.yaml")
    planned = fleet("plan", "--fleet", "fleet.yaml", "--detailed-exitcode")
    drifted = fleet("drift", "--fleet", "fleet.yaml")
    shown = fleet("status", "--fleet", "fleet.yaml", "--format", "json").document
    names = fleet("status", "--fleet", "fleet.yaml", "-o", "name").out.split()

    assert [0, 0, 0] == [applied.code, planned.code, drifted.code], applied.out
    assert ["rg-shop/shop0", "rg-shop/shop1", "rg-bill/bill0"] == names[:3]
    assert sorted(names) == sorted(each["address"] for each in shown["groups"])
    assert "3 projects. No changes." in planned.out


def test_no_group_is_left_out_of_all_shards(fleet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that depends on the machine is not known where the fleet is cut: that is no reason to be green."""
    monkeypatch.setenv("PLACE", "rg-there")
    fleet.write("shop/aci-reconcile.yaml", "name: shop\nlocation: westeurope\npublicEnv: [PLACE]\n")
    for file in (fleet.folder / "shop/manifests").iterdir():
        file.write_text(f"resourceGroup: '${{env:PLACE}}'\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    ran = [fleet("plan", "--fleet", "fleet.yaml", "--shard", f"{number}/2") for number in (1, 2)]

    assert [1, 1] == [each.code for each in ran]
    assert "`${env:PLACE}/shop0` is in no shard" in ran[0].err + ran[1].err
    assert "bill" in ran[0].out


@pytest.mark.parametrize("name", ["", "shop"])
def test_a_folder_is_no_fleet_file(name: str, fleet: CommandLine) -> None:
    """Nobody is told to remove it."""
    ran = fleet("plan", "--fleet", name)

    assert (1, "") == (ran.code, ran.out)
    assert f"--fleet {name or '.'}: this is a folder" in ran.err


def test_one_failure_hides_no_other(fleet: CommandLine) -> None:
    """What comes after it is done, too; the exit code is that of the worst."""
    fleet.write("shop/manifests/g0.yaml", "name: [")
    ran = fleet("apply", "-y", "--fleet", "fleet.yaml", "--report", "json=all.json", "--report", "markdown=all.md")
    report = json.loads((fleet.folder / "all.json").read_text(encoding="utf-8"))

    assert 1 == ran.code
    assert "shop/manifests/g0.yaml:2:1: error" in ran.err
    assert [(True, 1), (False, 0), (False, 0)] == [(each["failed"], each["exit_code"]) for each in report["runs"]]
    assert ["shop", "bill", "desk-prod"] == [each["project"] for each in report["runs"]]
    assert "fleet.yaml" in (fleet.folder / "all.md").read_text(encoding="utf-8").splitlines()[0]
    assert 1 == fleet("status", "--fleet", "fleet.yaml", "--shard", "1/2").code


def test_the_worst_exit_code_counts(fleet: CommandLine) -> None:
    """Blocked is worse than different."""
    fleet("apply", "-y", "--fleet", "fleet.yaml")
    declare(fleet, "shop", 0, image="nginx:2")
    (fleet.folder / "bill/manifests/g0.yaml").unlink()
    (fleet.folder / "bill/manifests/g1.yaml").unlink()
    declare(fleet, "bill", 5)
    ran = fleet("plan", "--fleet", "fleet.yaml", "--detailed-exitcode", "--prune")

    assert 3 == ran.code, ran.out
    assert 2 == fleet("drift", "--fleet", "fleet.yaml").code


def test_the_result_is_one_document(fleet: CommandLine) -> None:
    """For programs, and as a page."""
    told = fleet("plan", "--fleet", "fleet.yaml", "--format", "json").document
    page = fleet("plan", "--fleet", "fleet.yaml", "--format", "markdown").out

    assert ("plan", 0, 3) == (told["command"], told["exit_code"], len(told["runs"]))
    assert page.startswith("### ")
    assert 1 == page.count("### ")


def test_a_shard_of_a_fleet_is_about_groups_of_several_projects(fleet: CommandLine) -> None:
    """The projects of one subscription and region are in one shard, and no group is left out."""
    added: list[int] = []
    for number in range(1, 5):
        words = ("apply", "-y", "--fleet", "fleet.yaml", "--shard", f"{number}/4", "--report", f"json={number}.json")
        ran = fleet(*words)
        assert 0 == ran.code, ran.err
        report = json.loads((fleet.folder / f"{number}.json").read_text(encoding="utf-8"))
        added.append(dict(map(tuple, report["page"]["counts"])).get("added", 0))
    merged = fleet("merge", *(f"{number}.json" for number in range(1, 5)))

    assert 0 == fleet("plan", "--fleet", "fleet.yaml", "--detailed-exitcode").code
    assert 0 == merged.code, merged.err


def test_more_shards_than_parts(fleet: CommandLine) -> None:
    """Those without groups succeed."""
    ran = fleet("plan", "--fleet", "fleet.yaml", "--shard", "9/9")

    assert (0, True) == (ran.code, "No changes." in ran.out)


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "shop/manifests"),
        ("plan", "-e", "prod"),
        ("plan", "-s", ONE),
        ("plan", "--project", "shop/aci-reconcile.yaml"),
        ("plan", "--only", "shop0"),
        ("plan", "--out", "plan.json"),
        ("apply", "--plan", "plan.json"),
        ("drift", "--history", "history.json"),
        ("status", "rg-shop/shop0"),
        ("status", "--watch"),
    ],
)
def test_what_is_about_one_project(words: tuple[str, ...], fleet: CommandLine, served: Served) -> None:
    """Nothing is asked."""
    ran = fleet(*words, "--fleet", "fleet.yaml")

    assert (1, "", []) == (ran.code, ran.out, served.asked)
    assert "is about one project" in ran.err


def test_a_group_of_two_projects_is_no_cut(fleet: CommandLine) -> None:
    """Two jobs would write it."""
    fleet.write("desk/aci-reconcile.yaml", "name: desk\nresourceGroup: rg-bill\nenvironments: {prod: {}}\n")
    declare(fleet, "desk", 0)
    fleet.write("desk/manifests/g0.yaml", (fleet.folder / "bill/manifests/g0.yaml").read_text(encoding="utf-8"))
    ran = fleet("apply", "-y", "--fleet", "fleet.yaml", "--shard", "1/2")

    assert (1, True) == (ran.code, "bill and desk-prod both declare rg-bill/bill0" in ran.err), ran.err


def test_a_broken_fleet_file_does_nothing(fleet: CommandLine, served: Served) -> None:
    """Every mistake with its place."""
    fleet.write("fleet.yaml", FLEET + "  - {project: nowhere.yaml}\n")
    ran = fleet("apply", "-y", "--fleet", "fleet.yaml")

    assert (1, []) == (ran.code, served.asked)
    assert "fleet.yaml:5:15: error ACI267" in ran.err


def test_the_time_box_is_for_all(fleet: CommandLine) -> None:
    """What it ends is unfinished."""
    ran = fleet("apply", "-y", "--fleet", "fleet.yaml", "--time-box", "1ms")

    assert 6 == ran.code, ran.out + ran.err
