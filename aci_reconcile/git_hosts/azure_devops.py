"""Azure DevOps' REST API, as much of it as one thread on a pull request needs.

Documented at https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads. The job's own token
(``System.AccessToken``) will do, where the build service may contribute to pull requests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from aci_reconcile.core.errors import ForgeError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.git_hosts.ports import Kept, Outcome
from aci_reconcile.git_hosts.texts import add_marker, has_marker, is_same
from aci_reconcile.git_hosts.urls import check_url
from aci_reconcile.git_hosts.wire import Bearer, Call, ask, read_token

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
"""What is answered, with a page for people, to a token that is none."""


def azure_devops_from(environ: Mapping[str, str], clock: Clock) -> AzureDevOps:
    """Return the repository that the environment of a job names.

    Raises:
        UsageError: one of the variables is missing or makes no sense.
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

    def keep_comment(self, number: int, marker: str, body: str, /) -> Kept:
        """Keep one thread of ours on a pull request: the one that begins with the marker is changed, or one is made.

        It is a closed thread, so that it holds no merge that wants all of them resolved.

        Raises:
            ForgeError: Azure DevOps said no.
        """
        threads = f"{self.repository}/pullRequests/{number}/threads"
        text = add_marker(body, marker)
        found = next(
            (each for each in self._find_ours(threads) if has_marker(as_text(each[1].get("content")), marker)), None
        )
        if found is None:
            comment: Json = {"parentCommentId": 0, "content": text, "commentType": "text"}
            self._request("POST", threads, {"comments": [comment], "status": "closed"})
            return Kept(Outcome.OPENED)
        thread, said = found
        if is_same(as_text(said.get("content")), text):
            return Kept(Outcome.UNCHANGED)
        self._request("PATCH", f"{threads}/{thread}/comments/{_read_number(said)}", {"content": text})
        return Kept(Outcome.UPDATED)

    def _find_ours(self, threads: str) -> Iterator[tuple[int, Mapping[str, Json]]]:
        """Yield the first comments of the threads that this token began, each with its thread's number."""
        user = as_object(as_object(self._request("GET", "_apis/connectionData", version="")).get("authenticatedUser"))
        me = as_text(user.get("id"))
        for each in map(as_object, as_list(as_object(self._request("GET", threads)).get("value"))):
            said = as_object(next(iter(as_list(each.get("comments"))), None))
            author = as_text(as_object(said.get("author")).get("id"))
            if not each.get("isDeleted") and me and author == me:
                yield _read_number(each), said

    def _request(self, method: str, path: str, body: Json = None, *, version: str = _VERSION) -> Json:
        url = f"{self.base}/{path}" + (f"?{version}" if version else "")
        answer = ask(Call(method, url, body, bearer=self.bearer, repeatable=method != "POST"), self.clock)
        if not answer.good or answer.status == _SIGN_IN:
            hint = _HINTS.get(answer.status, "")
            raise ForgeError(f"Azure DevOps answered {answer.status} to {method}", hint=hint)
        return answer.json


def _read_number(found: Mapping[str, Json]) -> int:
    number = found.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        hint = "check SYSTEM_COLLECTIONURI"
        raise ForgeError("unexpected answer from Azure DevOps", hint=hint)
    return number
