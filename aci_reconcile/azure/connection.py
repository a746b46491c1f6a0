"""From an endpoint and an environment to a backend."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure.backend import ArmBackend
from aci_reconcile.azure.identity import USER_AGENT, Identity
from aci_reconcile.azure.wire import Clients, Wire
from aci_reconcile.core.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.azure.identity import Credential
    from aci_reconcile.azure.transport import Send
    from aci_reconcile.azure.vaults import Vaults

PATIENCE_SECONDS = 1800.0
_SHORTEST_SECONDS = 1.0
READ_SECONDS = 60.0
"""How long an answer may take. ARM gives up on a provider after about a minute and says 504."""


def connect(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    endpoint: Endpoint,
    *,
    api_version: str,
    concurrency: int,
    environ: Mapping[str, str],
    send: Send | None = None,
    timeout: float = READ_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    paced: bool = False,
    patience: float = PATIENCE_SECONDS,
) -> ArmBackend:
    """Return the backend for an endpoint. Nothing is sent yet; the first request gets the first token.

    Args:
        endpoint: where requests and tokens go.
        api_version: of Microsoft.ContainerInstance; one for the whole run.
        concurrency: how many threads will call at once; so many connections are kept.
        environ: where credentials are looked for (docs/authentication.md); not read where no token is needed.
        send: a function that answers instead of a server (``--local``); no token then.
        timeout: seconds an answer may take.
        sleep: waits between two attempts.
        patience: seconds that a read may take with its repetitions, and a list with all of its pages.
        paced: the caller obeys Azure's rate limits itself; without it, a refused request is repeated here.

    Raises:
        AuthenticationError: the environment's credentials are incomplete or contradict the endpoint.
    """
    from aci_reconcile.azure.transport import Counter, InProcess, pooled

    counter = Counter()
    transport: Any
    if send is not None:
        transport = InProcess(send, counter, sleep)
    else:
        loopback = endpoint.base_url.startswith("http://")
        seconds = max(min(timeout, patience), _SHORTEST_SECONDS)
        transport = pooled(counter, concurrency=concurrency, read_seconds=seconds, loopback=loopback, sleep=sleep)
    authentication, identity = _authentication(endpoint, environ, in_process=send is not None)
    redactor = Redactor()
    built = options(endpoint, transport, authentication, paced=paced, patience=patience)
    wire = Wire(endpoint, Clients(built), redactor, patience=patience)
    return ArmBackend(wire, redactor, api_version=api_version, identity=identity, counter=counter)


def vaults_of(
    endpoint: Endpoint,
    environ: Mapping[str, str],
    concurrency: int,
    sleep: Callable[[float], None] = time.sleep,
    *,
    credential: Credential | None = None,
) -> Vaults:
    """Return the Key Vaults of the cloud that an endpoint belongs to, or those of the server that stands in for them.

    On this machine there are none without such a server, and over plain http it gets no token.

    Args:
        endpoint: where requests go, which says where vaults are.
        environ: names such a server, and the credential where none is given.
        concurrency: how many secrets are asked for at once.
        sleep: waits between two attempts.
        credential: one of azure-identity's kind.

    Raises:
        UsageError: the environment names no such server, but something else.
        AuthenticationError: the environment's credentials are incomplete or contradict the endpoint.
    """
    from aci_reconcile.azure.credentials import credential_from
    from aci_reconcile.azure.signing_in import Bounded
    from aci_reconcile.azure.standin import Nobody, stand_in
    from aci_reconcile.azure.vaults import Vaults

    server = stand_in(environ)
    if endpoint.needs_token and not server.startswith("http://"):
        found: Any = Bounded(credential or credential_from(environ, endpoint).credential)
    else:
        found = Nobody() if server else None
    return Vaults(endpoint, found, concurrency, sleep=sleep, server=server)


def _authentication(endpoint: Endpoint, environ: Mapping[str, str], *, in_process: bool) -> tuple[Any, Identity]:
    if in_process or not endpoint.needs_token:
        return None, Identity("no credential, because the server is on this machine")
    from aci_reconcile.azure.credentials import credential_from
    from aci_reconcile.azure.policies import OneTokenForAll
    from aci_reconcile.azure.signing_in import Bounded

    found = credential_from(environ, endpoint)
    policy = OneTokenForAll(Bounded(found.credential), *endpoint.scopes)
    return policy, Identity(found.description, found.warning, partial(policy.sign_in, endpoint.base_url))


def options(
    endpoint: Endpoint,
    transport: Any,
    authentication: Any,
    *,
    paced: bool = False,
    patience: float = PATIENCE_SECONDS,
) -> dict[str, Any]:
    """Return what both clients are built from. A client insists on a credential even where its pipeline has none."""
    from azure.core.pipeline.policies import RequestIdPolicy, UserAgentPolicy
    from azure.mgmt.core.policies import ARMHttpLoggingPolicy

    from aci_reconcile.azure.policies import ReadsOnly, Traced

    return {
        "credential": _Unused(),
        "subscription_id": "unused",
        "base_url": endpoint.base_url,
        "transport": transport,
        "policies": [
            RequestIdPolicy(),
            UserAgentPolicy(USER_AGENT),
            ReadsOnly(paced=paced, patience=patience),
            *((authentication,) if authentication else ()),
            Traced(),
            ARMHttpLoggingPolicy(),
        ],
    }


class _Unused:
    """Stands where the clients' constructors want a credential; the pipeline that we give them never asks it."""

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        raise AssertionError("the pipeline has its own authentication")
