"""Fleets and merged results from Python: what the commands see, in their words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from unit.cli.fleets import ONE, TWO, write_fleet

import aci_reconcile
from aci_reconcile.core.errors import ExitCode, InvalidManifestsError, UsageError
from aci_reconcile.reconcile.events import Finished

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


@pytest.fixture
def fleet(cli: CommandLine) -> CommandLine:
    """Three projects of two groups each, in two subscriptions."""
    return write_fleet(cli)


def test_each_project_is_planned_and_applied(fleet: CommandLine) -> None:
    """With the functions that there are; the command finds nothing left to do."""
    added: dict[str, int] = {}
    for each in aci_reconcile.load_fleet("fleet.yaml"):
        loaded = aci_reconcile.load(project=each.file, environment=each.environment, subscription=each.subscription)
        with aci_reconcile.connect(loaded, local=each.file.parent / ".aci-reconcile") as backend:
            proposal = aci_reconcile.plan(loaded, backend)
            *_, last = aci_reconcile.apply(proposal, backend, stable_for=0)

        assert isinstance(last, Finished)
        added[each.name] = last.added

    assert {"shop": 2, "bill": 2, "desk-prod": 2} == added
    assert 0 == fleet("plan", "--fleet", "fleet.yaml", "--local", "--detailed-exitcode").code


def test_the_projects_as_the_file_lists_them(fleet: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In their order; from another folder, too, with paths as they are typed there."""
    named = [(each.name, each.environment, each.subscription) for each in aci_reconcile.load_fleet("fleet.yaml")]
    files = [each.file for each in aci_reconcile.load_fleet("fleet.yaml")]
    away = aci_reconcile.load_fleet(fleet.folder / "fleet.yaml", cwd=tmp_path_factory.mktemp("away"))

    assert [("shop", "", ONE), ("bill", "", TWO), ("desk-prod", "prod", TWO)] == named
    assert [Path("shop/aci-reconcile.yaml"), Path("bill/aci-reconcile.yaml"), Path("desk/aci-reconcile.yaml")] == files
    assert [(fleet.folder / each).resolve() for each in files] == [each.file.resolve() for each in away]


def test_mistakes_of_a_fleet_file(fleet: CommandLine) -> None:
    """Are those of the command."""
    fleet.write(
        "twice.yaml",
        "projects:\n  - {project: shop/aci-reconcile.yaml}\n"
        f"  - {{project: shop/aci-reconcile.yaml, subscription: {ONE}, name: b}}\n",
    )
    fleet.write("bad.yaml", "projects: nope\n")
    with pytest.raises(InvalidManifestsError) as twice:
        aci_reconcile.load_fleet("twice.yaml", environ={"AZURE_SUBSCRIPTION_ID": ONE})
    with pytest.raises(InvalidManifestsError) as bad:
        aci_reconcile.load_fleet("bad.yaml")
    with pytest.raises(InvalidManifestsError):
        aci_reconcile.load_fleet("nowhere.yaml")
    with pytest.raises(UsageError, match="folder"):
        aci_reconcile.load_fleet("shop")

    assert ["ACI266"] == [each.code for each in twice.value.diagnostics]
    assert ["ACI265"] == [each.code for each in bad.value.diagnostics]
    assert 2 == len(aci_reconcile.load_fleet("twice.yaml", environ={"AZURE_SUBSCRIPTION_ID": TWO}))


def write_results(project: CommandLine) -> None:
    """Write the results of two shards."""
    project.group("far", more="location: northeurope\n")
    (project.folder / "r").mkdir()
    for number in (1, 2):
        project("plan", "--detailed-exitcode", "--shard", f"{number}/2", "--report", f"json=r/{number}.json")


def test_one_result_out_of_all(project: CommandLine) -> None:
    """As the command makes it."""
    write_results(project)
    merged = aci_reconcile.merge_results(["r"])
    told = project("merge", "r", "--format", "json").document

    assert ("plan", ExitCode.DIFFERENCES, "Plan: 2 to add, 0 to change, 0 to destroy.") == (
        merged.command,
        merged.exit_code,
        merged.verdict,
    )
    assert (told["exit_code"], told["commit"], told["page"]["verdict"]) == (
        merged.exit_code,
        merged.commit,
        merged.verdict,
    )
    assert 2 == merged.counts["add"]
    assert [("r/1.json", "shop", "1/2", 2, False), ("r/2.json", "shop", "2/2", 2, False)] == [
        (each.file, each.project, each.shard, each.exit_code, each.failed) for each in merged.runs
    ]
    assert merged == aci_reconcile.merge_results(["r/1.json", Path("r/2.json")], count=2)


def test_a_run_that_failed_is_never_green(project: CommandLine) -> None:
    """Though the others went well."""
    write_results(project)
    project.write("manifests/bad.yaml", "name: [\n")
    project("plan", "--shard", "2/2", "--report", "json=r/2.json")
    merged = aci_reconcile.merge_results(["r"])

    assert (ExitCode.ERROR, [False, True]) == (merged.exit_code, [each.failed for each in merged.runs])
    assert merged.verdict.startswith("1 of 2 runs failed.")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("missing", "of 2 shards of shop there is no result of 2"),
        ("torn", "r/2.json: it is torn"),
        ("doubled", "are both shard 1/2"),
        ("few", "there are 2 results, and there must be 3"),
        ("none", "there is no result"),
        ("nowhere", "there is no such file"),
    ],
)
def test_what_is_no_whole(damage: str, said: str, project: CommandLine) -> None:
    """Nothing is known then."""
    write_results(project)
    one, two = (project.folder / f"r/{number}.json" for number in (1, 2))
    if damage == "torn":
        two.write_text(two.read_text("utf-8")[:-50], encoding="utf-8")
    if damage in {"missing", "none"}:
        two.unlink()
    if damage == "none":
        one.unlink()
    if damage == "doubled":
        (project.folder / "r/3.json").write_bytes(one.read_bytes())
    paths, count = (["nowhere.json"] if damage == "nowhere" else ["r"]), 3 if damage == "few" else None
    with pytest.raises(UsageError, match=said):
        aci_reconcile.merge_results(paths, count=count)


def test_names_are_plain(project: CommandLine) -> None:
    """A script may print them: no control characters are in them."""
    write_results(project)
    for number in (1, 2):
        file = project.folder / f"r/{number}.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        document["result"]["page"]["subject"] = "shop\r\n::error::a\x9b2J"
        document["result"]["page"]["verdict"] = "x\n::error::\x1b[2J"
        file.write_text(json.dumps(document), encoding="utf-8")
    merged = aci_reconcile.merge_results(["r"])

    assert ["shop ::error::a"] * 2 == [each.project for each in merged.runs]
    assert not any(each in run.verdict for run in merged.runs for each in "\n\r\x1b\x9b")


def test_no_results_are_no_verdict(project: CommandLine) -> None:
    """A script that found no file must not take that for a good end."""
    write_results(project)

    with pytest.raises(UsageError, match="there is no result to merge"):
        aci_reconcile.merge_results([])


def test_one_path_is_one_path(project: CommandLine) -> None:
    """A text is not a list of names with one letter each."""
    write_results(project)

    assert 2 == len(aci_reconcile.merge_results("r").runs) == len(aci_reconcile.merge_results(Path("r")).runs)
