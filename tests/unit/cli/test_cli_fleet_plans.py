"""``shards --fleet``: the cut over many projects, and a folder of saved plans for each shard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.cli.fleets import ONE, TWO, declare, write_fleet

from aci_reconcile.saved import open_document

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Served

    from aci_reconcile.saved import Document


@pytest.fixture
def fleet(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Three projects of two groups each, in two subscriptions of one emulator."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    return write_fleet(cli)


def list_files(fleet: CommandLine) -> list[str]:
    """Return the names of the saved plans."""
    folder = fleet.folder / "plans"
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())


def test_the_cut_is_over_all_projects(fleet: CommandLine, served: Served) -> None:
    """Without Azure: what shares a subscription and region is in one shard."""
    told = fleet("shards", "--fleet", "fleet.yaml", "--format", "json").document["shards"]
    table = fleet("shards", "--fleet", "fleet.yaml").out

    assert [2, 2, 1, 1] == sorted((each["groups"] for each in told), reverse=True)
    assert {"bill": ["rg-bill/bill0"], "desk-prod": ["rg-desk/desk0"]} in [each["projects"] for each in told]
    assert "6 groups in 4 shards" in table
    assert [] == served.asked


def test_each_project_has_a_plan_in_each_shard(fleet: CommandLine) -> None:
    """They are applied by folder, and their results merged; then nothing is left."""
    saved = fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "plans")
    files = list_files(fleet)
    codes = [fleet("apply", "--plan", f"plans/shard-{each}", "--report", f"json={each}.json").code for each in (1, 2)]
    merged = fleet("merge", "1.json", "2.json")
    again = fleet("apply", "--plan", "plans/shard-1")

    assert 0 == saved.code, saved.err
    assert {"bill.json", "desk-prod.json", "shop.json"} == {each.partition("/")[2] for each in files}
    assert {"shard-1", "shard-2"} == {each.partition("/")[0] for each in files}
    assert "Saved to plans/shard-1 to shard-2" in saved.err
    assert saved.out.endswith("6 groups in 2 shards; 6 writes.\n")
    assert [0, 0] == codes
    assert 0 == fleet("plan", "--fleet", "fleet.yaml", "--detailed-exitcode").code
    assert 0 == merged.code, merged.err
    assert 4 == again.code


def test_each_plan_is_read_once(fleet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first, too, of which the report is named before it is applied."""
    fleet("shards", "--fleet", "fleet.yaml", "--max", "1", "--out", "plans")
    read: list[str] = []

    def remember(content: bytes, name: str) -> Document:
        read.append(name)
        return open_document(content, name)

    monkeypatch.setattr("aci_reconcile.app.saved_plan.open_document", remember)
    ran = fleet("apply", "--plan", "plans/shard-1")

    assert 0 == ran.code, ran.err
    assert [f"plans/{name}" for name in list_files(fleet)] == read


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "other"])
def test_a_damaged_plan_stops_those_before_it(damage: str, fleet: CommandLine, served: Served) -> None:
    """All plans of a folder are looked at before the first is applied: a copy that broke off is no reason for half."""
    fleet("shards", "--fleet", "fleet.yaml", "--max", "1", "--out", "plans")
    last = max((fleet.folder / "plans/shard-1").iterdir())
    text = last.read_text(encoding="ascii")
    damages = {"cut": text[:-200], "changed": text.replace("nginx:1", "nginx:2"), "other": "{}\n"}
    last.unlink()
    if damage == "gone":
        last.symlink_to("nowhere")
    else:
        last.write_text(damages[damage], encoding="ascii")
    ran = fleet("apply", "--plan", "plans/shard-1")

    assert (1 if damage == "gone" else 4) == ran.code
    assert last.name in ran.err
    assert [] == served.writes


def test_all_plans_have_one_id(fleet: CommandLine) -> None:
    """And the number of their shard."""
    fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "plans")
    told = {
        name: json.loads((fleet.folder / "plans" / name).read_text(encoding="utf-8"))["shard"]
        for name in list_files(fleet)
    }

    assert 1 == len({each["plan"] for each in told.values()})
    assert all(name.startswith(f"shard-{each['number']}/") and each["count"] == 2 for name, each in told.items())


def test_one_blocked_project_saves_nothing(fleet: CommandLine) -> None:
    """The others are planned all the same, and what was saved before stays."""
    fleet("shards", "--fleet", "fleet.yaml", "--out", "plans")
    before = list_files(fleet)
    fleet("apply", "-y", "--fleet", "fleet.yaml")
    for number in range(2):
        (fleet.folder / f"shop/manifests/g{number}.yaml").unlink()
    declare(fleet, "shop", 7)
    declare(fleet, "desk", 7)
    ran = fleet("shards", "--fleet", "fleet.yaml", "--out", "plans", "--prune", "--format", "github")

    assert (3, "") == (ran.code, ran.out), ran.err
    assert "2 groups would be deleted; the limit is 1" in ran.err
    assert "desk7" in ran.err
    assert "no plan was saved" in ran.err
    assert before == list_files(fleet)


def test_the_matrix_names_the_folders(fleet: CommandLine) -> None:
    """Of each job."""
    ran = fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "plans", "--format", "github")

    assert ["plans/shard-1", "plans/shard-2"] == [each["plan"] for each in json.loads(ran.out)["include"]]


@pytest.mark.parametrize("name", ["shard-1/notes.txt", "shard-1/shop.json", "other/shop.json"])
def test_a_folder_with_something_else_is_left_alone(name: str, fleet: CommandLine) -> None:
    """It would be replaced."""
    fleet.write(f"plans/{name}", "mine")
    ran = fleet("shards", "--fleet", "fleet.yaml", "--out", "plans")

    assert (1, "", [name]) == (ran.code, ran.out, list_files(fleet))


def test_a_larger_former_fleet_leaves_nothing(fleet: CommandLine) -> None:
    """Neither shards nor projects; and a single project replaces a fleet."""
    fleet("shards", "--fleet", "fleet.yaml", "--out", "plans")
    fleet("shards", "--project", "shop/aci-reconcile.yaml", "-s", ONE, "--out", "plans", "--max", "1")

    assert ["shard-1.json"] == list_files(fleet)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plans/shard-9",), "the folder holds shard-1 to shard-2"),
        (("shop",), "shop holds no saved plan"),
        (("plans/shard-1", "--checksum", f"sha256:{'0' * 64}"), "--checksum is about one plan"),
        (("plans/shard-1", "-s", TWO), "subscription"),
    ],
)
def test_a_folder_that_is_no_shard(words: tuple[str, ...], said: str, fleet: CommandLine, served: Served) -> None:
    """Nothing is written."""
    fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "plans")
    ran = fleet("apply", "--plan", *words)

    assert ran.code in {1, 4}
    assert said in ran.err, ran.err
    assert [] == [each for each in served.writes if "shop" in each[1]]


def test_a_plan_says_which_projects_the_shard_has(fleet: CommandLine) -> None:
    """Its own first, and those without which the folder is not applied."""
    fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "plans")
    for name in list_files(fleet):
        folder, _, file = name.partition("/")
        whole = json.loads((fleet.folder / "plans" / name).read_text(encoding="utf-8"))["request"]["whole"]

        assert file.removesuffix(".json") == whole["project"]
        assert whole["projects"] == [each.stem for each in sorted((fleet.folder / "plans" / folder).iterdir())]


@pytest.mark.parametrize("damage", ["missing", "doubled", "other shard", "other whole", "one project"])
def test_a_folder_without_a_project_is_not_applied(damage: str, fleet: CommandLine, served: Served) -> None:
    """A project that was left out would be green."""
    fleet("shards", "--project", "shop/aci-reconcile.yaml", "-s", ONE, "--out", "single")
    fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "other")
    fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "plans")
    folder = fleet.folder / "plans/shard-1"
    first, *_, last = sorted(folder.iterdir())
    sources = {
        "doubled": (first, "x.json"),
        "other shard": (min((fleet.folder / "plans/shard-2").iterdir()), "x.json"),
        "other whole": (fleet.folder / f"other/shard-1/{last.name}", last.name),
        "one project": (fleet.folder / "single/shard-1.json", "x.json"),
    }
    said = {
        "missing": f"of the projects of shard 1/2 there is no plan of {last.stem}",
        "doubled": f"{first.stem}.json and plans/shard-1/x.json are both the plan of {first.stem}",
        "other shard": "is of shard ",
        "other whole": " is of the whole ",
        "one project": " is of the whole ",
    }
    if damage == "missing":
        last.unlink()
    else:
        source, name = sources[damage]
        (folder / name).write_bytes(source.read_bytes())
    ran = fleet("apply", "--plan", "plans/shard-1", "--report", "json=1.json")
    result = json.loads((fleet.folder / "1.json").read_text(encoding="utf-8").splitlines()[-1])["result"]

    assert 4 == ran.code
    assert said[damage] in ran.err, ran.err
    assert [] == served.writes
    assert (4, True) == (result["exit_code"], result["failed"])


def test_the_folder_of_all_shards_is_no_shard(fleet: CommandLine, served: Served) -> None:
    """The message names one of them."""
    fleet("shards", "--fleet", "fleet.yaml", "--max", "2", "--out", "plans")
    ran = fleet("apply", "--plan", "plans")

    assert (1, []) == (ran.code, served.writes)
    assert "plans holds no saved plan\n  name one in it, such as plans/shard-1" in ran.err
