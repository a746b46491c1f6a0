"""Gets tokens from azure-identity, with a timeout, and once for all threads.

Imported late, because it needs azure.core and requests.
"""

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
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.rest import HttpRequest
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from aci_reconcile.azure.auth.identity import Actor, read_actor
from aci_reconcile.azure.endpoint import CLOUDS, get_cloud, parse_authority
from aci_reconcile.azure.errors import make_token_error
from aci_reconcile.azure.http.answer import ErrorDetail
from aci_reconcile.azure.http.pool import make_pooled_transport
from aci_reconcile.azure.http.transport import RequestCounter, TokenTransport
from aci_reconcile.core.errors import AciReconcileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.core.credentials import AccessToken, TokenCredential, TokenRequestOptions
    from azure.core.pipeline import PipelineResponse


_Token = TypeVar("_Token")
TOKEN_SECONDS = 120.0
"""Timeout of one token, with all retries and credentials of a chain: azure-identity limits each, but not their sum."""
_READ_SECONDS = 30.0


def make_token_transport() -> Any:
    """Return the transport of azure-identity's pipelines."""
    return TokenTransport(
        make_pooled_transport(
            RequestCounter(), concurrency=1, read_seconds=_READ_SECONDS, loopback=False, sleep=time.sleep
        )
    )


def make_pipeline_options() -> dict[str, Any]:
    """Return the options of every pipeline of azure-identity: the transport, and who gives requests their ids."""
    # RandomIdPolicy says what is wrong with the ids of azure-core; MSAL adds its own.
    return {"transport": make_token_transport(), "auto_request_id": False}


def make_credential_options(authority: str) -> dict[str, Any]:
    """Return the options of a credential that signs in at an authority.

    An authority that is not a cloud's is not verified with any cloud: the user named it, and it may be isolated.
    """
    known = {parse_authority(get_cloud(name).authority) for name in CLOUDS}
    discovery = {} if parse_authority(authority) in known else {"disable_instance_discovery": True}
    return {"authority": authority, **make_pipeline_options(), **discovery}


@dataclass(frozen=True, slots=True)
class BoundedCredential:
    """A credential that returns a token in time, or raises.

    Another thread requests the token, because it may wait for a process or a silent server; it is abandoned then.
    """

    inner: Any
    seconds: float = TOKEN_SECONDS

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
            known: AccessTokenInfo = self._within(partial(self.inner.get_token_info, *scopes, options=options or {}))
            return known
        found = self.get_token(*scopes, **(options or {}))
        return AccessTokenInfo(found.token, found.expires_on)

    def _within(self, get: Callable[[], _Token]) -> _Token:
        results: queue.SimpleQueue[_Token | Exception] = queue.SimpleQueue()

        def request() -> None:
            try:
                results.put(get())
            except Exception as error:  # noqa: BLE001  it is raised where the token is waited for
                results.put(error)

        # Not a pool: its threads are joined at exit, and this one may wait for a dead process for ever.
        threading.Thread(target=request, name="aci-reconcile-token", daemon=True).start()
        try:
            found = results.get(timeout=self.seconds)
        except queue.Empty:
            raise ClientAuthenticationError(f"no answer within {self.seconds:g} s") from None
        if isinstance(found, (SdkError, OSError, AciReconcileError)):
            raise found
        if isinstance(found, ValueError):  # for an invalid tenant or scope
            raise ClientAuthenticationError(str(found)) from None
        if isinstance(found, Exception):
            # For an answer that azure-identity did not expect: its exception may quote half a token, so only the class
            # of the exception is shown.
            raise ClientAuthenticationError(f"the answer is not a token ({type(found).__name__})") from None
        return found


_EXPIRED = "ExpiredAuthenticationToken"
_RENEWALS = (0.0, 1.0, 1.0)
"""Seconds before each attempt to get another token. A credential counts in whole seconds, so in the last second of a
token it may still return a token that ARM no longer accepts."""


class SharedTokenPolicy(ARMChallengeAuthenticationPolicy):
    """azure-mgmt-core's authentication, for one thread at a time.

    Without the lock, every thread of a new run would request its own token, and the Azure CLI starts a process each
    time. Threads that waited for a failed attempt share its failure, so that they do not wait for further timeouts.

    If a token expires on the way to ARM, it is renewed and the request sent again: a request that is refused for its
    token was not carried out.
    """

    def __init__(self, credential: TokenCredential, *scopes: str) -> None:
        super().__init__(credential, *scopes)
        self._lock = threading.Lock()
        self._failures: list[Exception] = []

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Add the token, after renewing it if it is due.

        Raises:
            AuthenticationError: there is no token.
        """
        base: Any = super()
        known = len(self._failures)
        with self._lock:
            if len(self._failures) > known:
                raise make_token_error(self._failures[-1]) from self._failures[-1]
            try:
                base.on_request(request)
            except (SdkError, ValueError) as error:
                self._failures.append(error)
                raise make_token_error(error) from error

    def on_challenge(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether there is another token for a request that was refused for its token.

        Raises:
            AuthenticationError: the credential no longer gives one; the message says why.
        """
        base: Any = super()
        if base.on_challenge(request, response):  # continuous access evaluation: the challenge names new claims
            return True
        if ErrorDetail.read(response.http_response.content).code != _EXPIRED:
            return False
        return any(self._renew(request, pause) for pause in _RENEWALS)

    def _renew(self, request: PipelineRequest[Any], pause: float) -> bool:
        """Get another token for a request; False if it is the refused one again."""
        headers = request.http_request.headers
        refused: str = headers["Authorization"]
        if pause:
            transport: Any = request.context.transport
            transport.sleep(pause)
        self.on_request(request)
        renewed: str = headers["Authorization"]
        return renewed != refused

    def sign_in(self, url: str) -> Actor:
        """Get the token for requests to a server, and return who acts by it.

        Raises:
            AuthenticationError: there is no token.
        """
        request = HttpRequest("GET", url)
        try:
            self.on_request(PipelineRequest(request, PipelineContext(None)))
        except OSError as error:
            raise make_token_error(error) from error
        return read_actor(request.headers.get("Authorization", "").removeprefix("Bearer "))
