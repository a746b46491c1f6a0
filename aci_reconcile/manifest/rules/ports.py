"""Ports: in range, not reserved, not too many, and exposed by a container (ACI FAQ; quotas)."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_text
from aci_reconcile.manifest.code import (
    CONTAINER_GROUPS_PAGE,
    IDENTIFIED_BY_NAME,
    QUOTAS,
    SCHEMA_2025,
    WARNING,
    Basis,
    Code,
    Evidence,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item, RuleTable

RESERVED = (
    (22, 22),
    (1025, 1027),
    (3389, 3399),
    (9999, 9999),
    (19000, 19000),
    (19080, 19080),
    (19100, 19100),
    (19390, 19390),
    (20000, 30000),
    (49152, 65534),
)
"""ACI FAQ: ports that ACI may reserve, as sorted ranges of first and last."""

_FIRST = tuple(first for first, _ in RESERVED)
_HIGHEST = 65535
_MOST = 5


def _list_ports(group: Item) -> Iterator[Item]:
    properties = group.at("properties")
    yield from properties.at("ipAddress").each("ports")
    for container in properties.each("containers"):
        yield from container.at("properties").each("ports")


ACI013: Final = Code(
    "ACI013",
    "Not a valid port",
    "Use a port from 1 to 65535.",
    example="ports: [0]",
    evidence=(Evidence(Basis.THREAD, "InvalidContainerPorts, quoted beside Pulumi's container example"), SCHEMA_2025),
)


def check_port_range(group: Item) -> None:
    """Azure: InvalidContainerPorts; ports of TCP and UDP are 1 to 65535."""
    settings = [container.at("properties") for container in group.at("properties").each("containers")]
    names = ("livenessProbe", "readinessProbe")
    probes = [each.at(name, "httpGet") for each in settings for name in names if each.has(name)]
    for each in (*_list_ports(group), *probes):
        port = each.at("port")
        if port and not 1 <= port.number <= _HIGHEST:
            port.complain(ACI013, f"{port.number:.0f} is not a valid port", "use a port from 1 to 65535")


ACI012: Final = Code(
    "ACI012",
    "ACI may reserve this port",
    "The ACI FAQ says to avoid 22, 1025-1027, 3389-3399, 9999, 19000, 19080, 19100, 19390, 20000-30000 and "
    "49152-65534. Some published groups run on such a port; others may not be reachable. Choose another port if "
    "you can.",
    example="ipAddress: {type: Public, ports: [3389]}",
    severity=WARNING,
    evidence=(
        Evidence(Basis.DOCUMENT, "Frequently asked questions about Azure Container Instances"),
        Evidence(Basis.EXAMPLE, "both SFTP quickstarts open port 22"),
    ),
)


def check_reserved_ports(group: Item) -> None:
    """ACI FAQ: ports to avoid. Both of Microsoft's SFTP quickstarts use one of them (22), so this only warns."""
    for each in _list_ports(group):
        port = each.at("port")
        if _is_reserved(port.number):
            port.complain(ACI012, f"the ACI FAQ says to avoid port {port.number:.0f}")


def _is_reserved(number: float) -> bool:
    nearest = bisect(_FIRST, number) - 1
    return nearest >= 0 and number <= RESERVED[nearest][1]


ACI014: Final = Code(
    "ACI014",
    "No container exposes the port",
    "ACI does not map ports: a port of the group reaches the container that lists the same port. Add it to "
    "`ports` of that container.",
    example="containers: [{name: web, ports: [8080]}]\nipAddress: {type: Public, ports: [80]}",
    evidence=(Evidence(Basis.THREAD, "UnreferencedIpAddressPorts: hashicorp/terraform-provider-azurerm#5091"),),
)

ACI015: Final = Code(
    "ACI015",
    "Too many ports",
    "The documented limit is five ports per group; users have reported another number. Remove some.",
    example="ipAddress: {ports: [80, 81, 82, 83, 84, 85]}",
    severity=WARNING,
    evidence=(QUOTAS, Evidence(Basis.THREAD, "another number: MicrosoftDocs/azure-docs#101382")),
)

ACI017: Final = Code(
    "ACI017",
    "The address has no ports",
    "Azure refuses an `ipAddress` without ports. List the ports that containers listen on.",
    example="ipAddress: {type: Public}",
    evidence=(Evidence(Basis.THREAD, "MissingIpAddressPorts: hashicorp/terraform-provider-azurerm#1697"),),
)


def check_group_ports(group: Item) -> None:
    """Azure: MissingIpAddressPorts (hashicorp/terraform-provider-azurerm#1697), UnreferencedIpAddressPorts (#5091).

    The number of ports is documented, and CONTESTED (most-ports): MicrosoftDocs/azure-docs#101382.
    """
    properties = group.at("properties")
    address = properties.at("ipAddress")
    if address and not address.each("ports") and not address.doubtful and not address.at("ports").doubtful:
        place = address.at("ports") or address
        place.complain(ACI017, "the address has no ports", "list the ports that containers listen on: `ports: [80]`")
    if len(address.each("ports")) > _MOST:
        address.at("ports").complain(ACI015, f"{len(address.each('ports'))} ports; the documented maximum is {_MOST}")
    # A port that could not be read may be the one that is missing below.
    unsure = any(path[-1] == "port" or "ports" in path[-2:] for path in group.places.doubtful)
    if unsure:
        return
    exposed = {
        _identify(port) for each in properties.each("containers") for port in each.at("properties").each("ports")
    }
    for port in address.each("ports"):
        if port.has("port") and _identify(port) not in exposed:
            hint = "add it to `ports` of the container that listens on it"
            port.at("port").complain(ACI014, f"no container exposes port {_describe(port)}", hint)


ACI016: Final = Code(
    "ACI016",
    "Two containers use the same port",
    "The containers of a group share one network, so only one of them can listen on a port. Give one of them "
    "another port.",
    example="containers: [{name: a, ports: [80]}, {name: b, ports: [80]}]",
    evidence=(
        Evidence(Basis.THREAD, "hashicorp/terraform-provider-azurerm#11102"),
        Evidence(Basis.THREAD, "docker-archive/cloud-integration-beta#5"),
        CONTAINER_GROUPS_PAGE,
    ),
)


def check_unique_ports(group: Item) -> None:
    """This tool identifies a port by number and protocol, so a list has it once.

    Containers share one network, so they can't use the same port (docs; hashicorp/terraform-provider-azurerm#11102 and
    docker-archive/cloud-integration-beta#5).
    """
    properties = group.at("properties")
    _check_unique(properties.at("ipAddress").each("ports"))
    owners: dict[tuple[float, str], tuple[str, int]] = {}
    for index, container in enumerate(properties.each("containers")):
        ports = container.at("properties").each("ports")
        _check_unique(ports)
        for port in ports:
            name, owner = owners.setdefault(_identify(port), (container.at("name").text, index))
            if owner != index and port.at("port"):
                port.at("port").complain(ACI016, f"port {_describe(port)} is also used by container `{name}`")


ACI018: Final = Code(
    "ACI018",
    "A port is listed twice",
    "Port and protocol together identify a port. Remove the duplicate.",
    example="ports: [80, 80]",
    evidence=(IDENTIFIED_BY_NAME,),
)


def _check_unique(ports: tuple[Item, ...]) -> None:
    if len(ports) < 2:  # noqa: PLR2004  one alone is unlike any other
        return
    seen: set[tuple[float, str]] = set()
    for port in ports:
        key = _identify(port)
        if port.at("port") and key in seen:
            port.at("port").complain(ACI018, f"port {_describe(port)} is listed twice")
        seen.add(key)


def _identify(port: Item) -> tuple[float, str]:
    return port.at("port").number, (as_text(port.at("protocol").value) or "TCP").upper()


def _describe(port: Item) -> str:
    number, protocol = _identify(port)
    return f"{number:.0f}" if protocol == "TCP" else f"{number:.0f}/{protocol}"


RULES: Final[RuleTable] = {
    ("ipAddress",): (check_group_ports,),
    ("ports",): (check_reserved_ports, check_unique_ports),
    ("ports", "httpGet"): (check_port_range,),
}
