"""Azure Resource Manager as a ``Backend``. Only this package imports ``azure.*``, and only when needed."""

from aci_reconcile.azure.auth.credentials import find_endpoint, find_subscription
from aci_reconcile.azure.auth.default_account import find_objection, find_stranger, read_default_account
from aci_reconcile.azure.auth.identity import NOBODY, Actor, Credential, Identity
from aci_reconcile.azure.backend import ArmBackend
from aci_reconcile.azure.connection import connect, make_vaults
from aci_reconcile.azure.endpoint import CLOUDS, CloudName, Endpoint, get_cloud, make_endpoint
from aci_reconcile.azure.http.tracing import start_span

__all__ = [
    "CLOUDS",
    "NOBODY",
    "Actor",
    "ArmBackend",
    "CloudName",
    "Credential",
    "Endpoint",
    "Identity",
    "connect",
    "find_endpoint",
    "find_objection",
    "find_stranger",
    "find_subscription",
    "get_cloud",
    "make_endpoint",
    "make_vaults",
    "read_default_account",
    "start_span",
]
