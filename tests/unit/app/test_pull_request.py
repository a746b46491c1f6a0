"""Whether a run is that of a pull request, and what the base branch says, by the variables of three CI services."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.pull_request import find_base
from aci_reconcile.manifest import Base

if TYPE_CHECKING:
    from pathlib import Path

WHO = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
PATH = {"PATH": os.environ["PATH"]}


def git(folder: Path, *words: str) -> str:
    """Run git in a folder."""
    environ = {**PATH, **WHO, "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(["git", "-C", str(folder), *words], env=environ, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of a repository whose branch ``feature`` was merged into its base, as Git hosts do for a pull request."""
    tmp_path = tmp_path_factory.mktemp("base")
    origin, folder = tmp_path / "origin", tmp_path / "clone"
    (origin / "deploy").mkdir(parents=True)
    file = origin / "deploy" / "aci-reconcile.yaml"
    file.write_text("publicEnv: [OLD]\n", encoding="utf-8")
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "base")
    git(origin, "checkout", "-qb", "feature")
    file.write_text("publicEnv: [NEW]\n", encoding="utf-8")
    git(origin, "commit", "-qam", "feature")
    git(origin, "checkout", "-q", "main")
    git(origin, "commit", "-qm", "meanwhile", "--allow-empty")
    git(origin, "checkout", "-q", "--detach", "main")
    git(origin, "merge", "-q", "--no-ff", "-m", "merge", "feature")
    git(tmp_path, "clone", "-q", str(origin), str(folder))
    git(folder, "fetch", "-q", "origin", git(origin, "rev-parse", "HEAD"))
    git(folder, "checkout", "-q", "FETCH_HEAD")
    return folder


def asked(clone: Path, **environ: str) -> Base | None:
    """Return what is found of the base; ``MERGE`` stands for the merge commit."""
    sha = git(clone, "rev-parse", "HEAD")
    return find_base(
        clone / "deploy" / "aci-reconcile.yaml",
        {**PATH, **{name: value.replace("MERGE", sha) for name, value in environ.items()}},
    )


@pytest.mark.parametrize(
    "environ",
    [
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": "MERGE"},
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/head", "GITHUB_BASE_REF": "main"},
        {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main", "GITHUB_BASE_REF": "main"},
        {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"},
        {"CI_EXTERNAL_PULL_REQUEST_IID": "7", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main"},
        {"BUILD_REASON": "PullRequest", "BUILD_SOURCEBRANCH": "refs/pull/7/merge", "BUILD_SOURCEVERSION": "MERGE"},
        {"SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
        {"SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "SYSTEM_PULLREQUEST_TARGETBRANCH": "main"},
    ],
)
def test_the_base_branch_is_read(clone: Path, environ: dict[str, str]) -> None:
    """By the merge that the Git host made, or by the branch of the remote."""
    assert Base("publicEnv: [OLD]\n") == asked(clone, **environ)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main", "GITHUB_BASE_REF": ""},
        {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"},
        {"BUILD_REASON": "IndividualCI", "BUILD_SOURCEBRANCH": "refs/heads/main"},
    ],
)
def test_other_runs_have_no_base(clone: Path, environ: dict[str, str]) -> None:
    """What is pushed to a branch was reviewed, or its author may write there anyway."""
    assert asked(clone, **environ) is None


@pytest.mark.parametrize(
    "environ",
    [
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "gone"},
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_SHA": "MERGE"},
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": "HEAD"},
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "--help"},
        {"BUILD_REASON": "PullRequest", "SYSTEM_PULLREQUEST_TARGETBRANCH": "a..b"},
    ],
)
def test_what_cannot_be_trusted_is_no_base(clone: Path, environ: dict[str, str]) -> None:
    """A shallow clone, or a commit that the author chose: nothing was reviewed then, and it is said what helps."""
    found = asked(clone, **environ)

    assert found is not None
    assert ("", "the base branch is not in this clone") == (found.text, found.because)
    assert "fetch-depth: 2" in found.hint


def test_a_new_project_file_was_not_reviewed(clone: Path) -> None:
    """The pull request brings it."""
    file = clone / "other" / "aci-reconcile.yaml"
    file.parent.mkdir()
    file.write_text("publicEnv: [NEW]\n", encoding="utf-8")

    assert Base(because="the base branch has no such project file") == find_base(
        file, {**PATH, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"}
    )


def test_without_git_nothing_is_reviewed(clone: Path) -> None:
    """And the reason is told, where the name is."""
    found = find_base(clone / "deploy" / "aci-reconcile.yaml", {"PATH": "", "CI_MERGE_REQUEST_IID": "7"})

    assert found is not None
    assert "the base branch cannot be read (publicEnv needs git, which is not installed)" == found.because


def test_git_is_told_no_secrets(clone: Path, tmp_path: Path) -> None:
    """Its environment is what it needs."""
    seen, program = tmp_path / "seen", tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nenv >>{seen}\nexec {os.environ.get("GIT", "/usr/bin/git")} "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    environ = {"PATH": f"{program.parent}:{PATH['PATH']}", "DB_PASSWORD": "canary", "GITHUB_BASE_REF": "main"}

    assert Base("publicEnv: [OLD]\n") == find_base(clone / "deploy" / "aci-reconcile.yaml", environ)
    assert "PATH=" in seen.read_text(encoding="utf-8")
    assert "canary" not in seen.read_text(encoding="utf-8")
