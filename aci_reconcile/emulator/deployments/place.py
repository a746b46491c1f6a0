"""Where a template is deployed: what its functions say of subscription, resource group and deployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.emulator.model import Json


@dataclass(frozen=True, slots=True)
class Place:
    """The scope of a deployment, and the moment."""

    subscription: str
    tenant: str
    now: float
    new_id: Callable[[], str]
    origin: str
    """Where Azure Resource Manager is, as the client calls it."""
    group: Json = field(default_factory=dict[str, object])
    """The resource group; empty at the scope of a subscription."""
    deployment: Json = field(default_factory=dict[str, object])

    @property
    def group_name(self) -> str:
        """The resource group; empty at the scope of a subscription."""
        return str(self.group.get("name", ""))

    @property
    def root(self) -> str:
        """The id of the scope."""
        end = f"/resourceGroups/{self.group_name}" if self.group else ""
        return f"/subscriptions/{self.subscription}{end}"

    def describe_subscription(self) -> Json:
        """Return what `subscription()` does."""
        return {
            "id": f"/subscriptions/{self.subscription}",
            "subscriptionId": self.subscription,
            "tenantId": self.tenant,
            "displayName": "aci-reconcile emulator",
        }

    @property
    @rests_on("template-environment")
    def environment(self) -> Json:
        """What `environment()` returns: the public cloud, but for Azure Resource Manager, which is the emulator."""
        return {
            "name": "AzureCloud",
            "resourceManager": f"{self.origin}/",
            "portal": "https://portal.azure.com",
            "graph": "https://graph.windows.net/",
            "gallery": "https://gallery.azure.com/",
            "authentication": {
                "loginEndpoint": "https://login.microsoftonline.com/",
                "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "suffixes": {
                "acrLoginServer": ".azurecr.io",
                "keyvaultDns": ".vault.azure.net",
                "sqlServerHostname": ".database.windows.net",
                "storage": "core.windows.net",
            },
        }
