"""Gets tokens from azure-identity, with a timeout. Imported late, because it needs azure.core and requests."""

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
"""Timeout of one token, with all retries and credentials of a chain: azure-identity limits each, but not their sum."""
_READ_SECONDS = 30.0


def token_transport() -> Any:
    """Return the transport of azure-identity's pipelines."""
    return Tokens(pooled(Counter(), concurrency=1, read_seconds=_READ_SECONDS, loopback=False, sleep=time.sleep))


@dataclass(frozen=True, slots=True)
class Bounded:
    """A credential that returns a token in time, or raises.

    Another thread requests the token, because it may wait for a process or a silent server; it is abandoned then.
    """

    inner: Any
    seconds: float = SECONDS

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token; it raises as ``get_token_info`` does."""
        found: AccessToken = self._within(partial(self.inner.get_token, *scopes, **options))
        return found

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """Return a token, and when to renew it if the credential knows.

        Raises:
            ClientAuthenticationError: there is no token, or not in time.
            AciReconcileError: something needed for a token is missing, such as an assertion.
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
        if isinstance(found, ValueError):  # for an invalid tenant or scope
            raise ClientAuthenticationError(str(found)) from None
        if isinstance(
            found, Exception
        ):  # for an answer that azure-identity did not expect, which the exception may quote
            raise ClientAuthenticationError(f"the answer is not a token ({type(found).__name__})") from None
        return found
