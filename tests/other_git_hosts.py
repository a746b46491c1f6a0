"""Servers on loopback that behave as GitLab and Azure DevOps do for the comments of one pull request, number 3.

Written from https://docs.gitlab.com/api/notes/ and https://learn.microsoft.com/rest/api/azure/devops/git.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from git_host_server import TOKEN, GitHost

if TYPE_CHECKING:
    from git_host_server import Said

ME, OTHER = {"id": 7}, {"id": 8}


@dataclass
class GitLabServer(GitHost):
    """The notes of one merge request."""

    notes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    page: int = 100

    @property
    def environ(self) -> dict[str, str]:
        """What a job has, and the token that somebody gave it."""
        return {
            "GITLAB_CI": "true",
            "CI_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_IID": "3",
            "CI_API_V4_URL": self.url,
            "GITLAB_TOKEN": TOKEN,
        }

    def texts(self) -> list[str]:
        """Return what the notes say."""
        return [each["body"] for each in self.notes]

    def add(self, user: dict[str, int], body: str) -> None:
        """Write a note."""
        self.notes.append({"id": len(self.notes) + 1, "author": user, "body": body})

    def answer(self, method: str, target: str, body: bytes) -> Said:
        """Answer as GitLab does."""
        self.asked.append((method, target.partition("?")[0]))
        if target == "/user":
            return 200, ME, {}
        if not target.startswith("/projects/5/merge_requests/3/notes"):
            return 404, {"message": "404 Not found"}, {}
        told = self._told(body)
        if method == "POST":
            self.add(ME, told)
            return 201, self.notes[-1], {}
        if method == "PUT":
            self.notes[int(target.rpartition("/")[2]) - 1]["body"] = told
            return 200, {}, {}
        number = int(re.findall(r"[?&]page=(\d+)", target)[0])
        rest = len(self.notes) > number * self.page
        found = self.notes[(number - 1) * self.page : number * self.page]
        return 200, found, {"X-Next-Page": str(number + 1) if rest else ""}

    def _told(self, body: bytes) -> str:

        return str(json.loads(body)["body"]) if body else ""


@dataclass
class AzureServer(GitHost):
    """The threads of one pull request."""

    threads: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def environ(self) -> dict[str, str]:
        """What a step has that was given the token."""
        return {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": f"{self.url}/",
            "SYSTEM_TEAMPROJECT": "our shop",
            "BUILD_REPOSITORY_ID": "3411ebc1-d5aa-464f-9615-0b527bc66719",
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "3",
            "SYSTEM_ACCESSTOKEN": TOKEN,
        }

    def texts(self) -> list[str]:
        """Return what the first comments say."""
        return [each["comments"][0]["content"] for each in self.threads]

    def add(self, user: dict[str, int], body: str) -> None:
        """Begin a thread."""
        said = {"id": 1, "content": body, "author": {"id": str(user["id"])}}
        self.threads.append({"id": len(self.threads) + 1, "comments": [said], "status": "closed"})

    def answer(self, method: str, target: str, body: bytes) -> Said:
        """Answer as Azure DevOps does."""
        path, _, query = target.partition("?")
        self.asked.append((method, path))
        if path == "/_apis/connectionData":
            return 200, {"authenticatedUser": {"id": str(ME["id"])}}, {}
        prefix = "/our%20shop/_apis/git/repositories/3411ebc1-d5aa-464f-9615-0b527bc66719/pullRequests/3/threads"
        if not path.startswith(prefix) or query != "api-version=7.1":
            return 404, {"message": "not found"}, {}
        told = json.loads(body) if body else {}
        if method == "POST":
            self.add(ME, told["comments"][0]["content"])
            self.threads[-1]["status"] = told["status"]
            return 200, self.threads[-1], {}
        if method == "PATCH":
            thread, comment = re.findall(r"/threads/(\d+)/comments/(\d+)$", path)[0]
            self.threads[int(thread) - 1]["comments"][int(comment) - 1]["content"] = told["content"]
            return 200, {}, {}
        return 200, {"value": [{"id": 99, "isDeleted": True, "comments": []}, *self.threads], "count": 2}, {}
