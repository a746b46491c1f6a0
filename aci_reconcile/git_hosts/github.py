"""The part of GitHub's REST API for one issue and one comment.

Documented at https://docs.github.com/rest/issues, https://docs.github.com/rest/users/users and
https://docs.github.com/graphql/reference/queries. It is the same on GitHub Enterprise Server, at ``GITHUB_API_URL``.
Issues and pull requests share their numbers and their comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from aci_reconcile.core.errors import GitHostError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.git_hosts.http import Call, check_url, read_token, send_request
from aci_reconcile.git_hosts.ports import Issue, Outcome, UpdateResult
from aci_reconcile.git_hosts.texts import add_marker, has_marker, is_same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Json
    from aci_reconcile.git_hosts.http import Answer, Bearer

_APP: Final = "[bot]"
_WORKFLOWS: Final = "github-actions"
"""The author for the token of a workflow."""
_QUERY: Final[Json] = {"query": "{viewer{login}}"}
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_SERVER = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_PULL_REQUEST = re.compile(r"refs/pull/([1-9][0-9]{0,9})/(?:merge|head)")
_HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_A_PAGE: Final = 100
_MOST_PAGES: Final = 50
_COLOUR, _MEANING = "b60205", "Drift in Azure, kept up to date by aci-reconcile"
_HINTS: Final = {
    401: "GITHUB_TOKEN is invalid or has expired",
    403: "the token needs permission to write issues and, for comments on them, pull requests",
    404: "the token finds no such repository: check its permissions and GITHUB_REPOSITORY",
    410: "issues are disabled in the repository",
}
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _UNPROCESSABLE = 401, 403, 404, 422


def make_github(environ: Mapping[str, str], clock: Clock) -> GitHub:
    """Return the repository that the environment names: GITHUB_REPOSITORY, GITHUB_TOKEN, GITHUB_API_URL.

    Raises:
        UsageError: one of them is missing or invalid.
    """
    repository = environ.get("GITHUB_REPOSITORY", "").strip()
    if not repository:
        raise UsageError("GITHUB_REPOSITORY is not set", hint="GitHub sets it in a workflow, to owner/name")
    hint = "set it in the workflow: env: {GITHUB_TOKEN: ${{ github.token }}}"
    token = read_token(environ, "GITHUB_TOKEN", hint=hint)
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError("GITHUB_REPOSITORY is not a repository name", hint="write it as owner/name")
    base = check_url(environ.get("GITHUB_API_URL", "").strip() or "https://api.github.com", "GITHUB_API_URL")
    return GitHub(base.rstrip("/"), repository, token, clock)


def read_pull_request(environ: Mapping[str, str]) -> int | None:
    """Return the number of the pull request of a workflow run; None if there is none."""
    found = _PULL_REQUEST.fullmatch(environ.get("GITHUB_REF", ""))
    return int(found[1]) if found else None


def find_run_page(environ: Mapping[str, str]) -> str:
    """Return the page of this workflow run; empty outside a workflow."""
    server, run = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_RUN_ID", "")
    repository = environ.get("GITHUB_REPOSITORY", "")
    if (
        not _SERVER.fullmatch(server)
        or not run.isascii()
        or not run.isdecimal()
        or not _REPOSITORY.fullmatch(repository)
    ):
        return ""
    return f"{server}/{repository}/actions/runs/{run}"


@dataclass(frozen=True, slots=True)
class GitHub:
    """A repository on GitHub: its ``Issues`` and its ``Comments``."""

    base: str
    repository: str
    bearer: Bearer
    clock: Clock

    def find(self, marker: str, label: str, /) -> Issue | None:
        """Return our issue, an open one first, then the oldest.

        Only issues opened by this token's user are ours, because anybody can write the marker.

        Raises:
            GitHostError: GitHub refused.
        """
        listed = self._list_pages(f"/issues?state=all&labels={_escape(label)}&sort=created&direction=asc")
        # GitHub lists pull requests as issues, too.
        issues = (each for each in listed if "pull_request" not in each)
        # Two runs at once can open two issues. Both runs then agree on the older one, unless it was closed.
        found = [_to_issue(each) for each in self._find_ours(issues, marker)]
        return next((each for each in found if each.open), found[0] if found else None)

    def create(self, title: str, body: str, label: str, /) -> Issue:
        """Open an issue; the label is created first, because an issue without it would not be found again.

        Raises:
            GitHostError: GitHub refused, or ignored the label.
        """
        self._make_label(label)
        made = self._request("POST", "/issues", {"title": title, "body": body, "labels": [label]})
        issue = _to_issue(made)
        names = {as_text(as_object(each).get("name")).lower() for each in as_list(made.get("labels"))}
        if label.lower() not in names:
            message = f"{self.repository}#{issue.number} was opened, but the token is not allowed to set labels"
            raise GitHostError(message, hint=f"give it the label {label} by hand, or the next run will not find it")
        return issue

    def change(self, number: int, /, *, title: str, body: str, opened: bool) -> Issue:
        """Give an issue this title and this body, and leave it open or closed.

        Raises:
            GitHostError: GitHub refused.
        """
        state: dict[str, Json] = {"state": "open"} if opened else {"state": "closed", "state_reason": "completed"}
        return _to_issue(self._request("PATCH", f"/issues/{number}", {"title": title, "body": body, **state}))

    def comment(self, number: int, body: str, /) -> None:
        """Add a comment to an issue or a pull request.

        Raises:
            GitHostError: GitHub refused.
        """
        self._request("POST", f"/issues/{number}/comments", {"body": body})

    def keep_comment(self, number: int, marker: str, body: str, /) -> UpdateResult:
        """Update our comment, which begins with the marker, or create it.

        A comment of another author is never ours, even with the marker, because that author could change it later.

        Raises:
            GitHostError: GitHub refused.
        """
        text = add_marker(body, marker)
        found = next(self._find_ours(self._list_pages(f"/issues/{number}/comments?"), marker), None)
        if found is None:
            return UpdateResult(
                Outcome.OPENED, _read_url(self._request("POST", f"/issues/{number}/comments", {"body": text}))
            )
        if is_same(as_text(found.get("body")), text):
            return UpdateResult(Outcome.UNCHANGED, _read_url(found))
        changed = self._request("PATCH", f"/issues/comments/{_read_number(found, 'id')}", {"body": text})
        return UpdateResult(Outcome.UPDATED, _read_url(changed))

    def get(self, path: str, /) -> Json:
        """Read from this repository's part of the API.

        Raises:
            GitHostError: GitHub refused.
        """
        answer = self._ask("GET", path)
        if not answer.good:
            raise self._make_error("GET", answer)
        return answer.json

    def _find_ours(self, found: Iterable[Mapping[str, Json]], marker: str) -> Iterator[Mapping[str, Json]]:
        """Yield texts with the marker that this token wrote; the author is only requested if there are any."""
        me = ""
        for each in found:
            if has_marker(as_text(each.get("body")), marker):
                me = me or self._find_me()
                if me and _find_author(as_object(each.get("user"))) == me:
                    yield each

    def _find_me(self) -> str:
        """Return the author that this token writes as.

        Raises:
            GitHostError: it is not valid.
        """
        me, answer = _find_writer(self.base, self._ask_api)
        if answer.status == _UNAUTHORIZED:
            raise self._make_error("GET", answer)
        return me

    def _ask_api(self, url: str, body: Json) -> Answer:
        """Send a read-only request to the API outside the repository."""
        return send_request(Call("GET" if body is None else "POST", url, body, _HEADERS, self.bearer), self.clock)

    def _make_label(self, label: str) -> None:
        answer = self._ask("GET", f"/labels/{_escape(label)}")
        if answer.good:
            return
        if answer.status != _NOT_FOUND:
            raise self._make_error("GET", answer)
        made = self._ask("POST", "/labels", {"name": label, "color": _COLOUR, "description": _MEANING})
        # 422: another run has created it meanwhile.
        if not made.good and made.status != _UNPROCESSABLE:
            raise self._make_error("POST", made)

    def _list_pages(self, path: str) -> Iterator[Mapping[str, Json]]:
        """Yield the items of a list; page numbers are computed here, so that no answer can redirect the token."""
        for page in range(1, _MOST_PAGES + 1):
            answer = self._ask("GET", f"{path}&per_page={_A_PAGE}&page={page}".replace("?&", "?"))
            if not answer.good:
                raise self._make_error("GET", answer)
            yield from map(as_object, as_list(answer.json))
            if 'rel="next"' not in answer.headers.get("link", ""):
                return

    def _request(self, method: str, path: str, body: Json = None) -> Mapping[str, Json]:
        answer = self._ask(method, path, body)
        if not answer.good:
            raise self._make_error(method, answer)
        return as_object(answer.json)

    def _ask(self, method: str, path: str, body: Json = None) -> Answer:
        url = f"{self.base}/repos/{self.repository}{path}"
        return send_request(Call(method, url, body, _HEADERS, self.bearer, repeatable=method != "POST"), self.clock)

    def _make_error(self, method: str, answer: Answer) -> GitHostError:
        message = as_text(as_object(answer.json).get("message"))[:200]
        limited = answer.status == _FORBIDDEN and "rate limit" in message.lower()
        hint = "the rate limit is exceeded; try again later" if limited else _HINTS.get(answer.status, "")
        reason = f": {message}" if message else ""
        return GitHostError(f"GitHub answered {answer.status} to {method} in {self.repository}{reason}", hint=hint)


def _to_issue(found: Mapping[str, Json]) -> Issue:
    return Issue(
        _read_number(found, "number"),
        as_text(found.get("title")),
        as_text(found.get("body")),
        as_text(found.get("state")) == "open",
        _read_url(found),
    )


def _read_number(found: Mapping[str, Json], name: str) -> int:
    """Return a number for a path.

    Raises:
        GitHostError: the answer has none.
    """
    number = found.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise GitHostError("unexpected answer from GitHub", hint="check GITHUB_API_URL")
    return number


def _read_url(found: Mapping[str, Json]) -> str:
    return as_text(found.get("html_url"))


def _escape(text: str) -> str:
    return quote(text, safe="")


def _find_author(user: Mapping[str, Json]) -> str:
    """Return the author of a text; an app differs from a person of the same name."""
    login = as_text(user.get("login")).removesuffix(_APP)
    return f"{login}{_APP if as_text(user.get('type')) == 'Bot' else ''}".lower()


def _find_writer(base: str, request: Callable[[str, Json], Answer]) -> tuple[str, Answer]:
    """Return the author that a token writes as, in the form of ``_find_author``, and the answer to the request.

    The token of a workflow, or of another app, has no access to its own user in REST, but in GraphQL
    (fullsend-ai/fullsend#1953). If both fail, the token counts as that of a workflow. An invalid token has no author.

    Args:
        base: the address of the API.
        request: sends a request to an address, with a body or without.
    """
    answer = request(f"{base}/user", None)
    if answer.good:
        return _find_author(as_object(answer.json)), answer
    if answer.status == _UNAUTHORIZED:
        return "", answer
    reply = request(f"{base.removesuffix('/v3')}/graphql", _QUERY)
    body = reply.json if reply.good else None
    viewer = as_object(as_object(as_object(body).get("data")).get("viewer"))
    login = as_text(viewer.get("login")).removesuffix(_APP) or _WORKFLOWS
    return f"{login}{_APP}".lower(), reply
