"""A small server on loopback that behaves as GitHub's REST API does for issues, labels and comments.

Written from https://docs.github.com/rest/issues. ``faults`` holds answers to be given first, each once: a status with
headers and a body, or None for hanging up without a word.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

TOKEN = "ghs_canary-t0ken"
REPOSITORY = "shop/infra"

Fault: TypeAlias = "tuple[int, dict[str, str], Any] | None"
Said: TypeAlias = "tuple[int, Any, dict[str, str]]"


@dataclass
class GitHost:
    """What the Git host holds, what it saw, and how it behaves. ``user`` is who writes with the token."""

    url: str = ""
    issues: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    comments: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    labels: set[str] = field(default_factory=set[str])
    faults: list[Fault] = field(default_factory=list[Fault])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    sent: list[bytes] = field(default_factory=list[bytes])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    may_label: bool = True
    refs: dict[str, str] = field(default_factory=dict[str, str])
    """Where branches are: ``heads/main`` and its commit."""
    user: dict[str, str] = field(default_factory=lambda: {"login": "github-actions[bot]", "type": "Bot"})

    @property
    def environ(self) -> dict[str, str]:
        """What a workflow would have in its environment."""
        return {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The requests that were no reads, without the part of the path that all have."""
        return [(method, path) for method, path in self.asked if method != "GET"]

    def add_issue(self, title: str = "x", body: str = "", *, labels: Iterable[str] = (), **more: Any) -> dict[str, Any]:
        """Open an issue as somebody would by hand."""
        number = len(self.issues) + 1
        self.issues[number] = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "labels": [{"name": name} for name in labels],
            "html_url": f"https://forge.example/{REPOSITORY}/issues/{number}",
            "user": self.user,
            "author_association": "NONE",
            **more,
        }
        return self.issues[number]

    def add_comment(self, number: int, body: str, **more: Any) -> dict[str, Any]:
        """Comment on an issue or a pull request."""
        made = len(self.comments) + 1
        self.comments[made] = {
            "id": made,
            "body": body,
            "number": number,
            "html_url": f"https://forge.example/{REPOSITORY}/issues/{number}#issuecomment-{made}",
            "user": self.user,
            "author_association": "NONE",
            **more,
        }
        return self.comments[made]

    def said(self, number: int) -> list[str]:
        """Return the comments on an issue."""
        return [each["body"] for each in self.comments.values() if each["number"] == number]

    def answer(self, method: str, target: str, body: bytes) -> Said:
        """Answer a request."""
        parts = urlsplit(target)
        if parts.path in {"/user", "/graphql"}:
            return self._identity(parts.path)
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}")
        self.asked.append((method, path))
        if path == parts.path:
            return _missing()
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        told = json.loads(body) if body else {}
        for pattern, verb, handle in self._routes():
            found = re.fullmatch(pattern, path)
            if found and verb == method:
                return handle(unquote(found[1]) if found.groups() else "", query, told)
        return _missing()

    def _identity(self, path: str) -> Said:
        """Tell whose the token is; REST tells that of a person's token alone. Such questions are not in ``asked``."""
        if path == "/graphql":
            return 200, {"data": {"viewer": {"login": self.user["login"]}}}, {}
        if self.user["type"] == "Bot":
            return 403, {"message": "Resource not accessible by integration"}, {}
        return 200, self.user, {}

    def _routes(self) -> tuple[tuple[str, str, Callable[[str, dict[str, str], Any], Said]], ...]:
        return (
            (r"/issues", "GET", self._list),
            (r"/issues", "POST", self._open),
            (r"/issues/(\d+)", "PATCH", self._change),
            (r"/issues/(\d+)/comments", "GET", self._list_comments),
            (r"/issues/(\d+)/comments", "POST", self._comment),
            (r"/issues/comments/(\d+)", "PATCH", self._change_comment),
            (r"/labels/([^/]+)", "GET", self._label),
            (r"/labels", "POST", self._make_label),
            (r"/git/ref/(.+)", "GET", self._ref),
        )

    def _list(self, _: str, query: dict[str, str], __: Any) -> Said:
        wanted = query.get("labels", "").lower()
        state = query.get("state", "open")
        found = [
            each
            for each in self.issues.values()
            if (state in {"all", each["state"]})
            and (not wanted or wanted in {label["name"].lower() for label in each["labels"]})
        ]
        return self._page(found, query, "/issues")

    def _page(self, found: list[dict[str, Any]], query: dict[str, str], path: str) -> Said:
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        start = (page - 1) * size
        link = f'<{self.url}/repos/{REPOSITORY}{path}?page={page + 1}>; rel="next"'
        return 200, found[start : start + size], {"Link": link} if start + size < len(found) else {}

    def _open(self, _: str, __: dict[str, str], told: Any) -> Said:
        if len(told["body"]) > 65_536:
            return 422, {"message": "Validation Failed: body is too long"}, {}
        labels = told.get("labels", []) if self.may_label else []
        return 201, self.add_issue(told["title"], told["body"], labels=labels), {}

    def _change(self, number: str, _: dict[str, str], told: Any) -> Said:
        if int(number) not in self.issues:
            return _missing()
        self.issues[int(number)].update(told)
        return 200, self.issues[int(number)], {}

    def _list_comments(self, number: str, query: dict[str, str], _: Any) -> Said:
        found = [each for each in self.comments.values() if each["number"] == int(number)]
        return self._page(found, query, f"/issues/{number}/comments")

    def _comment(self, number: str, _: dict[str, str], told: Any) -> Said:
        if len(told["body"]) > 65_536:
            return 422, {"message": "Validation Failed: body is too long"}, {}
        return 201, self.add_comment(int(number), told["body"]), {}

    def _change_comment(self, number: str, _: dict[str, str], told: Any) -> Said:
        if int(number) not in self.comments:
            return _missing()
        self.comments[int(number)].update(told)
        return 200, self.comments[int(number)], {}

    def _label(self, name: str, _: dict[str, str], __: Any) -> Said:
        return (200, {"name": name}, {}) if name in self.labels else _missing()

    def _make_label(self, _: str, __: dict[str, str], told: Any) -> Said:
        if told["name"] in self.labels:
            return 422, {"message": "Validation Failed"}, {}
        self.labels.add(told["name"])
        return 201, told, {}

    def _ref(self, name: str, _: dict[str, str], __: Any) -> Said:
        if name not in self.refs:
            return _missing()
        return 200, {"ref": f"refs/{name}", "object": {"type": "commit", "sha": self.refs[name]}}, {}


def _missing() -> Said:
    return 404, {"message": "Not Found"}, {}


class _Server(ThreadingHTTPServer):
    block_on_close = False
    daemon_threads = True

    def __init__(self, git_host: GitHost) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.git_host = git_host


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        git_host = cast("_Server", self.server).git_host
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        git_host.headers.append(dict(self.headers))
        git_host.sent.append(body)
        if git_host.faults:
            fault = git_host.faults.pop(0)
            git_host.asked.append((self.command, "fault"))
            if fault is None:
                self.close_connection = True
                return
            self._say(fault[0], fault[2], fault[1])
            return
        self._say(*git_host.answer(self.command, self.path, body))

    def _say(self, status: int, document: Any, headers: dict[str, str]) -> None:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815  the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


@contextmanager
def git_host_server(git_host: GitHost | None = None) -> Generator[GitHost]:
    """Serve on a free port until the block ends."""
    git_host = git_host or GitHost()
    with _Server(git_host) as server:
        git_host.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield git_host
        finally:
            server.shutdown()
            thread.join()
