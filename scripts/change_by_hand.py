"""What a colleague in a hurry does: change an environment variable of a running group, with the Azure SDK, past Git.

Usage: change_by_hand.py ENDPOINT RESOURCE_GROUP/NAME VARIABLE=VALUE
"""

from __future__ import annotations

import sys

from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.containerinstance import ContainerInstanceManagementClient
from azure.mgmt.containerinstance.models import EnvironmentVariable

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


class NoCredential:
    """The emulator on this machine asks for none."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """Return an empty token; the policy below never sends it."""
        return AccessToken("", 0)


def main(endpoint: str, address: str, assignment: str) -> None:
    """Read the group, change the variable in its first container, write the group back."""
    client = ContainerInstanceManagementClient(
        NoCredential(),
        SUBSCRIPTION,
        base_url=endpoint,
        authentication_policy=SansIOHTTPPolicy(),
        polling_interval=1,
    )
    resource_group, _, name = address.partition("/")
    group = client.container_groups.get(resource_group, name)
    variable, _, value = assignment.partition("=")
    container = group.containers[0]
    others = [each for each in container.environment_variables or [] if each.name != variable]
    container.environment_variables = [*others, EnvironmentVariable(name=variable, value=value)]
    client.container_groups.begin_create_or_update(resource_group, name, group).result()


if __name__ == "__main__":
    main(*sys.argv[1:])
