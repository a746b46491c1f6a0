"""Containers: their number, images, privileges and probes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.desired import PROFILES
from aci_reconcile.core.images import find_flaw
from aci_reconcile.manifest.code import (
    CONTAINER_GROUPS_PAGE,
    NOTICE,
    QUOTAS,
    SCHEMA_2025,
    WARNING,
    Basis,
    Code,
    Evidence,
)
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_MOST_CONTAINERS, _MOST_INIT = 60, 59
_MOVING = re.compile(r"(:latest|^[^:@]+|/[^:@]+)$")


def has_profile(group: Item) -> bool:
    """Whether the group takes missing settings of its containers from a profile."""
    found = [group.at("properties", name) for name in PROFILES]
    return any(each.value or each.doubtful for each in found)


ACI063: Final = Code(
    "ACI063",
    "Too many containers",
    "The documented limits per group are 60 containers and 59 init containers. Split the group.",
    severity=WARNING,
    evidence=(QUOTAS,),
)

ACI064: Final = Code(
    "ACI064",
    "The group has no containers",
    "A group needs at least one container that is not an init container.",
    evidence=(Evidence(Basis.SENSE, "a group consists of its containers"), SCHEMA_2025),
)


def check_container_count(group: Item) -> None:
    """Quotas: number of containers in a group; docs: at least one that is not an init container."""
    properties = group.at("properties")
    containers, inits = properties.each("containers"), properties.each("initContainers")
    # A list that could not be read may have held containers.
    if not containers and not has_profile(group):
        doubtful = any(path[:2] == ("properties", "containers") for path in group.places.doubtful)
        if not doubtful:
            properties.at("containers").complain(ACI064, "the group has no containers")
    if len(containers) > _MOST_CONTAINERS:
        message = f"{len(containers)} containers; the documented maximum is {_MOST_CONTAINERS}"
        properties.at("containers").complain(ACI063, message)
    if len(inits) > _MOST_INIT:
        message = f"{len(inits)} init containers; the documented maximum is {_MOST_INIT}"
        properties.at("initContainers").complain(ACI063, message)


ACI061: Final = Code(
    "ACI061",
    "A Windows group can have one container only",
    "Groups of several containers, init containers included, run on Linux only. Split the group, or use `osType: "
    "Linux`.",
    example="osType: Windows\ncontainers: [{name: a}, {name: b}]",
    evidence=(Evidence(Basis.THREAD, "Microsoft's answer: Azure/azure-cli#11940"), CONTAINER_GROUPS_PAGE),
)


def check_windows_containers(group: Item) -> None:
    """Microsoft's answer in Azure/azure-cli#11940, and docs: groups of several containers are for Linux only."""
    properties = group.at("properties")
    count = len(properties.each("containers")) + len(properties.each("initContainers"))
    if count > 1 and properties.at("osType").text == "Windows":
        properties.at("osType").complain(
            ACI061, f"a Windows group can have one container only, but this one has {count}"
        )


ACI065: Final = Code(
    "ACI065",
    "A container has no image",
    "Add `image`. Only groups that take their settings from a profile can leave it out.",
    example="containers: [{name: web}]",
    evidence=(Evidence(Basis.SCHEMA, "Microsoft.ContainerInstance 2023-05-01"),),
)

ACI067: Final = Code(
    "ACI067",
    "The image tag is mutable",
    "Without a tag, or with `latest`, each restart may pull another image. Use a fixed tag or a digest.",
    example="containers: [{name: web, image: nginx}]",
    severity=NOTICE,
    evidence=(Evidence(Basis.OURS, "a restart pulls the image again"),),
)


def check_images(group: Item) -> None:
    """A container needs an image (required by the schema of 2023-05-01), preferably with a fixed tag.

    The notice about mutable tags is this tool's own: a restart pulls the image again.
    """
    properties = group.at("properties")
    for container in (*properties.each("containers"), *properties.each("initContainers")):
        settings = container.at("properties")
        image = settings.at("image")
        if not settings.has("image"):
            # A profile supplies what its containers lack.
            if not has_profile(group) and not container.doubtful:
                container.complain(ACI065, "the container has no image", "add `image: registry/name:tag`")
        elif image.text and _MOVING.search(image.text) and not find_flaw(image.text):  # no tag means `latest`
            image.complain(ACI067, f"the tag of {quote(image.text)} is mutable", "use a fixed tag or a digest")


ACI070: Final = Code(
    "ACI070",
    "Privileged containers need the Confidential sku",
    "Privileged containers are documented for the Confidential sku only. Use that sku, or remove `privileged`.",
    example="containers: [{name: web, securityContext: {privileged: true}}]",
    severity=WARNING,
    evidence=(Evidence(Basis.THREAD, "hashicorp/terraform-provider-azurerm#23034"),),
)


def check_privileged(group: Item) -> None:
    """Required in azurerm's tests (hashicorp/terraform-provider-azurerm#23034): the Confidential sku."""
    properties = group.at("properties")
    if properties.at("sku").text == "Confidential":
        return
    for container in (*properties.each("containers"), *properties.each("initContainers")):
        flag = container.at("properties", "securityContext", "privileged")
        if flag.value is True:
            flag.complain(ACI070, "privileged containers are documented for the Confidential sku only")


ACI075: Final = Code(
    "ACI075",
    "A probe has two methods",
    "A probe is either `exec` or `httpGet`. Keep one.",
    example="livenessProbe: {exec: {command: [cat, /ok]}, httpGet: {port: 80}}",
    evidence=(Evidence(Basis.THREAD, "a maintainer of ACI: virtual-kubelet/virtual-kubelet#280"),),
)

ACI076: Final = Code(
    "ACI076",
    "A probe has no method",
    "A probe is either `exec` or `httpGet`. Add one.",
    example="livenessProbe: {periodSeconds: 5}",
    evidence=(Evidence(Basis.THREAD, "a maintainer of ACI: virtual-kubelet/virtual-kubelet#280"),),
)


def check_probes(group: Item) -> None:
    """A maintainer of ACI: a probe has either a command or a request (virtual-kubelet/virtual-kubelet#280)."""
    for container in group.at("properties").each("containers"):
        for name in ("livenessProbe", "readinessProbe"):
            probe = container.at("properties", name)
            methods = [method for method in ("exec", "httpGet") if probe.has(method)]
            if len(methods) > 1:
                probe.at("httpGet").complain(ACI075, "a probe has either `exec` or `httpGet`", "keep one of them")
            elif probe and not methods:
                probe.complain(ACI076, "the probe has neither `exec` nor `httpGet`", "add one of them")


ACI077: Final = Code(
    "ACI077",
    "A probe uses a port that the container does not list",
    "The probe may still work, but the number may also be a typo. Check it, or add the port to `ports`.",
    example="ports: [8080]\nlivenessProbe: {httpGet: {port: 80}}",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "a probe reaches any port, but an unlisted one is probably a typo"),),
)


def check_probed_ports(group: Item) -> None:
    """Likely: a probe of a port that the container does not list is a typo."""
    for container in group.at("properties").each("containers"):
        listed = {port.at("port").number for port in container.at("properties").each("ports")}
        for name in ("livenessProbe", "readinessProbe"):
            port = container.at("properties", name, "httpGet", "port")
            # A container that lists no ports at all may listen on any: then there is nothing to compare with.
            if port and listed and port.number not in listed:
                port.complain(ACI077, f"the container does not list port {port.number:.0f}")


RULES: Final[RuleTable] = {
    (): (check_container_count, check_windows_containers, check_images),
    ("livenessProbe", "readinessProbe"): (check_probes, check_probed_ports),
    ("privileged",): (check_privileged,),
}
