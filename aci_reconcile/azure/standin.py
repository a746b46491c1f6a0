"""A server that stands in for the vaults of a cloud, such as the emulator: ``ACI_RECONCILE_VAULT_ENDPOINT``.

Only the environment names it. Requests are made as for the cloud, including host name and challenge, and the transport
sends them to that server. Imported late, because it needs azure.core.
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
    """Return the server's scheme, host and port; empty if none is named.

    Raises:
        UsageError: it is neither https, nor plain http on this machine.
    """
    told = environ.get(VARIABLE, "").strip()
    if not told:
        return ""
    try:
        return custom(told).base_url
    except UsageError as error:
        raise UsageError(f"{VARIABLE}: {error}", hint=error.hint) from error


class Nobody:
    """The credential for a server that gets no token: a worthless dummy."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return that word."""
        return AccessToken("none", _FOREVER)


class Detour(HttpTransport[HttpRequest, HttpResponse]):
    """Sends requests to another server; the ``Host`` header keeps the original host."""

    def __init__(self, inner: Any, server: str) -> None:
        self._inner = inner
        self._server = server

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Send the request; the rest of the pipeline sees the original URL."""
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
