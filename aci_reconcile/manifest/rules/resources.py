"""CPU and memory (docs: quotas, resource availability)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from aci_reconcile.manifest.code import CONTAINER_GROUPS_PAGE, WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.rules.containers import has_profile

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item, RuleTable


class Amount(NamedTuple):
    """CPU cores and memory in GB."""

    cpu: float
    memory: float


LEAST: Final = Amount(1, 1)
"""Docs: the minimum of a group. azurerm's acceptance tests use less, and one user got an HTTP 500 for less
(hashicorp/terraform-provider-azurerm#26925): so this only warns."""

MOST: Final = Amount(31, 240)
MOST_CONFIDENTIAL: Final = Amount(31, 180)
MOST_SPOT: Final = Amount(4, 16)
"""Docs (resource availability): the maximum of a group, and of one with that sku or priority."""

_FIELDS: Final = (("cpu", "CPU"), ("memoryInGB", "GB of memory"))
_ROUNDING = 1e-9


def _list_resources(group: Item) -> tuple[Item, ...]:
    return tuple([each.at("properties", "resources") for each in group.at("properties").each("containers")])


def _find_maximum(group: Item) -> Amount:
    if group.at("properties", "priority").text == "Spot":
        return MOST_SPOT
    return MOST_CONFIDENTIAL if group.at("properties", "sku").text == "Confidential" else MOST


ACI055: Final = Code(
    "ACI055",
    "The group requests less than the documented minimum",
    "The documentation asks for at least 1 CPU and 1 GB per group, all containers together. Smaller groups have "
    "been created; where Azure refused one, it answered `InternalServerError`. Request more if that happens.",
    example="containers: [{name: web, resources: {cpu: 0.5, memoryInGB: 0.5}}]",
    severity=WARNING,
    evidence=(
        CONTAINER_GROUPS_PAGE,
        Evidence(Basis.THREAD, "an HTTP 500: hashicorp/terraform-provider-azurerm#26925"),
        Evidence(Basis.EXAMPLE, "azurerm's acceptance tests ask for less"),
    ),
)

ACI056: Final = Code(
    "ACI056",
    "The group requests more than the documented maximum",
    "The documented limits, all containers together, are 31 CPU and 240 GB; 180 GB for the Confidential sku; 4 "
    "CPU and 16 GB for Spot. A region may offer less or more: `verify` asks Azure.",
    example="containers: [{name: web, resources: {cpu: 64, memoryInGB: 16}}]",
    severity=WARNING,
    evidence=(
        Evidence(Basis.DOCUMENT, "Resource availability and quota limits for ACI"),
        Evidence(Basis.RECORDING, "azure-powershell 2024: a region that offers 32 CPU and 256 GB"),
        Evidence(Basis.THREAD, "regions differ: MicrosoftDocs/azure-docs#102373"),
    ),
)


def check_totals(group: Item) -> None:
    """Docs (container groups, resource availability): minimum and maximum of all containers together."""
    asked = [each.at("requests") for each in _list_resources(group)]
    for (name, unit), least, most in zip(_FIELDS, LEAST, _find_maximum(group), strict=True):
        requests = [each.at(name) for each in asked]
        numbers = [each.number for each in requests]
        # Without all numbers there is no total; an amount of zero is reported by its own rule.
        if not numbers or min(numbers) <= 0 or not all(requests):
            continue
        total = sum(numbers)
        if total < least - _ROUNDING:
            requests[0].complain(ACI055, f"{total:g} {unit} in total; the documented minimum is {least:g}")
        elif total > most + _ROUNDING:
            requests[0].complain(
                ACI056, f"{total:g} {unit} in total; the documented maximum for such a group is {most:g}"
            )


ACI057: Final = Code(
    "ACI057",
    "A limit is below the request",
    "A container is guaranteed its request, so its limit can't be lower. Raise the limit, or lower the request.",
    example="resources: {requests: {cpu: 2, memoryInGB: 2}, limits: {cpu: 1}}",
    evidence=(Evidence(Basis.THREAD, "ResourceLimitsLessThanRequests: virtual-kubelet/virtual-kubelet#143"),),
)

ACI058: Final = Code(
    "ACI058",
    "A limit is above the total of the group",
    "A container can't use more than all containers of the group request together. Lower the limit, or raise a "
    "request.",
    example="resources: {requests: {cpu: 1, memoryInGB: 1}, limits: {cpu: 4}}",
    evidence=(
        Evidence(Basis.THREAD, "ContainerLimitGreaterThanContainerGroupTotalRequest: docker-archive/compose-cli#743"),
    ),
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
                    ACI057, f"the limit of {limit.number:g} {unit} is below the request of {request.number:g}"
                )
            elif limit and known and limit.number > total + _ROUNDING:
                limit.complain(ACI058, f"the limit of {limit.number:g} {unit} is above the group's total of {total:g}")


ACI059: Final = Code(
    "ACI059",
    "Not a valid amount",
    "CPU and memory must be greater than zero.",
    example="resources: {cpu: 0, memoryInGB: 1}",
    evidence=(Evidence(Basis.THREAD, "MicrosoftDocs/azure-docs#41476"),),
)


def check_amounts(group: Item) -> None:
    """Azure refuses an amount of zero (MicrosoftDocs/azure-docs#41476)."""
    amounts = [each.at(kind) for each in _list_resources(group) for kind in ("requests", "limits") if each.has(kind)]
    for each in amounts:
        for name, unit in _FIELDS:
            amount = each.at(name)
            if amount and amount.number <= 0:
                amount.complain(ACI059, f"{amount.number:g} {unit} is not a valid amount")


ACI060: Final = Code(
    "ACI060",
    "GPUs are no longer available",
    "The documentation says that ACI retired them on 14 July 2025. Remove `gpu`.",
    example="resources: {requests: {cpu: 1, memoryInGB: 1, gpu: {count: 1, sku: V100}}}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Deploy container instances that use GPU resources"),),
)


def check_gpu(group: Item) -> None:
    """Docs: GPUs were retired on 14 July 2025."""
    for each in _list_resources(group):
        for kind in ("requests", "limits"):
            found = each.at(kind, "gpu")
            if found:
                found.complain(ACI060, "ACI no longer offers GPUs", "remove `gpu`")


ACI066: Final = Code(
    "ACI066",
    "A container has no resources",
    "Azure refuses it (`ResourceRequestsNotSpecified`), although its schema makes them optional. Add `resources`. "
    "Only groups that take their settings from a profile can leave them out.",
    example="containers: [{name: web, image: nginx}]",
    evidence=(Evidence(Basis.THREAD, "ResourceRequestsNotSpecified: MicrosoftLearning/mslearn-azure-developer#67"),),
)


def check_resources(group: Item) -> None:
    """Azure refuses a container without (MicrosoftLearning/mslearn-azure-developer#67); a profile may supply them."""
    for container in group.at("properties").each("containers"):
        properties = container.at("properties")
        if properties and not properties.has("resources") and not has_profile(group):
            hint = "add `resources: {cpu: 1, memoryInGB: 1.5}`"
            container.complain(ACI066, "the container has no `resources`", hint)


RULES: Final[RuleTable] = {
    (): (check_resources,),
    ("requests",): (check_totals,),
    ("limits",): (check_limits,),
    ("requests", "limits"): (check_amounts,),
    ("gpu",): (check_gpu,),
}
