"""``merge`` with a history and a webhook: of all shards together, they say what a run over the whole says."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from git_host_server import git_host_server
from jsonschema.validators import Draft202012Validator

from aci_reconcile.emulator import Emulator, Knobs, Request, open_store
from aci_reconcile.manifest import load_schema

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Ran

GROUPS = (
    "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop"
    "/providers/Microsoft.ContainerInstance/containerGroups"
)
REGIONS = ("westeurope", "northeurope", "eastus")


@pytest.fixture
def fleet(project: CommandLine) -> CommandLine:
    """Three groups in three regions, which run, and a folder for results."""
    (project.folder / "manifests/web.yaml").unlink()
    for number in range(3):
        declare(project, number)
    (project.folder / "r").mkdir()
    project("apply", "-y")
    return project


def declare(fleet: CommandLine, number: int, image: str = "nginx:1") -> None:
    """Write the manifest of a group."""
    fleet.group(f"g{number}", image, f"location: {REGIONS[number]}\n")


def by_hand(fleet: CommandLine, method: str, name: str) -> None:
    """Do something to a group past the command, in the state of the embedded emulator."""
    with closing(open_store(fleet.folder / ".aci-reconcile")) as store:
        emulator = Emulator(store, knobs=Knobs(provisioning_seconds=0))
        answer = emulator.handle(Request(method, f"{GROUPS}/{name}?api-version=2025-09-01", {}, b""))

    assert answer.status < 300


def live(fleet: CommandLine, day: int) -> None:
    """Let happen what happens on a day; on some, nothing does."""
    if day == 1:
        declare(fleet, 1, "nginx:2")
        by_hand(fleet, "DELETE", "g2")
    elif day == 3:
        (fleet.folder / "manifests/g0.yaml").unlink()
    elif day == 4:
        by_hand(fleet, "DELETE", "g0")
        declare(fleet, 1)
    elif day == 5:
        fleet("apply", "-y")


def check_shards(fleet: CommandLine, *, history: bool = True, count: int = 3) -> None:
    """Let each shard look for drift, with a copy of the history of the whole if there is one."""
    for number in range(1, count + 1):
        words: tuple[str, ...] = ()
        if history:
            words = ("--history", f"h{number}.json")
            (fleet.folder / f"h{number}.json").unlink(missing_ok=True)
            if (fleet.folder / "all.json").exists():
                shutil.copy(fleet.folder / "all.json", fleet.folder / f"h{number}.json")
        fleet("drift", "--shard", f"{number}/{count}", *words, "--report", f"json=r/{number}.json")


def merge(fleet: CommandLine, *words: str) -> Ran:
    """Merge the results of the shards, with a history."""
    return fleet("merge", "r", "--history", "all.json", *words)


def read(fleet: CommandLine, name: str) -> Any:
    """Return a history without its times, and without what only a run over the whole notes of a group long gone."""
    document = json.loads((fleet.folder / name).read_text(encoding="utf-8"))
    Draft202012Validator(load_schema("drift-history")).validate(document)
    findings = [
        (each["kind"], each["address"], each["path"], each["told"])
        for each in document["findings"].values()
        if (each["kind"], each["severity"]) != ("vanished", "notice")
    ]
    groups = {key: {**each, "seen": ""} for key, each in document["groups"].items()}
    return sorted(findings), groups, document["project"], document["subscription"], document["endpoint"]


def summarize(sent: list[bytes]) -> list[Any]:
    """Return the news of notifications."""
    documents = [json.loads(each) for each in sent if each]
    for each in documents:
        Draft202012Validator(load_schema("notification")).validate(each)
    names = ("project", "environment", "subscription", "endpoint", "drifted", "complete", "summary", "text")
    return [
        (
            {name: each[name] for name in names},
            *(sorted(one["fingerprint"] for one in each[name]) for name in ("appeared", "resolved", "findings")),
        )
        for each in documents
    ]


def test_it_is_that_of_one_run(fleet: CommandLine) -> None:
    """Over days on which groups change, vanish, come back, lose their manifest, and are deleted."""
    kept: list[tuple[Any, Any]] = []
    with git_host_server() as one, git_host_server() as all_:
        one.faults, all_.faults = [(200, {}, b"ok")] * 9, [(200, {}, b"ok")] * 9
        for day in range(7):
            live(fleet, day)
            whole = fleet("drift", "--history", "one.json", "--notify", f"{one.url}/x")
            check_shards(fleet, count=3 if day < 3 else 2)
            if day >= 3:  # as many shards as there are parts left
                (fleet.folder / "r/3.json").unlink(missing_ok=True)
            ran = merge(fleet, "--notify", f"{all_.url}/x")
            kept.append((read(fleet, "one.json"), read(fleet, "all.json")))

            assert whole.code == ran.code, ran.err

    assert [mine for mine, _ in kept] == [theirs for _, theirs in kept]
    assert summarize(one.sent) == summarize(all_.sent)
    assert [(2, 0), (1, 0), (0, 2), (0, 1)] == [
        (len(appeared), len(resolved)) for _, appeared, resolved, _ in summarize(all_.sent)
    ]


def test_since_when_there_is_a_finding(fleet: CommandLine) -> None:
    """The first check of the whole that found it, though the shards have no history."""
    declare(fleet, 1, "nginx:2")
    check_shards(fleet, history=False)
    merge(fleet)
    first = json.loads((fleet.folder / "all.json").read_text(encoding="utf-8"))
    for number in (1, 2, 3):
        file = fleet.folder / f"r/{number}.json"
        file.write_text(file.read_text("utf-8").replace('"since": "20', '"since": "29'), encoding="utf-8")
    merge(fleet)
    second = json.loads((fleet.folder / "all.json").read_text(encoding="utf-8"))

    assert {"rg-shop/g0", "rg-shop/g1", "rg-shop/g2"} == set(first["groups"])
    assert first["findings"] == second["findings"] != {}


def test_a_result_that_is_missing_or_torn(fleet: CommandLine) -> None:
    """Is an error, the history stays, and nobody is told that all is well."""
    declare(fleet, 1, "nginx:2")
    check_shards(fleet)
    merge(fleet)
    before = (fleet.folder / "all.json").read_bytes()
    declare(fleet, 1)
    check_shards(fleet)
    with git_host_server() as hook:
        hook.faults = [(200, {}, b"ok")] * 9
        text = (fleet.folder / "r/2.json").read_text(encoding="utf-8")
        (fleet.folder / "r/2.json").write_text(text[:-100], encoding="utf-8")
        torn = merge(fleet, "--notify", f"{hook.url}/x")
        (fleet.folder / "r/2.json").unlink()
        missing = merge(fleet, "--notify", f"{hook.url}/x")

    assert [1, 1] == [torn.code, missing.code]
    assert [] == hook.sent
    assert before == (fleet.folder / "all.json").read_bytes()


def test_a_check_that_failed(fleet: CommandLine) -> None:
    """Nobody knows what the whole is like: that is said, and nothing else."""
    check_shards(fleet)
    merge(fleet)
    before = (fleet.folder / "all.json").read_bytes()
    fleet.write("manifests/bad.yaml", "name: [\n")
    fleet("drift", "--shard", "2/3", "--report", "json=r/2.json")
    with git_host_server() as hook:
        ran = merge(fleet, "--notify", f"{hook.url}/x")

    assert (1, []) == (ran.code, hook.sent)
    assert "a check failed, so the history was left as it is" in ran.err
    assert "a check failed, so no notification was sent" in ran.err
    assert before == (fleet.folder / "all.json").read_bytes()


def test_a_webhook_that_fails_is_a_warning(fleet: CommandLine) -> None:
    """As in a single run; and the URL is never shown whole."""
    declare(fleet, 1, "nginx:2")
    check_shards(fleet)
    with git_host_server() as hook:
        hook.faults = [(400, {}, b"")]
        ran = merge(fleet, "--notify", f"{hook.url}/s3cr3t")
    refused = merge(fleet, "--notify", "http://hooks.example/s3cr3t")

    assert (2, 1) == (ran.code, refused.code)
    assert "Warning: the notification was not sent: http://127.0.0.1:" in ran.err
    assert "s3cr3t" not in ran.out + ran.err + refused.out + refused.err


def test_what_cannot_be_compared(fleet: CommandLine) -> None:
    """Each time nothing is written, not even a report."""
    fleet("plan", "--report", "json=plan.json")
    check_shards(fleet)
    merge(fleet)
    old = json.loads((fleet.folder / "r/1.json").read_text(encoding="utf-8"))
    del old["result"]["checked"]
    fleet.write("other.json", (fleet.folder / "all.json").read_text("utf-8").replace('"shop"', '"other"'))
    fleet.write("broken.json", "{")
    report = ("--report", "markdown=all.md")
    words = {
        "--history is about drift, and these results are of plan": ("plan.json", "--history", "new.json"),
        "--notify is about drift, and these results are of plan": ("plan.json", "--notify", "http://127.0.0.1/x"),
        "--history other.json belongs to other in subscription": ("r", "--history", "other.json"),
        "--history broken.json": ("r", "--history", "broken.json"),
        "--history and --metrics name the same file": ("r", "--history", "x.json", "--metrics", "x.json"),
        "another option uses this file": ("r", "--history", "x.json", "--report", "json=x.json"),
    }
    for said, more in words.items():
        ran = fleet("merge", *more, *report)

        assert (1, True) == (ran.code, said in ran.err), ran.err
    fleet.write("r/1.json", json.dumps(old))
    ran = fleet("merge", "r", "--history", "new.json", *report)

    assert (1, True) == (ran.code, "--history: r/1.json does not say what was seen" in ran.err), ran.err
    assert not any((fleet.folder / name).exists() for name in ("all.md", "new.json", "x.json"))
    assert 0 == fleet("merge", "r").code


def test_it_is_about_one_project(fleet: CommandLine) -> None:
    """A history mixes no two of them, and a notification names one."""
    check_shards(fleet, count=1)
    for name in ("2.json", "3.json"):
        (fleet.folder / "r" / name).unlink(missing_ok=True)
    text = (fleet.folder / "r/1.json").read_text(encoding="utf-8")
    fleet.write("r/other.json", text.replace('"shop"', '"other"'))
    ran = merge(fleet)

    assert 1 == ran.code
    assert "--history is about one project, and these results are of shop in 00000000" in ran.err, ran.err
    assert not (fleet.folder / "all.json").exists()


def test_an_orphan_is_told_of_once(fleet: CommandLine) -> None:
    """Each shard has found it, at another time."""
    (fleet.folder / "manifests/g1.yaml").unlink()
    check_shards(fleet, count=2)
    file = fleet.folder / "r/2.json"
    file.write_text(file.read_text("utf-8").replace('"since": "20', '"since": "29'), encoding="utf-8")
    with git_host_server() as hook:
        hook.faults = [(200, {}, b"ok")]
        ran = merge(fleet, "--notify", f"{hook.url}/x", "--metrics", "all.prom")
    ((told, *_),) = summarize(hook.sent)

    assert (2, 1, 1) == (ran.code, told["summary"]["counted"], told["summary"]["appeared"])
    assert 'kind="undeclared",project="shop",severity="warning"} 1.0' in (fleet.folder / "all.prom").read_text("utf-8")


def test_the_issue_says_what_is_resolved(fleet: CommandLine, git_host: Any) -> None:
    """As that of a single run with a history does."""
    declare(fleet, 1, "nginx:2")
    check_shards(fleet)
    merge(fleet, "--issue", "github")
    body = git_host.issues[1]["body"]
    declare(fleet, 1)
    check_shards(fleet)
    merge(fleet, "--issue", "github")

    assert "since" in body
    assert ["closed", 1] == [git_host.issues[1]["state"], len(git_host.issues)]


@pytest.mark.parametrize("words", [("--only", "g0"), ("manifests/g0.yaml",), ("--only", "g0", "--shard", "1/1")])
def test_what_a_check_of_some_groups_left_out_is_not_resolved(fleet: CommandLine, words: tuple[str, ...]) -> None:
    """It did not look at the others, which are in the same resource group."""
    declare(fleet, 1, "nginx:2")
    check_shards(fleet, history=False)
    merge(fleet)
    before = read(fleet, "all.json")
    fleet("drift", *words, "--report", "json=some.json")
    ran = fleet("merge", "some.json", "--history", "all.json")

    assert (1, True) == (ran.code, "some.json does not say what was seen" in ran.err), ran.err
    assert before == read(fleet, "all.json")
    assert [("changed", "rg-shop/g1")] == [each[:2] for each in before[0]]


def test_an_issue_is_not_kept_by_a_check_of_some_groups(fleet: CommandLine, git_host: Any) -> None:
    """It would close the issue of all."""
    declare(fleet, 1, "nginx:2")
    fleet("drift", "--report", "json=all.json")
    fleet("drift", "--only", "g0", "--report", "json=some.json")
    whole, part = (fleet("merge", each, "--issue", "github") for each in ("all.json", "some.json"))

    assert (2, 1) == (whole.code, part.code), whole.err + part.err
    assert "--issue covers the whole project, and some.json is of a part" in part.err
    assert "without paths and --only" in part.err
    assert ["open"] == [each["state"] for each in git_host.issues.values()]


def test_paths_that_cover_the_project_leave_nothing_out(fleet: CommandLine) -> None:
    """A job that names the folder looks at all of it."""
    fleet("drift", "manifests", "--report", "json=r/1.json")
    ran = merge(fleet)

    assert 0 == ran.code, ran.err
    assert {"rg-shop/g0", "rg-shop/g1", "rg-shop/g2"} == set(read(fleet, "all.json")[1])
