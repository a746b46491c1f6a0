"""Our exceptions for Azure's error codes and statuses, and for the SDK's exceptions.

In this service 409 means "wait" as often as "conflict" (users' reports), so a known code takes precedence over the
status.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING, NamedTuple

from aci_reconcile.azure.http.answer import LONGEST_MESSAGE, Answer, ErrorDetail, clip
from aci_reconcile.azure.http.urls import shorten
from aci_reconcile.core.errors import (
    AuthenticationError,
    AzureError,
    ForbiddenError,
    ImmutableFieldError,
    InvalidRequestError,
    NoAnswerError,
    NotFoundError,
    QuotaError,
    RetryableError,
    ThrottledError,
)
from aci_reconcile.core.redaction import veil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


_EMPTY_BODIES = frozenset({"", "{}", "[]", "null", '""'})
_QUOTED_WAIT = re.compile(r"try again after '(\d{1,5})' seconds", re.IGNORECASE | re.ASCII)
_QUOTED_LIMIT = re.compile(
    r"the limit of '(\d{1,7})' for time interval '(\d\d):(\d\d):(\d\d)'", re.IGNORECASE | re.ASCII
)


def translate_answer(answer: Answer) -> AzureError:
    """Return the exception for an answer with an error status."""
    detail = ErrorDetail.read(answer.content, answer.redact)
    kind, hint = find_meaning(answer.status, detail.codes)
    message = detail.message or _read_text(answer)
    error = kind(message, code=answer.redact(detail.code), status=answer.status, request_id=answer.request_id)
    error.hint = hint
    if isinstance(error, ThrottledError):
        error.retry_after = answer.retry_after or _find_quoted_wait(message)
        error.most, error.interval = _find_quoted_limit(message)
    return error


def _read_text(answer: Answer) -> str:
    """Return the text of an answer without Azure's own message; without any text, its status."""
    prose = _read_prose(answer.content, answer.redact)
    return f"Azure answered with status {answer.status}" if prose in _EMPTY_BODIES else prose


def _find_quoted_wait(message: str) -> float:
    """Return the seconds in the message of a refusal (users' reports); 0 if there are none."""
    found = _QUOTED_WAIT.search(message)
    return float(found[1]) if found else 0


def _find_quoted_limit(message: str) -> tuple[int, float]:
    """Return how many requests in how many seconds the message of a refusal names (users' reports); zeros if none."""
    found = _QUOTED_LIMIT.search(message)
    if found is None:
        return 0, 0.0
    most, hours, minutes, seconds = map(int, found.groups())
    return most, 3600.0 * hours + 60 * minutes + seconds


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
"""Our exceptions for those of azure-core, azure-identity and requests, by class name.

By name, so that nothing is imported to look them up; a test compares them with the classes of the libraries.
``ServiceRequestError`` is documented as "no request was sent", but is also raised if a connection breaks while the
answer is read (azure-core 1.41, ``RequestsTransport.send``), so the outcome is unknown, as for the others.
"""


def translate_exception(error: BaseException, doing: str, redact: Callable[[str], str] = veil) -> AzureError:
    """Return our exception for one of the SDK, to be raised from it.

    Args:
        error: the exception.
        doing: the attempted action (``GET https://…``).
        redact: removes secrets from its text; by default, what looks like a secret.
    """
    kind = next((BY_EXCEPTION[each.__name__] for each in type(error).__mro__ if each.__name__ in BY_EXCEPTION), None)
    # An unknown exception counts as "may have been carried out", which is the safe side.
    if kind is None or kind is NoAnswerError:
        return NoAnswerError(f"{doing}: no answer: {_find_reason(error, redact)}", hint=_make_hint(error))
    if kind is AuthenticationError:
        return make_token_error(error)
    return kind(f"{doing}: {clip(redact(str(error)))}")


def make_token_error(error: BaseException) -> AuthenticationError:
    """Return our exception for a missing token."""
    text = clip(veil(str(error)))
    hint = next((hint for code, hint in _SIGN_IN_HINTS.items() if code in text), "") or find_trust_hint(error)
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


def _find_reason(error: BaseException, redact: Callable[[str], str]) -> str:
    """Return the innermost cause, which is the clearest, and contains no URL: ``[Errno 111] Connection refused``."""
    while True:
        inner = _find_cause(error)
        if inner is None:
            return clip(shorten_words(redact(str(error))), 300) or type(error).__name__
        error = inner


def _find_cause(error: BaseException) -> BaseException | None:
    nested = (getattr(error, "inner_exception", None), getattr(error, "reason", None), error.__cause__, *error.args)
    return next((each for each in nested if isinstance(each, BaseException) and each is not error), None)


def find_trust_hint(error: BaseException, before: str = "") -> str:
    """Return a hint, after ``before``, if TLS failed; else nothing.

    Identified by OpenSSL's error name, else by the class of the exception or of one of its causes.
    """
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in str(found):
            return f"{before}for a private certificate authority, set REQUESTS_CA_BUNDLE to its file"
        found = _find_cause(found)
    return ""


def _make_hint(error: BaseException) -> str:
    if hint := find_trust_hint(error):
        return hint
    return "check the network, the proxy (HTTPS_PROXY) and --arm-endpoint; a write is only repeated after a read"


def shorten_words(text: str) -> str:
    """Return the text with every URL and path shortened, because they may contain a signature."""
    return " ".join(shorten(word) if "?" in word else word for word in text.split(" "))


def _read_prose(content: bytes, redact: Callable[[str], str]) -> str:
    """Return a displayable part of a body that is not ARM's: the text of an HTML page, or the beginning."""
    text = redact(content[: 4 * LONGEST_MESSAGE].decode(errors="replace"))
    text = re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)|<[^>]*(>|$)", " ", text)
    return clip(redact(" ".join(text.split())), 300)


class Meaning(NamedTuple):
    """The exception to raise, and a hint for the user."""

    error: type[AzureError]
    hint: str = ""


_REGISTER = "az provider register --namespace Microsoft.ContainerInstance --wait"
_SIGN_IN = "sign in again, or check the variables described in docs/authentication.md"
_WAIT = "this is temporary; run again in a minute"
_READ_FIRST = "the request may or may not have been carried out; run again, which reads before it writes"

# If a code is ambiguous, users' reports decide: "ServiceUnavailable" is a lack of capacity, "RegistryErrorResponse" the
# rate limit of the registry, and "NetworkProfileNotFound" and "ServiceAssociationLinkNotReady" go away by themselves.
# ARM's own codes are documented at "Troubleshoot common Azure deployment errors". The case of codes is ignored.
BY_CODE: dict[str, Meaning] = {
    "InvalidContainerGroupUpdate": Meaning(
        ImmutableFieldError, "the group must be deleted and created again; allow that with --allow-replace"
    ),
    "ContainerGroupTransitioning": Meaning(RetryableError, _WAIT),
    "ServiceUnavailable": Meaning(
        RetryableError, "the region has no capacity for this right now; wait, request less, or choose another region"
    ),
    "RegistryErrorResponse": Meaning(
        RetryableError,
        "the image registry answered with an error, often because of its rate limit; wait, or give credentials",
    ),
    "ServiceAssociationLinkNotReady": Meaning(RetryableError, "Azure is still preparing the subnet; run again"),
    "NetworkProfileNotFound": Meaning(RetryableError, "Azure does not know the network yet; run again in a minute"),
    "ResourceGroupBeingDeleted": Meaning(RetryableError, "wait until the resource group is gone"),
    "ResourceGroupDeletionBlocked": Meaning(
        InvalidRequestError, "the resource group still exists; first delete or unlock what the message names"
    ),
    "AnotherOperationInProgress": Meaning(RetryableError, _WAIT),
    "OperationPreempted": Meaning(RetryableError, _WAIT),
    "ServerTimeout": Meaning(NoAnswerError, _READ_FIRST),
    "GatewayTimeout": Meaning(NoAnswerError, _READ_FIRST),
    "ResourceRequestsThrottled": Meaning(ThrottledError, "send fewer requests: --concurrency"),
    "SubscriptionRequestsThrottled": Meaning(ThrottledError, "send fewer requests: --concurrency"),
    "TooManyRequests": Meaning(ThrottledError, "send fewer requests: --concurrency"),
    "ContainerGroupQuotaReached": Meaning(QuotaError, "delete what you do not need, or request a higher quota"),
    "QuotaExceeded": Meaning(QuotaError, "delete what you do not need, or request a higher quota"),
    "AuthorizationFailed": Meaning(
        ForbiddenError, "grant the identity a role on the resource group, such as Contributor"
    ),
    "LinkedAuthorizationFailed": Meaning(
        ForbiddenError, "the identity has no permission on a resource that the group uses"
    ),
    "RequestDisallowedByPolicy": Meaning(ForbiddenError, "an Azure policy forbids this; the message names the policy"),
    "RequestDisallowedByAzure": Meaning(ForbiddenError, "Azure forbids this in the subscription or region"),
    "ScopeLocked": Meaning(ForbiddenError, "the resource or its resource group is locked; remove the lock first"),
    "ReadOnlyDisabledSubscription": Meaning(ForbiddenError, "the subscription is disabled"),
    "DisallowedOperation": Meaning(ForbiddenError),
    "ExpiredAuthenticationToken": Meaning(AuthenticationError, _SIGN_IN),
    "InvalidAuthenticationToken": Meaning(AuthenticationError, _SIGN_IN),
    "InvalidAuthenticationTokenTenant": Meaning(
        AuthenticationError, "the identity and the subscription belong to different tenants"
    ),
    "InvalidAuthenticationInfo": Meaning(AuthenticationError, _SIGN_IN),
    "AuthenticationFailed": Meaning(AuthenticationError, _SIGN_IN),
    "ContainerGroupNotFound": Meaning(NotFoundError),
    "ResourceNotFound": Meaning(NotFoundError),
    "ResourceGroupNotFound": Meaning(NotFoundError, "create the resource group first"),
    "SubscriptionNotFound": Meaning(
        NotFoundError, "check the subscription id, the cloud (--cloud), and that the identity has access"
    ),
    "MissingSubscriptionRegistration": Meaning(InvalidRequestError, _REGISTER),
    "NoRegisteredProviderFound": Meaning(
        InvalidRequestError, f"check location and apiVersion; if the provider is not registered: {_REGISTER}"
    ),
    "LocationNotAvailableForResourceType": Meaning(InvalidRequestError, "choose another location"),
    "InvalidResourceLocation": Meaning(
        InvalidRequestError, "the group exists in another location; delete it first, or choose another name"
    ),
    "DnsNameLabelAlreadyTaken": Meaning(
        InvalidRequestError, "choose another dnsNameLabel, or set autoGeneratedDomainNameLabelScope"
    ),
    "InaccessibleImage": Meaning(InvalidRequestError, "check the image's name and tag, and imageRegistryCredentials"),
    "InvalidApiVersionParameter": Meaning(InvalidRequestError, "check apiVersion"),
}

BY_STATUS: dict[int, Meaning] = {
    401: Meaning(AuthenticationError, _SIGN_IN),
    403: Meaning(ForbiddenError, "grant the identity a role on the resource group, such as Contributor"),
    404: Meaning(NotFoundError),
    408: Meaning(NoAnswerError, _READ_FIRST),
    409: Meaning(RetryableError),
    412: Meaning(RetryableError),
    423: Meaning(RetryableError),
    429: Meaning(ThrottledError, "send fewer requests: --concurrency"),
    500: Meaning(NoAnswerError, _READ_FIRST),
    502: Meaning(NoAnswerError, _READ_FIRST),
    503: Meaning(RetryableError, "the service is busy or down; run again later"),
    504: Meaning(NoAnswerError, _READ_FIRST),
}

_BY_LOWER_CODE = {code.lower(): meaning for code, meaning in BY_CODE.items()}
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def find_meaning(status: int, codes: Iterable[str]) -> Meaning:
    """Return the meaning of an answer: that of the first known code, else that of the status.

    A 429 is always throttling, whatever its code, so that its Retry-After is obeyed.
    """
    if status == 429:  # noqa: PLR2004  the one status that no code overrides
        return BY_STATUS[status]
    for code in codes:
        if code.lower() in _BY_LOWER_CODE:
            return _BY_LOWER_CODE[code.lower()]
    if status in BY_STATUS:
        return BY_STATUS[status]
    if _CLIENT_ERROR <= status < _SERVER_ERROR:
        return Meaning(InvalidRequestError)
    # A server error says nothing about whether the write was done.
    return Meaning(NoAnswerError, _READ_FIRST)
