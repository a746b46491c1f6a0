"""Everything that can go wrong underneath is an error of ours."""

from __future__ import annotations

import inspect
import json
import ssl
from typing import Any

import azure.core.exceptions
import azure.identity
import pytest
import requests.exceptions

from aci_reconcile.azure.errors import (
    BY_CODE,
    BY_EXCEPTION,
    BY_STATUS,
    find_trust_hint,
    make_token_error,
    translate_answer,
    translate_exception,
)
from aci_reconcile.azure.http.answer import Answer
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


def _exceptions(module: Any) -> list[type[BaseException]]:
    members = [value for _, value in inspect.getmembers(module, inspect.isclass)]
    return [each for each in members if issubclass(each, Exception) and not issubclass(each, Warning)]


_SDK = [
    each
    for module in (azure.core.exceptions, azure.identity)
    for each in _exceptions(module)
    if each.__module__.startswith("azure.")
]


@pytest.mark.parametrize("kind", _SDK, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_sdk_is_mapped(kind: type[BaseException]) -> None:
    """By its own name: a new one in a new version fails here."""
    assert kind.__name__ in BY_EXCEPTION


def test_there_are_exceptions_to_map() -> None:
    """The walk above finds the SDK's classes, and the table holds no class that is gone."""
    found = {each.__name__ for each in _SDK} | {"OSError", "RequestException"}

    assert found == set(BY_EXCEPTION)


@pytest.mark.parametrize("kind", _exceptions(requests.exceptions), ids=lambda kind: kind.__name__)
def test_every_exception_of_requests_that_leaks_is_no_answer(kind: type[BaseException]) -> None:
    """Those that azure-core does not wrap reach us as they are; all but the ones of other libraries are mapped."""
    names = {each.__name__ for each in kind.__mro__}

    assert names & set(BY_EXCEPTION) or not issubclass(kind, requests.RequestException)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidContainerGroupUpdate", ImmutableFieldError),
        (409, "ContainerGroupTransitioning", RetryableError),
        (409, "containergrouptransitioning", RetryableError),
        (409, "ServiceUnavailable", RetryableError),
        (409, "RegistryErrorResponse", RetryableError),
        (409, "ServiceAssociationLinkNotReady", RetryableError),
        (400, "NetworkProfileNotFound", RetryableError),
        (400, "ContainerGroupQuotaReached", QuotaError),
        (409, "InvalidResourceLocation", InvalidRequestError),
        (409, "MissingSubscriptionRegistration", InvalidRequestError),
        (400, "NoRegisteredProviderFound", InvalidRequestError),
        (400, "InaccessibleImage", InvalidRequestError),
        (400, "SomethingNew", InvalidRequestError),
        (418, "", InvalidRequestError),
        (409, "SomethingNew", RetryableError),
        (403, "AuthorizationFailed", ForbiddenError),
        (403, "SomethingNew", ForbiddenError),
        (409, "ScopeLocked", ForbiddenError),
        (401, "ExpiredAuthenticationToken", AuthenticationError),
        (400, "InvalidAuthenticationToken", AuthenticationError),
        (401, "", AuthenticationError),
        (404, "ResourceNotFound", NotFoundError),
        (404, "SubscriptionNotFound", NotFoundError),
        (404, "", NotFoundError),
        (429, "ResourceRequestsThrottled", ThrottledError),
        (429, "ContainerGroupQuotaReached", ThrottledError),
        (504, "GatewayTimeout", NoAnswerError),
        (500, "InternalServerError", NoAnswerError),
        (503, "", RetryableError),
        (599, "", NoAnswerError),
    ],
)
def test_the_code_decides_then_the_status(status: int, code: str, kind: type[AzureError]) -> None:
    """409 means "wait" as often as "conflict", so a known code wins."""
    body = json.dumps({"error": {"code": code, "message": "m"}}).encode()

    error = translate_answer(Answer(status, {"x-ms-request-id": "westeurope:1"}, body))

    assert (kind, code, "m", status, "westeurope:1") == (
        type(error),
        error.code,
        error.message,
        error.status,
        error.request_id,
    )


def test_every_row_says_what_to_do_or_needs_no_word() -> None:
    """Hints are sentences without a full stop, and no row maps to the bare root."""
    rows = [*BY_CODE.values(), *BY_STATUS.values()]

    assert [row for row in rows if row.hint.endswith(".") or row.error is AzureError] == []


def test_details_are_read_too() -> None:
    """An umbrella code says nothing; what it wraps does."""
    body = {
        "error": {
            "code": "MultipleErrorsOccurred",
            "message": "Multiple error occurred.",
            "details": [{"code": "ContainerGroupQuotaReached", "message": "quota 'StandardCores' exceeded"}],
        }
    }

    error = translate_answer(Answer(400, {}, json.dumps(body).encode()))

    assert isinstance(error, QuotaError)
    assert error.message == "Multiple error occurred.; quota 'StandardCores' exceeded"


def test_codes_quoted_in_the_message_are_read_too() -> None:
    """ACI writes the real code into the text of MultipleErrorsOccurred."""
    message = "Multiple error occurred: 'BadRequest':'InaccessibleImage':'The image…'"
    body = json.dumps({"error": {"code": "MultipleErrorsOccurred", "message": message}}).encode()

    assert (
        translate_answer(Answer(400, {}, body)).hint == "check the image's name and tag, and imageRegistryCredentials"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Azure answered with status 400"),
        (b"   ", "Azure answered with status 400"),
        (b" {} ", "Azure answered with status 400"),
        (b"plain words", "plain words"),
        (b"\xff\xfe\x00", "\ufffd\ufffd\x00"),
        (b"<html><style>b{}</style><body><h1>Bad  Gateway</h1></body>", "Bad Gateway"),
        (b"<script>alert(1)", "Azure answered with status 400"),
        (b"[" * 100_000, "[" * 300 + "…"),
        (b'"text"', "text"),
        (b"null", "Azure answered with status 400"),
        (b"[]", "Azure answered with status 400"),
        (b'{"error": "invalid_client"}', "invalid_client"),
        (b'{"error": {"code": 1, "message": ["x"], "details": {"a": 1}}}', None),
        (b'{"Code": "X", "Message": "upper"}', "upper"),
        (b'{"error": {"message": "' + b"x" * 5000 + b'"}}', "x" * 4096 + "…"),
        (b"x" * (10 << 20), "x" * 300 + "…"),
        (b'{"error": {"message": "' + b"x" * (10 << 20) + b'"}}', None),
    ],
    ids=range(17),
)
def test_any_body_of_an_error_gives_an_error(content: bytes, message: str | None) -> None:
    """Nothing that a server or a proxy may send becomes a traceback, or a flood."""
    error = translate_answer(Answer(400, {}, content))

    assert isinstance(error, InvalidRequestError)
    assert message is None or message == error.message
    assert len(error.message) < 5000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"x-ms-retry-after-ms": "250"}, 0.25),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "-1"}, 0),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "9" * 400}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 -0000", "date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0),
    ],
)
def test_throttling_carries_the_seconds(headers: dict[str, str], seconds: float) -> None:
    """In every spelling of the header; what cannot be read is no wish."""
    error = translate_answer(Answer(429, headers))

    assert isinstance(error, ThrottledError)
    assert seconds == error.retry_after


@pytest.mark.parametrize(
    ("message", "headers", "seconds"),
    [
        ("exceeded the limit of '50' for time interval '00:05:00'. Please try again after '372' seconds.", {}, 372),
        ("Please try again after '10' seconds.", {"retry-after": "7"}, 7),
        ("Please try again after 'a few' seconds.", {}, 0),
        ("Please try again after '9999999' seconds.", {}, 0),
    ],
)
def test_the_words_of_a_refusal_tell_where_no_header_does(message: str, headers: dict[str, str], seconds: int) -> None:
    """As users have reported them."""
    body = json.dumps({"error": {"code": "ResourceRequestsThrottled", "message": message}}).encode()
    error = translate_answer(Answer(429, headers, body))

    assert isinstance(error, ThrottledError)
    assert seconds == error.retry_after


def test_an_answer_that_is_not_json_is_no_answer() -> None:
    """A login page with status 200 is not ARM; neither it nor the decoder's exception, which holds it, is shown."""
    with pytest.raises(NoAnswerError) as caught:
        Answer(200, {}, b"<html>Sign in to the Wi-Fi</html>").json()

    assert caught.value.message == "the answer (200) is not JSON: an HTML page"
    assert caught.value.__cause__ is None


def test_the_innermost_reason_is_what_is_said() -> None:
    """Of five nested exceptions the last one knows."""
    inner = ConnectionRefusedError(111, "Connection refused")
    outer = azure.core.exceptions.ServiceRequestError(
        "pool: /x?s=sig (Caused by …)", error=requests.ConnectionError(inner)
    )

    error = translate_exception(outer, "GET https://h/x")

    assert error.message == "GET https://h/x: no answer: [Errno 111] Connection refused"


def test_a_reason_shows_no_signature() -> None:
    """Where a library quotes the URL, its query is dropped."""
    error = translate_exception(OSError("cannot get https://h/x?api-version=1&s=sig now"), "GET")

    assert error.message == "GET: no answer: cannot get https://h/x?api-version=1&… now"


def test_a_certificate_that_is_not_trusted_has_its_hint() -> None:
    """Which is the variable that names the authority's file."""
    error = translate_exception(OSError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), "GET")

    assert error.hint.startswith("for a private certificate authority")


def test_what_is_not_known_at_all_is_no_answer() -> None:
    """An exception of a library below counts as a question without an answer."""
    assert isinstance(translate_exception(KeyError("x"), "GET"), NoAnswerError)


def test_the_reason_survives_an_empty_message_and_a_loop() -> None:
    """An exception that names itself as its cause is not followed for ever."""
    error = azure.core.exceptions.AzureError("")
    error.inner_exception = error

    assert translate_exception(error, "GET").message == "GET: no answer: AzureError"


def test_other_kinds_keep_their_meaning() -> None:
    """What the SDK says with a class, we say with ours."""
    assert isinstance(translate_exception(azure.core.exceptions.ResourceNotFoundError("gone"), "GET"), NotFoundError)
    assert isinstance(
        translate_exception(azure.identity.CredentialUnavailableError("none"), "GET"), AuthenticationError
    )


def test_entra_s_codes_have_hints() -> None:
    """The commonest mistakes are told apart by Microsoft Entra's own numbers."""
    error = make_token_error(ValueError("AADSTS7000215: Invalid client secret provided."))

    assert error.hint == "the client secret is wrong: use its value, not its id"


def test_whoever_does_not_trust_a_server_hears_what_to_set() -> None:
    """However deep the reason is nested; nothing is said of other failures."""
    untrusted = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    nested = OSError(RuntimeError(untrusted))

    assert "; for a private certificate authority, set REQUESTS_CA_BUNDLE to its file" == find_trust_hint(nested, "; ")
    assert "" == find_trust_hint(OSError(ConnectionRefusedError(111, "Connection refused")))
