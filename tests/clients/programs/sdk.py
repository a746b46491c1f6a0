"""What a user of the Azure SDKs writes, operation by operation; prints what became of each as one JSON object.

Runs in the client's own environment and knows nothing of the emulator but an address. The same calls serve both
generations of the library, with the synchronous and the asynchronous client, over TLS and over plain http.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import re
import ssl
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.containerinstance import models

if TYPE_CHECKING:
    from collections.abc import Callable

URL = os.environ["ARM_URL"]
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT = os.environ["AZURE_CLIENT_ID"]
SECRET = os.environ["AZURE_CLIENT_SECRET"]
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]
PLAIN = URL.startswith("http://")
GROUP = "rg-sdk"
MANY = 101
m: Any = models


class NoTokens(SansIOHTTPPolicy[Any, Any]):
    """Stands where the bearer policy would: that one refuses plain http, rightly."""


class NoCredential:
    """A client wants a credential even where its policy asks none."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """Never called."""
        raise NotImplementedError(scopes, options)


class Clients:
    """The clients of one flavour, as their documentation says to make them."""

    def __init__(self, flavour: str) -> None:
        aio = ".aio" if flavour == "aio" else ""
        identity: Any = importlib.import_module(f"azure.identity{aio}")
        instances: Any = importlib.import_module(f"azure.mgmt.containerinstance{aio}")
        resources: Any = importlib.import_module(f"azure.mgmt.resource.resources{aio}")

        def credential(secret: str) -> Any:
            if PLAIN:
                return NoCredential()
            options = {"authority": URL, "disable_instance_discovery": True}
            return identity.ClientSecretCredential(TENANT, CLIENT, secret, **options)

        more: dict[str, Any] = {"base_url": URL, "credential_scopes": [f"{URL}/.default"]}
        if PLAIN:
            more["authentication_policy"] = NoTokens()
        if seconds := os.environ.get("POLLING_SECONDS"):
            more["polling_interval"] = float(seconds)
        self.credentials = [credential(SECRET), credential("not-the-secret")]
        good, bad = self.credentials
        self.aci = instances.ContainerInstanceManagementClient(good, SUBSCRIPTION, **more)
        self.unwelcome = instances.ContainerInstanceManagementClient(bad, SUBSCRIPTION, **more)
        self.resources = resources.ResourceManagementClient(good, SUBSCRIPTION, **more)

    def all(self) -> list[Any]:
        """Everything that wants to be closed."""
        closing = [item for item in self.credentials if hasattr(item, "close")]
        return [self.aci, self.unwelcome, self.resources, *closing]


def group(**changes: Any) -> Any:
    """Return a typed container group."""
    requests = m.ResourceRequests(cpu=1.0, memory_in_gb=1.5)
    container = m.Container(
        name="web",
        image="nginx:1.27",
        resources=m.ResourceRequirements(requests=requests),
        ports=[m.ContainerPort(port=80)],
        environment_variables=[
            m.EnvironmentVariable(name="PLAIN", value="seen"),
            m.EnvironmentVariable(name="HIDDEN", secure_value="unseen"),
        ],
    )
    properties: dict[str, Any] = {
        "location": "westeurope",
        "os_type": "Linux",
        "containers": [container],
        "ip_address": m.IpAddress(type="Public", ports=[m.Port(port=80, protocol="TCP")]),
        "tags": {"made-by": "sdk"},
    }
    return m.ContainerGroup(**{**properties, **changes})


def small() -> Any:
    """Return the least group there is."""
    requests = m.ResourceRequests(cpu=1.0, memory_in_gb=1.0)
    container = m.Container(name="c", image="nginx", resources=m.ResourceRequirements(requests=requests))
    return m.ContainerGroup(location="westeurope", os_type="Linux", containers=[container])


def seen(made: Any) -> list[Any]:
    """Return what a group says about itself."""
    variables = {item.name: [item.value, item.secure_value] for item in made.containers[0].environment_variables}
    return [made.name, made.provisioning_state, made.instance_view.state, bool(made.ip_address.ip), variables]


def names(items: Any) -> list[str]:
    """Return the names of what was listed, in order."""
    return sorted(item.name for item in items)


def units(items: Any) -> dict[str, int]:
    """Return how much of each quota is used, where any is."""
    return {item.name.value: int(item.current_value) for item in items if item.current_value}


def kind(value: Any) -> str:
    """Return only what kind of thing came back: the contents are covered by other tests."""
    return type(value).__name__


Step = tuple[str, "Callable[[Clients], Any]", "Callable[[Any], Any]"]

_LINK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"


def command() -> Any:
    """Return a command for exec."""
    size = m.ContainerExecRequestTerminalSize(rows=24, cols=80)
    return m.ContainerExecRequest(command="/bin/sh", terminal_size=size)


async def stream(clients: Clients) -> str:
    """Return what a command prints over the WebSocket that the SDK has only asked for."""
    size = m.ContainerExecRequestTerminalSize(rows=24, cols=80)
    request = m.ContainerExecRequest(command="sh -c 'echo $PLAIN; exit 3'", terminal_size=size)
    offered = clients.aci.containers.execute_command(GROUP, "web", "web", request)
    offered = await offered if inspect.isawaitable(offered) else offered
    trusted = True if PLAIN else ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    shown = b""
    async with aiohttp.ClientSession() as session, session.ws_connect(offered.web_socket_uri, ssl=trusted) as opened:
        await opened.send_str(offered.password)
        async for message in opened:
            shown += message.data.encode() if isinstance(message.data, str) else message.data
    return shown.decode()


def unlink(clients: Clients) -> Any:
    """Delete a subnet's association link."""
    return clients.aci.subnet_service_association_link.begin_delete(GROUP, "v", "s")


STEPS: tuple[Step, ...] = (
    (
        "resource group",
        lambda c: c.resources.resource_groups.create_or_update(GROUP, {"location": "westeurope"}),
        lambda r: [r.name, r.location, r.properties.provisioning_state],
    ),
    (
        "a wrong secret",
        lambda c: c.unwelcome.container_groups.get(GROUP, "web"),
        kind,
    ),
    ("a missing group", lambda c: c.aci.container_groups.get(GROUP, "web"), kind),
    (
        "ContainerGroupsOperations.create_or_update",
        lambda c: c.aci.container_groups.begin_create_or_update(GROUP, "web", group()),
        lambda r: [r.name, r.provisioning_state],
    ),
    (
        "resources of a resource group",
        lambda c: c.resources.resources.list_by_resource_group(GROUP),
        lambda r: [[item.name, item.type] for item in r],
    ),
    ("resource groups", lambda c: c.resources.resource_groups.list(), names),
    ("a resource group's existence", lambda c: c.resources.resource_groups.check_existence(GROUP), bool),
    (
        "the provider",
        lambda c: c.resources.providers.get("Microsoft.ContainerInstance"),
        lambda r: [r.registration_state, "containerGroups" in [item.resource_type for item in r.resource_types]],
    ),
    ("ContainerGroupsOperations.get", lambda c: c.aci.container_groups.get(GROUP, "web"), seen),
    ("ContainerGroupsOperations.list", lambda c: c.aci.container_groups.list(), names),
    (
        "ContainerGroupsOperations.list_by_resource_group",
        lambda c: c.aci.container_groups.list_by_resource_group(GROUP),
        names,
    ),
    (
        "ContainerGroupsOperations.update",
        lambda c: c.aci.container_groups.update(GROUP, "web", {"tags": {"team": "blue"}}),
        lambda r: r.tags,
    ),
    (
        "an update in place",
        lambda c: c.aci.container_groups.begin_create_or_update(GROUP, "web", group(tags={"team": "red"})),
        lambda r: [r.name, r.provisioning_state],
    ),
    (
        "an immutable change",
        lambda c: c.aci.container_groups.begin_create_or_update(GROUP, "web", group(restart_policy="Never")),
        kind,
    ),
    (
        "a bad name",
        lambda c: c.aci.container_groups.begin_create_or_update(GROUP, "-web-", group()),
        kind,
    ),
    ("LocationOperations.list_usage", lambda c: c.aci.location.list_usage("westeurope"), units),
    (
        "LocationOperations.list_cached_images",
        lambda c: c.aci.location.list_cached_images("westeurope"),
        lambda r: bool([item.image for item in r]),
    ),
    (
        "LocationOperations.list_capabilities",
        lambda c: c.aci.location.list_capabilities("westeurope"),
        lambda r: sorted({item.os_type for item in r}),
    ),
    (
        "ContainersOperations.list_logs",
        lambda c: c.aci.containers.list_logs(GROUP, "web", "web", tail=5),
        lambda r: isinstance(r.content, str),
    ),
    (
        "ContainersOperations.execute_command",
        lambda c: c.aci.containers.execute_command(GROUP, "web", "web", command()),
        kind,
    ),
    ("a command over its WebSocket", stream, str),
    ("ContainersOperations.attach", lambda c: c.aci.containers.attach(GROUP, "web", "web"), kind),
    ("ContainerGroupsOperations.restart", lambda c: c.aci.container_groups.begin_restart(GROUP, "web"), kind),
    ("ContainerGroupsOperations.stop", lambda c: c.aci.container_groups.stop(GROUP, "web"), kind),
    ("stopped", lambda c: c.aci.container_groups.get(GROUP, "web"), lambda r: r.instance_view.state),
    ("ContainerGroupsOperations.start", lambda c: c.aci.container_groups.begin_start(GROUP, "web"), kind),
    ("started", lambda c: c.aci.container_groups.get(GROUP, "web"), lambda r: r.instance_view.state),
    (
        "ContainerGroupsOperations.get_outbound_network_dependencies_endpoints",
        lambda c: c.aci.container_groups.get_outbound_network_dependencies_endpoints(GROUP, "web"),
        lambda r: isinstance(r, list),
    ),
    (
        "SubnetServiceAssociationLinkOperations.delete",
        unlink,
        kind,
    ),
    (
        "Operations.list",
        lambda c: c.aci.operations.list(),
        lambda r: "Microsoft.ContainerInstance/containerGroups/write" in names(r),
    ),
    ("ContainerGroupsOperations.delete", lambda c: c.aci.container_groups.begin_delete(GROUP, "web"), lambda r: r.name),
    ("deleted", lambda c: c.aci.container_groups.get(GROUP, "web"), kind),
    ("delete of nothing", lambda c: c.aci.container_groups.begin_delete(GROUP, "never-was"), kind),
)

NEWER: tuple[Step, ...] = (
    ("CGProfilesOperations.list_by_resource_group", lambda c: c.aci.cg_profiles.list_by_resource_group(GROUP), names),
    ("CGProfileOperations.get", lambda c: c.aci.cg_profile.get(GROUP, "profile"), kind),
    ("NGroupsOperations.list", lambda c: c.aci.ngroups.list(), names),
    ("NGroupsOperations.get", lambda c: c.aci.ngroups.get(GROUP, "ngroup"), kind),
    (
        "SandboxGroupsOperations.list_by_resource_group",
        lambda c: c.aci.sandbox_groups.list_by_resource_group(GROUP),
        names,
    ),
)
"""What only the pre-release has."""


async def settled(value: Any) -> Any:
    """Return what an operation ends with: awaited, polled to its end, or listed to its end."""
    if inspect.isawaitable(value):
        value = await value
    if hasattr(value, "polling_method"):
        value = value.result()
        return await value if inspect.isawaitable(value) else value
    if hasattr(value, "__anext__"):
        return [item async for item in value]
    return list(value) if hasattr(value, "by_page") else value


async def outcome(step: Step, clients: Clients) -> Any:
    """Return what became of one step: what the user wanted to see of the result, or the error."""
    _, call, show = step
    try:
        return show(await settled(call(clients)))
    except ClientAuthenticationError as error:
        return [type(error).__name__, *re.findall(r"AADSTS\d+", str(error.message))]
    except HttpResponseError as error:
        return [type(error).__name__, error.status_code, error.error.code if error.error else None]


async def paging(clients: Clients) -> list[int]:
    """Return how many groups a list of more than one page holds, and its pages."""
    for number in range(MANY):
        made = clients.aci.container_groups.begin_create_or_update(GROUP, f"n{number}", small(), polling=False)
        if inspect.isawaitable(made):
            await made
    pages = clients.aci.container_groups.list_by_resource_group(GROUP).by_page()
    sizes: list[int] = []
    if hasattr(pages, "__anext__"):
        async for page in pages:
            sizes.append(len([item async for item in page]))  # noqa: PERF401  each page is asked for by itself
    else:
        sizes += [len(list(page)) for page in pages]
    return sizes


async def main(generation: str, flavour: str) -> None:
    """Take every step and print the results."""
    clients = Clients(flavour)
    results: dict[str, Any] = {}
    for step in (*STEPS, *(NEWER if generation == "preview" else ())):
        results[step[0]] = await outcome(step, clients)
    results["paging"] = await paging(clients)
    gone = ("resource group deleted", lambda c: c.resources.resource_groups.begin_delete(GROUP), kind)
    results[gone[0]] = await outcome(gone, clients)
    for item in clients.all():
        closed = item.close()
        if inspect.isawaitable(closed):
            await closed
    print(json.dumps(results, indent=1))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
