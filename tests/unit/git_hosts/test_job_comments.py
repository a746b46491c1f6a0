"""One comment on GitLab and on Azure DevOps, against servers that behave as they are documented to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from factories import FakeClock
from git_host_server import TOKEN, GitHost, git_host_server
from other_git_hosts import ME, OTHER, AzureServer, GitLabServer

from aci_reconcile.core.errors import GitHostError, UsageError
from aci_reconcile.git_hosts import Outcome, find_request, make_comments, make_marker, make_request_hint

if TYPE_CHECKING:
    from collections.abc import Generator

    from aci_reconcile.git_hosts import Comments

MARK = make_marker("comment", "prod")


@pytest.fixture(params=[GitLabServer, AzureServer], ids=["gitlab", "azure"])
def server(request: pytest.FixtureRequest) -> Generator[GitLabServer | AzureServer]:
    """One Git host after the other."""
    found: GitLabServer | AzureServer = request.param()
    with git_host_server(found):
        yield found


def client(server: GitHost) -> Comments:
    """Return the client that a job would have."""
    return make_comments(server.environ, FakeClock())


def test_one_comment_is_made_and_then_kept(server: GitLabServer | AzureServer) -> None:
    """Made, left alone, updated in place; with the token where it belongs."""
    outcomes = [client(server).keep_comment(3, MARK, text).outcome for text in ("one", "one", "two")]

    assert [Outcome.OPENED, Outcome.UNCHANGED, Outcome.UPDATED] == outcomes
    assert [f"{MARK}\ntwo"] == server.texts()
    assert {f"Bearer {TOKEN}"} == {each["Authorization"] for each in server.headers}


def test_a_comment_of_somebody_else_is_never_taken(server: GitLabServer | AzureServer) -> None:
    """Whatever it begins with, for its author could change it afterwards."""
    server.add(OTHER, f"{MARK}\nforged")
    server.add(ME, "something else")
    client(server).keep_comment(3, MARK, "ours")
    client(server).keep_comment(3, MARK, "ours again")

    assert [f"{MARK}\nforged", "something else", f"{MARK}\nours again"] == server.texts()


def test_it_is_found_on_a_later_page() -> None:
    """As many notes as a long discussion has."""
    with git_host_server(GitLabServer(page=2)) as server:
        assert isinstance(server, GitLabServer)
        for number in range(5):
            server.add(OTHER, str(number))
        server.add(ME, f"{MARK}\nold")
        client(server).keep_comment(3, MARK, "new")

    assert f"{MARK}\nnew" == server.texts()[-1]
    assert 6 == len(server.notes)


def test_the_thread_holds_no_merge() -> None:
    """A policy that wants every thread resolved has nothing to wait for."""
    with git_host_server(AzureServer()) as server:
        assert isinstance(server, AzureServer)
        client(server).keep_comment(3, MARK, "plan")

    assert ["closed"] == [each["status"] for each in server.threads]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_says_what_to_do(server: GitHost, status: int) -> None:
    """With a hint, and without the token."""
    server.faults.append((status, {}, {"message": "no"}))
    with pytest.raises(GitHostError) as caught:
        client(server).keep_comment(3, MARK, "plan")

    assert str(status) in caught.value.message
    assert caught.value.hint
    assert TOKEN not in caught.value.message + caught.value.hint


def test_a_sign_in_page_is_a_refusal() -> None:
    """Azure DevOps answers 203 and HTML to a token that it does not know."""
    with git_host_server(AzureServer()) as server:
        server.faults.append((203, {}, b"<html>"))
        with pytest.raises(GitHostError, match="203"):
            client(server).keep_comment(3, MARK, "plan")


@pytest.mark.parametrize(
    ("kind", "missing", "value"),
    [
        (GitLabServer, "CI_PROJECT_ID", ""),
        (GitLabServer, "CI_PROJECT_ID", "../1"),
        (GitLabServer, "GITLAB_TOKEN", ""),
        (GitLabServer, "GITLAB_TOKEN", "a b"),
        (GitLabServer, "CI_API_V4_URL", "http://elsewhere.example"),
        (AzureServer, "SYSTEM_TEAMPROJECT", ""),
        (AzureServer, "BUILD_REPOSITORY_ID", "a/b"),
        (AzureServer, "SYSTEM_ACCESSTOKEN", ""),
        (AzureServer, "SYSTEM_COLLECTIONURI", ""),
    ],
)
def test_what_is_missing_is_named(kind: type[GitHost], missing: str, value: str) -> None:
    """Before anything is asked."""
    environ = {**kind(url="http://127.0.0.1:1").environ, missing: value}
    with pytest.raises(UsageError, match=missing):
        make_comments(environ, FakeClock())


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"GITHUB_REF": "refs/pull/12/merge"}, 12),
        ({"GITHUB_REF": "refs/heads/main"}, None),
        ({"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "4"}, 4),
        ({"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "4/.."}, None),
        ({"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "0"}, None),
        ({"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "12345678901"}, None),
        ({"TF_BUILD": "True", "SYSTEM_PULLREQUEST_PULLREQUESTID": "5"}, 5),
        ({"TF_BUILD": "True", "GITHUB_REF": "refs/pull/12/merge"}, None),
    ],
)
def test_which_pull_request_a_job_is_for(environ: dict[str, str], expected: int | None) -> None:
    """As each Git host says it; where it says none, there is a hint."""
    assert expected == find_request(environ)
    assert make_request_hint(environ)
