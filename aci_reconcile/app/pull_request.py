"""The project file of the base branch, in the run of a pull request, found through the variables of the pipeline.

A pull request brings its own project file. What that file makes visible counts only as far as somebody has reviewed it,
and what was reviewed is on the base branch. The variables are those that GitHub, GitLab and Azure Pipelines document.
The commits that they name, and the remote's branches, are not the author's to choose; ``HEAD`` is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.app.git import Git

    Commits = Callable[[Mapping[str, str]], "tuple[str, ...] | None"]

_MERGED = re.compile(r"refs/pull/\d+/merge")
_LARGEST: Final = 1024 * 1024
_DEPTH: Final = (
    "the clone must hold the base branch: fetch-depth: 2 of actions/checkout, GIT_DEPTH: 0 on GitLab, "
    "fetchDepth: 0 on Azure Pipelines"
)


def find_base(file: Path | None, environ: Mapping[str, str]) -> Base | None:
    """Return the project file of the base branch; None if this is not the run of a pull request."""
    found = next(
        (
            each
            for kind in (_list_github_commits, _list_gitlab_commits, _list_azure_commits)
            if (each := kind(environ)) is not None
        ),
        None,
    )
    if found is None:
        return None
    if file is None:
        return Base(because="there is no project file")
    from aci_reconcile.app.git import Git  # late: it costs 5 ms, and few runs are those of pull requests

    try:
        return _read_base(file, found, Git.of(file.parent, environ, "publicEnv"))
    except UsageError as error:
        return Base(because=f"the base branch cannot be read ({error.message})", hint=error.hint or _DEPTH)


def _read_base(file: Path, commits: tuple[str, ...], git: Git) -> Base:
    # The base branch of a submodule is that of another repository.
    if git.read_line("rev-parse", "--show-superproject-working-tree"):
        return Base(because="the project file is in a submodule")
    known = next(_find_known(commits, git), "")
    if not known:
        return Base(because="the base branch is not in this clone", hint=_DEPTH)
    name = f"{git.read_line('rev-parse', '--show-prefix')}{file.name}"
    blob = git.run("cat-file", "blob", f"{known}:{name}")
    if blob.returncode:
        return Base(because="the base branch has no such project file")
    return Base(blob.stdout[:_LARGEST].decode("utf-8-sig", "replace"))


def _find_known(commits: tuple[str, ...], git: Git) -> Iterator[str]:
    for commit in commits:
        found = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
        if found.returncode == 0:
            yield found.stdout.decode("ascii", "replace").strip()


def _list_github_commits(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """GITHUB_SHA is the merge of a pull request into its base, or for ``pull_request_target`` the base itself."""
    event, ref, sha = (environ.get(f"GITHUB_{name}", "") for name in ("EVENT_NAME", "REF", "SHA"))
    branch = environ.get("GITHUB_BASE_REF", "")
    if not (event.startswith("pull_request") or branch or ref.startswith("refs/pull/")):
        return None
    # For this event GitHub checks out the base branch, not the merge.
    target = (sha,) if event == "pull_request_target" else ()
    return (*_find_parent(ref, sha), *target, *_find_branch(branch))


def _list_gitlab_commits(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    prefixes = ("CI_MERGE_REQUEST", "CI_EXTERNAL_PULL_REQUEST")
    source = environ.get("CI_PIPELINE_SOURCE", "")
    if source not in {"merge_request_event", "external_pull_request_event"} and not any(
        environ.get(f"{kind}_IID") for kind in prefixes
    ):
        return None
    branches = (environ.get(f"{kind}_TARGET_BRANCH_NAME", "") for kind in prefixes)
    return tuple(each for branch in branches for each in _find_branch(branch))


def _list_azure_commits(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """BUILD_SOURCEVERSION is the merge of a pull request into its target branch."""
    if environ.get("BUILD_REASON") != "PullRequest" and not environ.get("SYSTEM_PULLREQUEST_PULLREQUESTID"):
        return None
    target = environ.get("SYSTEM_PULLREQUEST_TARGETBRANCH", "")
    merge = _find_parent(environ.get("BUILD_SOURCEBRANCH", ""), environ.get("BUILD_SOURCEVERSION", ""))
    return (*merge, *_find_branch(target.removeprefix("refs/heads/")))


def _find_parent(ref: str, sha: str) -> tuple[str, ...]:
    """Return the first parent of a merge that the Git host made: the base. A commit of the author's has another one."""
    is_commit = re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", sha)
    return (f"{sha}^1",) if is_commit and _MERGED.fullmatch(ref) else ()


def _find_branch(name: str) -> tuple[str, ...]:
    return (f"refs/remotes/origin/{name}",) if name else ()
