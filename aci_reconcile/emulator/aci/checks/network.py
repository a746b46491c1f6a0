"""Checks of addresses, ports, DNS names and subnets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.arm.versions import SUBNETS_SINCE
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, as_object, find_duplicates, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.aci.checks.judge import Judge

_LABEL = re.compile(r"[a-z][a-z0-9-]{3,61}[a-z0-9]")
_SUBNET = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+"
    r"/subnets/[^/]+",
    re.IGNORECASE,
)
_EXPRESSION = re.compile(r"\[.+\]")
_HIGHEST_PORT = 65535
_PROTOCOLS = frozenset({"tcp", "udp"})
_RESERVED = (
    *((port, port) for port in (22, 9999, 19000, 19080, 19100, 19390)),
    (1025, 1027),
    (3389, 3399),
    (20000, 30000),
    (49152, 65534),
)


def check_network(judge: Judge, properties: Json, version: str) -> None:
    """Refuse addresses and ports that the service refuses. Raises ArmError."""
    _check_container_ports(judge, properties)
    profile = as_object(properties.get("networkProfile"))
    if profile and version < SUBNETS_SINCE:
        # Recorded 11 times. Network profiles are retired, and there are none here.
        message = f"Network profile '{profile['id']}' is not found for container group '{judge.group}'."
        judge.refuse("NetworkProfileNotFound", message, fact="profile-not-found")
    subnets = list_objects(properties.get("subnetIds"))
    for subnet in subnets:
        _check_subnet(judge, str(subnet["id"]))
    address = as_object(properties.get("ipAddress"))
    if address:
        surely = any(not _EXPRESSION.fullmatch(str(subnet["id"])) for subnet in subnets)
        _check_address(judge, address, in_subnet=bool(subnets), surely=surely)
        _check_ports(judge, address)
        _check_referenced(judge, address, properties)


def _check_container_ports(judge: Judge, properties: Json) -> None:
    """Refuse a port that two containers open: all containers of a group share one network."""
    seen: list[str] = []
    for container in list_objects(properties.get("containers")):
        where = f"container '{container['name']}' in container group '{judge.group}'"
        for port in list_objects(as_object(container["properties"]).get("ports")):
            _check_port(judge, port, where, "InvalidContainerPort")
            seen.append("/".join(map(str, _make_key(port))))
    twice = find_duplicates(seen)
    if twice:
        message = f"The port {twice[0]} is opened more than once by the containers of container group '{judge.group}'."
        judge.refuse("DuplicateContainerPort", message, fact="container-ports-unique")


def _check_subnet(judge: Judge, subnet: str) -> None:
    knobs, group = judge.knobs, judge.group
    if knobs.subnet_ids == "refuse" and not _SUBNET.fullmatch(subnet):
        raise _make_invalid_subnet(f"The subnet id in container group '{group}' is not the id of a subnet.")
    if knobs.subnets == "absent":
        raise _make_invalid_subnet(f"The subnet of container group '{group}' does not exist.")
    if knobs.subnets == "plain":
        raise errors.subnet_not_delegated(group)


def _make_invalid_subnet(message: str) -> ArmError:
    """Refused if a knob or a network that somebody made says so. The code is inferred."""
    return ArmError(400, "InvalidSubnet", message, fact="subnet-ids")


@rests_on("subnet-expression")
def _check_address(judge: Judge, address: Json, *, in_subnet: bool, surely: bool) -> None:
    """Refuse an address that fits no group in its place; a template's expression instead of an id tells no place."""
    kind, group = str(address["type"]).lower(), judge.group
    if kind not in {"public", "private"}:
        message = f"The IP address type in container group '{group}' is invalid."
        judge.refuse("InvalidIpAddressType", message, fact="address-type")
    # The two messages still say "network profile", which subnets replaced in 2021 (public issues with both).
    if kind == "private" and not in_subnet:
        message = (
            f"IP Address type in container group '{group}' is invalid. "
            "Private IP address is only supported when network profile is defined."
        )
        judge.refuse("PrivateIPAddressNotSupported", message, fact="private-needs-subnet")
    if kind == "public" and surely:
        message = "IP Address type can't be public when network profile is set."
        judge.refuse("InvalidIpAddressTypeForNetworkProfile", message, fact="public-in-subnet")
    if address.get("dnsNameLabel"):
        _check_label(judge, str(address["dnsNameLabel"]), in_subnet=surely)


def _check_label(judge: Judge, label: str, *, in_subnet: bool) -> None:
    lead = f"The DNS name label '{label}' in container group '{judge.group}' is invalid."
    if not _LABEL.fullmatch(label):
        message = (
            f"{lead} It can contain only lowercase letters, numbers and hyphens. The first character must be a letter. "
            "The last character must be a letter or number. The value must be between 5 and 63 characters long."
        )
        judge.refuse("InvalidDnsNameLabel", message, fact="label-grammar")
    if in_subnet:
        judge.refuse("InvalidDnsNameLabel", f"{lead} It needs a public address.", fact="label-in-subnet")


def _check_ports(judge: Judge, address: Json) -> None:
    ports, where = list_objects(address.get("ports")), f"the 'ipAddress' of container group '{judge.group}'"
    if not ports:
        message = f"The ports in {where} cannot be empty."
        judge.refuse("MissingIpAddressPorts", message, fact="address-ports-needed")
    if len(ports) > judge.knobs.most_ports:
        message = f"The number of ports in {where} is more than {judge.knobs.most_ports}."
        judge.refuse("TooManyIpAddressPorts", message, fact="most-ports")
    for port in ports:
        _check_port(judge, port, where, "InvalidIpAddressPort")
        number = port["port"]
        # The FAQ says to avoid these; two of Microsoft's own quickstarts open port 22.
        if judge.knobs.reserved_ports == "refuse" and any(low <= number <= high for low, high in _RESERVED):
            message = f"The port {number} in {where} is reserved."
            judge.refuse("InvalidIpAddressPort", message, fact="reserved-ports")
    if len({_make_key(port) for port in ports}) < len(ports):
        judge.refuse("DuplicateIpAddressPort", f"A port in {where} is not unique.", fact="address-ports-unique")


def _check_referenced(judge: Judge, address: Json, properties: Json) -> None:
    """Each port of the address has to be a container's, with its protocol."""
    opened = {
        _make_key(port)
        for container in list_objects(properties.get("containers"))
        for port in list_objects(as_object(container["properties"]).get("ports"))
    }
    unused = [str(port["port"]) for port in list_objects(address.get("ports")) if _make_key(port) not in opened]
    if unused:
        message = (
            f"Following ports '{','.join(unused)}' in the 'ipAddress' are not used by any container in container group "
            f"'{judge.group}'."
        )
        judge.refuse("UnreferencedIpAddressPorts", message, fact="ports-unreferenced")


def _make_key(port: Json) -> tuple[int, str]:
    return port["port"], str(port.get("protocol") or "TCP").upper()


def _check_port(judge: Judge, port: Json, where: str, code: str) -> None:
    if not 1 <= port["port"] <= _HIGHEST_PORT:
        message = f"The port {port['port']} of {where} is not between 1 and {_HIGHEST_PORT}."
        judge.refuse(code, message, fact="port-range")
    if str(port.get("protocol", "TCP")).lower() not in _PROTOCOLS:
        judge.refuse(code, f"The protocol of port {port['port']} of {where} is neither TCP nor UDP.", fact="protocols")
