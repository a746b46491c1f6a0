"""``drift`` with a memory, and whom it tells: the history, what is accepted, metrics, a webhook, an issue."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from git_host_server import TOKEN, GitHost, git_host_server

from aci_reconcile.emulator import Emulator, Knobs, Request, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.command_line import CommandLine

GROUPS = (
    "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop"
    "/providers/Microsoft.ContainerInstance/containerGroups"
)
SECRET = "s3cr3t-in-the-url"


def by_hand(folder: Path, method: str, name: str) -> None:
    """Do something to a group past the command, in the state of the embedded emulator."""
    with closing(open_store(folder / ".aci-reconcile")) as store:
        emulator = Emulator(store, knobs=Knobs(provisioning_seconds=0))
        answer = emulator.handle(Request(method, f"{GROUPS}/{name}?api-version=2025-09-01", {}, b""))

    assert answer.status < 300


RUNNING = "lifecycle: {power: running}\n"


def test_a_manual_stop_is_drift_only_where_power_is_declared(applied: CommandLine) -> None:
    """Without a word about it a stop is a notice; a group that is stopped on purpose is in sync."""
    by_hand(applied.folder, "POST", "web/stop")
    ends = {"": applied("drift", "--verbose")}
    for power in ("running", "stopped"):
        applied.group("web", more=f"lifecycle: {{power: {power}}}\n")
        ends[power] = applied("drift", "--verbose")

    assert {"": 0, "running": 2, "stopped": 0} == {power: ran.code for power, ran in ends.items()}
    assert "No drift. 1 group is stopped." in ends[""].out
    assert "rg-shop/web  stopped" in ends[""].out
    assert "~ rg-shop/web [start]" in ends["running"].out
    assert 'lifecycle.power "stopped" -> "running"' in ends["running"].out
    assert "Drift: 1 group differs." in ends["running"].out


@pytest.fixture
def applied(project: CommandLine) -> CommandLine:
    """A project whose only group runs."""
    assert 0 == project("apply", "-y").code
    return project


def test_the_history_of_a_group_that_vanishes(applied: CommandLine) -> None:
    """Seen, gone since, gone still since then, back."""
    first = applied("drift", "--history", "kept/drift.json")
    by_hand(applied.folder, "DELETE", "web")
    second = applied("drift", "--history", "kept/drift.json")
    third = applied("drift", "--history", "kept/drift.json", "--format", "json")

    assert 0 == applied("apply", "-y").code
    last = applied("drift", "--history", "kept/drift.json")

    assert [0, 2, 2, 0] == [each.code for each in (first, second, third, last)]
    assert "Since the last run:\n  ! rg-shop/web  is gone; last seen at" in second.out
    assert "Findings:\n  error  rg-shop/web  vanished  new\n" in second.out
    found = third.document["findings"][0]
    assert ("vanished", []) == (found["kind"], third.document["appeared"])
    assert "No drift. 1 group in sync.\n" == last.out


def test_the_history_is_of_one_project(applied: CommandLine) -> None:
    """That of another one is refused before Azure is asked, and stays as it was."""
    applied("drift", "--history", "drift.json")
    file = applied.folder / "drift.json"
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "project": "other"}))

    ran = applied("drift", "--history", "drift.json")

    assert (1, "") == (ran.code, ran.out)
    assert "--history drift.json belongs to other in subscription" in ran.err
    assert "other" == json.loads(file.read_text())["project"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"format_version": "2.0"}', '{"findings": {"x": {}}}', "[" * 100_000, "\x00\xff"],
)
def test_a_damaged_history_is_refused(applied: CommandLine, text: str) -> None:
    """It says what to do, and nothing is written over it."""
    file = applied.write("drift.json", text)

    ran = applied("drift", "--history", "drift.json")

    assert (1, text) == (ran.code, file.read_text(encoding="utf-8"))
    assert "delete it to start again" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--history", "folder"), "--history folder: not a regular file"),
        (("--metrics", "link"), "--metrics link: not a regular file"),
        (("--history", "file/drift.json"), "--history file/drift.json: Not a directory"),
        (("--history", "x", "--metrics", "./x"), "--history and --metrics name the same file"),
    ],
)
def test_files_that_cannot_be_kept(applied: CommandLine, words: tuple[str, ...], complaint: str) -> None:
    """A folder, a link, a folder that is a file, and one file for two things: said before Azure is asked."""
    (applied.folder / "folder").mkdir()
    (applied.folder / "link").symlink_to(applied.write("file", ""))

    ran = applied("drift", *words)

    assert (1, "") == (ran.code, ran.out)
    assert complaint in ran.err


def test_accepted_drift(applied: CommandLine) -> None:
    """The file beside the project file is read by itself; what is accepted does not count."""
    applied.group("web", "nginx:2")
    known = "- {address: rg-shop/web, paths: ['containers[web].image'], reason: ticket 1, until: %s}\n"
    applied.write("aci-reconcile.accepted.yaml", known % "2999-12-31")
    good = applied("drift")
    applied.write("aci-reconcile.accepted.yaml", known % "2001-12-31")
    over = applied("drift")
    other = applied("drift", "--accept", str(applied.write("known.yaml", known % "2999-12-31")))
    missing = applied("drift", "--accept", "none.yaml")

    assert [0, 2, 0, 1] == [each.code for each in (good, over, other, missing)]
    assert "No drift. 1 group in sync.\n\nAccepted: 1 finding in rg-shop/web, the first until 2999-12-31.\n" == good.out
    assert "the acceptance of rg-shop/web containers[web].image ended on 2001-12-31 (ticket 1)" in over.out
    assert "none.yaml: error ACI001" in missing.err


def test_a_wrong_acceptance_stops_the_look(applied: CommandLine) -> None:
    """What is not understood could hide drift."""
    applied.write("aci-reconcile.accepted.yaml", "- {address: rg-shop/web, reason: x}\n")

    ran = applied("drift", "--format", "json")

    assert (1, "ACI196") == (ran.code, ran.document["diagnostics"][0]["code"])


def test_metrics(applied: CommandLine) -> None:
    """Written after each look; a look that fails says so, and one that never began leaves them as they were."""
    applied("drift", "--metrics", "drift.prom")
    good = (applied.folder / "drift.prom").read_text()
    applied.write("drift.json", "{")
    applied("drift", "--metrics", "drift.prom", "--history", "drift.json")
    bad = (applied.folder / "drift.prom").read_text()
    made = applied("drift", "--metrics", "new/drift.prom")
    ran = applied("drift", "--metrics", "drift.json/drift.prom")

    assert (0, good.count("\n")) == (made.code, (applied.folder / "new/drift.prom").read_text().count("\n"))
    assert 'aci_reconcile_drift_last_run_success{environment="",project="shop"} 1.0' in good
    assert 'aci_reconcile_drift_group_healthy{address="rg-shop/web",environment="",project="shop"} 1.0' in good
    assert 'aci_reconcile_drift_last_run_success{environment="",project="shop"} 0.0' in bad
    assert (1, True) == (ran.code, "--metrics drift.json/drift.prom: Not a directory" in ran.err)


def notes(git_host: GitHost) -> list[Any]:
    """Return the notifications that arrived."""
    return [json.loads(each) for each in git_host.sent if each]


def test_the_webhook_is_told_of_news_only(applied: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on a first look that is clean, then what is new, nothing, and what is resolved."""
    applied.group("web", more=RUNNING)
    with git_host_server() as hook:
        monkeypatch.setenv("ACI_RECONCILE_NOTIFY", f"{hook.url}/{SECRET}")
        hook.faults = [(200, {}, b"ok")] * 2
        applied("drift", "--history", "drift.json")
        by_hand(applied.folder, "POST", "web/stop")
        for _ in range(2):
            applied("drift", "--history", "drift.json")
        by_hand(applied.folder, "POST", "web/start")
        last = applied("drift", "--history", "drift.json")

    assert (0, "") == (last.code, last.err)
    assert [(True, 1, 0), (False, 0, 1)] == [
        (each["drifted"], len(each["appeared"]), len(each["resolved"])) for each in notes(hook)
    ]
    assert ["changed", "lifecycle.power"] == [notes(hook)[1]["resolved"][0][name] for name in ("kind", "path")]


def test_a_webhook_that_fails_is_a_warning(applied: CommandLine) -> None:
    """The exit code is that of the look, and the URL is never shown whole."""
    applied.group("web", "nginx:2")
    with git_host_server() as hook:
        hook.faults = [(400, {}, b"")]
        ran = applied("drift", "--notify", f"{hook.url}/{SECRET}?token={SECRET}", "--verbose")
    refused = applied("drift", "--notify", f"http://hooks.example/{SECRET}")

    assert (2, 1) == (ran.code, refused.code)
    assert "Warning: the notification was not sent: http://127.0.0.1:" in ran.err
    assert SECRET not in ran.out + ran.err + refused.out + refused.err


def test_the_issue(applied: CommandLine, git_host: GitHost) -> None:
    """Not opened for nothing; opened, left alone, updated, closed, and the same one reopened."""
    codes = [applied("drift", "--issue", "github").code]
    applied.group("web", "nginx:2", RUNNING)
    told = [applied("drift", "--issue", "github") for _ in range(2)]
    by_hand(applied.folder, "POST", "web/stop")
    told.append(applied("drift", "--issue", "github"))
    by_hand(applied.folder, "POST", "web/start")
    applied.group("web")
    told.append(applied("drift", "--issue", "github"))
    applied.group("web", "nginx:2")
    told.append(applied("drift", "--issue", "github", "--exit-zero"))

    assert [0, 2, 2, 2, 0, 0] == [*codes, *(each.code for each in told)]
    assert ["opened", "left unchanged", "updated", "closed", "reopened"] == [
        each.err.partition("The issue was ")[2].partition(":")[0] for each in told
    ]
    assert [1] == list(git_host.issues)
    assert 3 == len(git_host.said(1))
    assert ("open", "Drift in shop") == (git_host.issues[1]["state"], git_host.issues[1]["title"])
    assert TOKEN not in "".join(each.out + each.err for each in told) + json.dumps(git_host.issues)


def test_the_issue_is_about_the_whole_project(applied: CommandLine, git_host: GitHost) -> None:
    """A look at a part could close what it has not seen."""
    ran = applied("drift", "--issue", "github", "--only", "web")

    assert (1, []) == (ran.code, git_host.asked)
    assert "--issue covers the whole project" in ran.err


def test_an_issue_that_cannot_be_kept_is_an_error(
    applied: CommandLine, git_host: GitHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would hear of the drift: exit code 1, after the result was printed and the history kept."""
    git_host.faults = [(401, {}, {"message": "Bad credentials"})]
    ran = applied("drift", "--issue", "github", "--history", "drift.json")
    monkeypatch.delenv("GITHUB_TOKEN")
    without = applied("drift", "--issue", "github")

    assert (1, "No drift. 1 group in sync.\n") == (ran.code, ran.out)
    assert "GitHub answered 401" in ran.err
    assert (applied.folder / "drift.json").exists()
    assert (1, "") == (without.code, without.out)
    assert "GITHUB_TOKEN is not set" in without.err


def test_what_could_not_be_compared_opens_the_issue(applied: CommandLine, git_host: GitHost) -> None:
    """It is not known to be fine: exit code 1, an open issue, no success in the metrics."""
    applied("apply", "-y")
    manifest = applied.group("foreign")
    applied("apply", "-y")
    project = (applied.folder / "aci-reconcile.yaml").read_text()
    applied.write("aci-reconcile.yaml", project.replace("name: shop", "name: other"))
    ran = applied("drift", "--issue", "github", "--metrics", "drift.prom")

    assert manifest.exists()
    assert (1, "open") == (ran.code, git_host.issues[1]["state"])
    assert 'last_run_success{environment="",project="other"} 0.0' in (applied.folder / "drift.prom").read_text()


def test_a_group_of_somebody_else_is_none_in_sync(project: CommandLine) -> None:
    """It is not said that there are no groups: one could not be compared."""
    project("apply", "-y")
    project.write(
        "aci-reconcile.yaml", "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\nenvironments: {test: {}}\n"
    )
    ran = project("drift", "-e", "test")

    assert 1 == ran.code
    assert ran.out.endswith("Incomplete: 1 could not be read or compared.\n            0 groups in sync.\n")
