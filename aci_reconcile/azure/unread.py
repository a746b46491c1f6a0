"""Good answers that no SDK reads: the text of its error would quote them, and what they hold are secrets and tokens.

azure-core decodes an answer in the pipeline, and where that fails its exception holds the whole body
(``ContentDecodePolicy``, read in its source); azure-identity repeats the texts of such exceptions in its own. So the
last link of a pipeline looks first. Imported late; it needs azure.core.
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
    """The last link of a pipeline, before the one that sends."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        """Send the request, and look at what comes back."""
        return self.seen(request, self._inner.send(request, **options))

    def seen(self, request: HttpRequest, answer: HttpResponse, /) -> HttpResponse:
        """Return what the pipeline gets to see of an answer."""
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
    """Says of every answer that it is plain text, which azure-core leaves alone: who asked reads it."""

    def seen(self, request: HttpRequest, answer: HttpResponse, /) -> HttpResponse:
        """Return the answer under another type."""
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
        return Reply(request, answer.status_code, headers | _TEXT, answer.read())


class Tokens(_Last):
    """Lets through the good answers of whoever issues tokens only where they are whole.

    The issuers are Microsoft Entra, with its discovery, and the metadata endpoints of managed identities.
    """

    def seen(self, _request: HttpRequest, answer: HttpResponse, /) -> HttpResponse:
        """Return the answer.

        Raises:
            ClientAuthenticationError: it says that all is well, and is no JSON object, or holds half of a token.
        """
        if answer.status_code in _GOOD:
            problem = _problem(answer.read())
            if problem:
                raise ClientAuthenticationError(f"the token service answered with {answer.status_code}, {problem}")
        return answer


def _problem(content: bytes) -> str:
    """Say what is wrong with an answer; empty where nothing is."""
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
