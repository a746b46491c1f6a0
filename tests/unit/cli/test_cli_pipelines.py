"""``outputs``, ``comment`` and ``merged``, as the job of a pipeline calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from git_host_server import REPOSITORY, GitHost, git_host_server

if TYPE_CHECKING:
    from collections.abc import Generator

    from unit.cli.command_line import CommandLine

MARK = "<!-- aci-reconcile-comment: prod -->"


@pytest.fixture
def git_host(monkeypatch: pytest.MonkeyPatch) -> Generator[GitHost]:
    """A Git host, and the environment of a job for pull request 7."""
    with git_host_server() as found:
        for name, value in {**found.environ, "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": "a" * 40}.items():
            monkeypatch.setenv(name, value)
        yield found


def test_a_comment_is_made_and_then_updated(cli: CommandLine, git_host: GitHost) -> None:
    """One for each topic, on the pull request that the job runs for, or on another one."""
    cli.write("one.md", "one")
    cli.write("two.md", "two")
    first = cli("comment", "one.md", "--topic", "prod")
    second = cli("comment", "two.md", "--topic", "prod", "--format", "json")
    third = cli("comment", "two.md", "--topic", "prod")
    other = cli("comment", "one.md", "--number", "8", "-q")

    assert [0, 0, 0, 0] == [each.code for each in (first, second, third, other)]
    assert [f"{MARK}\ntwo"] == git_host.said(7)
    assert ["<!-- aci-reconcile-comment: default -->\none"] == git_host.said(8)
    assert "The comment on pull request 7 was created.\n" == first.err
    assert "updated" == second.document["outcome"]
    assert "The comment on pull request 7 was left unchanged.\n" == third.err
    assert ("", "") == (other.out, other.err)


@pytest.mark.parametrize(("name", "content"), [("none.md", None), ("folder", None), ("bytes.md", b"\xff\xfe ok")])
def test_what_is_no_text(cli: CommandLine, git_host: GitHost, name: str, content: bytes | None) -> None:
    """A file that can't be read is an error; what is not UTF-8 in it is replaced."""
    (cli.folder / "folder").mkdir()
    if content is not None:
        (cli.folder / name).write_bytes(content)
    ran = cli("comment", name)

    assert (0 if content else 1) == ran.code
    assert int(content is not None) == len(git_host.said(7))


def test_outside_of_a_pull_request(cli: CommandLine, git_host: GitHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked, and the hint says what a job for one is."""
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    cli.write("one.md", "one")
    ran = cli("comment", "one.md")

    assert (1, []) == (ran.code, git_host.asked)
    assert "Error: this job does not run for a pull request\n  a workflow on pull_request sets GITHUB_REF" in ran.err


def test_a_refusal_of_the_forge(cli: CommandLine, git_host: GitHost) -> None:
    """Exit code 1, in GitHub's words."""
    git_host.faults.append((403, {}, {"message": "Resource not accessible by integration"}))
    cli.write("one.md", "one")
    ran = cli("comment", "one.md")

    assert 1 == ran.code
    assert "Resource not accessible by integration" in ran.err


def test_the_plan_of_the_merged_pull_request(
    cli: CommandLine, git_host: GitHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its run on stdout, for the step that fetches the artifact; exit code 4 where there is none."""
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    branches = {"head": {"sha": "b" * 40, "ref": "f"}, "base": {"ref": "main"}}
    run = {"event": "pull_request", "conclusion": "success", "head_branch": "f", "path": ".github/workflows/look.yml"}
    whose = {"id": 12, "repository_id": 1, "head_repository_id": 1, "head_sha": "b" * 40}
    answers: tuple[Any, ...] = (
        [{"number": 7, "merged_at": "x", "merge_commit_sha": "a" * 40, **branches}],
        {"artifacts": [{"expired": False, "created_at": "x", "workflow_run": whose}]},
        run,
        [],
    )
    git_host.faults += [(200, {}, answer) for answer in answers]
    found = cli("merged", "--artifact", "plan-prod", "--workflow", "look.yml")
    git_host.faults += [(200, {}, answer) for answer in answers]
    told = cli("merged", "--format", "json", "--workflow", "look.yml")
    git_host.faults.append((200, {}, []))
    none = cli("merged")

    assert (0, "12\n") == (found.code, found.out)
    assert {"run": 12, "pull_request": 7, "commit": "b" * 40} == told.document
    assert (4, "") == (none.code, none.out)
    assert "is not the merge of a pull request" in none.err
    assert [] == [path for method, path in git_host.asked if method != "GET"]
    assert REPOSITORY == git_host.environ["GITHUB_REPOSITORY"]


@pytest.mark.parametrize("text", ["", "Error: no such group\n", '{\n  "format_version": "1.0",\n  "resource_cha'])
def test_outputs_of_what_is_no_result(project: CommandLine, text: str) -> None:
    """Empty values would be taken for "nothing to do"."""
    project.write("result.json", text)
    ran = project("outputs", "result.json")

    assert (1, "") == (ran.code, ran.out)
    assert ran.err.startswith("Error: result.json: ")


def test_a_run_that_is_run_again(cli: CommandLine, git_host: GitHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commit is not the branch's head any more: exit code 4; what is no commit is none."""
    monkeypatch.setenv("GITHUB_SHA", "HEAD")
    refused = cli("head")
    monkeypatch.setenv("GITHUB_SHA", "a" * 40)
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    git_host.faults += [(200, {}, {"object": {"sha": each * 40}}) for each in "aab"]
    newest, told, older = cli("head"), cli("head", "--format", "json"), cli("head")

    assert [1, 0, 0, 4] == [each.code for each in (refused, newest, told, older)]
    assert ("a" * 40 + "\n", {"ref": "main", "commit": "a" * 40}) == (newest.out, told.document)
    assert "main is at bbbbbbbbbbbb now, but this run is about aaaaaaaaaaaa\n  nothing was written" in older.err


def test_outputs_of_a_plan(project: CommandLine) -> None:
    """Lines for a file of outputs, or one document."""
    project("plan", "--report", "json=plan.json")
    ran = project("outputs", "plan.json")
    document = project("outputs", "plan.json", "--format", "json").document
    missing = project("outputs", "none.json")

    assert "has_changes=true\nadd=1\nchange=0\nreplace=0\ndestroy=0\ndrift=\nblocked=false\nplan_digest=\n" == ran.out
    assert "1" == document["add"]
    assert (1, "") == (missing.code, missing.out)
