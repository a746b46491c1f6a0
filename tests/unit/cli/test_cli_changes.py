"""``plan --changed-since``: with a real repository, and with everything that can be wrong with one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.command_line import CommandLine

IDENTITY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *words: str) -> None:
    """Run git."""
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, timeout=60)


@pytest.fixture
def repository(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project of three groups, committed to ``main``."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    project.group("db")
    project.group("api", more="lifecycle: {dependsOn: [db]}\n")
    git(project.folder, "init", "-q", "-b", "main")
    git(project.folder, "add", ".")
    git(project.folder, "commit", "-q", "-m", "one")
    return project


def planned(cli: CommandLine, *words: str) -> str:
    """Return the names of the groups that are planned."""
    ran = cli("plan", "--changed-since", "main", "--format", "json", *words)

    assert 0 == ran.code, ran.err
    return " ".join(each["name"] for each in ran.document["resource_changes"])


def test_where_nothing_changed_nobody_says_that_there_are_no_groups(repository: CommandLine) -> None:
    """There are three; none of them was chosen."""
    ran = repository("plan", "--changed-since", "main")

    assert (0, "No changes. No selected group belongs to shop.\n") == (ran.code, ran.out)


def test_what_counts_as_changed(repository: CommandLine) -> None:
    """Commits of this branch, what is staged, what is not, and what git does not know; not what others did to main."""
    folder = repository.folder

    assert "" == planned(repository)

    repository.group("web", image="nginx:2")
    assert "web" == planned(repository)

    git(folder, "checkout", "-q", "-b", "feature")
    git(folder, "commit", "-q", "-a", "-m", "two")
    repository.group("new")
    repository.write(".gitignore", "manifests/ignored.yaml\n")
    repository.group("ignored")
    repository.group("db", image="nginx:3")
    git(folder, "add", "manifests/db.yaml")
    assert "api db ignored new web" == planned(repository)

    git(folder, "checkout", "-q", "-f", "main")
    repository.group("api", image="nginx:9", more="lifecycle: {dependsOn: [db]}\n")
    git(folder, "commit", "-q", "-a", "-m", "three")
    git(folder, "checkout", "-q", "feature")
    (folder / "manifests" / "new.yaml").unlink()
    (folder / "manifests" / "ignored.yaml").unlink()
    assert "web" == planned(repository)


def test_a_renamed_file_and_one_that_is_gone(repository: CommandLine) -> None:
    """A rename touches its group; what is gone is planned with everything else, for it may be an orphan."""
    (repository.folder / "manifests" / "web.yaml").rename(repository.folder / "manifests" / "w ü.yaml")
    assert "web" == planned(repository)

    git(repository.folder, "rm", "-q", "-f", "manifests/api.yaml")
    ran = repository("plan", "--changed-since", "main", "--format", "json")
    assert ["db", "web"] == [each["name"] for each in ran.document["resource_changes"]]
    assert "Changed since main: all of 2 groups, because `api` is no longer declared.\n" in ran.err


def test_a_project_below_the_root_of_its_repository(repository: CommandLine) -> None:
    """Files elsewhere are none of its business."""
    inner = repository.folder / "inner"
    inner.mkdir()
    for name in ("aci-reconcile.yaml", "manifests"):
        (repository.folder / name).rename(inner / name)
    git(repository.folder, "add", "-A")
    git(repository.folder, "commit", "-q", "-m", "moved")
    git(repository.folder, "branch", "-q", "-f", "base")
    repository.write("manifests/web.yaml", "name: gone\n")
    git(repository.folder, "add", "-A")
    git(repository.folder, "commit", "-q", "-m", "elsewhere")
    repository.write("inner/manifests/db.yaml", repository.group("db", "nginx:2").read_text())
    (repository.folder / "manifests" / "db.yaml").unlink()
    ran = repository("plan", "--project", "inner/aci-reconcile.yaml", "--changed-since", "base", "--format", "json")

    assert ["api", "db"] == [each["name"] for each in ran.document["resource_changes"]]


def test_what_was_found_is_saved_with_the_plan(repository: CommandLine) -> None:
    """On the branch that it was merged into, nothing has changed any more; the saved plan is applied all the same."""
    repository.group("web", image="nginx:2")
    repository("plan", "--changed-since", "main", "--out", "plan.json")
    repository("plan", "--changed-since", "HEAD", "--only", "db", "--out", "nothing.json")
    git(repository.folder, "commit", "-q", "-a", "-m", "merged")
    saved = json.loads((repository.folder / "plan.json").read_text(encoding="utf-8"))
    nothing = repository("apply", "--plan", "nothing.json")
    applied = repository("apply", "--plan", "plan.json")

    assert ["rg-shop/web"] == saved["request"]["changed_since"]
    assert (0, True) == (nothing.code, nothing.out.startswith("No changes."))
    assert (0, True) == (applied.code, "1 added, 0 changed, 0 destroyed" in applied.out), applied.err


def test_an_empty_reference_selects_nothing_in_particular(repository: CommandLine) -> None:
    """As ``$GITHUB_BASE_REF`` is outside of pull requests: everything is planned."""
    ran = repository("plan", "--changed-since", "", "--format", "json")

    assert 3 == len(ran.document["resource_changes"])


@pytest.mark.parametrize("ref", ["nowhere", "-x", "--output=x", "HEAD^{", "a\nb", "main..HEAD", "--end-of-options"])
def test_a_reference_that_is_none(repository: CommandLine, ref: str) -> None:
    """An error with its cause; nothing that looks like an option reaches git as one."""
    ran = repository("plan", f"--changed-since={ref}")

    assert (1, "") == (ran.code, ran.out)
    assert ran.err.startswith("Error: --changed-since")
    assert not (repository.folder / "x").exists()


def test_a_shallow_clone_says_what_to_do(repository: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual checkout of a pipeline has no history."""
    git(repository.folder, "commit", "-q", "--allow-empty", "-m", "two")
    git(repository.folder, "clone", "-q", "--depth", "1", f"file://{repository.folder}", "shallow")
    monkeypatch.chdir(repository.folder / "shallow")
    ran = repository("plan", "--changed-since", "HEAD~1")

    assert 1 == ran.code
    assert "no such branch, tag or commit in this clone\n  in a pipeline, fetch the whole history: " in ran.err
    assert "fetch-depth: 0" in ran.err


def test_without_a_common_commit(repository: CommandLine) -> None:
    """Another history is not compared with."""
    git(repository.folder, "checkout", "-q", "--orphan", "other")
    git(repository.folder, "commit", "-q", "-m", "other")

    assert "no common commit with HEAD" in repository("plan", "--changed-since", "main").err


def test_without_a_repository(project: CommandLine) -> None:
    """In git's own words."""
    ran = project("plan", "--changed-since", "main")

    assert 1 == ran.code
    assert "Error: --changed-since needs a repository: fatal: not a git repository" in ran.err


def test_without_git(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a small container."""
    monkeypatch.setattr(shutil, "which", lambda *_args, **_options: None)

    assert "--changed-since needs git, which is not installed" in project("plan", "--changed-since", "main").err
