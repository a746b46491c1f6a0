"""The part of Azure DevOps' REST API for one thread on a pull request.

Documented at https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads. The job's own token
(``System.AccessToken``) is enough, if the build service may contribute to pull requests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from aci_reconcile.core.errors import GitHostError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.git_hosts.http import Bearer, Call, check_url, read_token, send_request
from aci_reconcile.git_hosts.ports import Outcome, UpdateResult
from aci_reconcile.git_hosts.texts import add_marker, has_marker, is_same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Json

_VERSION: Final = "api-version=7.1"
_REPOSITORY = re.compile(r"[0-9A-Za-z-]{1,64}")
_HINTS: Final = {
    203: "SYSTEM_ACCESSTOKEN is not valid",
    401: "SYSTEM_ACCESSTOKEN is not valid",
    403: "allow the build service to contribute to pull requests of this repository",
    404: "the token finds no such pull request",
}
_SIGN_IN = 203
"""The status of the answer, an HTML page, to an invalid token."""


def make_azure_devops(environ: Mapping[str, str], clock: Clock) -> AzureDevOps:
    """Return the repository that the environment of a job names.

    Raises:
        UsageError: one of the variables is missing or invalid.
    """
    project, repository = environ.get("SYSTEM_TEAMPROJECT", ""), environ.get("BUILD_REPOSITORY_ID", "")
    if not project or not _REPOSITORY.fullmatch(repository):
        missing = "BUILD_REPOSITORY_ID" if project else "SYSTEM_TEAMPROJECT"
        raise UsageError(f"{missing} does not name an Azure Repos repository")
    token = read_token(
        environ, "SYSTEM_ACCESSTOKEN", hint="set it in the step: env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}"
    )
    base = check_url(environ.get("SYSTEM_COLLECTIONURI", ""), "SYSTEM_COLLECTIONURI").rstrip("/")
    return AzureDevOps(base, f"{quote(project, safe='')}/_apis/git/repositories/{repository}", token, clock)


@dataclass(frozen=True, slots=True)
class AzureDevOps:
    """A repository on Azure DevOps: its ``Comments``."""

    base: str
    repository: str
    bearer: Bearer
    clock: Clock

    def keep_comment(self, number: int, marker: str, body: str, /) -> UpdateResult:
        """Update our thread on a pull request, which begins with the marker, or create it.

        It is a closed thread, so that it does not block a merge that requires resolved threads.

        Raises:
            GitHostError: Azure DevOps refused.
        """
        threads = f"{self.repository}/pullRequests/{number}/threads"
        text = add_marker(body, marker)
        found = next(
            (each for each in self._find_ours(threads) if has_marker(as_text(each[1].get("content")), marker)), None
        )
        if found is None:
            comment: Json = {"parentCommentId": 0, "content": text, "commentType": "text"}
            self._request("POST", threads, {"comments": [comment], "status": "closed"})
            return UpdateResult(Outcome.OPENED)
        thread, found_comment = found
        if is_same(as_text(found_comment.get("content")), text):
            return UpdateResult(Outcome.UNCHANGED)
        self._request("PATCH", f"{threads}/{thread}/comments/{_read_number(found_comment)}", {"content": text})
        return UpdateResult(Outcome.UPDATED)

    def _find_ours(self, threads: str) -> Iterator[tuple[int, Mapping[str, Json]]]:
        """Yield the first comments of the threads that this token began, each with its thread's number."""
        # Azure DevOps offers connectionData as a preview only, so the released api-version is left out.
        user = as_object(as_object(self._request("GET", "_apis/connectionData", version="")).get("authenticatedUser"))
        me = as_text(user.get("id"))
        for each in map(as_object, as_list(as_object(self._request("GET", threads)).get("value"))):
            comment = as_object(next(iter(as_list(each.get("comments"))), None))
            author = as_text(as_object(comment.get("author")).get("id"))
            if not each.get("isDeleted") and me and author == me:
                yield _read_number(each), comment

    def _request(self, method: str, path: str, body: Json = None, *, version: str = _VERSION) -> Json:
        url = f"{self.base}/{path}" + (f"?{version}" if version else "")
        answer = send_request(Call(method, url, body, bearer=self.bearer, repeatable=method != "POST"), self.clock)
        # An invalid token gets 203 and a page to sign in, which would count as a success.
        if not answer.good or answer.status == _SIGN_IN:
            hint = _HINTS.get(answer.status, "")
            raise GitHostError(f"Azure DevOps answered {answer.status} to {method}", hint=hint)
        return answer.json


def _read_number(found: Mapping[str, Json]) -> int:
    number = found.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        hint = "check SYSTEM_COLLECTIONURI"
        raise GitHostError("unexpected answer from Azure DevOps", hint=hint)
    return number
