"""Environments that describe somebody, and the credential that is found in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aci_reconcile.azure import Endpoint
from aci_reconcile.azure.auth.credentials import FoundCredential, find_credential

if TYPE_CHECKING:
    from collections.abc import Mapping

CLIENT, TENANT = "12345678-aaaa-bbbb-cccc-000000000000", "87654321-aaaa-bbbb-cccc-000000000000"
CANARY = "canary-secret-55e0"
AZURE = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT}
ARM = {"ARM_CLIENT_ID": CLIENT, "ARM_TENANT_ID": TENANT}
GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://oidc.example/t?v=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}


def found(environ: Mapping[str, str], endpoint: Endpoint | None = None) -> FoundCredential:
    """Return the credential, closed again."""
    made = find_credential(environ, endpoint or Endpoint.public())
    close: Any = getattr(made.credential, "close", None)
    if close:
        close()
    return made
