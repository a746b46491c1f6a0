"""The part of GitLab's REST API for one note on a merge request.

Documented at https://docs.gitlab.com/api/notes/. A job's own token may not write notes, so a project access token
is needed; its user is a bot of the project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import GitHostError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.git_hosts.http import Bearer, Call, check_url, read_token, send_request
from aci_reconcile.git_hosts.ports import Outcome, UpdateResult
from aci_reconcile.git_hosts.texts import add_marker, has_marker, is_same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Json
    from aci_reconcile.git_hosts.http import Answer

_PROJECT = re.compile(r"[1-9][0-9]{0,15}")
_A_PAGE: Final = 100
_MOST_PAGES: Final = 50
_HINTS: Final = {
    401: "GITLAB_TOKEN is invalid or has expired",
    403: "the token needs the scope api and the role Developer",
    404: "the token finds no such merge request",
}


def make_gitlab(environ: Mapping[str, str], clock: Clock) -> GitLab:
    """Return the project that the environment names: CI_PROJECT_ID, GITLAB_TOKEN, CI_API_V4_URL.

    Raises:
        UsageError: one of them is missing or invalid.
    """
    project = environ.get("CI_PROJECT_ID", "").strip()
    if not _PROJECT.fullmatch(project):
        raise UsageError("CI_PROJECT_ID is not a project number")
    hint = "create a project access token with the scope api, and set it as a masked variable"
    token = read_token(environ, "GITLAB_TOKEN", hint=hint)
    base = check_url(environ.get("CI_API_V4_URL", "").strip() or "https://gitlab.com/api/v4", "CI_API_V4_URL")
    return GitLab(base.rstrip("/"), project, token, clock)


@dataclass(frozen=True, slots=True)
class GitLab:
    """A project on GitLab: its ``Comments``."""

    base: str
    project: str
    bearer: Bearer
    clock: Clock

    def keep_comment(self, number: int, marker: str, body: str, /) -> UpdateResult:
        """Update our note on a merge request, which begins with the marker, or create it.

        Raises:
            GitHostError: GitLab refused.
        """
        notes = f"/projects/{self.project}/merge_requests/{number}/notes"
        text = add_marker(body, marker)
        me = as_object(self._request("GET", "/user").json).get("id")
        listed = self._list_pages(f"{notes}?sort=asc&order_by=created_at")
        # Anybody who may comment can write the marker, so a note of another author is not ours.
        ours = (each for each in listed if me is not None and _read_author(each) == me)
        found = next((each for each in ours if has_marker(as_text(each.get("body")), marker)), None)
        if found is None:
            self._request("POST", notes, {"body": text})
            return UpdateResult(Outcome.OPENED)
        if is_same(as_text(found.get("body")), text):
            return UpdateResult(Outcome.UNCHANGED)
        self._request("PUT", f"{notes}/{_read_number(found)}", {"body": text})
        return UpdateResult(Outcome.UPDATED)

    def _list_pages(self, path: str) -> Iterator[Mapping[str, Json]]:
        for page in range(1, _MOST_PAGES + 1):
            answer = self._request("GET", f"{path}&per_page={_A_PAGE}&page={page}")
            yield from map(as_object, as_list(answer.json))
            if not answer.headers.get("x-next-page"):
                return

    def _request(self, method: str, path: str, body: Json = None) -> Answer:
        call = Call(method, f"{self.base}{path}", body, bearer=self.bearer, repeatable=method != "POST")
        answer = send_request(call, self.clock)
        if not answer.good:
            hint = _HINTS.get(answer.status, "")
            raise GitHostError(f"GitLab answered {answer.status} to {method} in project {self.project}", hint=hint)
        return answer


def _read_author(note: Mapping[str, Json]) -> Json:
    return as_object(note.get("author")).get("id")


def _read_number(note: Mapping[str, Json]) -> int:
    number = note.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise GitHostError("unexpected answer from GitLab", hint="check CI_API_V4_URL")
    return number
