"""Azure Resource Manager as a ``Backend``; the only importer of ``azure.*``, and never before it is needed."""

from aci_reconcile.azure.backend import ArmBackend
from aci_reconcile.azure.connection import connect, vaults_of
from aci_reconcile.azure.credentials import endpoint_from, subscription_from
from aci_reconcile.azure.endpoint import CLOUDS, CloudName, Endpoint, cloud, custom
from aci_reconcile.azure.identity import Credential, Identity
from aci_reconcile.azure.tracing import span

__all__ = [
    "CLOUDS",
    "ArmBackend",
    "CloudName",
    "Credential",
    "Endpoint",
    "Identity",
    "cloud",
    "connect",
    "custom",
    "endpoint_from",
    "span",
    "subscription_from",
    "vaults_of",
]
