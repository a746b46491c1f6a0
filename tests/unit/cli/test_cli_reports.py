"""``--format`` and ``--report``: which command takes what, what is written where, also where a run fails."""

from __future__ import annotations

import gc
import json
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.files import write_whole
from aci_reconcile.planning.values import Change

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.command_line import CommandLine

BEGINNINGS = {
    "text": "aci-reconcile will perform these actions",
    "json": "{\n",
    "markdown": "### \N{WHITE HEAVY CHECK MARK} `shop`: Plan: 1 to add",
    "html": "<!doctype html>",
    "junit": '<?xml version="1.0"',
    "github": "+ rg-shop [create the resource group",
}


def read(project: CommandLine, name: str) -> str:
    """Return what a report holds."""
    return (project.folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", BEGINNINGS)
def test_a_plan_in_every_format(project: CommandLine, form: str) -> None:
    """On stdout, with nothing else."""
    ran = project("plan", "--format", form)

    assert (0, "") == (ran.code, ran.err)
    assert ran.out.startswith(BEGINNINGS[form])


def test_several_reports_at_once(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in its file, and stdout has what it would have had without them."""
    monkeypatch.delenv("COLUMNS", raising=False)
    plain = project("plan")
    ran = project("plan", *(word for form in BEGINNINGS for word in ("--report", f"{form}=plan.{form}")))

    assert (plain.out, 0) == (ran.out, ran.code)
    assert plain.out == read(project, "plan.text")
    assert all(read(project, f"plan.{form}").startswith(begin) for form, begin in BEGINNINGS.items())
    assert [] == list(project.folder.glob(".plan*"))


def test_a_report_is_written_whatever_the_exit_code(project: CommandLine) -> None:
    """Changes, and a plan that is held back."""
    ran = project("plan", "--detailed-exitcode", "--report", "markdown=plan.md")

    assert (2, True) == (ran.code, "1 to add" in read(project, "plan.md"))

    project("apply", "-y")
    project.group("web", more="restartPolicy: Never\n")
    ran = project("plan", "--detailed-exitcode", "--report", "markdown=plan.md")

    assert (3, True) == (ran.code, "Release with `--allow-replace`." in read(project, "plan.md"))


def test_a_plan_from_invalid_manifests_says_so(project: CommandLine) -> None:
    """Whoever posts the report on a pull request can tell; the complaints stand in it."""
    project.group("db", more="colour: red\n")
    ran = project("plan", "--report", "markdown=plan.md", "--report", "json=plan.json", "--report", "text=plan.txt")

    assert (1, "") == (ran.code, ran.out)
    assert read(project, "plan.md").startswith("### \N{CROSS MARK} No plan: 1 error in the manifests.\n")
    assert "**`ACI110`:** unknown property `colour`" in read(project, "plan.md")
    assert json.loads(read(project, "plan.json"))["valid"] is False
    assert "manifests/db.yaml:3:1: error ACI110" in read(project, "plan.txt")


def test_annotations_for_invalid_manifests(project: CommandLine) -> None:
    """A page on stdout tells of a failure, too."""
    project.group("db", more="colour: red\n")
    ran = project("plan", "--format", "github")

    assert 1 == ran.code
    assert "\n::error file=manifests/db.yaml,line=3,col=1,title=ACI110::" in ran.out


def test_any_error_is_reported(project: CommandLine) -> None:
    """Here nothing answers."""
    place = ("--arm-endpoint", "http://127.0.0.1:9", "-s", "00000000-0000-0000-0000-000000000000")
    ran = project("plan", *place, "--report", "markdown=plan.md", "--report", "junit=plan.xml", "--report", "text=t")
    root = ET.fromstring(read(project, "plan.xml").encode())

    assert 1 == ran.code
    assert read(project, "plan.md").startswith("### \N{CROSS MARK} `shop`: Plan")
    assert int(root.attrib["failures"]) + int(root.attrib["errors"])


def test_a_report_links_to_its_run_and_its_commit(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the job's variables say; of a pull request the commit that was pushed."""
    event = project.write("event.txt", json.dumps({"pull_request": {"head": {"sha": "c" * 40}}}))
    job = {
        "ACTIONS": "true",
        "SERVER_URL": "https://github.com",
        "REPOSITORY": "shop/infra",
        "RUN_ID": "7",
        "SHA": "d" * 40,
        "EVENT_PATH": str(event),
    }
    for name, value in job.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    project("plan", "--report", "markdown=plan.md", "--report", "html=plan.html")
    run, commit = "https://github.com/shop/infra/actions/runs/7", f"https://github.com/shop/infra/commit/{'c' * 40}"

    assert f"commit [`{'c' * 12}`]({commit}) \N{MIDDLE DOT} run [`the job`]({run})" in read(project, "plan.md")
    assert all(f'<a href="{each}" rel="noreferrer">' in read(project, "plan.html") for each in (run, commit))


def test_a_failure_names_its_environment(project: CommandLine) -> None:
    """Also where nothing could be read of the project."""
    project.write("aci-reconcile.yaml", "name: shop\nenvironments: {prod: {}}\nnonsense: 1\n")
    project("plan", "-e", "prod", "--report", "markdown=plan.md")

    assert read(project, "plan.md").startswith("### \N{CROSS MARK} `prod`: No plan: 3 errors in the manifests.\n")


def test_an_apply_that_is_held_back_reports_the_plan(project: CommandLine) -> None:
    """With the reason on top; JSON lines hold the plan and the error."""
    project("apply", "-y")
    project.group("web", more="restartPolicy: Never\n")
    ran = project("apply", "-y", "--report", "markdown=a.md", "--report", "json=a.jsonl", "--report", "text=a.txt")
    lines = [json.loads(line) for line in read(project, "a.jsonl").splitlines()]

    assert 3 == ran.code
    assert "Apply did not run. Plan: 1 to add, 0 to change, 1 to destroy. Held back." in read(project, "a.md")
    assert ["plan", "error"] == [each["type"] for each in lines]
    assert read(project, "a.txt").endswith("Error: the plan is blocked; nothing was written\n")


def test_an_apply_reports_its_outcome(project: CommandLine) -> None:
    """The plan is shown on stderr where stdout takes a page; JSON is one object a line."""
    reports = [f"{form}=a.{form}" for form in ("text", "json", "markdown", "html", "github")]
    ran = project("apply", "-y", "--format", "junit", *(word for each in reports for word in ("--report", each)))
    lines = [json.loads(line)["type"] for line in read(project, "a.json").splitlines()]

    assert 0 == ran.code
    assert "aci-reconcile will perform these actions" in ran.err
    assert ["rg-shop", "rg-shop/web"] == [each.attrib["name"] for each in ET.fromstring(ran.out).iter("testcase")]
    assert ["plan", "resource_group_created", "started", "succeeded", "finished"] == [
        each for each in lines if each != "waiting"
    ]
    assert "Apply complete! Resources: 1 added" in read(project, "a.markdown")
    assert read(project, "a.text").endswith("Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n")
    assert read(project, "a.html").startswith("<!doctype html>")
    assert "::group::+ rg-shop/web [created after" in read(project, "a.github")


def test_a_group_that_crashes_is_in_the_report(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """With exit code 5, its events and its last words."""
    monkeypatch.setenv("ACI_RECONCILE_STABLE_FOR", "2s")
    project.group("web", image="sim/exit:3", more="restartPolicy: Never\n")
    ran = project("apply", "-y", "-q", "--report", "markdown=a.md", "--report", "junit=a.xml")

    assert 5 == ran.code
    assert "**Not healthy:** container web: " in read(project, "a.md")
    assert '<failure message="Not healthy: container web: ' in read(project, "a.xml")


def test_drift_in_every_format(project: CommandLine) -> None:
    """A group that is missing is a failure."""
    ran = project("drift", "--format", "markdown", "--report", "junit=d.xml", "--report", "html=d.html")

    assert 2 == ran.code
    assert "`rg-shop/web`" in ran.out or "rg-shop/web</code>" in ran.out
    assert '<failure message="is declared but missing">' in read(project, "d.xml")
    assert "In the manifest" in read(project, "d.html")


def test_validate_as_sarif(project: CommandLine) -> None:
    """Paths count from the root of the repository, wherever it is run."""
    project.group("db", more="colour: red\n")
    above = project.folder.parent / ".git"
    above.mkdir()
    try:
        ran = project("validate", "--format", "sarif", "--report", "junit=v.xml", "--report", "sarif=v.sarif")
    finally:
        above.rmdir()  # other tests have their folders below it, too
    (result,) = ran.document["runs"][0]["results"]
    path = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    assert (1, "ACI110", f"{project.folder.name}/manifests/db.yaml") == (ran.code, result["ruleId"], path)
    assert ran.out == read(project, "v.sarif")
    assert 'tests="2" failures="1"' in read(project, "v.xml")


def test_validate_reports_what_is_good(project: CommandLine) -> None:
    """Every file is a case, and a page says that all is well."""
    ran = project("validate", "--format", "markdown")

    assert 0 == ran.code
    assert ran.out.startswith("### \N{WHITE HEAVY CHECK MARK} Valid. 1 group in 1 file.\n")


def test_a_saved_plan_in_every_format(project: CommandLine) -> None:
    """``show`` takes what ``plan`` takes; its JSON is the saved plan itself."""
    project("plan", "--out", "plan.json")
    ran = project("show", "plan.json", "--format", "html", "--report", "markdown=p.md", "--report", "json=p.json")

    assert (0, True) == (ran.code, ran.out.startswith("<!doctype html>"))
    assert read(project, "plan.json") == read(project, "p.json")
    assert "valid until" in read(project, "p.md")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("plan", "--format", "sarif"), "'sarif' is not one of 'text', 'json', 'markdown', 'html', 'junit', 'github'"),
        (("plan", "--report", "sarif=x"), "'sarif' is not one of 'text', 'json', 'markdown'"),
        (("status", "--format", "html"), "'html' is not one of 'text', 'json'"),
        (("--format", "html", "status"), "status has no format html\n  it takes text, json"),
        (("plan", "--report", "html"), "'html' is not FORMAT=FILE"),
        (("plan", "--report", "html="), "'html=' is not FORMAT=FILE"),
        (("plan", "--report", "html=no/x"), "--report html=no/x: there is no folder no"),
        (("plan", "--report", "html=manifests"), "--report html=manifests: not a regular file"),
        (("plan", "--report", "html=x", "--report", "junit=x"), "--report junit=x: another option uses this file"),
        (("plan", "--out", "x", "--report", "junit=x"), "--report junit=x: another option uses this file"),
        (("destroy", "--report", "html=x"), "there is no option --report"),
    ],
)
def test_what_is_refused(project: CommandLine, words: tuple[str, ...], told: str) -> None:
    """A usage error that names what the command takes; nothing is written."""
    before = sorted(project.folder.rglob("*"))
    ran = project(*words)

    assert (1, "") == (ran.code, ran.out)
    assert told in ran.err
    assert before == sorted(project.folder.rglob("*"))


def test_a_link_is_not_followed(project: CommandLine) -> None:
    """What it leads to stays as it is."""
    project.write("real", "mine")
    (project.folder / "link").symlink_to("real")

    assert 1 == project("plan", "--report", "html=link").code
    assert "mine" == read(project, "real")


def test_a_report_that_cannot_be_written_does_not_stop_the_others(
    project: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is on stdout, the other file is whole, and the run fails."""

    def write(file: Path, text: str, *, private: bool) -> None:
        if file.name == "bad":
            raise OSError(28, "No space left on device")
        write_whole(file, text, private=private)

    monkeypatch.setattr("aci_reconcile.cli.reports.write_whole", write)
    ran = project("plan", "--report", "html=bad", "--report", "markdown=good")

    assert (1, True) == (ran.code, ran.out.startswith(BEGINNINGS["text"]))
    assert "--report html=bad: No space left on device" in ran.err
    assert read(project, "good").startswith(BEGINNINGS["markdown"])


def test_reports_from_the_environment(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One a line; what holds a plan is for its owner alone."""
    monkeypatch.setenv("ACI_RECONCILE_REPORT", "markdown=a.md\nhtml=b c.html\n")

    assert 0 == project("plan").code
    assert read(project, "b c.html").startswith("<!doctype html>")
    assert 0o600 == stat.S_IMODE((project.folder / "a.md").stat().st_mode)


def test_errors_are_json_only_where_json_was_asked_for(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another format on the command line wins over the environment, even where the options make no sense."""
    monkeypatch.setenv("ACI_RECONCILE_FORMAT", "json")

    assert "error" == project("plan", "--nonsense").document["type"]
    assert "" == project("plan", "--format", "markdown", "--nonsense").out


def test_the_files_of_a_failed_run_that_cannot_be_written_do_not_hide_why(
    project: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told, and the exit code is that of the run."""

    def write(file: Path, text: str, *, private: bool) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aci_reconcile.cli.reports.write_whole", write)
    project.group("db", more="colour: red\n")
    ran = project("plan", "--report", "html=x")

    assert 1 == ran.code
    assert "ACI110" in ran.err
    assert "--report html=x: No space left on device" in ran.err


def test_jinja_is_imported_for_html_only(project: CommandLine) -> None:
    """Everything else starts as fast as before."""
    code = (
        "import sys; from aci_reconcile.cli.boundary import run; run(sys.argv[1:]);"
        " print('jinja2' in sys.modules, file=sys.stderr)"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code, *words], cwd=project.folder, capture_output=True, text=True, check=True
        ).stderr.splitlines()[-1]
        for words in (("--version",), ("validate", "--format", "markdown"), ("validate", "--format", "html"))
    ]

    assert ["False", "False", "True"] == told


def list_changes() -> list[Change]:
    """Return every change that is in memory."""
    return [each for each in gc.get_objects() if isinstance(each, Change)]


@pytest.mark.parametrize("words", [("plan",), ("drift",), ("apply", "-y")])
def test_a_run_leaves_no_groups_to_the_garbage_collector(project: CommandLine, words: tuple[str, ...]) -> None:
    """A fleet makes hundreds of runs in one process: the groups of one are gone before the next begins."""
    gc.collect()
    gc.disable()
    try:
        there = list_changes()  # other tests have some for good
        project(*words)
        left = [each for each in list_changes() if not any(each is other for other in there)]
    finally:
        gc.enable()

    assert left == []
