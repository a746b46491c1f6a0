"""A server that stands in for the vaults of a cloud, such as the emulator: ``ACI_RECONCILE_VAULT_ENDPOINT``.

Named by the environment only. Requests are made as for the cloud, host name and challenge included, and the last link
of the pipeline takes them to that server. Imported late; it needs azure.core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse

from aci_reconcile.azure.endpoint import custom
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

VARIABLE: Final = "ACI_RECONCILE_VAULT_ENDPOINT"
_FOREVER = 4_000_000_000


def stand_in(environ: Mapping[str, str]) -> str:
    """Return the server's scheme, host and port; empty where none is named.

    Raises:
        UsageError: it is no https server, nor plain http on this machine.
    """
    told = environ.get(VARIABLE, "").strip()
    if not told:
        return ""
    try:
        return custom(told).base_url
    except UsageError as error:
        raise UsageError(f"{VARIABLE}: {error}", hint=error.hint) from error


class Nobody:
    """The credential for a server that gets no token of ours: a word that is worth nothing anywhere."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return that word."""
        return AccessToken("none", _FOREVER)


class Detour(HttpTransport[HttpRequest, HttpResponse]):
    """Takes requests to another server; the ``Host`` header says for whom they were."""

    def __init__(self, inner: Any, server: str) -> None:
        self._inner = inner
        self._server = server

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Send it; to the rest of the pipeline its URL stays what it was."""
        asked = request.url
        parts = urlsplit(asked)
        request.headers["Host"] = parts.netloc
        request.url = self._server + parts._replace(scheme="", netloc="").geturl()
        try:
            answer: HttpResponse = self._inner.send(request, **kwargs)
        finally:
            request.url = asked
        return answer

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
