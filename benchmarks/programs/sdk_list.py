"""Sign in with azure-identity and list the groups with the SDK, and do nothing else.

Usage: sdk_list.py list GROUPS.json. A tool that reads Azure through the SDK can't be quicker than this.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from azure.identity import ClientSecretCredential
from azure.mgmt.containerinstance import ContainerInstanceManagementClient

URL = os.environ["ARM_URL"]


def main(work: str, file: str) -> None:
    """List the groups and say how many there are."""
    environ = os.environ
    credential = ClientSecretCredential(
        environ["AZURE_TENANT_ID"],
        environ["AZURE_CLIENT_ID"],
        environ["AZURE_CLIENT_SECRET"],
        authority=URL,
        disable_instance_discovery=True,
    )
    aci = ContainerInstanceManagementClient(
        credential, environ["AZURE_SUBSCRIPTION_ID"], base_url=URL, credential_scopes=[f"{URL}/.default"]
    )
    resource_group = json.loads(Path(file).read_text(encoding="utf-8"))["resource_group"]
    print(f"{work}: {sum(1 for _ in aci.container_groups.list_by_resource_group(resource_group))} groups")


if __name__ == "__main__":
    main(*sys.argv[1:])
