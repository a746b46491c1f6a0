"""The run and the commit that a report links to: as the job's variables say, and nothing that could be made up."""

from __future__ import annotations

import json

import pytest

from aci_reconcile.git_hosts import Origin, find_origin

HEAD, MERGE = "a" * 40, "b" * 40
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "shop/infra",
    "GITHUB_RUN_ID": "42",
    "GITHUB_SHA": MERGE,
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_URL": "https://gitlab.example:8443/shop/infra",
    "CI_JOB_URL": "https://gitlab.example:8443/shop/infra/-/jobs/7",
    "CI_COMMIT_SHA": HEAD,
}
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/shop/",
    "SYSTEM_TEAMPROJECT": "My infra",
    "BUILD_BUILDID": "99",
    "BUILD_SOURCEVERSION": MERGE,
    "SYSTEM_PULLREQUEST_SOURCECOMMITID": HEAD,
    "BUILD_REPOSITORY_URI": "https://dev.azure.com/shop/My%20infra/_git/infra",
}


def pushed(commit: object) -> str:
    """Return the event of a pull request that ends with a commit."""
    return json.dumps({"pull_request": {"head": {"sha": commit}}})


def test_a_pull_request_on_github() -> None:
    """The commit that was pushed, and not the merge of it that GitHub made for the job."""
    assert Origin(
        "https://github.com/shop/infra/actions/runs/42", HEAD, f"https://github.com/shop/infra/commit/{HEAD}"
    ) == find_origin(GITHUB, pushed(HEAD))


@pytest.mark.parametrize("event", ["", "{}", "[]", "null", "{", pushed(7), pushed("main"), '{"pull_request": null}'])
def test_a_push_on_github(event: str) -> None:
    """Where the event names no head, the commit of the job counts."""
    assert MERGE == find_origin(GITHUB, event).commit


def test_a_job_on_gitlab() -> None:
    """Of a merged result, the commit of the branch."""
    assert Origin(
        "https://gitlab.example:8443/shop/infra/-/jobs/7",
        HEAD,
        f"https://gitlab.example:8443/shop/infra/-/commit/{HEAD}",
    ) == find_origin(GITLAB)
    assert MERGE == find_origin({**GITLAB, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": MERGE}).commit


def test_a_build_on_azure_devops() -> None:
    """A project's name may hold spaces."""
    assert Origin(
        "https://dev.azure.com/shop/My%20infra/_build/results?buildId=99",
        HEAD,
        f"https://dev.azure.com/shop/My%20infra/_git/infra/commit/{HEAD}",
    ) == find_origin(AZURE)


def test_nobody_s_job() -> None:
    """At home nothing is linked, whatever variables are left over."""
    assert Origin() == find_origin({name: value for name, value in GITHUB.items() if name != "GITHUB_ACTIONS"})


@pytest.mark.parametrize(
    "change",
    [
        {"GITHUB_SERVER_URL": "javascript:alert(1)//"},
        {"GITHUB_SERVER_URL": "https://user:word@github.com"},
        {"GITHUB_REPOSITORY": "../../x"},
        {"GITHUB_REPOSITORY": ""},
        {"GITHUB_RUN_ID": "42) [x](https://evil.example"},
        {"GITHUB_RUN_ID": ""},
    ],
)
def test_what_is_shaped_otherwise_is_left_out(change: dict[str, str]) -> None:
    """No link is made of it."""
    assert not find_origin({**GITHUB, **change}).run


def test_what_is_no_commit_is_left_out() -> None:
    """A branch's name is none."""
    assert ("", "") == (
        find_origin({**GITHUB, "GITHUB_SHA": "main](https://evil.example)"}).commit,
        find_origin({**GITLAB, "CI_COMMIT_SHA": "HEAD"}).commit_page,
    )
