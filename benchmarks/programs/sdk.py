"""What somebody writes with the SDK in an afternoon: one group after another, and the pollers as they come.

Usage: sdk.py create|plan|change|delete GROUPS.json. It gets each group, compares what it sent, and puts what differs.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.containerinstance import ContainerInstanceManagementClient
from azure.mgmt.containerinstance.models import (
    AzureFileVolume,
    Container,
    ContainerGroup,
    ContainerPort,
    EnvironmentVariable,
    ImageRegistryCredential,
    IpAddress,
    Port,
    ResourceRequests,
    ResourceRequirements,
    Volume,
    VolumeMount,
)

URL = os.environ["ARM_URL"]


def client() -> ContainerInstanceManagementClient:
    """Sign in with a secret."""
    credential = ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"],
        os.environ["AZURE_CLIENT_ID"],
        os.environ["AZURE_CLIENT_SECRET"],
        authority=URL,
        disable_instance_discovery=True,
    )
    scopes = [f"{URL}/.default"]
    return ContainerInstanceManagementClient(
        credential, os.environ["AZURE_SUBSCRIPTION_ID"], base_url=URL, credential_scopes=scopes
    )


def model(body: Any) -> ContainerGroup:
    """Build the model of a group."""
    properties = body["properties"]
    (container,) = properties["containers"]
    inside = container["properties"]
    return ContainerGroup(
        location=body["location"],
        os_type=properties["osType"],
        restart_policy=properties["restartPolicy"],
        containers=[
            Container(
                name=container["name"],
                image=inside["image"],
                ports=[ContainerPort(port=item["port"]) for item in inside["ports"]],
                environment_variables=[
                    EnvironmentVariable(
                        name=item["name"], value=item.get("value"), secure_value=item.get("secureValue")
                    )
                    for item in inside["environmentVariables"]
                ],
                volume_mounts=[
                    VolumeMount(name=item["name"], mount_path=item["mountPath"])
                    for item in inside.get("volumeMounts", [])
                ],
                resources=ResourceRequirements(
                    requests=ResourceRequests(
                        cpu=inside["resources"]["requests"]["cpu"],
                        memory_in_gb=inside["resources"]["requests"]["memoryInGB"],
                    )
                ),
            )
        ],
        ip_address=IpAddress(
            type="Public", ports=[Port(port=item["port"]) for item in properties["ipAddress"]["ports"]]
        ),
        image_registry_credentials=[ImageRegistryCredential(**item) for item in properties["imageRegistryCredentials"]],
        volumes=[
            Volume(name=item["name"], azure_file=share(item["azureFile"])) for item in properties.get("volumes", [])
        ],
    )


def share(held: Any) -> AzureFileVolume:
    """Build the model of a share."""
    return AzureFileVolume(
        share_name=held["shareName"],
        storage_account_name=held["storageAccountName"],
        storage_account_key=held["storageAccountKey"],
    )


def variables(group: Any) -> list[tuple[str, str]]:
    """Return what is compared."""
    return [(item.name, item.value) for item in group.containers[0].environment_variables]


def apply(aci: Any, resource_group: str, name: str, wanted: ContainerGroup) -> bool:
    """Put the group unless it is there as it is wanted."""
    try:
        found = aci.container_groups.get(resource_group, name)
    except ResourceNotFoundError:
        found = None
    if found is not None and variables(found) == variables(wanted):
        return False
    aci.container_groups.begin_create_or_update(resource_group, name, wanted).result()
    return True


def main(work: str, file: str) -> None:
    """Do one work on all groups."""
    given = json.loads(Path(file).read_text(encoding="utf-8"))
    aci, resource_group, changed = client(), given["resource_group"], 0
    for group in given["groups"]:
        if work == "delete":
            aci.container_groups.begin_delete(resource_group, group["name"]).result()
        else:
            changed += apply(
                aci, resource_group, group["name"], model(group["changed" if work == "change" else "body"])
            )
    print(f"{work}: {changed} changed")


if __name__ == "__main__":
    main(*sys.argv[1:])
