"""``merge``: one report and one exit code out of several runs' results; what is missing or torn is never green."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from git_host_server import GitHost
    from unit.cli.command_line import CommandLine

ACCEPTED = "aci-reconcile.accepted.yaml"
REGIONS = ("westeurope", "northeurope", "eastus")


@pytest.fixture
def fleet(project: CommandLine) -> CommandLine:
    """Three groups in three regions, and a folder for results."""
    (project.folder / "manifests/web.yaml").unlink()
    for number, region in enumerate(REGIONS):
        project.group(f"g{number}", more=f"location: {region}\n")
    (project.folder / "r").mkdir()
    return project


def run_shards(fleet: CommandLine, command: str, *words: str, count: int = 3) -> list[int]:
    """Run a command once for each shard, with a result of each; return the exit codes."""
    return [
        fleet(command, *words, "--shard", f"{each}/{count}", "--report", f"json=r/{each}.json").code
        for each in range(1, count + 1)
    ]


def read(fleet: CommandLine, name: str) -> Any:
    """Return the last document of a file."""
    text = (fleet.folder / name).read_text(encoding="utf-8")
    return json.loads(text if text.startswith("{\n") else text.splitlines()[-1])


def test_plans(fleet: CommandLine) -> None:
    """The whole reads as one run's does, but for what only one run says."""
    codes = run_shards(fleet, "plan", "--detailed-exitcode")
    whole = fleet("plan", "--detailed-exitcode", "-o", "markdown")
    merged = fleet("merge", "r", "-o", "markdown")

    # What two shards make, such as the resource group, is one entry, and each shard counts it.
    facts = "endpoint `local emulator` · shards `3`"
    assert ([2, 2, 2], whole.code) == (codes, merged.code)
    assert sorted(whole.out.splitlines()) == sorted(merged.out.replace(facts, "endpoint `local emulator`").splitlines())


def test_what_a_result_says_begins_no_line(fleet: CommandLine) -> None:
    """A job obeys lines such as ``::error::``: neither a project nor the name of a file makes one, nor in metrics."""
    run_shards(fleet, "drift")
    for number in (1, 2, 3):
        file = fleet.folder / f"r/{number}.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        document["result"]["page"]["subject"] = "shop\r\n::error::a\x9b2J"
        file.write_text(json.dumps(document), encoding="utf-8")
    whole = fleet("merge", "r", "--metrics", "all.prom")
    (fleet.folder / "r/3.json").unlink()
    (fleet.folder / "q").mkdir()
    (fleet.folder / "q/a\n::error::b.json").write_text("{", encoding="utf-8")
    said = whole.out + fleet("merge", "r").err + fleet("merge", "q").err
    metrics = (fleet.folder / "all.prom").read_bytes().decode("utf-8")

    assert 2 == whole.code
    assert not any(line.startswith("::") for line in said.splitlines())
    assert "of 3 shards of shop ::error::a there is no result of 3" in said
    assert 'project="shop ::error::a"' in metrics
    assert "\r" not in metrics


def test_half_a_character_is_no_text(fleet: CommandLine) -> None:
    """Half of a pair of surrogates can be written in no report; a pair is a character."""
    run_shards(fleet, "drift")
    text = (fleet.folder / "r/1.json").read_text(encoding="utf-8")
    codes: list[int] = []
    for spelled in (r"\ud83d\ude00", r"\ud83d"):
        (fleet.folder / "r/1.json").write_text(text.replace('"verdict": "', f'"verdict": "{spelled}'), encoding="utf-8")
        codes.append(fleet("merge", "r").code)

    assert spelled in (fleet.folder / "r/1.json").read_text(encoding="utf-8")
    assert [2, 1] == codes


def test_applies(fleet: CommandLine) -> None:
    """With the result in the last line, and the verdict of one apply."""
    codes = run_shards(fleet, "apply", "-y")
    ran = fleet("merge", "r", "--report", "junit=all.xml", "--report", "html=all.html")

    assert ([0, 0, 0], 0) == (codes, ran.code)
    assert "Apply complete! Resources: 3 added, 0 changed, 0 destroyed." in ran.out
    assert "finished" == read(fleet, "r/1.json")["type"]
    assert 'failures="0"' in (fleet.folder / "all.xml").read_text(encoding="utf-8")
    assert "3 added" in (fleet.folder / "all.html").read_text(encoding="utf-8")


def test_drifts(fleet: CommandLine) -> None:
    """What differs in one of them differs in all of it."""
    run_shards(fleet, "apply", "-y")
    fleet.group("g1", "nginx:2", "location: northeurope\n")
    run_shards(fleet, "drift")
    ran = fleet("merge", "r")
    told = fleet("merge", "r", "--format", "json").document

    assert 2 == ran.code == told["exit_code"]
    assert "Drift: 1 group differs. 2 groups in sync." in ran.out
    assert [0, 0, 2] == sorted(each["exit_code"] for each in told["runs"])
    assert {"number": 1, "count": 3} == told["runs"][0]["shard"]


def test_a_missing_result(fleet: CommandLine) -> None:
    """Is an error, and nothing is written."""
    run_shards(fleet, "plan")
    (fleet.folder / "r/2.json").unlink()
    ran = fleet("merge", "r", "--report", "markdown=all.md")

    assert (1, "") == (ran.code, ran.out)
    assert "of 3 shards of shop there is no result of 2" in ran.err
    assert not (fleet.folder / "all.md").exists()


def test_a_result_of_an_apply_that_was_killed(fleet: CommandLine) -> None:
    """There is none, or the artifact is cut: then the last line is missing."""
    run_shards(fleet, "apply", "-y")
    file = fleet.folder / "r/2.json"
    whole = file.read_bytes()
    cuts = [0, 1, len(whole) // 2, len(whole) - 2, len(whole[: whole.rindex(b"\n", 0, -1)])]
    codes = []
    for each in cuts:
        file.write_bytes(whole[:each])
        codes.append(fleet("merge", "r").code)

    assert [1] * len(cuts) == codes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is torn, or no report in JSON"),
        ("\x00", "it is torn, or no report in JSON"),
        ("[" * 100_000, "it is torn, or no report in JSON"),
        ("[]", "it is no report of aci-reconcile"),
        ('{"a": 1}', "it has no result of plan, apply or drift, or lacks its end"),
        ('{"result": 1}', "it has no result of plan, apply or drift, or lacks its end"),
        ('{"result": {"format_version": "2.0"}}', "it has the format 2.0, and this version reads 1.0"),
        ('{"result": {"format_version": "\\u001b[31m9"}}', "it has the format 9, and"),
        ('{"result": {"page": "\\u001b[31m"}}', 'result: "format_version" is a required property'),
    ],
)
def test_what_is_no_result(fleet: CommandLine, text: str, told: str) -> None:
    """The message names the file, and is clean."""
    fleet.write("r/1.json", text)
    ran = fleet("merge", "r/1.json")

    assert (1, "") == (ran.code, ran.out)
    assert f"r/1.json: {told}" in ran.err
    assert "\x1b" not in ran.err


def test_what_is_no_file(fleet: CommandLine) -> None:
    """A pipe that nobody writes to is not waited for."""
    os.mkfifo(fleet.folder / "r/pipe.json")

    assert "r/pipe.json: it is no file" in fleet("merge", "r").err
    assert "nowhere.json: there is no such file" in fleet("merge", "nowhere.json").err
    assert "there is no result in this folder" in fleet("merge", "manifests").err
    assert 1 == fleet("merge").code


def test_a_shard_that_failed(fleet: CommandLine) -> None:
    """Has a result that says why; the whole has it, and its exit code."""
    run_shards(fleet, "plan")
    fleet.write("manifests/bad.yaml", "name: [\n")
    assert 1 == fleet("plan", "--shard", "2/3", "--report", "json=r/2.json").code
    ran = fleet("merge", "r")

    assert 1 == ran.code
    assert "1 of 3 runs failed. Plan: 2 to add, 0 to change, 0 to destroy." in ran.out
    assert "manifests/bad.yaml" in ran.out


def test_what_fails_after_the_report(fleet: CommandLine) -> None:
    """Such as the saved plan: the result has the exit code that the run ended with."""
    (fleet.folder / "out").mkdir()
    blocked = fleet("plan", "--out", "out/plan.json", "--report", "json=r/1.json")
    assert 0 == blocked.code
    (fleet.folder / "gone").mkdir()
    ran = fleet("drift", "--metrics", "aci-reconcile.yaml/m.prom", "--report", "json=r/1.json")
    result = read(fleet, "r/1.json")["result"]

    assert (1, 1, True) == (ran.code, result["exit_code"], result["failed"])


def test_results_of_two_commits(fleet: CommandLine) -> None:
    """Do not belong together."""
    git = ("git", "-C", str(fleet.folder), "-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run((*git, "init", "-q"), check=True)
    subprocess.run((*git, "commit", "-q", "--allow-empty", "-m", "one"), check=True)
    run_shards(fleet, "plan", count=2)
    subprocess.run((*git, "commit", "-q", "--allow-empty", "-m", "two"), check=True)
    fleet("plan", "--shard", "2/2", "--report", "json=r/2.json")
    ran = fleet("merge", "r")

    commits = [read(fleet, f"r/{each}.json")["result"]["commit"][:12] for each in (1, 2)]
    assert 1 == ran.code
    assert f"r/2.json is of {commits[1]}, and r/1.json of {commits[0]}" in ran.err


def test_the_reports_are_no_results(fleet: CommandLine) -> None:
    """A report is not written over a result, and a merged one is not taken for one."""
    run_shards(fleet, "plan")
    over = fleet("merge", "r", "--report", "json=r/1.json")
    fleet("merge", "r", "--report", "json=all.json")
    again = fleet("merge", "all.json")

    assert (1, 1) == (over.code, again.code)
    assert "another option uses this file" in over.err
    assert "it has no result" in again.err


def test_only_files_have_a_result(fleet: CommandLine) -> None:
    """What is printed stays as it was."""
    run_shards(fleet, "plan", count=1)

    assert "result" not in fleet("plan", "--format", "json").document
    assert fleet("plan", "--format", "json").document == {
        name: value for name, value in read(fleet, "r/1.json").items() if name not in {"result", "shard"}
    }


def read_series(text: str) -> set[str]:
    """Return the series of a metrics file, without the time of the run."""
    return {line for line in text.splitlines() if line[:1] != "#" and "timestamp" not in line}


def test_the_metrics_of_all(fleet: CommandLine) -> None:
    """Are those of one run over the whole project."""
    run_shards(fleet, "apply", "-y")
    fleet.group("g1", "nginx:2", "location: northeurope\n")
    run_shards(fleet, "drift")
    fleet("drift", "--metrics", "one.prom")
    codes = [fleet("merge", "r", "--metrics", "all.prom").code for _ in range(2)]
    one, merged = ((fleet.folder / name).read_text(encoding="utf-8") for name in ("one.prom", "all.prom"))

    assert [2, 2] == codes
    assert read_series(one) == read_series(merged)


def test_a_group_without_a_manifest(fleet: CommandLine) -> None:
    """It is in no shard, so each of them tells of it; all of them together tell of it once, accepted or not."""
    run_shards(fleet, "apply", "-y")
    (fleet.folder / "manifests/g1.yaml").unlink()
    codes = run_shards(fleet, "drift", count=2)
    whole = fleet("drift", "--metrics", "one.prom", "-o", "markdown")
    ran = fleet("merge", *(f"r/{each}.json" for each in (1, 2)), "--metrics", "all.prom", "-o", "markdown")
    one, merged = ((fleet.folder / name).read_text(encoding="utf-8") for name in ("one.prom", "all.prom"))
    fleet.write(ACCEPTED, "- {address: rg-shop/g1, until: 2999-01-01, reason: it goes soon}\n")
    accepted = run_shards(fleet, "drift", count=2)
    fleet("drift", "--metrics", "one.prom")
    fleet("merge", *(f"r/{each}.json" for each in (1, 2)), "--metrics", "all.prom")
    left = [(fleet.folder / name).read_text(encoding="utf-8") for name in ("one.prom", "all.prom")]

    assert ([2, 2], 2, 2) == (codes, whole.code, ran.code)
    assert "Drift: 1 group has no manifest. 2 groups in sync." in ran.out
    assert 1 == ran.out.count("has this project's tag but no manifest")
    assert read_series(one) == read_series(merged)
    assert 'state="undeclared"} 1.0' in merged
    assert [0, 0] == accepted
    assert read_series(left[0]) == read_series(left[1])


def test_the_metrics_of_a_check_that_failed(fleet: CommandLine) -> None:
    """Say so: an alert must not rely on the shards that went well."""
    run_shards(fleet, "apply", "-y")
    run_shards(fleet, "drift")
    fleet.write("manifests/bad.yaml", "name: [\n")
    fleet("drift", "--shard", "2/3", "--report", "json=r/2.json")
    ran = fleet("merge", "r", "--metrics", "all.prom")

    assert 1 == ran.code
    assert 'last_run_success{environment="",project="shop"} 0.0' in (fleet.folder / "all.prom").read_text("utf-8")


def test_only_drift_has_metrics_and_an_issue(fleet: CommandLine) -> None:
    """A file of another kind is not written over, either."""
    run_shards(fleet, "plan")
    ran = fleet("merge", "r", "--metrics", "all.prom")
    other = fleet("merge", "r", "--metrics", "aci-reconcile.yaml")

    assert (1, 1) == (ran.code, other.code)
    assert "--metrics is about drift, and these results are of plan" in ran.err
    assert "is not a metrics file" in other.err


def test_one_issue_out_of_all(fleet: CommandLine, git_host: GitHost) -> None:
    """The one that a run over the whole project keeps; it is left alone where a check failed."""
    run_shards(fleet, "apply", "-y")
    fleet.group("g1", "nginx:2", "location: northeurope\n")
    run_shards(fleet, "drift")
    opened = fleet("merge", "r", "--issue", "github")
    whole = fleet("drift", "--issue", "github")
    run_shards(fleet, "apply", "-y")
    run_shards(fleet, "drift")
    fleet.write("manifests/bad.yaml", "name: [\n")
    fleet("drift", "--shard", "2/3", "--report", "json=r/2.json")
    failed = fleet("merge", "r", "--issue", "github")
    state = git_host.issues[1]["state"]
    (fleet.folder / "manifests/bad.yaml").unlink()
    fleet("drift", "--shard", "2/3", "--report", "json=r/2.json")
    closed = fleet("merge", "r", "--issue", "github")

    assert [2, 2, 1, 0] == [each.code for each in (opened, whole, failed, closed)]
    assert "The issue was opened" in opened.err
    assert "The issue was updated" in whole.err
    assert "the issue was left as it is" in failed.err
    assert ("open", "closed") == (state, git_host.issues[1]["state"])
    assert ([1], "Drift in shop") == (list(git_host.issues), git_host.issues[1]["title"])
