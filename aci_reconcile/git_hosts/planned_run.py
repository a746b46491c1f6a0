"""Finds the workflow run on GitHub that planned a merged pull request; its artifact may be applied.

Documented at https://docs.github.com/rest/actions/artifacts, https://docs.github.com/rest/actions/workflow-runs,
https://docs.github.com/rest/commits/commits and https://docs.github.com/rest/git/refs.

A run counts only if it belongs to this repository and the named workflow, ran on exactly the merged commit and branch,
was triggered by the pull request itself, and succeeded: other artifacts with the same name are not used. GitHub returns
the base of a run only while its pull request is open, and no longer after the merge (con/tinuous#28, confirmed there by
GitHub's support). So no other pull request of that commit may lead into another branch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from aci_reconcile.core.errors import StalePlanError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aci_reconcile.core.model import Json

    Get = Callable[[str], Json]

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF: Final = "refs/"
_BRANCH: Final = f"{_REF}heads/"
_HINT = "make a new plan, and apply that: docs/ci.md"
_NONE = (
    "make a new plan, and apply that: docs/ci.md; if another pull request merges the same commit into another branch, "
    "neither plan is used"
)
_A_PAGE: Final = 100
_MOST_PAGES: Final = 50


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge, and the identification of its plan."""

    commit: str
    """The merge commit."""
    ref: str
    """The target branch: ``refs/heads/main``."""
    artifact: str
    """The name of the plan's artifact."""
    workflow: str = "plan.yml"
    """The file of the planning workflow: its name, or its path in the repository."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run of a workflow, and the pull request that it planned."""

    run: int
    pull_request: int
    commit: str
    """The last one of the pull request."""


def find_planned_run(get: Get, merge: Merge) -> PlannedRun:
    """Return the run that planned the pull request of a merge commit; if there are several, for one of them.

    Args:
        get: reads from the repository's part of the API.
        merge: what was merged.

    Raises:
        UsageError: the commit or its branch is invalid.
        StalePlanError: the commit merged no pull request, or its plan no longer exists.
        GitHostError: GitHub refused.
    """
    branch = check_branch(merge.ref, merge.commit)
    pulls = [
        each for each in map(as_object, as_list(get(f"/commits/{merge.commit}/pulls"))) if _is_merge_of(each, merge)
    ]
    if not pulls:
        raise StalePlanError(f"commit {merge.commit[:12]} is not the merge of a pull request", hint=_HINT)
    ours = [each for each in pulls if _read_base(each) == branch]
    if not ours:
        raise StalePlanError(f"commit {merge.commit[:12]} merges no pull request into {branch}", hint=_HINT)
    kept = tuple(_list_artifacts(get, merge.artifact))
    for pull in ours:
        for run in _find_runs(kept, _read_head(pull)):
            if _has_planned(as_object(get(f"/actions/runs/{run}")), pull, merge, get):
                return PlannedRun(run, _read_number(pull), _read_head(pull))
    requests = " and ".join(f"#{_read_number(each)} at {_read_head(each)[:12]}" for each in ours)
    why = f"no successful run of {merge.workflow} has the plan {merge.artifact} of pull request {requests}"
    raise StalePlanError(why, hint=_NONE)


def check_newest(get: Get, ref: str, commit: str) -> str:
    """Check that a commit is still the head of its branch, tag or pull request, and return that name.

    A rerun job keeps its old commit, even if others were merged or reverted since.

    Args:
        get: reads from the repository's part of the API.
        ref: the branch, as ``refs/heads/main``; or a tag, or the merge of a pull request.
        commit: the commit of the job.

    Raises:
        UsageError: the commit or the ref is invalid.
        StalePlanError: the ref has moved.
        GitHostError: GitHub refused.
    """
    if not _COMMIT.fullmatch(commit):
        raise UsageError("GITHUB_SHA is not a commit")
    name = ref.removeprefix(_REF)
    if name in {ref, ""} or not name.isprintable():
        raise UsageError("GITHUB_REF is not a branch", hint="a job sets it to a branch such as refs/heads/main")
    target = as_object(as_object(get(f"/git/ref/{quote(name)}")).get("object"))
    # An annotated tag is an object of its own, which points to the commit.
    if as_text(target.get("type")) == "tag" and _COMMIT.fullmatch(as_text(target.get("sha"))):
        target = as_object(as_object(get(f"/git/tags/{as_text(target.get('sha'))}")).get("object"))
    now, branch = as_text(target.get("sha")), ref.removeprefix(_BRANCH)
    if now != commit:
        where = now[:12] if _COMMIT.fullmatch(now) else "another commit"
        message = f"{branch} is at {where} now, but this run is about {commit[:12]}"
        raise StalePlanError(message, hint="nothing was written; the latest merge has its own run")
    return branch


def check_branch(ref: str, commit: str) -> str:
    """Check that a job runs for a commit of a branch, and return the branch.

    Raises:
        UsageError: the commit or its branch is invalid.
    """
    if not _COMMIT.fullmatch(commit):
        raise UsageError("GITHUB_SHA is not a commit")
    branch = ref.removeprefix(_BRANCH)
    if branch in {ref, ""} or not branch.isprintable():
        hint = "apply the plan of a pull request from the branch that it was merged into, such as refs/heads/main"
        raise UsageError("GITHUB_REF is not a branch", hint=hint)
    return branch


def _is_merge_of(found: Mapping[str, Json], merge: Merge) -> bool:
    return bool(found.get("merged_at")) and as_text(found.get("merge_commit_sha")) == merge.commit


def _list_artifacts(get: Get, name: str) -> Iterator[Mapping[str, Json]]:
    """Yield the artifacts with a name, from all pages; page numbers are computed here."""
    for page in range(1, _MOST_PAGES + 1):
        rest = f"&page={page}" if page > 1 else ""
        listed = as_object(get(f"/actions/artifacts?name={quote(name, safe='')}&per_page={_A_PAGE}{rest}"))
        found = as_list(listed.get("artifacts"))
        yield from map(as_object, found)
        if len(found) < _A_PAGE:
            return


def _find_runs(kept: tuple[Mapping[str, Json], ...], head: str) -> Iterator[int]:
    """Yield the runs of this repository on a commit that uploaded the artifact, the newest first."""
    good = [each for each in kept if each.get("expired") is False]
    good.sort(key=lambda each: as_text(each.get("created_at")), reverse=True)
    for run in (as_object(each.get("workflow_run")) for each in good):
        # A fork can upload an artifact of any name to its own runs, which the list of this repository contains.
        own = run.get("repository_id") is not None and run.get("repository_id") == run.get("head_repository_id")
        number = run.get("id")
        if own and as_text(run.get("head_sha")) == head and isinstance(number, int) and not isinstance(number, bool):
            yield number


def _has_planned(run: Mapping[str, Json], pull: Mapping[str, Json], merge: Merge, get: Get) -> bool:
    """Whether a run planned exactly this pull request, and succeeded."""
    if as_text(run.get("event")) != "pull_request" or as_text(run.get("conclusion")) != "success":
        return False
    # The path can end with "@" and a ref.
    path = as_text(run.get("path")).partition("@")[0]
    if not f"/{path}".endswith(f"/{merge.workflow}"):
        return False
    if as_text(run.get("head_branch")) != as_text(as_object(pull.get("head")).get("ref")):
        return False
    pulls = [as_object(each) for each in as_list(run.get("pull_requests"))]
    if pulls:
        return all(_read_base(each) == _read_base(pull) for each in pulls) and _read_number(pull) in map(
            _read_number, pulls
        )
    return not any(True for _ in _find_rivals(pull, get))


def _find_rivals(pull: Mapping[str, Json], get: Get) -> Iterator[Mapping[str, Json]]:
    """Yield the pull requests of the same commit into another branch; a run does not distinguish them."""
    label = quote(as_text(as_object(pull.get("head")).get("label")), safe="")
    listed = as_list(get(f"/pulls?state=all&head={label}&per_page={_A_PAGE}"))
    for each in map(as_object, listed):
        if _read_head(each) == _read_head(pull) and _read_base(each) != _read_base(pull):
            yield each


def _read_head(pull: Mapping[str, Json]) -> str:
    return as_text(as_object(pull.get("head")).get("sha"))


def _read_base(pull: Mapping[str, Json]) -> str:
    return as_text(as_object(pull.get("base")).get("ref"))


def _read_number(pull: Mapping[str, Json]) -> int:
    number = pull.get("number")
    return number if isinstance(number, int) else 0
