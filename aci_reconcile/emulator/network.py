"""Checks of what a group shows to its network: addresses, ports, names, subnets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object, objects
from aci_reconcile.emulator.refusals import refuse
from aci_reconcile.emulator.versions import SUBNETS_SINCE

if TYPE_CHECKING:
    from aci_reconcile.emulator.call import Call
    from aci_reconcile.emulator.knobs import Knobs

_LABEL = re.compile(r"[a-z][a-z0-9-]{3,61}[a-z0-9]")
_SUBNET = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+"
    r"/subnets/[^/]+",
    re.IGNORECASE,
)
_MOST_PORTS = 5
_HIGHEST_PORT = 65535
_PROTOCOLS = frozenset({"tcp", "udp"})
_RESERVED = (
    *((port, port) for port in (22, 9999, 19000, 19080, 19100, 19390)),
    (1025, 1027),
    (3389, 3399),
    (20000, 30000),
    (49152, 65534),
)


def get_subnet(call: Call) -> Response:
    """Any subnet, as far as container groups care: no network is kept here, so each is what the knob says."""
    if call.knobs.subnets == "absent":
        raise errors.subnet_not_found(call.request.split().path)
    service = "Microsoft.ContainerInstance/containerGroups"
    delegation: Json = {"name": "aci", "properties": {"provisioningState": "Succeeded", "serviceName": service}}
    properties: Json = {
        "provisioningState": "Succeeded",
        "delegations": [delegation] if call.knobs.subnets == "delegated" else [],
    }
    names = {"id": call.request.split().path, "name": call.path["subnet"]}
    return answer(200, {**names, "type": "Microsoft.Network/virtualNetworks/subnets", "properties": properties})


def check(name: str, properties: Json, version: str, knobs: Knobs) -> None:
    """Refuses addresses and ports that the service refuses."""
    for container in objects(properties.get("containers")):
        for port in objects(as_object(container["properties"]).get("ports")):
            _check_port(port, f"container '{container['name']}' in container group '{name}'", "InvalidContainerPort")
    profile = as_object(properties.get("networkProfile"))
    if profile and version < SUBNETS_SINCE:
        raise _no_profile(name, str(profile["id"]))
    subnets = objects(properties.get("subnetIds"))
    for subnet in subnets:
        if knobs.subnet_ids == "refuse" and not _SUBNET.fullmatch(str(subnet["id"])):
            raise refuse("InvalidSubnet", f"The subnet id in container group '{name}' is not the id of a subnet.")
        if knobs.subnets == "absent":
            raise refuse("InvalidSubnet", f"The subnet of container group '{name}' does not exist.")
        if knobs.subnets == "plain":
            raise errors.subnet_not_delegated(name)
    address = as_object(properties.get("ipAddress"))
    if address:
        _check_address(name, address, in_subnet=bool(subnets))
        _check_ports(name, address, knobs)


def _no_profile(name: str, profile: str) -> ArmError:
    """Recorded 11 times. Network profiles are retired, and there are none here."""
    return ArmError(
        400, "NetworkProfileNotFound", f"Network profile '{profile}' is not found for container group '{name}'."
    )


def _check_address(name: str, address: Json, *, in_subnet: bool) -> None:
    kind, label = str(address["type"]).lower(), address.get("dnsNameLabel")
    if kind not in {"public", "private"}:
        raise refuse("InvalidIpAddressType", f"The IP address type in container group '{name}' is invalid.")
    if kind == "private" and not in_subnet:
        message = (
            f"IP Address type in container group '{name}' is invalid. "
            "Private IP address is only supported when network profile is defined."
        )
        raise ArmError(400, "PrivateIPAddressNotSupported", message)
    if kind == "public" and in_subnet:
        message = "IP Address type can't be public when network profile is set."
        raise ArmError(400, "InvalidIpAddressTypeForNetworkProfile", message)
    if label and (in_subnet or not _LABEL.fullmatch(str(label))):
        message = (
            f"The DNS name label '{label}' in container group '{name}' is invalid: it needs a public address, 5 to 63 "
            "lowercase letters, digits and hyphens, first a letter, last a letter or digit."
        )
        raise refuse("InvalidDnsNameLabel", message)


def _check_ports(name: str, address: Json, knobs: Knobs) -> None:
    ports = objects(address.get("ports"))
    if not ports:
        message = f"The ports in the 'ipAddress' of container group '{name}' cannot be empty."
        raise ArmError(400, "MissingIpAddressPorts", message)
    if len(ports) > _MOST_PORTS:
        raise refuse("TooManyIpAddressPorts", f"The 'ipAddress' of container group '{name}' has more than 5 ports.")
    for port in ports:
        _check_port(port, f"the 'ipAddress' of container group '{name}'", "InvalidIpAddressPort")
        number = port["port"]
        if knobs.reserved_ports == "refuse" and any(low <= number <= high for low, high in _RESERVED):
            message = f"The port {number} in the 'ipAddress' of container group '{name}' is reserved."
            raise refuse("InvalidIpAddressPort", message)
    if len({(port["port"], str(port.get("protocol", "TCP")).upper()) for port in ports}) < len(ports):
        raise refuse("DuplicateIpAddressPort", f"A port in the 'ipAddress' of container group '{name}' is not unique.")


def _check_port(port: Json, where: str, code: str) -> None:
    if not 1 <= port["port"] <= _HIGHEST_PORT:
        raise refuse(code, f"The port {port['port']} of {where} is not between 1 and {_HIGHEST_PORT}.")
    if str(port.get("protocol", "TCP")).lower() not in _PROTOCOLS:
        raise refuse(code, f"The protocol of port {port['port']} of {where} is neither TCP nor UDP.")
