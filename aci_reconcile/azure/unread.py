"""Keeps the SDK from decoding successful answers with secrets and tokens, because its errors would quote them.

azure-core decodes an answer in the pipeline, and if that fails, its exception contains the whole body
(``ContentDecodePolicy``, read in its source); azure-identity repeats the texts of such exceptions. So the
transport checks answers first. Imported late, because it needs azure.core.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse

from aci_reconcile.azure.transport import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_TEXT = {"content-type": "text/plain; charset=utf-8"}
_GOOD = range(200, 300)
_ENDS = {"expires_in", "expires_on"}


class _Last(HttpTransport[HttpRequest, HttpResponse]):
    """A transport around the one that sends."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """Send the request, and check the answer."""
        return self.seen(request, self._inner.send(request, **options))

    def seen(self, request: HttpRequest, answer: HttpResponse, /) -> HttpResponse:
        """Return the answer for the pipeline."""
        raise NotImplementedError

    def sleep(self, duration: float) -> None:
        """Wait between two attempts."""
        self._inner.sleep(duration)

    def open(self) -> None:
        """Open the connections."""
        self._inner.open()

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


class Undecoded(_Last):
    """Marks every answer as plain text, which azure-core does not decode; the caller reads it."""

    def seen(self, request: HttpRequest, answer: HttpResponse, /) -> HttpResponse:
        """Return the answer under another type."""
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
        return Reply(request, answer.status_code, headers | _TEXT, answer.read())


class Tokens(_Last):
    """Passes on successful answers of token services only if they are complete.

    The issuers are Microsoft Entra, with its discovery, and the metadata endpoints of managed identities.
    """

    def seen(self, _request: HttpRequest, answer: HttpResponse, /) -> HttpResponse:
        """Return the answer.

        Raises:
            ClientAuthenticationError: a successful answer is not a JSON object, or its token is incomplete.
        """
        if answer.status_code in _GOOD:
            problem = _problem(answer.read())
            if problem:
                raise ClientAuthenticationError(f"the token service answered with {answer.status_code}, {problem}")
        return answer


def _problem(content: bytes) -> str:
    """Describe the problem of an answer; empty if there is none."""
    try:
        told: object = json.loads(content)
    except (ValueError, RecursionError):
        return "but not with JSON"
    if not isinstance(told, dict):
        return "but not with a JSON object"
    found = cast("Mapping[str, object]", told)
    token = found.get("access_token")
    if token is None:
        return "but with another kind of token" if "refresh_token" in found or "id_token" in found else ""
    if not isinstance(token, str):
        return "but with a token that is not text"
    return "" if _ENDS & set(found) else "but with a token without an expiry"
