"""Getting tokens from azure-identity, within bounds. Imported late; it needs azure.core and requests."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from azure.core.credentials import AccessTokenInfo, SupportsTokenInfo
from azure.core.exceptions import AzureError as SdkError
from azure.core.exceptions import ClientAuthenticationError

from aci_reconcile.azure.transport import Counter, pooled
from aci_reconcile.azure.unread import Tokens
from aci_reconcile.core.errors import AciReconcileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.core.credentials import AccessToken, TokenRequestOptions

_Token = TypeVar("_Token")
SECONDS = 120.0
"""For one token, with all repetitions and all credentials of a chain: each of those has bounds, their sum has none."""
_READ_SECONDS = 30.0


def token_transport() -> Any:
    """Return the last link of the pipelines of azure-identity."""
    return Tokens(pooled(Counter(), concurrency=1, read_seconds=_READ_SECONDS, loopback=False, sleep=time.sleep))


@dataclass(frozen=True, slots=True)
class Bounded:
    """A credential that gives a token in time, or says that it does not.

    Another thread asks, as it may wait for a process or for a server that says nothing; it is left behind.
    """

    inner: Any
    seconds: float = SECONDS

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token; ``get_token_info`` says what is raised."""
        found: AccessToken = self._within(partial(self.inner.get_token, *scopes, **options))
        return found

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """Return a token, and when it is to be renewed where the credential knows.

        Raises:
            ClientAuthenticationError: none could be had, or not in time.
            AciReconcileError: what a token is asked for with could not be had, such as an assertion.
        """
        if isinstance(self.inner, SupportsTokenInfo):
            told: AccessTokenInfo = self._within(partial(self.inner.get_token_info, *scopes, options=options or {}))
            return told
        found = self.get_token(*scopes, **(options or {}))
        return AccessTokenInfo(found.token, found.expires_on)

    def _within(self, ask: Callable[[], _Token]) -> _Token:
        told: queue.SimpleQueue[_Token | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                told.put(ask())
            except Exception as error:  # noqa: BLE001  it is raised where the token is waited for
                told.put(error)

        threading.Thread(target=work, name="aci-reconcile-token", daemon=True).start()
        try:
            found = told.get(timeout=self.seconds)
        except queue.Empty:
            raise ClientAuthenticationError(f"no answer within {self.seconds:g} s") from None
        if isinstance(found, (SdkError, OSError, AciReconcileError)):
            raise found
        if isinstance(found, ValueError):  # of a tenant or a scope that makes no sense
            raise ClientAuthenticationError(str(found)) from None
        if isinstance(found, Exception):  # of an answer that azure-identity did not expect: it may be quoted there
            raise ClientAuthenticationError(f"the answer is not a token ({type(found).__name__})") from None
        return found
