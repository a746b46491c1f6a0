"""What a probe is made of: steps that it asks for, and the answers that it decides on. Pure: nothing is sent here."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to send."""

    method: str
    path: str
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Time to let pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; header names are lower-case, and `at` is when it came."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Body = field(default_factory=dict[str, "Json"])
    at: float = 0.0

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], content: bytes, at: float) -> Reply:
        """Return an answer from its bytes; one without a JSON object has an empty body."""
        try:
            body: Json = json.loads(content) if content.strip() else None
        except (ValueError, RecursionError):
            body = None
        return cls(status, {name.lower(): value for name, value in headers.items()}, as_object(body), at)

    @property
    def accepted(self) -> bool:
        """Whether the request was carried out, or will be."""
        return self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def code(self) -> str:
        """The code of the error; empty without one."""
        return as_text(as_object(self.body.get("error")).get("code"))

    @property
    def message(self) -> str:
        """The message of the error; empty without one."""
        return as_text(as_object(self.body.get("error")).get("message"))

    @property
    def verdict(self) -> str:
        """Status and code in words."""
        return f"{self.status} {self.code}".rstrip()

    @property
    def properties(self) -> Body:
        """The properties of a group."""
        return as_object(self.body.get("properties"))

    @property
    def provisioning(self) -> str:
        """The provisioning state of a group."""
        return as_text(self.properties.get("provisioningState"))

    @property
    def state(self) -> str:
        """The state of a group's containers."""
        return as_text(as_object(self.properties.get("instanceView")).get("state"))

    @property
    def ip(self) -> str:
        """The public address of a group."""
        return as_text(as_object(self.properties.get("ipAddress")).get("ip"))

    def container(self) -> Body:
        """Return the properties of the first container."""
        first = next(iter(as_list(self.properties.get("containers"))), None)
        return as_object(as_object(first).get("properties"))


@dataclass(frozen=True, slots=True)
class Listen:
    """A stream to open, and to read from until it ends, the time is over, or enough was heard; then it is closed."""

    path: str
    """Of the POST whose answer offers the stream."""
    body: Body | None
    seconds: float
    pause: float
    """Seconds between two looks at what has come."""
    is_enough: Callable[[str], bool] = lambda _text: False
    """Whether what was heard so far is all that is needed."""
    say: bytes = b""
    """What is typed once something was heard, or after half of the time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came over a stream."""

    offer: Reply
    """The answer to the POST; nothing was opened if it is a refusal."""
    text: str = ""
    ended: bool = False
    """Whether the other end has ended the stream in good order."""
    broke: str = ""
    """How the connection broke."""
    greeted: bool = False
    """Whether the first message was empty."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out about a fact: its value, and how it showed."""

    fact: str
    value: str
    how: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A fact whose value did not show, and why."""

    fact: str
    why: str


Step: TypeAlias = Call | Wait | Listen
Steps: TypeAlias = Generator[Step, Reply | Heard | None, T]
Verdicts: TypeAlias = list[Seen | Unclear]


class UnansweredError(Exception):
    """A probe cannot go on: what it needs was refused, or did not come in time."""


NO_OPERATION: Final = "no operation"
_OTHER_CAUSES: Final = frozenset(
    {
        "ContainerGroupQuotaReached",
        "ContainerGroupTransitioning",
        "InaccessibleImage",
        "MissingSubscriptionRegistration",
        "RegistryErrorResponse",
        "ServiceUnavailable",
    }
)
_OTHER_STATUSES: Final = frozenset({401, 403, 404, 408, 409, 429, 502, 503, 504})


def has_other_cause(answer: Reply) -> bool:
    """Whether an answer is a refusal that has nothing to do with what was tried: no right, no room, no time."""
    return answer.status in _OTHER_STATUSES or answer.code in _OTHER_CAUSES


def has_operation(answer: Reply) -> bool:
    """Whether an answer names an operation as the recorded ones do."""
    return "azure-asyncoperation" in answer.headers and not {"location", "etag"} & answer.headers.keys()


def list_links(answer: Reply) -> str:
    """Return which headers of an operation an answer has."""
    return " and ".join(each for each in ("azure-asyncoperation", "location") if each in answer.headers) or NO_OPERATION


def decide_choice(fact: str, answer: Reply) -> Seen | Unclear:
    """Decide whether something is refused."""
    how = f"{answer.verdict} {answer.message}".strip()
    if has_other_cause(answer):
        return Unclear(fact, how)
    return Seen(fact, "accept" if answer.accepted else "refuse", how)


def send(method: str, path: str, body: Body | None = None) -> Steps[Reply]:
    """Send one request."""
    reply = yield Call(method, path, body)
    if not isinstance(reply, Reply):
        raise TypeError("a call needs an answer")
    return reply


def listen(wanted: Listen) -> Steps[Heard]:
    """Open a stream, and return what was heard."""
    heard = yield wanted
    if not isinstance(heard, Heard):
        raise TypeError("listening needs what was heard")
    return heard


def wait(seconds: float) -> Steps[None]:
    """Let time pass."""
    yield Wait(seconds)


def show_flag(value: object) -> str:
    """Return a truth as a switch of the emulator reads it."""
    return "true" if value else "false"
