"""An answer of Azure: status, headers and body, and the error in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.backend import Room
from aci_reconcile.core.errors import NoAnswerError
from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.model import Json

LONGEST_MESSAGE = 4096
_ROOM = re.compile(r"x-ms-ratelimit-remaining-subscription-resource-requests-pt([1-9]\d{0,3})([smh])", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST_ID = 200
_LARGEST_ERROR_BODY = 1 << 20
# ARM sends seconds; other services of Azure, and gateways before it, also milliseconds (azure-core reads the same).
_RETRY_AFTER = (("retry-after", 1.0), ("retry-after-ms", 0.001), ("x-ms-retry-after-ms", 0.001))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: the status, the headers with lowercase names, and the bytes of the body.

    ``redact`` removes secrets from its texts before they are shortened, because half a secret is still a secret.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)
    redact: Callable[[str], str] = field(default=str, repr=False)

    def json(self) -> Json:
        """Return the body as JSON; an empty one is None.

        Raises:
            NoAnswerError: it is not JSON, so the answer is not ARM's.
        """
        if not self.content.strip():
            return None
        try:
            body: Json = json.loads(self.content)
        except (ValueError, RecursionError):
            # Neither chained nor quoted: the decoder's exception contains the entire body, which may hold secrets.
            raise NoAnswerError(
                f"the answer ({self.status}) is not JSON: {_describe_content(self.content)}",
                status=self.status,
                request_id=self.request_id,
                hint="check that the address is an ARM server, and look for a proxy in between",
            ) from None
        return body

    @property
    def request_id(self) -> str:
        """The id that Azure's support asks for."""
        found = self.headers.get("x-ms-request-id") or self.headers.get("x-ms-correlation-request-id", "")
        return clip(self.redact(found), _LONGEST_ID)

    @property
    def room(self) -> tuple[Room, ...]:
        """What the provider's own limits leave: in ``…-pt5m``, how many more requests in five minutes (recorded)."""
        found = ((_ROOM.fullmatch(name), text) for name, text in self.headers.items())
        return tuple(
            Room(int(name[1]) * _SECONDS[name[2]], int(text))
            for name, text in found
            if name and _NUMBER.fullmatch(text)
        )

    @property
    def retry_after(self) -> float | None:
        """The seconds that Azure asks us to wait; None if the header is missing or invalid.

        A date is measured against the answer's own ``Date``, so that this machine's clock does not matter.
        """
        for name, unit in _RETRY_AFTER:
            if text := self.headers.get(name):
                return _parse_retry_after(text, unit, self.headers.get("date", ""))
        return None


def _describe_content(content: bytes) -> str:
    """Describe bytes that are not JSON."""
    beginning = content.lstrip()[:200].lower()
    if beginning.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if beginning.startswith(b"<"):
        return "XML"
    return "damaged JSON" if beginning.startswith((b"{", b"[")) else "plain text"


def _parse_retry_after(text: str, unit: float, date: str) -> float | None:
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", text):
        return float(text) * unit
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """ARM's ``{"error": {"code", "message", "details"}}``, or something similar.

    ``codes`` are the code and those of the details, outermost first; ``MultipleErrorsOccurred`` quotes its own in the
    message.
    """

    code: str = ""
    message: str = ""
    codes: tuple[str, ...] = ()

    @classmethod
    def read(cls, content: bytes, redact: Callable[[str], str] = str) -> ErrorDetail:
        """Read the body of an error; anything else gives an empty detail. ``redact`` is that of ``Answer``."""
        if len(content) > _LARGEST_ERROR_BODY:
            return cls()
        try:
            body: Json = json.loads(content)
        except (ValueError, RecursionError):
            return cls()
        return cls.of(as_object(body).get("error", body), redact)

    @classmethod
    def of(cls, error: Json, redact: Callable[[str], str] = str) -> ErrorDetail:
        """Read the error object itself."""
        if isinstance(error, str):  # not ARM's: OAuth's ``{"error": "invalid_client"}``
            return cls(message=clip(redact(error)))
        code, message = _get_text(error, "code"), _get_text(error, "message")
        # Users' reports: "Multiple error occurred: 'BadRequest':'InaccessibleImage':…", and no ``details``.
        quoted = re.findall(r"'(\w{1,80})'", message) if code == "MultipleErrorsOccurred" else []
        details = [
            (_get_text(each, "code"), _get_text(each, "message")) for each in as_list(as_object(error).get("details"))
        ]
        texts = [message, *(text for _, text in details if text not in message)]
        codes = (code, *(each for each, _ in details), *quoted)
        return cls(code, clip(redact("; ".join(filter(None, texts)))), codes)


def _get_text(body: Json, key: str) -> str:
    return next((as_text(value) for name, value in as_object(body).items() if name.lower() == key), "")


def clip(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return the text, cut to a maximum length."""
    return text if len(text) <= longest else f"{text[:longest]}…"
