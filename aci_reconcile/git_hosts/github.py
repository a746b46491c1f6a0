"""GitHub's REST API, as much of it as one issue and one comment need.

Documented at https://docs.github.com/rest/issues; the same on GitHub Enterprise Server, where ``GITHUB_API_URL`` says
where it is. Issues and pull requests share their numbers and their comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from aci_reconcile.core.errors import ForgeError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.git_hosts.authors import UNAUTHORIZED, find_author, find_writer
from aci_reconcile.git_hosts.ports import Issue, Kept, Outcome
from aci_reconcile.git_hosts.texts import add_marker, has_marker, is_same
from aci_reconcile.git_hosts.urls import check_url
from aci_reconcile.git_hosts.wire import Bearer, Call, ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Json
    from aci_reconcile.git_hosts.wire import Answer

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
_FORBIDDEN, _NOT_FOUND, _UNPROCESSABLE = 403, 404, 422


def github_from(environ: Mapping[str, str], clock: Clock) -> GitHub:
    """Return the repository that the environment names: GITHUB_REPOSITORY, GITHUB_TOKEN, GITHUB_API_URL.

    Raises:
        UsageError: one of them is missing or makes no sense.
    """
    repository, token = environ.get("GITHUB_REPOSITORY", "").strip(), environ.get("GITHUB_TOKEN", "").strip()
    if not repository or not token:
        missing = "GITHUB_TOKEN" if repository else "GITHUB_REPOSITORY"
        hint = (
            "set it in the workflow: env: {GITHUB_TOKEN: ${{ github.token }}}"
            if repository
            else "GitHub sets it in a workflow, to owner/name"
        )
        raise UsageError(f"{missing} is not set", hint=hint)
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError("GITHUB_REPOSITORY is not a repository name", hint="write it as owner/name")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("GITHUB_TOKEN is not a token", hint="it contains characters that no token has")
    base = check_url(environ.get("GITHUB_API_URL", "").strip() or "https://api.github.com", "GITHUB_API_URL")
    return GitHub(base.rstrip("/"), repository, Bearer(token), clock)


def pull_request_of(environ: Mapping[str, str]) -> int | None:
    """Return the number of the pull request that a workflow runs for; None where it runs for none."""
    found = _PULL_REQUEST.fullmatch(environ.get("GITHUB_REF", ""))
    return int(found[1]) if found else None


def run_of(environ: Mapping[str, str]) -> str:
    """Return the page of the workflow run that this is; empty where it is none."""
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

        Only what this token's own user has opened is ours; a marker can be written by anyone.

        Raises:
            ForgeError: GitHub said no.
        """
        listed = self._list_pages(f"/issues?state=all&labels={_escape(label)}&sort=created&direction=asc")
        issues = (each for each in listed if "pull_request" not in each)
        found = [_to_issue(each) for each in self._find_ours(issues, marker)]
        return next((each for each in found if each.open), found[0] if found else None)

    def create(self, title: str, body: str, label: str, /) -> Issue:
        """Open an issue; the label is looked at first, for an issue without it would not be found again.

        Raises:
            ForgeError: GitHub said no, or it left the label out.
        """
        self._make_label(label)
        made = self._request("POST", "/issues", {"title": title, "body": body, "labels": [label]})
        issue = _to_issue(made)
        names = {as_text(as_object(each).get("name")).lower() for each in as_list(made.get("labels"))}
        if label.lower() not in names:
            message = f"{self.repository}#{issue.number} was opened, but the token is not allowed to set labels"
            raise ForgeError(message, hint=f"give it the label {label} by hand, or the next run will not find it")
        return issue

    def change(self, number: int, /, *, title: str, body: str, opened: bool) -> Issue:
        """Give an issue this title and this body, and leave it open or closed.

        Raises:
            ForgeError: GitHub said no.
        """
        state: dict[str, Json] = {"state": "open"} if opened else {"state": "closed", "state_reason": "completed"}
        return _to_issue(self._request("PATCH", f"/issues/{number}", {"title": title, "body": body, **state}))

    def comment(self, number: int, body: str, /) -> None:
        """Add a comment to an issue or a pull request.

        Raises:
            ForgeError: GitHub said no.
        """
        self._request("POST", f"/issues/{number}/comments", {"body": body})

    def keep_comment(self, number: int, marker: str, body: str, /) -> Kept:
        """Keep one comment of ours: the one that begins with the marker is changed in place, or a new one is made.

        A comment of anybody else is never taken for ours, whatever it begins with: its author could change it
        afterwards.

        Raises:
            ForgeError: GitHub said no.
        """
        text = add_marker(body, marker)
        found = next(self._find_ours(self._list_pages(f"/issues/{number}/comments?"), marker), None)
        if found is None:
            return Kept(Outcome.OPENED, _read_url(self._request("POST", f"/issues/{number}/comments", {"body": text})))
        if is_same(as_text(found.get("body")), text):
            return Kept(Outcome.UNCHANGED, _read_url(found))
        changed = self._request("PATCH", f"/issues/comments/{_read_number(found, 'id')}", {"body": text})
        return Kept(Outcome.UPDATED, _read_url(changed))

    def get(self, path: str, /) -> Json:
        """Read from this repository's part of the API.

        Raises:
            ForgeError: GitHub said no.
        """
        answer = self._ask("GET", path)
        if not answer.good:
            raise self._make_error("GET", answer)
        return answer.json

    def _find_ours(self, found: Iterable[Mapping[str, Json]], marker: str) -> Iterator[Mapping[str, Json]]:
        """Yield the texts with the marker that this token's user wrote; ask who that is only where one has it."""
        me = ""
        for each in found:
            if has_marker(as_text(each.get("body")), marker):
                me = me or self._find_writer()
                if me and find_author(as_object(each.get("user"))) == me:
                    yield each

    def _find_writer(self) -> str:
        """Return the user who writes with this token.

        Raises:
            ForgeError: it is not valid.
        """
        me, answer = find_writer(self.base, self._ask_api)
        if answer.status == UNAUTHORIZED:
            raise self._make_error("GET", answer)
        return me

    def _ask_api(self, url: str, body: Json) -> Answer:
        """Send a read-only request to a part of the API outside the repository."""
        return ask(Call("GET" if body is None else "POST", url, body, _HEADERS, self.bearer), self.clock)

    def _make_label(self, label: str) -> None:
        answer = self._ask("GET", f"/labels/{_escape(label)}")
        if answer.good:
            return
        if answer.status != _NOT_FOUND:
            raise self._make_error("GET", answer)
        made = self._ask("POST", "/labels", {"name": label, "color": _COLOUR, "description": _MEANING})
        if not made.good and made.status != _UNPROCESSABLE:  # 422: somebody was faster
            raise self._make_error("POST", made)

    def _list_pages(self, path: str) -> Iterator[Mapping[str, Json]]:
        """Yield the items of a list; pages are counted here, so that no link in an answer leads the token elsewhere."""
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
        return ask(Call(method, url, body, _HEADERS, self.bearer, repeatable=method != "POST"), self.clock)

    def _make_error(self, method: str, answer: Answer) -> ForgeError:
        said = as_text(as_object(answer.json).get("message"))[:200]
        limited = answer.status == _FORBIDDEN and "rate limit" in said.lower()
        hint = "the rate limit is exceeded; try again later" if limited else _HINTS.get(answer.status, "")
        told = f": {said}" if said else ""
        return ForgeError(f"GitHub answered {answer.status} to {method} in {self.repository}{told}", hint=hint)


def _to_issue(found: Mapping[str, Json]) -> Issue:
    return Issue(
        _read_number(found, "number"),
        as_text(found.get("title")),
        as_text(found.get("body")),
        as_text(found.get("state")) == "open",
        _read_url(found),
    )


def _read_number(found: Mapping[str, Json], name: str) -> int:
    """Return a number that a path is made with.

    Raises:
        ForgeError: the answer holds none.
    """
    number = found.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ForgeError("unexpected answer from GitHub", hint="check GITHUB_API_URL")
    return number


def _read_url(found: Mapping[str, Json]) -> str:
    return as_text(found.get("html_url"))


def _escape(text: str) -> str:
    return quote(text, safe="")
