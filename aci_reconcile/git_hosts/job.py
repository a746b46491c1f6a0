"""What a pipeline job says about itself: its Git host, its pull request, its run and its commit.

Git hosts document their variables: GitHub's default variables, GitLab's predefined CI/CD variables, Azure Pipelines'
predefined variables. Values in another format are ignored: a text that a branch name or a title could control is never
part of a link.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from aci_reconcile.git_hosts.azure_devops import make_azure_devops
from aci_reconcile.git_hosts.github import make_github, read_pull_request
from aci_reconcile.git_hosts.gitlab import make_gitlab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.git_hosts.ports import Comments

_REQUEST = re.compile(r"[1-9][0-9]{0,9}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~%@+-]+)*/?")
_NUMBER = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Pages on the Git host; unknown ones are empty."""

    run: str = ""
    commit: str = ""
    commit_page: str = ""


def make_comments(environ: Mapping[str, str], clock: Clock) -> Comments:
    """Return the Git host of the job, for comments.

    Raises:
        UsageError: the Git host is not supported, or a variable of the job is missing.
    """
    # GitHub comes last: its variables can also be set by hand, to comment from anywhere with --number.
    if environ.get("GITLAB_CI"):
        return make_gitlab(environ, clock)
    if environ.get("TF_BUILD"):
        return make_azure_devops(environ, clock)
    return make_github(environ, clock)


def find_request(environ: Mapping[str, str]) -> int | None:
    """Return the number of the job's pull request or merge request; None if there is none."""
    name = "CI_MERGE_REQUEST_IID" if environ.get("GITLAB_CI") else "SYSTEM_PULLREQUEST_PULLREQUESTID"
    if environ.get("GITLAB_CI") or environ.get("TF_BUILD"):
        number = environ.get(name, "")
        return int(number) if _REQUEST.fullmatch(number) else None
    return read_pull_request(environ)


def make_request_hint(environ: Mapping[str, str]) -> str:
    """Return a hint about jobs for pull requests."""
    if environ.get("GITLAB_CI"):
        rule = "$CI_PIPELINE_SOURCE == 'merge_request_event'"
        return f"a merge request pipeline sets CI_MERGE_REQUEST_IID: add the rule {rule}"
    if environ.get("TF_BUILD"):
        return "a build that a branch policy starts sets System.PullRequest.PullRequestId"
    return "a workflow on pull_request sets GITHUB_REF, such as refs/pull/7/merge; otherwise give --number"


def find_origin(environ: Mapping[str, str], event: str = "") -> Origin:
    """Return the run and the commit of a pipeline job.

    Args:
        environ: the job's variables.
        event: the event that triggered a GitHub workflow, as JSON. For a pull request it names the pushed commit, while
            ``GITHUB_SHA`` is a temporary merge.
    """
    if environ.get("GITLAB_CI"):
        return _find_gitlab_origin(environ)
    if environ.get("TF_BUILD"):
        return _find_azure_origin(environ)
    return _find_github_origin(environ, event) if environ.get("GITHUB_ACTIONS") else Origin()


def _find_github_origin(environ: Mapping[str, str], event: str) -> Origin:
    base = _join_url(environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", ""))
    # For a pull request, GITHUB_SHA is a merge that exists only for this run; readers know the pushed commit.
    commit = _find_commit(_read_head(event), environ.get("GITHUB_SHA", ""))
    return Origin(
        _make_page_url(base, "actions/runs", environ.get("GITHUB_RUN_ID", "")),
        commit,
        _make_page_url(base, "commit", commit),
    )


def _find_gitlab_origin(environ: Mapping[str, str]) -> Origin:
    source = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "")
    commit = _find_commit(source, environ.get("CI_COMMIT_SHA", ""))
    page = _make_page_url(_clean_url(environ.get("CI_PROJECT_URL", "")), "-/commit", commit)
    return Origin(_clean_url(environ.get("CI_JOB_URL", "")), commit, page)


def _find_azure_origin(environ: Mapping[str, str]) -> Origin:
    base = _join_url(environ.get("SYSTEM_COLLECTIONURI", ""), environ.get("SYSTEM_TEAMPROJECT", ""))
    build = environ.get("BUILD_BUILDID", "")
    commit = _find_commit(environ.get("SYSTEM_PULLREQUEST_SOURCECOMMITID", ""), environ.get("BUILD_SOURCEVERSION", ""))
    run = f"{base}/_build/results?buildId={build}" if base and _NUMBER.fullmatch(build) else ""
    return Origin(run, commit, _make_page_url(_clean_url(environ.get("BUILD_REPOSITORY_URI", "")), "commit", commit))


def _read_head(event: str) -> str:
    """Return the head commit of a pull request."""
    try:
        parsed: Any = json.loads(event or "{}")
        head = parsed["pull_request"]["head"]["sha"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return head if isinstance(head, str) else ""


def _find_commit(*candidates: str) -> str:
    return next((each for each in candidates if _COMMIT.fullmatch(each)), "")


def _join_url(base: str, *parts: str) -> str:
    """Return a URL with escaped names below it; empty if one is missing."""
    if not all(parts):
        return ""
    return _clean_url("/".join((base.rstrip("/"), *(quote(each, safe="/") for each in parts))))


def _make_page_url(base: str, middle: str, name: str) -> str:
    known = _COMMIT.fullmatch(name) or _NUMBER.fullmatch(name)
    return f"{base}/{middle}/{name}" if base and known else ""


def _clean_url(text: str) -> str:
    """Return a URL without its final slash; empty if it is not valid, contains `..`, or a user name."""
    fits = _URL.fullmatch(text) is not None and ".." not in unquote(text).split("/")
    return text.rstrip("/") if fits else ""
