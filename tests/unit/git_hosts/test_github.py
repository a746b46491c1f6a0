"""GitHub's REST API as the client uses it, against a server on loopback that behaves as GitHub does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeClock
from git_host_server import REPOSITORY, TOKEN, GitHost, git_host_server

from aci_reconcile.core.errors import GitHostError, UsageError
from aci_reconcile.git_hosts import (
    DesiredIssue,
    GitHub,
    Outcome,
    UpdateResult,
    find_run_page,
    keep_issue,
    make_github,
    make_marker,
    read_pull_request,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from git_host_server import Fault

LABEL = "drift"
MARK = make_marker("drift", "shop/prod")
PLAN = make_marker("plan", "shop/prod")


@pytest.fixture
def git_host() -> Generator[GitHost]:
    """A Git host without issues."""
    with git_host_server() as found:
        yield found


def client(git_host: GitHost, clock: FakeClock | None = None) -> GitHub:
    """Return the client that a workflow would have."""
    return make_github(git_host.environ, clock or FakeClock())


def wanted(*, body: str = "web is missing", news: str = "", opened: bool = True) -> DesiredIssue:
    """Return what the issue should say."""
    return DesiredIssue(MARK, LABEL, "Drift in shop/prod", body, opened, lambda _: news)


def test_the_life_of_the_issue(git_host: GitHost) -> None:
    """Opened, left alone, updated with a comment, closed, left closed, and the same one reopened."""
    github = client(git_host)
    outcomes = [
        keep_issue(github, each).outcome
        for each in (
            wanted(opened=False),
            wanted(),
            wanted(),
            wanted(body="web and db are missing", news="db is missing now"),
            wanted(body="nothing", news="all is well", opened=False),
            wanted(body="nothing", news="again", opened=False),
            wanted(news="web is missing again"),
        )
    ]

    assert ["none", "opened", "unchanged", "updated", "closed", "none", "reopened"] == outcomes
    assert [1] == list(git_host.issues)
    assert ("open", f"{MARK}\nweb is missing") == (git_host.issues[1]["state"], git_host.issues[1]["body"])
    assert ["db is missing now", "all is well", "web is missing again"] == git_host.said(1)


def test_the_label_is_made_once(git_host: GitHost) -> None:
    """A repository without the label gets it before the first issue."""
    keep_issue(client(git_host), wanted())

    assert {LABEL} == git_host.labels
    assert [("POST", "/labels"), ("POST", "/issues")] == git_host.writes


def test_an_issue_without_the_label_is_said(git_host: GitHost) -> None:
    """An issue that could not be labelled would be opened again and again."""
    git_host.may_label = False

    with pytest.raises(GitHostError, match="#1 was opened, but the token is not allowed to set labels"):
        keep_issue(client(git_host), wanted())


def test_nobody_else_s_issue_is_taken(git_host: GitHost) -> None:
    """Neither another marker, nor one that is quoted, nor a pull request, nor what somebody else wrote is ours."""
    git_host.add_issue(body=f"{make_marker('drift', 'shop')}\nx", labels=[LABEL])
    git_host.add_issue(body=f"see\n{MARK}", labels=[LABEL])
    git_host.add_issue(body=MARK, labels=[LABEL], pull_request={})
    git_host.add_issue(body=MARK, labels=[LABEL], user={"login": "mallory", "type": "User"})
    git_host.add_issue(body=MARK, labels=[LABEL], user={"login": "owner", "type": "User"}, author_association="OWNER")
    git_host.add_issue(body=MARK, labels=[LABEL], user={"login": "other[bot]", "type": "Bot"})
    git_host.add_issue(body=MARK)

    kept = keep_issue(client(git_host), wanted())

    assert UpdateResult(Outcome.OPENED, f"https://forge.example/{REPOSITORY}/issues/8") == kept


def test_the_issue_is_found_on_a_later_page(git_host: GitHost) -> None:
    """A hundred issues a page; the link to the next page is not followed, the page after it is asked for."""
    for _ in range(230):
        git_host.add_issue(body="another", labels=[LABEL])
    git_host.add_issue("Drift in shop/prod", f"{MARK}\r\nweb is missing\r\n", labels=[LABEL])

    kept = keep_issue(client(git_host), wanted())

    assert Outcome.UNCHANGED is kept.outcome
    assert [("GET", "/issues")] * 3 == git_host.asked


def test_an_open_issue_goes_before_a_closed_one(git_host: GitHost) -> None:
    """Where there are two by accident, the open one is kept."""
    git_host.add_issue(body=MARK, labels=[LABEL], state="closed")
    git_host.add_issue(body=MARK, labels=[LABEL])

    found = client(git_host).find(MARK, LABEL)

    assert found is not None
    assert 2 == found.number


def test_one_comment_is_kept(git_host: GitHost) -> None:
    """The comment on a pull request is made, left alone, and changed in place."""
    github = client(git_host)
    outcomes = [github.keep_comment(7, PLAN, text).outcome for text in ("one", "one", "two")]

    assert ["opened", "unchanged", "updated"] == outcomes
    assert [f"{PLAN}\ntwo"] == git_host.said(7)


@pytest.mark.parametrize(
    "author",
    [
        {"user": {"login": "mallory", "type": "User"}},
        {"user": {"login": "owner", "type": "User"}, "author_association": "OWNER"},
        {"user": {"login": "other[bot]", "type": "Bot"}},
        {"user": {"login": "github-actions", "type": "User"}, "author_association": "MEMBER"},
        {"user": None},
    ],
    ids=str,
)
def test_a_comment_of_somebody_else_is_not_taken(git_host: GitHost, author: dict[str, Any]) -> None:
    """Whoever it is could change it afterwards; a comment of another environment is not touched either."""
    git_host.add_comment(7, f"{PLAN}\nall is fine", **author)
    git_host.add_comment(7, f"{make_marker('plan', 'shop')}\nx")
    github = client(git_host)

    first, second = github.keep_comment(7, PLAN, "one"), github.keep_comment(7, PLAN, "two")

    assert [Outcome.OPENED, Outcome.UPDATED] == [first.outcome, second.outcome]
    assert [f"{PLAN}\nall is fine", f"{make_marker('plan', 'shop')}\nx", f"{PLAN}\ntwo"] == git_host.said(7)


@pytest.mark.parametrize(
    "user",
    [{"login": "Robot", "type": "User"}, {"login": "shop-app[bot]", "type": "Bot"}],
    ids=lambda each: each["login"],
)
def test_the_token_s_own_comment_is_found_again(git_host: GitHost, user: dict[str, str]) -> None:
    """A person's token, and that of an app, which may not ask REST who it is."""
    git_host.user = user
    outcomes = [client(git_host).keep_comment(7, PLAN, text).outcome for text in ("one", "two")]

    assert ["opened", "updated"] == outcomes


def test_where_nobody_says_whose_the_token_is(git_host: GitHost) -> None:
    """It is taken for that of a workflow."""
    github = client(git_host)
    github.keep_comment(7, PLAN, "one")
    git_host.faults = [(200, {}, list(git_host.comments.values())), (404, {}, {}), (404, {}, {})]

    assert Outcome.UPDATED is github.keep_comment(7, PLAN, "two").outcome


def test_a_token_that_is_not_valid_is_said(git_host: GitHost) -> None:
    """Nothing is written as somebody else."""
    git_host.add_comment(7, f"{PLAN}\nx")
    git_host.faults = [(200, {}, list(git_host.comments.values())), (401, {}, {"message": "Bad credentials"})]

    with pytest.raises(GitHostError, match="401"):
        client(git_host).keep_comment(7, PLAN, "two")


def test_what_is_too_long_is_cut(git_host: GitHost) -> None:
    """A body never exceeds what GitHub takes; the marker stays."""
    keep_issue(client(git_host), wanted(body="a line\n" * 20_000))

    body = git_host.issues[1]["body"]

    assert len(body) <= 65_536
    assert body.startswith(MARK)
    assert body.endswith("longer than the Git host allows)\n")


@pytest.mark.parametrize(
    ("fault", "slept"),
    [
        ((403, {"Retry-After": "7"}, {"message": "You have exceeded a secondary rate limit"}), 7),
        ((429, {}, {}), 1),
        ((403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000005"}, {}), 6),
        ((502, {}, b"<html>"), 1),
        (None, 1),
    ],
)
def test_what_passes_is_waited_for(git_host: GitHost, fault: Fault, slept: float) -> None:
    """Rate limits, a busy server and a dropped connection: a read is sent again."""
    clock = FakeClock()
    began = clock.time
    git_host.faults = [fault]

    found = client(git_host, clock).find(MARK, LABEL)

    assert None is found
    assert slept == clock.time - began


def test_a_write_is_sent_again_only_where_it_was_not_carried_out(git_host: GitHost) -> None:
    """A comment whose fate is unknown is not written twice; one that the rate limit kept out is."""
    github = client(git_host)
    git_host.faults = [(429, {}, {})]
    github.comment(1, "once")
    git_host.faults = [None]

    with pytest.raises(GitHostError, match="the connection failed"):
        github.comment(1, "twice")

    assert ["once"] == git_host.said(1)


@pytest.mark.parametrize(
    ("fault", "message", "hint"),
    [
        (
            (401, {}, {"message": "Bad credentials"}),
            "GitHub answered 401 to GET in shop/infra: Bad creden",
            "is invalid",
        ),
        ((403, {}, {"message": "Resource not accessible by integration"}), "403", "permission to write issues"),
        ((403, {"Retry-After": "900"}, {"message": "API rate limit exceeded"}), "403", "try again later"),
        ((404, {}, {"message": "Not Found"}), "404", "no such repository"),
        ((410, {}, {"message": "Issues are disabled for this repo"}), "410", "disabled"),
        ((302, {"Location": "https://evil.example/"}, {}), "answered with a redirect", "leads to"),
        ((418, {}, b"\xff"), "GitHub answered 418 to GET in shop/infra$", "^$"),
    ],
)
def test_a_refusal_says_what_to_do(git_host: GitHost, fault: Fault, message: str, hint: str) -> None:
    """What GitHub says, and what helps; never the token."""
    git_host.faults = [fault]

    with pytest.raises(GitHostError, match=message) as told:
        client(git_host).find(MARK, LABEL)

    assert TOKEN not in f"{told.value}{told.value.hint}{told.value.__cause__}"
    assert None is not re.search(hint, told.value.hint)


def test_a_busy_server_is_given_up(git_host: GitHost) -> None:
    """Four attempts, seven seconds."""
    clock = FakeClock()
    began = clock.time
    git_host.faults = [(503, {}, {})] * 4

    with pytest.raises(GitHostError, match="503"):
        client(git_host, clock).find(MARK, LABEL)

    assert (4, 7) == (len(git_host.asked), clock.time - began)


def test_the_token_is_in_one_header_only(git_host: GitHost) -> None:
    """It goes to the Git host, and stands in no representation."""
    github = client(git_host)
    keep_issue(github, wanted())

    assert {f"Bearer {TOKEN}"} == {each["Authorization"] for each in git_host.headers}
    assert TOKEN.encode() not in b"".join(git_host.sent)
    assert TOKEN not in repr(github)


def test_strange_answers_are_no_defect(git_host: GitHost) -> None:
    """JSON of another shape is an error in words."""
    git_host.labels = {LABEL}
    git_host.faults = [(200, {}, b"[1, null, {}]"), (200, {}, {}), (201, {}, {"number": "1/../../x"})]

    with pytest.raises(GitHostError, match="unexpected answer from GitHub"):
        keep_issue(client(git_host), wanted())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "a\nb"}, "GITHUB_TOKEN is not a token"),
        ({"GITHUB_REPOSITORY": ""}, "GITHUB_REPOSITORY is not set"),
        ({"GITHUB_REPOSITORY": "shop/../x"}, "not a repository name"),
        ({"GITHUB_REPOSITORY": "shop/.."}, "not a repository name"),
        ({"GITHUB_API_URL": "http://example.com"}, "plain http is allowed on this machine only"),
        ({"GITHUB_API_URL": "https://u:p@example.com"}, "GITHUB_API_URL contains a user name"),
        ({"GITHUB_API_URL": "nowhere"}, "GITHUB_API_URL is not a URL"),
    ],
)
def test_an_environment_that_makes_no_sense(changes: dict[str, str], message: str) -> None:
    """Said before anything is sent."""
    environ = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN, **changes}

    with pytest.raises(UsageError, match=message):
        make_github(environ, FakeClock())


@pytest.mark.parametrize(
    ("ref", "number"),
    [("refs/pull/42/merge", 42), ("refs/heads/main", None), ("refs/pull/0/merge", None), ("", None)],
)
def test_the_number_of_the_pull_request(ref: str, number: int | None) -> None:
    """It stands in GITHUB_REF."""
    assert number == read_pull_request({"GITHUB_REF": ref})


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({}, "https://github.com/shop/infra/actions/runs/42"),
        ({"GITHUB_RUN_ID": "4)[x](https://evil.example"}, ""),
        ({"GITHUB_SERVER_URL": "javascript:alert(1)//"}, ""),
    ],
)
def test_the_page_of_the_run(changes: dict[str, str], link: str) -> None:
    """Made of what the workflow says, or not at all."""
    environ = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "42", "GITHUB_REPOSITORY": REPOSITORY}

    assert link == find_run_page({**environ, **changes})


def test_a_marker_stays_a_comment() -> None:
    """No key ends it early."""
    assert "<!-- aci-reconcile-drift: a--_b -->" == make_marker("drift", "a-->b")
