"""What Azure Container Instances asks of a group beyond its schema, checked before it is asked.

Each rule is a function of one body and has codes of its own. A rule on which sources disagree only warns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.rules import compute, containers, credentials, names, network, ports, tags, volumes

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest.items import Item

RULES: Final[tuple[Callable[[Item], None], ...]] = (
    names.container_names,
    names.volume_names,
    names.unique_names,
    names.dns_label,
    names.dns_scope,
    ports.port_range,
    ports.reserved_ports,
    ports.group_ports,
    ports.unique_ports,
    network.private_address,
    network.public_address,
    network.label_needs_public,
    network.subnet_id,
    network.dns_config,
    network.spot_address,
    network.windows_network,
    volumes.mounted_volumes,
    volumes.volume_source,
    volumes.mount_paths,
    volumes.git_directory,
    volumes.volume_count,
    volumes.share_key,
    compute.totals,
    compute.limits,
    compute.amounts,
    compute.gpu,
    compute.container_count,
    compute.windows_containers,
    compute.images,
    compute.resources,
    compute.spot,
    compute.privileged,
    compute.zones,
    containers.probes,
    containers.probed_ports,
    containers.variable_names,
    containers.variable_values,
    containers.secret_references,
    credentials.registry_server,
    credentials.registry_credential,
    credentials.identities,
    credentials.used_identities,
    credentials.workspace,
    tags.tag_names,
    tags.reserved_tags,
    tags.tag_count,
)
"""Every rule."""


def check(group: Item) -> None:
    """Put a group's body to every rule."""
    for rule in RULES:
        rule(group)
