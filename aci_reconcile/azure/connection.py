"""Builds a backend from an endpoint and an environment."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure.auth.identity import USER_AGENT, Identity
from aci_reconcile.azure.backend import ArmBackend
from aci_reconcile.azure.http.client import ArmClient, SdkClients
from aci_reconcile.core.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.azure.auth.identity import Credential
    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.azure.http.transport import Send
    from aci_reconcile.azure.stream import Dial, Messages
    from aci_reconcile.azure.vaults import Vaults

TOTAL_SECONDS = 1800.0
_SHORTEST_SECONDS = 1.0
_DIAL_SECONDS = 30.0
"""Timeout for opening a WebSocket, in seconds: connecting, TLS and the handshake together."""
READ_SECONDS = 60.0
"""Timeout of an answer, in seconds. ARM itself gives up on a provider after about a minute, with a 504."""


def connect(  # noqa: PLR0913  the one entry point: each argument is the caller's to decide
    endpoint: Endpoint,
    *,
    api_version: str,
    concurrency: int,
    environ: Mapping[str, str],
    send: Send | None = None,
    dial: Dial | None = None,
    timeout: float = READ_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    paced: bool = False,
    total_timeout: float = TOTAL_SECONDS,
) -> ArmBackend:
    """Return the backend for an endpoint. Nothing is sent yet; the first request gets the first token.

    Args:
        endpoint: where requests and tokens go.
        api_version: of Microsoft.ContainerInstance; one for the entire run.
        concurrency: number of threads, and so of connections that are kept.
        environ: the environment with credentials (docs/authentication.md); not read if no token is needed.
        send: a function that answers instead of a server (``--local``), without a token.
        dial: opens what stands in for a WebSocket, instead of one to a server.
        timeout: seconds an answer may take.
        sleep: waits between two attempts.
        total_timeout: seconds that a read may take with its retries, and a list with all its pages.
        paced: whether the caller obeys Azure's rate limits; otherwise throttled requests are retried here.

    Raises:
        AuthenticationError: the environment's credentials are incomplete or contradict the endpoint.
    """
    from aci_reconcile.azure.http.transport import InProcessTransport, RequestCounter

    counter = RequestCounter()
    transport: Any
    if send is not None:
        transport = InProcessTransport(send, counter, sleep)
    else:
        from aci_reconcile.azure.http.pool import make_pooled_transport  # requests costs 60 ms: not for --local

        seconds = max(min(timeout, total_timeout), _SHORTEST_SECONDS)
        transport = make_pooled_transport(
            counter, concurrency=concurrency, read_seconds=seconds, loopback=_is_direct(endpoint), sleep=sleep
        )
    authentication, identity = _make_authentication(endpoint, environ, in_process=send is not None)
    redactor = Redactor()
    built = make_options(endpoint, transport, authentication, paced=paced, total_timeout=total_timeout)
    client = ArmClient(endpoint, SdkClients(built), redactor, timeout=total_timeout, sleep=sleep)
    dial = dial or _make_dial(min(timeout, _DIAL_SECONDS), direct=_is_direct(endpoint))
    return ArmBackend(client, redactor, dial=dial, api_version=api_version, identity=identity, counter=counter)


def _is_direct(endpoint: Endpoint) -> bool:
    """Whether no proxy is used: none can reach this machine's loopback, and NO_PROXY often lacks it."""
    return endpoint.base_url.startswith("http://")


def _make_dial(seconds: float, *, direct: bool) -> Dial:
    def dial(url: str) -> Messages:
        from aci_reconcile.azure.http.web_socket import open_web_socket  # costs 100 ms: only for attach and exec

        return open_web_socket(url, seconds=seconds, direct=direct)

    return dial


def make_vaults(
    endpoint: Endpoint,
    environ: Mapping[str, str],
    concurrency: int,
    sleep: Callable[[float], None] = time.sleep,
    *,
    credential: Credential | None = None,
) -> Vaults:
    """Return the Key Vaults of the endpoint's cloud, or of the server that stands in for them.

    A local endpoint has vaults only with such a server, which gets no token over plain http.

    Args:
        endpoint: the endpoint of requests, which determines the vaults.
        environ: may name such a server, and the credential if none is given.
        concurrency: number of secrets to fetch at once.
        sleep: waits between two attempts.
        credential: one of azure-identity's kind.

    Raises:
        UsageError: the value in the environment is not a valid server.
        AuthenticationError: the environment's credentials are incomplete or contradict the endpoint.
    """
    from aci_reconcile.azure.auth.credentials import find_credential
    from aci_reconcile.azure.auth.tokens import BoundedCredential
    from aci_reconcile.azure.vaults import DummyCredential, Vaults, find_stand_in

    server = find_stand_in(environ)
    if endpoint.needs_token and not server.startswith("http://"):
        found: Any = BoundedCredential(credential or find_credential(environ, endpoint).credential)
    else:
        found = DummyCredential() if server else None
    return Vaults(endpoint, found, concurrency, sleep=sleep, server=server)


def _make_authentication(endpoint: Endpoint, environ: Mapping[str, str], *, in_process: bool) -> tuple[Any, Identity]:
    if in_process or not endpoint.needs_token:
        return None, Identity("no credential, because the server is on this machine")
    from aci_reconcile.azure.auth.credentials import find_credential
    from aci_reconcile.azure.auth.tokens import BoundedCredential, SharedTokenPolicy

    found = find_credential(environ, endpoint)
    policy = SharedTokenPolicy(BoundedCredential(found.credential), *endpoint.scopes)
    return policy, Identity(found.description, found.warning, partial(policy.sign_in, endpoint.base_url))


def make_options(
    endpoint: Endpoint,
    transport: Any,
    authentication: Any,
    *,
    paced: bool = False,
    total_timeout: float = TOTAL_SECONDS,
) -> dict[str, Any]:
    """Return the arguments of both clients of the SDK. They require a credential, even if their pipeline uses none."""
    from azure.core.pipeline.policies import UserAgentPolicy
    from azure.mgmt.core.policies import ARMHttpLoggingPolicy

    from aci_reconcile.azure.http.policies import RandomIdPolicy, SafeRetryPolicy, SafeTracingPolicy

    return {
        "credential": _Unused(),
        "subscription_id": "unused",
        "base_url": endpoint.base_url,
        "transport": transport,
        "policies": [
            # The order of azure-core's own pipelines: what is below the retries happens once for each attempt.
            RandomIdPolicy(),
            UserAgentPolicy(USER_AGENT),
            SafeRetryPolicy(paced=paced, timeout=total_timeout),
            *((authentication,) if authentication else ()),
            SafeTracingPolicy(),
            ARMHttpLoggingPolicy(),
        ],
    }


class _Unused:
    """A dummy credential for the clients' constructors; our pipeline never uses it."""

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        raise AssertionError("the pipeline has its own authentication")
