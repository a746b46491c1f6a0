"""Addresses and virtual networks (docs: virtual network concepts; recorded error messages)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.images import find_placeholder
from aci_reconcile.manifest.code import WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.syntax.codes import ACI114

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_SUBNET = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+/subnets/[^/]+",
    re.IGNORECASE,
)


def _is_in_subnet(group: Item) -> bool:
    subnets = group.at("properties", "subnetIds")
    return bool(group.at("properties").each("subnetIds")) or subnets.doubtful


def _is_surely_in_subnet(group: Item) -> bool:
    """Whether a subnet is named, and not by a template's expression: that could turn out to be none.

    One of Microsoft's requests has such an expression beside a public address (azure-rest-api-specs 2025-09-01,
    ContainerGroupsCreateOrUpdate).
    """
    subnets = [subnet.at("id").text for subnet in group.at("properties").each("subnetIds")]
    return any(not text.startswith("[") or not find_placeholder(text) for text in subnets)


ACI045: Final = Code(
    "ACI045",
    "A private address needs a subnet",
    "A private address belongs to a virtual network. Add `subnetIds`.",
    example="ipAddress: {type: Private, ports: [80]}",
    evidence=(Evidence(Basis.THREAD, "PrivateIPAddressNotSupported: Azure/azure-sdk-for-js#20984"),),
)


def check_private_address(group: Item) -> None:
    """Azure: PrivateIPAddressNotSupported (Azure/azure-sdk-for-js#20984)."""
    kind = group.at("properties", "ipAddress", "type")
    if kind.text == "Private" and not _is_in_subnet(group):
        kind.complain(ACI045, "a private address needs a subnet", "add `subnetIds: [{id: …}]`")


ACI046: Final = Code(
    "ACI046",
    "A group in a subnet can't have a public address",
    "Groups in a virtual network have private addresses only. Use `type: Private`, or remove `subnetIds`.",
    example="ipAddress: {type: Public, ports: [80]}\nsubnetIds: [{id: …}]",
    evidence=(Evidence(Basis.THREAD, "Azure/azure-cli#13802"),),
)


def check_public_address(group: Item) -> None:
    """Azure: InvalidIpAddressTypeForNetworkProfile (Azure/azure-cli#13802)."""
    kind = group.at("properties", "ipAddress", "type")
    if kind.text == "Public" and _is_surely_in_subnet(group):
        kind.complain(ACI046, "a group in a subnet can't have a public address", "write `type: Private`")


def check_public_ip(group: Item) -> None:
    """Azure ignores the ``ip`` of a public address (MicrosoftDocs/azure-docs#106693); exports carry it."""
    address = group.at("properties", "ipAddress")
    if address.at("type").text == "Public" and address.at("ip"):
        address.at("ip").complain(ACI114, "Azure chooses the public address; `ip` is ignored", "remove `ip`")


ACI047: Final = Code(
    "ACI047",
    "A DNS label needs a public address",
    "Only public addresses have a DNS label. Remove it, or use `type: Public`.",
    example="ipAddress: {type: Private, dnsNameLabel: shop-web, ports: [80]}",
    evidence=(Evidence(Basis.THREAD, "Azure/aci-deploy#53"),),
)


def check_label_is_public(group: Item) -> None:
    """Azure: "only supported when IP Address type is public" (Azure/aci-deploy#53)."""
    address = group.at("properties", "ipAddress")
    label = address.at("dnsNameLabel")
    if label and (_is_surely_in_subnet(group) or address.at("type").text == "Private"):
        label.complain(ACI047, "a group without a public address can't have a DNS label")


ACI048: Final = Code(
    "ACI048",
    "Not the expected ARM id",
    "The value looks like a placeholder, or like the id of another kind of resource. Give the full ARM id.",
    example="subnetIds: [{id: <subnet_id>}]",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "the value does not have the format of the expected id"),),
)


def check_subnet_id(group: Item) -> None:
    """Docs (virtual networks): a subnet is named by its ARM id."""
    for subnet in group.at("properties").each("subnetIds"):
        found = subnet.at("id")
        if found.text and not _SUBNET.fullmatch(found.text):
            hint = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…"
            found.complain(ACI048, f"{quote(found.text)} is not the ARM id of a subnet", hint)


ACI049: Final = Code(
    "ACI049",
    "DNS settings need a subnet",
    "Custom name servers are documented only for groups in a virtual network. Add `subnetIds`, or remove `dnsConfig`.",
    example="dnsConfig: {nameServers: [10.0.0.4]}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Virtual network scenarios and resources"),),
)


def check_dns_config(group: Item) -> None:
    """Docs: custom DNS settings are only for groups in a virtual network."""
    settings = group.at("properties", "dnsConfig")
    if settings and not _is_in_subnet(group):
        settings.complain(ACI049, "DNS settings are documented for groups in a subnet")


ACI050: Final = Code(
    "ACI050",
    "A spot group can't have an address",
    "Spot groups accept no inbound connections. Remove `ipAddress`, or use the priority `Regular`.",
    example="priority: Spot\nipAddress: {type: Public, ports: [80]}",
    evidence=(
        Evidence(Basis.ERRORS, "SpotPriorityContainerGroupNotSupportedForInboundConnectivity"),
        Evidence(Basis.DOCUMENT, "Spot containers on Azure Container Instances"),
    ),
)


def check_spot_address(group: Item) -> None:
    """Azure: SpotPriorityContainerGroupNotSupportedForInboundConnectivity."""
    address = group.at("properties", "ipAddress")
    if address and group.at("properties", "priority").text == "Spot":
        address.complain(ACI050, "a spot group can't have an address", "remove `ipAddress`")


ACI062: Final = Code(
    "ACI062",
    "Windows may be refused in a virtual network",
    "The documentation long ruled it out, and no longer says so everywhere. Expect that Azure may refuse the group.",
    example="osType: Windows\nsubnetIds: [{id: …}]",
    severity=WARNING,
    evidence=(
        Evidence(Basis.THREAD, "microsoft/azure-pipelines-ephemeral-agents#8, and documents that no longer say so"),
    ),
)


def check_windows_network(group: Item) -> None:
    """Docs have ruled it out (as in microsoft/azure-pipelines-ephemeral-agents#8), and no longer say so."""
    properties = group.at("properties")
    if properties.at("osType").text == "Windows" and properties.each("subnetIds"):
        properties.at("subnetIds").complain(ACI062, "Azure may refuse a Windows group in a virtual network")


RULES: Final[RuleTable] = {
    ("dnsNameLabel",): (check_label_is_public,),
    ("ipAddress",): (check_private_address, check_public_address, check_spot_address),
    ("ip",): (check_public_ip,),
    ("subnetIds",): (check_subnet_id, check_windows_network),
    ("dnsConfig",): (check_dns_config,),
}
