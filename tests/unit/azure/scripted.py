"""A server in a function: answers from a script, and remembers what it was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from aci_reconcile.azure import ArmBackend, Endpoint, connect
from aci_reconcile.core.model import ResourceId, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

API = "2025-09-01"
SCOPE = Scope("00000000-0000-0000-0000-000000000001", "rg-shop")
WEB = ResourceId(SCOPE.subscription, SCOPE.resource_group, "web")


class Asked(NamedTuple):
    """One request as it came."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Says(NamedTuple):
    """One answer: a status, a body (bytes, or something to serialise), headers."""

    status: int
    body: Any = b""
    headers: Mapping[str, str] = {}


def error(status: int, code: str, message: str = "no", **headers: str) -> Says:
    """Say no the way ARM does."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Says(status, {"error": {"code": code, "message": message}}, named)


@dataclass
class Script:
    """Gives its answers in turn; an exception among them is raised."""

    answers: list[Says | Exception]
    asked: list[Asked] = field(default_factory=list[Asked])
    slept: list[float] = field(default_factory=list[float])

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Answer one request."""
        self.asked.append(Asked(method, url, headers, body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return answer.status, answer.headers, content

    @property
    def methods(self) -> list[str]:
        """The methods that were asked, in order."""
        return [each.method for each in self.asked]


def scripted(*answers: Says | Exception) -> tuple[ArmBackend, Script]:
    """Return a backend that talks to a script, and the script."""
    script = Script(list(answers))
    backend = connect(
        Endpoint.local(), api_version=API, concurrency=4, environ={}, send=script, sleep=script.slept.append
    )
    return backend, script
