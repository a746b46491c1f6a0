"""Requests, responses and errors of the emulator."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeGuard
from urllib.parse import SplitResult, parse_qsl, urlsplit

_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?", re.ASCII)

Json: TypeAlias = dict[str, Any]
Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `url` is absolute, or a path with a query; then the Host header names the origin."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    scheme: Literal["http", "https"] = "http"
    """The scheme, for absolute links if the URL is a path."""
    local: bool = True
    """Whether it came from this machine: other machines may not control the emulator."""

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), None)

    def split(self) -> SplitResult:
        """Return the parts of the URL; an unreadable one becomes an empty path, which no route matches."""
        try:
            return urlsplit(self.url)
        except ValueError:
            return SplitResult("", "", "", "", "")

    def query(self) -> dict[str, str]:
        """Return the query parameters, names lower-cased as ARM reads them; the last of several wins."""
        try:
            pairs = parse_qsl(self.split().query, keep_blank_values=True)
        except ValueError:
            return {}
        return {key.lower(): value for key, value in pairs}

    def absolute_url(self) -> str:
        """Return the request's own URL, for a Location that points back to it."""
        parts = self.split()
        return f"{self.origin()}{parts.path}" + (f"?{parts.query}" if parts.query else "")

    def origin(self) -> str:
        """Return scheme and host for absolute links in the answer, as ARM builds them from the request."""
        parts = self.split()
        if parts.scheme and parts.netloc:
            return f"{parts.scheme}://{parts.netloc}"
        host = self.header("host") or ""
        # It goes into links and headers of the answer, so it has to be a host and nothing else.
        return f"{self.scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; header names are lower-case.

    `wire` says what the server does with it: send it, reset the connection, or send half of it.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    wire: Literal["", "reset", "truncate"] = ""

    def json(self) -> Any:
        """Return the decoded body; None if there is none."""
        return json.loads(self.body) if self.body else None


class ArmError(Exception):
    """An answer in ARM's error envelope, raised anywhere below the gateway."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        fact: str,
        more: Json | None = None,
    ) -> None:
        """`fact` is the row of the evidence for the refusal; `more` are further keys of the error."""
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.fact = fact
        self.more = dict(more or {})

    def show(self) -> Json:
        """Return the error without its envelope."""
        return {"code": self.code, "message": self.message, **self.more}

    def response(self) -> Response:
        """Return the error in ARM's envelope."""
        return answer(self.status, {"error": self.show()}, self.headers)


def answer(status: int, body: Json | list[Json] | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a JSON body, or with none."""
    if body is None:
        return Response(status, dict(headers or {}))
    # ASCII only: a lone surrogate in a request body must not make the answer impossible to encode.
    payload = json.dumps(body, separators=(",", ":")).encode("ascii")
    return Response(status, {"content-type": "application/json; charset=utf-8", **(headers or {})}, payload)


def as_object(value: object) -> Json:
    """Return the value if it is a JSON object, else an empty one."""
    return value if is_object(value) else {}


def is_object(value: object) -> TypeGuard[Json]:
    """Whether the value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether the value is a JSON array."""
    return isinstance(value, list)


def as_list(value: object) -> list[Any]:
    """Return the value if it is a JSON array, else an empty one."""
    return value if is_list(value) else []


def list_objects(value: object) -> list[Json]:
    """Return the JSON objects among the items of an array."""
    return [item for item in as_list(value) if is_object(item)]


def find_duplicates(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once."""
    return [name for name, count in Counter(names).items() if count > 1]
