"""Builds the way to a lock from its address and an environment."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.azure.lock.address import LockAddress
    from aci_reconcile.azure.lock.blob import LeasedBlob

_READ_SECONDS: Final = 5.0
"""Timeout of an answer; a connection has as long. So a renewal without an answer leaves time for another one."""


def open_blob(address: LockAddress, endpoint: Endpoint, environ: Mapping[str, str]) -> LeasedBlob:
    """Return the blob of a lock. Nothing is sent yet; the first request gets the first token.

    Args:
        address: where it is.
        endpoint: the cloud whose credential is used.
        environ: the environment with credentials (docs/authentication.md).

    Raises:
        AuthenticationError: the environment's credentials are incomplete or contradict the cloud.
    """
    from aci_reconcile.azure.auth.credentials import find_credential
    from aci_reconcile.azure.auth.identity import Identity
    from aci_reconcile.azure.auth.tokens import BoundedCredential, SharedTokenPolicy
    from aci_reconcile.azure.http.pool import make_pooled_transport
    from aci_reconcile.azure.http.transport import RequestCounter
    from aci_reconcile.azure.lock.blob import SCOPE, LeasedBlob

    found = find_credential(environ, endpoint)
    policy = SharedTokenPolicy(BoundedCredential(found.credential), SCOPE)
    transport = make_pooled_transport(
        RequestCounter(), concurrency=2, read_seconds=_READ_SECONDS, loopback=False, sleep=time.sleep
    )
    identity = Identity(found.description, found.warning, partial(policy.sign_in, address.account))
    return LeasedBlob(address, transport, policy, identity)
