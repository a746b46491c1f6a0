"""Addresses and virtual networks (docs: virtual network concepts; recorded error messages)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item

_SUBNET = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+/subnets/[^/]+",
    re.IGNORECASE,
)


def _is_in_subnet(group: Item) -> bool:
    subnets = group.at("properties", "subnetIds")
    return bool(group.at("properties").each("subnetIds")) or subnets.doubtful


def check_private_address(group: Item) -> None:
    """Azure: PrivateIPAddressNotSupported (Azure/azure-sdk-for-js#20984)."""
    kind = group.at("properties", "ipAddress", "type")
    if kind.text == "Private" and not _is_in_subnet(group):
        kind.complain("ACI045", "a private address needs a subnet", "add `subnetIds: [{id: …}]`")


def check_public_address(group: Item) -> None:
    """Azure: InvalidIpAddressTypeForNetworkProfile (Azure/azure-cli#13802)."""
    kind = group.at("properties", "ipAddress", "type")
    if kind.text == "Public" and group.at("properties").each("subnetIds"):
        kind.complain("ACI046", "a group in a subnet can't have a public address", "write `type: Private`")


def check_public_ip(group: Item) -> None:
    """Azure ignores the ``ip`` of a public address (MicrosoftDocs/azure-docs#106693); exports carry it."""
    address = group.at("properties", "ipAddress")
    if address.at("type").text == "Public" and address.at("ip"):
        address.at("ip").complain("ACI114", "Azure chooses the public address; `ip` is ignored", "remove `ip`")


def check_label_is_public(group: Item) -> None:
    """Azure: "only supported when IP Address type is public" (Azure/aci-deploy#53)."""
    address = group.at("properties", "ipAddress")
    label = address.at("dnsNameLabel")
    if label and (group.at("properties").each("subnetIds") or address.at("type").text == "Private"):
        label.complain("ACI047", "a group without a public address can't have a DNS label")


def check_subnet_id(group: Item) -> None:
    """Docs (virtual networks): a subnet is named by its ARM id."""
    for subnet in group.at("properties").each("subnetIds"):
        found = subnet.at("id")
        if found.text and not _SUBNET.fullmatch(found.text):
            hint = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…"
            found.complain("ACI048", f"{quote(found.text)} is not the ARM id of a subnet", hint)


def check_dns_config(group: Item) -> None:
    """Docs: custom DNS settings are only for groups in a virtual network."""
    settings = group.at("properties", "dnsConfig")
    if settings and not _is_in_subnet(group):
        settings.complain("ACI049", "DNS settings are documented for groups in a subnet")


def check_spot_address(group: Item) -> None:
    """Azure: SpotPriorityContainerGroupNotSupportedForInboundConnectivity."""
    address = group.at("properties", "ipAddress")
    if address and group.at("properties", "priority").text == "Spot":
        address.complain("ACI050", "a spot group can't have an address", "remove `ipAddress`")


def check_windows_network(group: Item) -> None:
    """Docs have ruled it out (as in microsoft/azure-pipelines-ephemeral-agents#8), and no longer say so."""
    properties = group.at("properties")
    if properties.at("osType").text == "Windows" and properties.each("subnetIds"):
        properties.at("subnetIds").complain("ACI062", "Azure may refuse a Windows group in a virtual network")
