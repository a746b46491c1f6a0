"""Create groups while the service misbehaves; prints what the Azure SDK makes of it as JSON."""

from __future__ import annotations

import json
import os
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.identity import EnvironmentCredential
from azure.mgmt.containerinstance import ContainerInstanceManagementClient, models
from azure.mgmt.resource.resources import ResourceManagementClient

URL = os.environ["ARM_URL"]
WHERE: dict[str, Any] = {"base_url": URL, "credential_scopes": [f"{URL}/.default"]}
m: Any = models


def main() -> None:
    """Create three groups and list them."""
    credential: Any = EnvironmentCredential(disable_instance_discovery=True)
    subscription = os.environ["AZURE_SUBSCRIPTION_ID"]
    resources: Any = ResourceManagementClient(credential, subscription, **WHERE)
    resources.resource_groups.create_or_update("rg-weather", {"location": "westeurope"})
    client: Any = ContainerInstanceManagementClient(credential, subscription, **WHERE)
    requests = m.ResourceRequests(cpu=1.0, memory_in_gb=1.0)
    container = m.Container(name="c", image="nginx", resources=m.ResourceRequirements(requests=requests))
    results: dict[str, Any] = {}
    for name in ("late", "cut", "broken"):
        body = m.ContainerGroup(location="westeurope", os_type="Linux", containers=[container])
        try:
            made = client.container_groups.begin_create_or_update("rg-weather", name, body).result()
            results[name] = made.provisioning_state
        except HttpResponseError as error:
            results[name] = [type(error).__name__, error.error.code if error.error else None]
    results["list"] = sorted(item.name for item in client.container_groups.list_by_resource_group("rg-weather"))
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    main()
