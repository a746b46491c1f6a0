"""``shards`` and ``--shard``: one project, applied by several runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.azure.backend import ArmBackend
from aci_reconcile.core.errors import ImmutableFieldError

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.model import Resource

REGIONS = ("westeurope", "northeurope", "eastus")


@pytest.fixture
def fleet(project: CommandLine) -> CommandLine:
    """Seven groups in three regions."""
    for number in range(6):
        declare(project, number)
    return project


def declare(project: CommandLine, number: int, os: str = "Linux") -> None:
    """Write the manifest of a group."""
    container = "{name: c, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}"
    text = f"name: g{number}\nlocation: {REGIONS[number % 3]}\nosType: {os}\ncontainers: [{container}]\n"
    project.write(f"manifests/g{number}.yaml", text)


def test_the_cut_is_shown(fleet: CommandLine) -> None:
    """With what each part is about."""
    ran = fleet("shards", "--max", "2")

    assert 0 == ran.code
    assert ran.out == (
        "SHARD  GROUPS  ALL ANEW  WHERE\n"
        "1/2    3       36s       westeurope\n"
        "2/2    4       48s       eastus, northeurope\n"
        "\n"
        "7 groups in 2 shards; all created anew, the longest takes 48s at Azure's 300 creations an hour.\n"
    )


def test_every_group_is_in_one_shard(fleet: CommandLine) -> None:
    """In JSON, and as what the runs do; then nothing is left."""
    told = fleet("shards", "--format", "json").document["shards"]
    added = [fleet("apply", "-y", "--shard", each["shard"], "--format", "json").documents[-1]["added"] for each in told]
    whole = fleet("plan", "--detailed-exitcode")
    drifted = fleet("drift", "--shard", "3/3")

    assert [3, 2, 2] == [each["groups"] for each in told] == added
    assert 7 == len({address for each in told for address in each["addresses"]})
    assert (0, 0) == (whole.code, drifted.code)


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("github", '{"include": [{"shard": "1/2", "groups": 3}, {"shard": "2/2", "groups": 4}]}'),
        ("gitlab", '.aci-reconcile-shards:\n  parallel:\n    matrix:\n      - SHARD: ["1/2", "2/2"]'),
        ("azure", '{"shard_1": {"SHARD": "1/2"}, "shard_2": {"SHARD": "2/2"}}'),
        ("k8s", "completionMode: Indexed\ncompletions: 2\nparallelism: 2"),
    ],
)
def test_each_engine_is_told_in_its_words(fleet: CommandLine, engine: str, expected: str) -> None:
    """Nothing else is on standard output."""
    assert f"{expected}\n" == fleet("shards", "--max", "2", "--format", engine).out


def test_as_few_as_take_no_longer(fleet: CommandLine) -> None:
    """And a warning where one bucket alone takes longer."""
    enough = fleet("shards", "--minutes", "50s", "--format", "json")
    short = fleet("shards", "--minutes", "30s", "--format", "json")

    assert [2, 3] == [len(each.document["shards"]) for each in (enough, short)]
    assert "is not cut" not in enough.err
    assert "is not cut" in short.err


def test_a_shard_deletes_nothing(fleet: CommandLine) -> None:
    """Neither for a replacement that the options allow, nor for an orphan."""
    fleet("apply", "-y")
    for number in range(6):
        declare(fleet, number, "Windows")
    (fleet.folder / "manifests/web.yaml").unlink()
    allowed = ("--shard", "1/1", "--allow-replace=9", "--prune", "--max-deletes", "9")
    held = fleet("apply", "-y", *allowed)
    planned = fleet("plan", *allowed, "--format", "json").document

    assert 3 == held.code
    assert "a shard deletes nothing" in held.out
    assert {"shard"} == {each["code"] for each in planned["blockers"]}
    assert "rg-shop/web" not in {each["address"] for each in planned["resource_changes"]}


def test_reports_say_which_shard_they_are_of(fleet: CommandLine) -> None:
    """Only where there are several runs."""
    told = [
        fleet("plan", "--shard", "2/3", "--format", "json").document,
        fleet("apply", "-y", "--shard", "2/3", "--format", "json").documents[0]["plan"],
        fleet("drift", "--shard", "2/3", "--format", "json").document,
    ]

    assert [{"number": 2, "count": 3}] * 3 == [each["shard"] for each in told]
    assert "shard" not in fleet("plan", "--format", "json").document


def test_a_saved_plan_is_about_its_shard(fleet: CommandLine) -> None:
    """What other shards write meanwhile does not spoil it, and no number is asked for again."""
    fleet("apply", "-y", "--only", "web")
    fleet("plan", "--shard", "2/3", "--out", "two.json")
    fleet("apply", "-y", "--shard", "1/3")
    other = fleet("apply", "two.json", "--shard", "1/3")
    applied = fleet("apply", "two.json", "--format", "json")

    assert (1, True) == (other.code, "--shard differs from the saved plan" in other.err)
    assert (0, 2) == (applied.code, applied.documents[-1]["added"]), applied.out


def test_a_saved_plan_of_some_groups_of_a_shard(fleet: CommandLine) -> None:
    """It is about these, though the run that made it has read the others of the shard in full, too."""
    saved = fleet("plan", "--shard", "1/3", "--only", "g0", "--out", "p.json")
    applied = fleet("apply", "--plan", "p.json", "--format", "json")

    assert (0, 0) == (saved.code, applied.code), applied.err
    assert 1 == applied.documents[-1]["added"]


@pytest.mark.parametrize(("words", "changed"), [((), True), (("--shard", "auto"), False)])
def test_a_saved_plan_of_a_shard_recreates_nothing(
    words: tuple[str, ...], changed: bool, fleet: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Azure refuses an update that the plan took for one in place: a shard stops there, and no other run does."""
    monkeypatch.setenv("CI_NODE_INDEX", "1")
    monkeypatch.setenv("CI_NODE_TOTAL", "1")
    fleet("apply", "-y")
    fleet.write("manifests/web.yaml", (fleet.folder / "manifests/web.yaml").read_text().replace("nginx:1", "nginx:2"))
    fleet("plan", *words, "--allow-replace", "--out", "one.json")
    refused = ImmutableFieldError("immutable", code="InvalidContainerGroupUpdate")
    put = ArmBackend.put

    def refuse(self: ArmBackend, resource: Resource, /) -> Operation:
        if self.get(resource.id) is not None:
            raise refused
        return put(self, resource)

    monkeypatch.setattr(ArmBackend, "put", refuse)
    applied = fleet("apply", "one.json", "--allow-replace")

    assert changed == (applied.code == 0), applied.out + applied.err
    saved = json.loads((fleet.folder / "one.json").read_text())["request"]
    assert ("1/1" if words else None) == saved.get("shard")


def test_the_state_of_a_shard(fleet: CommandLine) -> None:
    """Its own groups, and nobody's that no manifest declares; all shards together show each once."""
    fleet("apply", "-y")
    (fleet.folder / "manifests/g5.yaml").unlink()
    shown = [fleet("status", "--shard", f"{each}/3", "-o", "name").out.split() for each in (1, 2, 3)]
    told = fleet("status", "--shard", "1/3", "rg-shop/g0", "--format", "json")
    other = fleet("status", "--shard", "1/3", "rg-shop/g1")

    assert [["g0", "g3", "web"], ["g1", "g4"], ["g2"]] == [[each.split("/")[1] for each in one] for one in shown]
    assert (0, 1) == (told.code, other.code)
    assert "rg-shop/g1 is not among what --shard selects" in other.err


def test_nobody_knows_the_state_of_a_shard_of_broken_manifests(fleet: CommandLine) -> None:
    """The cut depends on all of them; without it, their places are enough."""
    fleet("apply", "-y")
    fleet.write("manifests/g5.yaml", "name: [")

    assert [1, 0] == [fleet("status", *words).code for words in (("--shard", "1/3"), ())]


def test_a_shard_without_groups_does_nothing(fleet: CommandLine) -> None:
    """It is no error: the jobs may outnumber the parts."""
    ran = fleet("apply", "-y", "--shard", "9/9")

    assert 0 == ran.code
    assert "0 added" in ran.out or "No changes" in ran.out


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "status"])
def test_an_empty_shard_is_not_the_whole(command: str, fleet: CommandLine) -> None:
    """A job whose variable is not set stops."""
    ran = fleet(command, "--shard", "")

    assert (1, "") == (ran.code, ran.out)
    assert "--shard is empty" in ran.err


def test_no_variable_makes_a_run_a_shard(fleet: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one with our own prefix."""
    for name in ("ACI_RECONCILE_SHARD", "ACI_RECONCILE_SHARDS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("CI_NODE_INDEX", "1")
    monkeypatch.setenv("CI_NODE_TOTAL", "3")

    assert "7 to add" in fleet("plan").out
    assert "3 to add" in fleet("plan", "--shard", "auto").out
