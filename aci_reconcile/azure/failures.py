"""From what went wrong underneath to our own tree, with nothing lost: Azure's code, message and request id are kept."""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.azure.codes import meaning
from aci_reconcile.azure.urls import shorten
from aci_reconcile.core.errors import (
    AuthenticationError,
    AzureError,
    InvalidRequestError,
    NoAnswerError,
    NotFoundError,
    RetryableError,
    ThrottledError,
)
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.redaction import veil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.model import Json

_LONGEST_MESSAGE = 4096
_LONGEST_ID = 200
_LARGEST_ERROR_BODY = 1 << 20
_NOTHING = frozenset({"", "{}", "[]", "null", '""'})
_QUOTED_WAIT = re.compile(r"try again after '(\d{1,5})' seconds", re.IGNORECASE | re.ASCII)
_RETRY_AFTER = (("retry-after", 1.0), ("retry-after-ms", 0.001), ("x-ms-retry-after-ms", 0.001))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers with names in lower case, and the body's bytes.

    ``redact`` takes secrets out of the texts that are made of it, before anything is cut: half a secret is one, too.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)
    redact: Callable[[str], str] = field(default=str, repr=False)

    def json(self) -> Json:
        """Return the body as JSON; an empty one is None.

        Raises:
            NoAnswerError: it is not JSON, so it is not ARM that answered.
        """
        if not self.content.strip():
            return None
        try:
            body: Json = json.loads(self.content)
        except (ValueError, RecursionError):  # not chained: the decoder's exception holds the whole body
            raise NoAnswerError(  # nor quoted: a good answer may hold what nobody is to see
                f"the answer ({self.status}) is not JSON: {_kind(self.content)}",
                status=self.status,
                request_id=self.request_id,
                hint="check that the address is an ARM server, and look for a proxy in between",
            ) from None
        return body

    @property
    def request_id(self) -> str:
        """What Azure's support asks for."""
        told = self.headers.get("x-ms-request-id") or self.headers.get("x-ms-correlation-request-id", "")
        return _clip(self.redact(told), _LONGEST_ID)

    @property
    def retry_after(self) -> float | None:
        """The seconds Azure asks us to wait, None where it does not say, or says it in no known way.

        A date is measured against the answer's own ``Date``, so that this machine's clock does not matter.
        """
        for name, unit in _RETRY_AFTER:
            if text := self.headers.get(name):
                return _seconds(text, unit, self.headers.get("date", ""))
        return None


def _kind(content: bytes) -> str:
    """Say what bytes are that are no JSON."""
    beginning = content.lstrip()[:200].lower()
    if beginning.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if beginning.startswith(b"<"):
        return "XML"
    return "damaged JSON" if beginning.startswith((b"{", b"[")) else "plain text"


def _seconds(text: str, unit: float, date: str) -> float | None:
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", text):
        return float(text) * unit
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return None


def from_answer(answer: Answer) -> AzureError:
    """Return the error that an answer with an error status stands for."""
    detail = ErrorDetail.read(answer.content, answer.redact)
    kind, hint = meaning(answer.status, detail.codes)
    message = detail.message or _said(answer)
    error = kind(message, code=answer.redact(detail.code), status=answer.status, request_id=answer.request_id)
    error.hint = hint
    if isinstance(error, ThrottledError):
        error.retry_after = answer.retry_after or _quoted_wait(message)
    return error


def _said(answer: Answer) -> str:
    """Return what an answer without Azure's own message says; that of nothing, as JSON writes it, is its status."""
    prose = _prose(answer.content, answer.redact)
    return f"Azure answered with status {answer.status}" if prose in _NOTHING else prose


def _quoted_wait(message: str) -> float:
    """Return the seconds that a refusal's own words ask for (users' reports); 0 where they say nothing of it."""
    found = _QUOTED_WAIT.search(message)
    return float(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """ARM's ``{"error": {"code", "message", "details"}}``, or what comes close to it.

    ``codes`` are the code and those of the details, outermost first; ``MultipleErrorsOccurred`` quotes its own in the
    message.
    """

    code: str = ""
    message: str = ""
    codes: tuple[str, ...] = ()

    @classmethod
    def read(cls, content: bytes, redact: Callable[[str], str] = str) -> ErrorDetail:
        """Read an error's body; whatever is no such thing gives an empty one. ``redact`` is that of ``Answer``."""
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
        if isinstance(error, str):
            return cls(message=_clip(redact(error)))
        code, message = _text(error, "code"), _text(error, "message")
        quoted = re.findall(r"'(\w{1,80})'", message) if code == "MultipleErrorsOccurred" else []
        details = [(_text(each, "code"), _text(each, "message")) for each in as_list(as_object(error).get("details"))]
        texts = [message, *(text for _, text in details if text not in message)]
        codes = (code, *(each for each, _ in details), *quoted)
        return cls(code, _clip(redact("; ".join(filter(None, texts)))), codes)


BY_EXCEPTION: dict[str, type[AzureError]] = {
    "AuthenticationRequiredError": AuthenticationError,
    "AzureError": NoAnswerError,
    "ClientAuthenticationError": AuthenticationError,
    "CredentialUnavailableError": AuthenticationError,
    "DecodeError": NoAnswerError,
    "DeserializationError": NoAnswerError,
    "HttpResponseError": NoAnswerError,
    "IncompleteReadError": NoAnswerError,
    "ODataV4Error": InvalidRequestError,
    "OSError": NoAnswerError,
    "RequestException": NoAnswerError,
    "ResourceExistsError": InvalidRequestError,
    "ResourceModifiedError": RetryableError,
    "ResourceNotFoundError": NotFoundError,
    "ResourceNotModifiedError": InvalidRequestError,
    "ResponseNotReadError": NoAnswerError,
    "SerializationError": InvalidRequestError,
    "ServiceRequestError": NoAnswerError,
    "ServiceRequestTimeoutError": NoAnswerError,
    "ServiceResponseError": NoAnswerError,
    "ServiceResponseTimeoutError": NoAnswerError,
    "StreamClosedError": NoAnswerError,
    "StreamConsumedError": NoAnswerError,
    "TooManyRedirectsError": NoAnswerError,
}
"""What the exceptions of azure-core, azure-identity and requests mean, by the name of the class.

Names, so that nothing is imported to look them up; a test walks the libraries' classes and fails for one that is
missing. ``ServiceRequestError`` says "no request was sent" and yet comes for a connection that broke while the answer
was read (azure-core 1.41, ``RequestsTransport.send``), so it means no more than the others: nobody knows.
"""


def from_exception(error: BaseException, doing: str, redact: Callable[[str], str] = veil) -> AzureError:
    """Return our error for one of the SDK's, to be raised from it.

    Args:
        error: what was raised.
        doing: what was tried (``GET https://…``).
        redact: takes secrets out of its text; without one, what looks like one.
    """
    kind = next((BY_EXCEPTION[each.__name__] for each in type(error).__mro__ if each.__name__ in BY_EXCEPTION), None)
    if kind is None or kind is NoAnswerError:
        return NoAnswerError(f"{doing}: no answer: {_reason(error, redact)}", hint=_hint(error))
    if kind is AuthenticationError:
        return no_token(error)
    return kind(f"{doing}: {_clip(redact(str(error)))}")


def no_token(error: BaseException) -> AuthenticationError:
    """Return our error for a token that could not be had."""
    text = _clip(veil(str(error)))
    hint = next((hint for code, hint in _SIGN_IN_HINTS.items() if code in text), "") or trust_hint(error)
    return AuthenticationError(
        f"could not get a token: {text}", hint=hint or "docs/authentication.md lists the credentials and their order"
    )


_SIGN_IN_HINTS = {
    "AADSTS7000222": "the client secret has expired; create a new one",
    "AADSTS7000215": "the client secret is wrong: use its value, not its id",
    "AADSTS700016": "the tenant has no such application; check the client id, tenant id and cloud",
    "AADSTS700024": "the federated token has expired: provide a new one, or the URL or file that has new ones",
    "AADSTS70021": "no federated credential of the application matches the branch or environment of this run",
    "AADSTS90002": "no such tenant; check the tenant id and the cloud",
}
"""By Microsoft Entra's own error codes, which its messages begin with (documented under "AADSTS error codes")."""


def _reason(error: BaseException, redact: Callable[[str], str]) -> str:
    """The innermost cause, which says it best, and repeats no URL: ``[Errno 111] Connection refused``."""
    while True:
        inner = _inner(error)
        if inner is None:
            return _clip(shorten_words(redact(str(error))), 300) or type(error).__name__
        error = inner


def _inner(error: BaseException) -> BaseException | None:
    nested = (getattr(error, "inner_exception", None), getattr(error, "reason", None), error.__cause__, *error.args)
    return next((each for each in nested if isinstance(each, BaseException) and each is not error), None)


def trust_hint(error: BaseException, before: str = "") -> str:
    """Return what helps where TLS failed, after ``before``; nothing where that is not the reason.

    By OpenSSL's own word for it where it stands, else by the class of the exception, however deep it is.
    """
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in str(found):
            return f"{before}for a private certificate authority, set REQUESTS_CA_BUNDLE to its file"
        found = _inner(found)
    return ""


def _hint(error: BaseException) -> str:
    if hint := trust_hint(error):
        return hint
    return "check the network, the proxy (HTTPS_PROXY) and --arm-endpoint; a write is only repeated after a read"


def shorten_words(text: str) -> str:
    """Return the text with every URL and path in it shortened, for a signature may hang on them."""
    return " ".join(shorten(word) if "?" in word else word for word in text.split(" "))


def _text(body: Json, key: str) -> str:
    return next((as_text(value) for name, value in as_object(body).items() if name.lower() == key), "")


def _prose(content: bytes, redact: Callable[[str], str]) -> str:
    """What can be shown of a body that is not ARM's: the text of an HTML page, or its beginning."""
    text = redact(content[: 4 * _LONGEST_MESSAGE].decode(errors="replace"))
    text = re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)|<[^>]*(>|$)", " ", text)
    return _clip(redact(" ".join(text.split())), 300)


def _clip(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
