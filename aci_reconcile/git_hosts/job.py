"""Where the job of a pipeline runs: on which forge, and for which pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.git_hosts.azure_devops import azure_devops_from
from aci_reconcile.git_hosts.github import github_from, pull_request_of
from aci_reconcile.git_hosts.gitlab import gitlab_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.git_hosts.ports import Comments

_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


def comments_from(environ: Mapping[str, str], clock: Clock) -> Comments:
    """Return the forge on which the job runs, for it to be commented on.

    Raises:
        UsageError: it is none of ours, or a variable that a job has is missing.
    """
    if environ.get("GITLAB_CI"):
        return gitlab_from(environ, clock)
    if environ.get("TF_BUILD"):
        return azure_devops_from(environ, clock)
    return github_from(environ, clock)


def find_request(environ: Mapping[str, str]) -> int | None:
    """Return the number of the pull request or merge request of a job; None where there is none."""
    name = "CI_MERGE_REQUEST_IID" if environ.get("GITLAB_CI") else "SYSTEM_PULLREQUEST_PULLREQUESTID"
    if environ.get("GITLAB_CI") or environ.get("TF_BUILD"):
        number = environ.get(name, "")
        return int(number) if _NUMBER.fullmatch(number) else None
    return pull_request_of(environ)


def make_request_hint(environ: Mapping[str, str]) -> str:
    """Return a hint how a job runs for a pull request."""
    if environ.get("GITLAB_CI"):
        rule = "$CI_PIPELINE_SOURCE == 'merge_request_event'"
        return f"a merge request pipeline sets CI_MERGE_REQUEST_IID: add the rule {rule}"
    if environ.get("TF_BUILD"):
        return "a build that a branch policy starts sets System.PullRequest.PullRequestId"
    return "a workflow on pull_request sets GITHUB_REF, such as refs/pull/7/merge; otherwise give --number"
