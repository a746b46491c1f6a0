"""Where a report comes from: the run of a pipeline and the commit it is about, with their pages on the forge.

The names of the variables are documented: GitHub's default variables, GitLab's predefined CI/CD variables, Azure
Pipelines' predefined variables. What is not shaped as those forges shape it is left out: a text that a branch's name or
a title could fill is never part of a link.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~%@+-]+)*/?")
_NUMBER = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Pages on the forge; what is not known is empty."""

    run: str = ""
    commit: str = ""
    commit_page: str = ""


def find_origin(environ: Mapping[str, str], event: str = "") -> Origin:
    """Return where the job of a pipeline runs, and for which commit.

    Args:
        environ: the job's variables.
        event: the event that began a workflow on GitHub, as JSON; of a pull request it names the commit that was
            pushed, where ``GITHUB_SHA`` is a merge of it that nobody has made.
    """
    if environ.get("GITLAB_CI"):
        return _find_gitlab_origin(environ)
    if environ.get("TF_BUILD"):
        return _find_azure_origin(environ)
    return _find_github_origin(environ, event) if environ.get("GITHUB_ACTIONS") else Origin()


def _find_github_origin(environ: Mapping[str, str], event: str) -> Origin:
    base = _join_url(environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", ""))
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
    """Return the head commit of a pull request; empty where the event names none."""
    try:
        parsed: Any = json.loads(event or "{}")
        head = parsed["pull_request"]["head"]["sha"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return head if isinstance(head, str) else ""


def _find_commit(*candidates: str) -> str:
    return next((each for each in candidates if _COMMIT.fullmatch(each)), "")


def _join_url(base: str, *parts: str) -> str:
    """Join a URL and names, which are quoted; empty where one is missing."""
    if not all(parts):
        return ""
    return _clean_url("/".join((base.rstrip("/"), *(quote(each, safe="/") for each in parts))))


def _make_page_url(base: str, middle: str, name: str) -> str:
    known = _COMMIT.fullmatch(name) or _NUMBER.fullmatch(name)
    return f"{base}/{middle}/{name}" if base and known else ""


def _clean_url(text: str) -> str:
    """Return a URL without its last slash; empty where it is not a plain URL or its path climbs."""
    fits = _URL.fullmatch(text) is not None and ".." not in unquote(text).split("/")
    return text.rstrip("/") if fits else ""
