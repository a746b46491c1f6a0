"""CPU, memory and containers (docs: quotas, resource availability, container groups)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from aci_reconcile.core.desired import PROFILES
from aci_reconcile.core.images import find_flaw
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item

_MOST_CONTAINERS, _MOST_INIT = 60, 59
_SPOT_REGIONS = frozenset({"eastus2", "westeurope", "westus"})


class Amount(NamedTuple):
    """CPU cores and memory in GB."""

    cpu: float
    memory: float


LEAST: Final = Amount(1, 1)
"""Docs: the minimum of a group. azurerm's acceptance tests use less, and one user got an HTTP 500 for less

(hashicorp/terraform-provider-azurerm#26925): so this only warns.
"""
MOST: Final = Amount(31, 240)
MOST_CONFIDENTIAL: Final = Amount(31, 180)
MOST_SPOT: Final = Amount(4, 16)
"""Docs (resource availability): the maximum of a group."""

_FIELDS: Final = (("cpu", "CPU"), ("memoryInGB", "GB of memory"))
_ROUNDING = 1e-9
_MOVING = re.compile(r"(:latest|^[^:@]+|/[^:@]+)$")


def _list_resources(group: Item) -> tuple[Item, ...]:
    return tuple([each.at("properties", "resources") for each in group.at("properties").each("containers")])


def _find_maximum(group: Item) -> Amount:
    if group.at("properties", "priority").text == "Spot":
        return MOST_SPOT
    return MOST_CONFIDENTIAL if group.at("properties", "sku").text == "Confidential" else MOST


def _has_profile(group: Item) -> bool:
    """Whether the group takes missing settings of its containers from a profile."""
    found = [group.at("properties", name) for name in PROFILES]
    return any(each.value or each.doubtful for each in found)


def check_totals(group: Item) -> None:
    """Docs (container groups, resource availability): minimum and maximum of all containers together."""
    asked = [each.at("requests") for each in _list_resources(group)]
    for (name, unit), least, most in zip(_FIELDS, LEAST, _find_maximum(group), strict=True):
        requests = [each.at(name) for each in asked]
        numbers = [each.number for each in requests]
        if not numbers or min(numbers) <= 0 or not all(requests):
            continue
        total = sum(numbers)
        if total < least - _ROUNDING:
            requests[0].complain("ACI055", f"{total:g} {unit} in total; the documented minimum is {least:g}")
        elif total > most + _ROUNDING:
            requests[0].complain(
                "ACI056", f"{total:g} {unit} in total; the documented maximum for such a group is {most:g}"
            )


def check_limits(group: Item) -> None:
    """Azure: ResourceLimitsLessThanRequests, ContainerLimitGreaterThanContainerGroupTotalRequest.

    virtual-kubelet/virtual-kubelet#143 and docker-archive/compose-cli#743.
    """
    for name, unit in _FIELDS:
        total = sum(each.at("requests", name).number for each in _list_resources(group))
        known = all(each.at("requests", name) for each in _list_resources(group))
        for each in _list_resources(group):
            limit, request = each.at("limits", name), each.at("requests", name)
            if limit and request and limit.number < request.number:
                limit.complain(
                    "ACI057", f"the limit of {limit.number:g} {unit} is below the request of {request.number:g}"
                )
            elif limit and known and limit.number > total + _ROUNDING:
                limit.complain(
                    "ACI058", f"the limit of {limit.number:g} {unit} is above the group's total of {total:g}"
                )


def check_amounts(group: Item) -> None:
    """Azure refuses an amount of zero (MicrosoftDocs/azure-docs#41476)."""
    given = [each.at(kind) for each in _list_resources(group) for kind in ("requests", "limits") if each.has(kind)]
    for each in given:
        for name, unit in _FIELDS:
            amount = each.at(name)
            if amount and amount.number <= 0:
                amount.complain("ACI059", f"{amount.number:g} {unit} is not a valid amount")


def check_gpu(group: Item) -> None:
    """Docs: GPUs were retired on 14 July 2025."""
    for each in _list_resources(group):
        for kind in ("requests", "limits"):
            found = each.at(kind, "gpu")
            if found:
                found.complain("ACI060", "ACI no longer offers GPUs", "remove `gpu`")


def check_container_count(group: Item) -> None:
    """Quotas: number of containers in a group; docs: at least one that is not an init container."""
    properties = group.at("properties")
    containers, inits = properties.each("containers"), properties.each("initContainers")
    if not containers and not _has_profile(group):
        doubtful = any(path[:2] == ("properties", "containers") for path in group.places.doubtful)
        if not doubtful:
            properties.at("containers").complain("ACI064", "the group has no containers")
    if len(containers) > _MOST_CONTAINERS:
        message = f"{len(containers)} containers; the documented maximum is {_MOST_CONTAINERS}"
        properties.at("containers").complain("ACI063", message)
    if len(inits) > _MOST_INIT:
        message = f"{len(inits)} init containers; the documented maximum is {_MOST_INIT}"
        properties.at("initContainers").complain("ACI063", message)


def check_windows_containers(group: Item) -> None:
    """Microsoft's answer in Azure/azure-cli#11940, and docs: groups of several containers are for Linux only."""
    properties = group.at("properties")
    count = len(properties.each("containers")) + len(properties.each("initContainers"))
    if count > 1 and properties.at("osType").text == "Windows":
        properties.at("osType").complain(
            "ACI061", f"a Windows group can have one container only, but this one has {count}"
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
            if not _has_profile(group) and not container.doubtful:
                container.complain("ACI065", "the container has no image", "add `image: registry/name:tag`")
        elif image.text and _MOVING.search(image.text) and not find_flaw(image.text):
            image.complain("ACI067", f"the tag of {quote(image.text)} is mutable", "use a fixed tag or a digest")


def check_resources(group: Item) -> None:
    """Azure refuses a container without (MicrosoftLearning/mslearn-azure-developer#67); a profile may supply them."""
    for container in group.at("properties").each("containers"):
        properties = container.at("properties")
        if properties and not properties.has("resources") and not _has_profile(group):
            hint = "add `resources: {cpu: 1, memoryInGB: 1.5}`"
            container.complain("ACI066", "the container has no `resources`", hint)


def check_spot(group: Item) -> None:
    """Docs: the regions and the sku of spot groups."""
    properties, location = group.at("properties"), group.at("location")
    if properties.at("priority").text != "Spot":
        return
    if location.text and location.text.replace(" ", "").lower() not in _SPOT_REGIONS:
        message = f"spot groups are not documented for {quote(location.text)}"
        properties.at("priority").complain("ACI068", message, "use East US 2, West Europe or West US")
    if properties.at("sku").text not in {"", "Standard", "NotSpecified"}:
        properties.at("sku").complain("ACI069", f"spot groups can't have the sku {properties.at('sku').text}")


def check_privileged(group: Item) -> None:
    """Required in azurerm's tests (hashicorp/terraform-provider-azurerm#23034): the Confidential sku."""
    properties = group.at("properties")
    if properties.at("sku").text == "Confidential":
        return
    for container in (*properties.each("containers"), *properties.each("initContainers")):
        flag = container.at("properties", "securityContext", "privileged")
        if flag.value is True:
            flag.complain("ACI070", "privileged containers are documented for the Confidential sku only")


def check_zones(group: Item) -> None:
    """Docs: a group runs in one zone."""
    if len(group.each("zones")) > 1:
        group.at("zones").complain("ACI101", "a container group runs in one zone only")
