"""``shards --out`` and the applies of what it saved: planned once, applied by several runs."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from unit.cli.command_line import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.command_line import CommandLine, Ran, Served

NOBODY = "00000000-0000-0000-0000-000000000000"
REGIONS = ("westeurope", "northeurope", "eastus")


@pytest.fixture
def fleet(project: CommandLine) -> CommandLine:
    """Seven groups in three regions: six, and the one that every project of the tests has."""
    for number in range(6):
        declare(project, number)
    return project


def declare(project: CommandLine, number: int, os: str = "Linux", region: str = "") -> None:
    """Write the manifest of a group."""
    container = "{name: c, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}"
    text = f"name: g{number}\nlocation: {region or REGIONS[number % 3]}\nosType: {os}\ncontainers: [{container}]\n"
    project.write(f"manifests/g{number}.yaml", text)


def read(fleet: CommandLine, number: int) -> dict[str, Any]:
    """Return the saved plan of a shard."""
    found: dict[str, Any] = json.loads((fleet.folder / f"plans/shard-{number}.json").read_text(encoding="utf-8"))
    return found


def list_writes(document: dict[str, Any]) -> dict[str, str]:
    """Return what a plan does, by address."""
    return {each["address"]: each["action"] for each in document["resource_changes"] if each["action"] != "no-op"}


def list_files(folder: Path) -> list[str]:
    """Return the names of all files below, hidden ones included."""
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())


def apply_all(fleet: CommandLine, *words: str) -> list[Ran]:
    """Apply the three plans, one after the other."""
    return [fleet("apply", "--plan", f"plans/shard-{each}.json", *words, "--format", "json") for each in (1, 2, 3)]


def test_the_whole_is_planned_once_and_applied_in_parts(fleet: CommandLine) -> None:
    """Every group is in one of the plans; what siblings write spoils none; then nothing is left."""
    saved = fleet("shards", "--out", "plans")
    applied = apply_all(fleet)

    assert 0 == saved.code, saved.err
    assert "7 to add" in saved.out
    assert "Saved to plans/shard-1.json to shard-3.json" in saved.err
    assert [(0, 3), (0, 2), (0, 2)] == [(each.code, each.documents[-1]["added"]) for each in applied]
    assert 0 == fleet("plan", "--detailed-exitcode").code
    assert [4, 4, 4] == [each.code for each in apply_all(fleet)]


def test_only_its_own_groups_spoil_a_plan(fleet: CommandLine) -> None:
    """Siblings' manifests may change, and their groups may go; its own may not."""
    fleet("apply", "-y")
    fleet("shards", "--out", "plans")
    declare(fleet, 1, "Windows")
    fleet("destroy", "-y", "--only", "g1")
    other = apply_all(fleet)
    declare(fleet, 0, "Windows")

    assert [0, 0, 4] == sorted(each.code for each in other)
    assert 4 == fleet("apply", "--plan", "plans/shard-1.json").code
    assert "its manifest" in fleet("apply", "--plan", "plans/shard-1.json").err


def test_an_apply_reads_the_manifests_of_its_groups_alone(fleet: CommandLine) -> None:
    """What is wrong in another one by now is none of its business."""
    fleet("shards", "--out", "plans")
    own = read(fleet, 1)["request"]["whole"]["files"]
    for file in (fleet.folder / "manifests").iterdir():
        if f"manifests/{file.name}" not in own:
            file.write_text("this: {is: no manifest", encoding="utf-8")
    ran = fleet("apply", "--plan", "plans/shard-1.json", "--format", "json")

    assert (0, len(own)) == (ran.code, ran.documents[-1]["added"])


def test_the_table_and_the_words_to_type(fleet: CommandLine) -> None:
    """At the end, after the plan."""
    ran = fleet("shards", "--out", "my plans", "--max", "2", "--allow-replace=2")

    assert ran.out.endswith(
        "SHARD  GROUPS  WRITES  WHERE\n"
        "1/2    3       3       00000000/westeurope\n"
        "2/2    4       4       00000000/eastus, 00000000/northeurope\n"
        "\n"
        "7 groups in 2 shards; 7 writes.\n"
    )
    assert "aci-reconcile apply --plan 'my plans/shard-1.json' --allow-replace=2" in ran.err


def test_files_are_private_and_say_what_they_belong_to(fleet: CommandLine) -> None:
    """One id for all of them, and another one next time."""
    fleet("shards", "--out", "plans")
    first = [read(fleet, each) for each in (1, 2, 3)]
    fleet("shards", "--out", "plans")
    report = fleet("apply", "--plan", "plans/shard-2.json", "--format", "json").documents[0]["plan"]["shard"]

    assert [0o600] * 3 == [stat.S_IMODE(each.stat().st_mode) for each in (fleet.folder / "plans").iterdir()]
    assert 0o700 == stat.S_IMODE((fleet.folder / "plans").stat().st_mode)
    assert [(1, 3), (2, 3), (3, 3)] == [(each["shard"]["number"], each["shard"]["count"]) for each in first]
    (name,) = {each["shard"]["plan"] for each in first}
    assert name != report["plan"]
    assert {"number": 2, "count": 3, "plan": read(fleet, 2)["shard"]["plan"]} == report
    assert {7} == {each["request"]["whole"]["summary"]["add"] for each in first}


def test_a_plan_is_shown_with_what_was_counted(fleet: CommandLine) -> None:
    """And compared with what is there, without its siblings."""
    fleet("shards", "--out", "plans")
    fleet("apply", "--plan", "plans/shard-1.json")
    other, own = (fleet("show", f"plans/shard-{each}.json", "--local") for each in (2, 1))

    assert "Plan: 2 to add" in other.out
    assert "Shard 2/3 of a plan with 7 to add, 0 to change, 0 to destroy." in other.out
    assert [False, True] == ["no longer matches" in each.out for each in (other, own)]


def test_a_counted_shard_deletes_and_recreates(fleet: CommandLine) -> None:
    """Each orphan in one shard: that of its region, or the smallest; where one is, others of its region follow."""
    fleet("apply", "-y")
    for number in range(2):
        declare(fleet, number, "Windows")
    for name in ("g2", "g5", "web"):  # nobody is left in eastus
        (fleet.folder / f"manifests/{name}.yaml").unlink()
    allowed = ("--allow-replace=2", "--prune", "--max-deletes", "3")
    saved = fleet("shards", "--out", "plans", *allowed)
    writes = [list_writes(read(fleet, each)) for each in (1, 2)]
    applied = [fleet("apply", "--plan", f"plans/shard-{each}.json", *allowed) for each in (1, 2)]

    assert 0 == saved.code, saved.err
    assert [
        {"rg-shop/g1": "replace", "rg-shop/g2": "delete", "rg-shop/g5": "delete"},
        {"rg-shop/g0": "replace", "rg-shop/web": "delete"},
    ] == writes
    assert [0, 0] == [each.code for each in applied], [each.out + each.err for each in applied]
    assert 0 == fleet("plan", "--prune", "--detailed-exitcode").code


def test_an_orphan_that_is_declared_again_is_kept(fleet: CommandLine) -> None:
    """Somewhere in a manifest that the shard would not read otherwise."""
    fleet("apply", "-y")
    (fleet.folder / "manifests/web.yaml").unlink()
    fleet("shards", "--out", "plans", "--prune")
    (number,) = (each for each in (1, 2, 3) if list_writes(read(fleet, each)))
    fleet.group("web")
    ran = fleet("apply", "--plan", f"plans/shard-{number}.json", "--prune")

    assert (4, True) == (ran.code, "rg-shop/web: it is now declared" in ran.err), ran.err


def test_releases_must_be_repeated(fleet: CommandLine) -> None:
    """As for any saved plan: the file gives itself no permission."""
    fleet("apply", "-y")
    declare(fleet, 0, "Windows")
    fleet("shards", "--out", "plans", "--allow-replace=1")
    plans = [read(fleet, each) for each in (1, 2, 3)]
    (number,) = (each["shard"]["number"] for each in plans if list_writes(each))
    file = f"plans/shard-{number}.json"
    forgotten = fleet("apply", "--plan", file)
    repeated = fleet("apply", "--plan", file, "--allow-replace=1")

    assert (4, True) == (forgotten.code, "--allow-replace=1" in forgotten.err)
    assert 0 == repeated.code, repeated.out + repeated.err


@pytest.mark.parametrize("engine", ["text", "github", "json"])
def test_a_blocked_whole_saves_nothing(engine: str, fleet: CommandLine) -> None:
    """Though each shard alone would be within the limit; former plans stay."""
    fleet("shards", "--out", "plans")
    former = list_files(fleet.folder / "plans")
    before = read(fleet, 1)
    fleet("apply", "-y")
    for number in range(3):
        (fleet.folder / f"manifests/g{number}.yaml").unlink()
    ran = fleet("shards", "--out", "plans", "--prune", "--format", engine, "--report", "markdown=plan.md")

    assert 3 == ran.code
    assert "3 groups would be deleted; the limit is 1" in ran.out + ran.err
    assert engine == "text" or ran.out == ("" if engine == "github" else ran.out)
    assert "3 groups would be deleted" in (fleet.folder / "plan.md").read_text(encoding="utf-8")
    assert (former, before) == (list_files(fleet.folder / "plans"), read(fleet, 1))


def test_an_error_is_no_matrix(fleet: CommandLine) -> None:
    """Nothing is on standard output that a job could take for one."""
    fleet.write("manifests/web.yaml", "name: web\nosType: BeOS\n")
    ran = fleet("shards", "--out", "plans", "--format", "github")

    assert (1, "") == (ran.code, ran.out)


def test_the_result_of_a_stale_shard_says_which_it_was(fleet: CommandLine) -> None:
    """For merge, to which it belongs all the same."""
    fleet("shards", "--out", "plans")
    fleet("apply", "-y")
    ran = fleet("apply", "--plan", "plans/shard-2.json", "--report", "json=two.json")
    told = json.loads((fleet.folder / "two.json").read_text(encoding="utf-8").splitlines()[-1])["result"]

    assert (4, read(fleet, 2)["shard"]) == (ran.code, told["shard"])


def test_results_of_different_plans_are_not_merged(fleet: CommandLine) -> None:
    """Each shard once, of one commit; but nobody has counted these together."""
    fleet("shards", "--out", "plans")
    reports = [f"{each}.json" for each in (1, 2, 3)]
    for number, report in enumerate(reports, 1):
        fleet("apply", "--plan", f"plans/shard-{number}.json", "--report", f"json={report}")
    good = fleet("merge", *reports)
    fleet("shards", "--out", "plans")
    fleet("apply", "--plan", "plans/shard-2.json", "--report", "json=2.json")
    mixed = fleet("merge", *reports)

    assert (0, 1) == (good.code, mixed.code), good.err
    assert "2.json is of plan " in mixed.err


def test_a_former_larger_run_leaves_nothing(fleet: CommandLine) -> None:
    """The folder is replaced as a whole."""
    fleet("shards", "--out", "plans")
    fleet("shards", "--out", "plans", "--max", "2")
    missing = fleet("apply", "--plan", "plans/shard-3.json")

    assert ["shard-1.json", "shard-2.json"] == list_files(fleet.folder / "plans")
    assert (1, True) == (missing.code, "shard-1.json to shard-2.json" in missing.err), missing.err


@pytest.mark.parametrize("name", ["notes.txt", "shard-0.json", "shard-1.json", ".hidden"])
def test_a_folder_with_something_else_is_left_alone(name: str, fleet: CommandLine) -> None:
    """It would be replaced."""
    fleet.write(f"plans/{name}", "mine")
    ran = fleet("shards", "--out", "plans")

    assert (1, "") == (ran.code, ran.out)
    assert name in ran.err
    assert [name] == list_files(fleet.folder / "plans")


@pytest.mark.parametrize("out", [".", "..", "nowhere/plans", "manifests/web.yaml", ""])
def test_what_is_no_folder_for_plans(out: str, fleet: CommandLine) -> None:
    """Nothing is read from Azure, nothing is written."""
    before = list_files(fleet.folder)
    ran = fleet("shards", "--out", out)

    assert (1, "") == (ran.code, ran.out)
    assert before == list_files(fleet.folder)


def test_a_link_is_not_followed(fleet: CommandLine) -> None:
    """Neither as the folder nor in it."""
    (fleet.folder / "elsewhere").mkdir()
    (fleet.folder / "plans").symlink_to(fleet.folder / "elsewhere")

    assert 1 == fleet("shards", "--out", "plans").code
    assert [] == list_files(fleet.folder / "elsewhere")


def test_only_the_whole_is_cut(fleet: CommandLine) -> None:
    """What narrows a run and what releases limits have no place without each other."""
    narrowed = fleet("shards", "--out", "plans", "--only", "web")
    offline = fleet("shards", "--prune")

    assert (1, True) == (narrowed.code, "--only" in narrowed.err)
    assert (1, True) == (offline.code, "add --out DIR" in offline.err)


def test_a_sibling_makes_the_resource_group(fleet: CommandLine) -> None:
    """That all plans would make: the others still hold, and make it no second time."""
    fleet("shards", "--out", "plans")
    planned = [len(read(fleet, each)["resource_group_changes"]) for each in (1, 2, 3)]
    applied = apply_all(fleet)
    made = [sum(each["type"] == "resource_group_created" for each in ran.documents) for ran in applied]

    assert ([1, 1, 1], [1, 0, 0]) == (planned, made), [each.out for each in applied]
    assert [0, 0, 0] == [each.code for each in applied]


@pytest.mark.parametrize(
    "body",
    [
        {"location": "westeurope"},
        {"location": "eastus", "tags": {"managed-by": "shop"}},
        {"location": "westeurope", "tags": {"managed-by": "other"}},
    ],
)
def test_a_resource_group_that_no_sibling_made(body: dict[str, Any], fleet: CommandLine, served: Served) -> None:
    """It is somebody else's, or somewhere else."""
    there = ("--arm-endpoint", served.url)
    fleet("shards", "--out", "plans", *there)
    address = f"{served.url}/subscriptions/{NOBODY}/resourcegroups/rg-shop?api-version=2021-04-01"
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(address, json.dumps(body).encode(), headers, method="PUT")) as answer:
        assert 201 == answer.status
    ran = fleet("apply", "--plan", "plans/shard-1.json", *there)

    assert (4, True) == (ran.code, "the plan would create different ones" in ran.err), ran.err


def test_one_resource_group_in_two_regions_is_refused(fleet: CommandLine) -> None:
    """Two shards would make it in different places."""
    project = PROJECT.replace("location: westeurope\n", "")
    fleet.write("aci-reconcile.yaml", project)
    (fleet.folder / "manifests/web.yaml").unlink()
    ran = fleet("shards", "--out", "plans")

    assert 3 == ran.code, ran.err
    assert "several shards would make the resource group rg-shop" in ran.err
    assert not (fleet.folder / "plans").exists()


def test_as_few_shards_as_the_plan_needs(fleet: CommandLine) -> None:
    """With ``--minutes``, what is there already takes none; offline, all counts as created anew."""
    fleet("apply", "-y")
    for number in (6, 7):
        declare(fleet, number)
    offline = fleet("shards", "--minutes", "30s", "--format", "json").document
    planned = fleet("shards", "--minutes", "30s", "--out", "plans", "--format", "json").document
    applied = [fleet("apply", "--plan", each["plan"]).code for each in planned["shards"]]

    assert [3, 1] == [len(each["shards"]) for each in (offline, planned)]
    assert [0.4] == [each["minutes"] for each in planned["shards"]]
    assert [0] == applied
    assert "No changes." in fleet("plan").out


def test_a_folder_is_applied_as_a_whole(fleet: CommandLine) -> None:
    """In the order of the shards, as one result, of which nothing is missing for ``merge``."""
    fleet("shards", "--out", "plans")
    ran = fleet("apply", "--plan", "plans", "--report", "json=all.json", "--report", "markdown=all.md")
    merged = fleet("merge", "all.json")

    assert 0 == ran.code, ran.err
    assert ran.out.endswith(
        "SHARD  RESULT\n"
        "1/3    Apply complete! Resources: 3 added, 0 changed, 0 destroyed.\n"
        "2/3    Apply complete! Resources: 2 added, 0 changed, 0 destroyed.\n"
        "3/3    Apply complete! Resources: 2 added, 0 changed, 0 destroyed.\n"
        "\n"
        "3 shards. Apply complete! Resources: 7 added, 0 changed, 0 destroyed.\n"
    )
    assert "`shop`: Apply complete!" in (fleet.folder / "all.md").read_text(encoding="utf-8")
    assert (0, True) == (merged.code, "7 added" in merged.out), merged.err
    assert 0 == fleet("plan", "--detailed-exitcode").code


def test_more_than_nine_plans_are_in_their_order(fleet: CommandLine) -> None:
    """Not in that of their names."""
    regions = ("westus", "westus2", "uksouth", "ukwest", "eastus2", "centralus", "southcentralus", "eastasia")
    for number, region in enumerate(regions, 10):
        declare(fleet, number, region=region)
    fleet("shards", "--out", "plans")
    ran = fleet("apply", "--plan", "plans")
    lines = ran.out[ran.out.index("SHARD") :].splitlines()[1:-2]

    assert [f"{number}/11" for number in range(1, 12)] == [line.split()[0] for line in lines]


@pytest.mark.parametrize("damage", ["missing", "doubled", "mixed", "moved", "alone", "none", "empty"])
def test_a_folder_without_the_whole_is_not_applied(damage: str, fleet: CommandLine, served: Served) -> None:
    """It says what is wrong and what to do; a single plan of it may be applied all the same."""
    there = ("--arm-endpoint", served.url)
    folder = fleet.folder / "plans"
    fleet("shards", "--out", "other", *there)
    fleet("plan", "--out", "solo.json", *there)
    fleet("shards", "--out", "plans", *there)
    said = {
        "missing": "of 3 shards there is no plan of 2",
        "doubled": "plans/shard-1.json and plans/x.json are both the plan of shard 1/3",
        "mixed": "plans/shard-2.json is of the whole ",
        "moved": "plans/shard-2.json is of ",
        "alone": "plans/x.json was not saved by shards --out",
        "none": "plans/x.json was not saved by shards --out",
        "empty": "plans holds no saved plan",
    }
    if damage in {"missing", "moved", "mixed", "none", "empty"}:
        (folder / "shard-2.json").unlink()
    if damage in {"none", "empty"}:
        for number in (1, 3):
            (folder / f"shard-{number}.json").unlink()
    texts = {
        "doubled": (folder / "shard-1.json", "x.json"),
        "mixed": (fleet.folder / "other/shard-2.json", "shard-2.json"),
        "moved": (fleet.folder / "other/shard-2.json", "shard-2.json"),
        "alone": (fleet.folder / "solo.json", "x.json"),
        "none": (fleet.folder / "solo.json", "x.json"),
    }
    if damage in texts:
        source, name = texts[damage]
        (folder / name).write_bytes(source.read_bytes())
    ran = fleet("apply", "--plan", "plans", *there)

    assert (1 if damage == "empty" else 4) == ran.code
    assert said[damage] in ran.err, ran.err
    assert damage == "empty" or "plan again with shards --out, or name a single plan, such as plans/" in ran.err
    assert [] == served.writes
    assert damage in {"none", "empty"} or 0 == fleet("apply", "--plan", "plans/shard-1.json", *there).code


def test_the_result_of_an_incomplete_folder_is_never_green(fleet: CommandLine) -> None:
    """Also not for the job that merges it."""
    fleet("shards", "--out", "plans")
    (fleet.folder / "plans/shard-3.json").unlink()
    ran = fleet("apply", "--plan", "plans", "--report", "json=all.json")
    merged = fleet("merge", "all.json")

    assert (4, 4) == (ran.code, merged.code), merged.err


@pytest.mark.parametrize("words", [("show",), ("show", "--local")])
def test_a_folder_where_one_plan_is_wanted(words: tuple[str, ...], fleet: CommandLine) -> None:
    """The message names one of its plans."""
    fleet("shards", "--out", "plans")
    ran = fleet(*words, "plans")

    assert (1, "") == (ran.code, ran.out)
    assert "plans is a folder\n  name one plan in it, such as plans/shard-1.json" in ran.err


@pytest.mark.parametrize("name", ["a\n::error::b.json", "b\n##[group]\x1b[31mc.json", "\u202ed.json"])
def test_a_name_in_the_folder_says_nothing_to_the_job(fleet: CommandLine, name: str) -> None:
    """The folder comes from another job, and messages name its files."""
    fleet("shards", "--out", "plans")
    (fleet.folder / "plans" / name).write_bytes((fleet.folder / "plans/shard-2.json").read_bytes())
    ran = fleet("apply", "--plan", "plans")

    assert (1, True) == (ran.code, "the folder holds" in ran.err)
    assert [] == [each for each in ran.err.splitlines() if each.startswith(("::", "##"))]
    assert ran.err.replace("\n", "").isprintable()
    assert "created" not in ran.out
