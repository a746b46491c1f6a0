"""Checks of how much CPU and memory containers and groups ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aci_reconcile.emulator.model import Json, as_object, objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.refusals import Judge

LARGEST = {"": (32.0, 256.0), "confidential": (31.0, 180.0), "spot": (4.0, 16.0)}
# By property, as the service's messages spell it.
_SPELT = {"cpu": "Cpu", "memoryInGB": "MemoryInGB"}
_SINCE = "since API version '2017-07-01-preview'."


def check_container(judge: Judge, container: Json, *, profile: bool) -> None:
    """Refuse a container without a size, or with one that cannot be. Raises ArmError."""
    name = str(container["name"])
    resources = as_object(as_object(container["properties"]).get("resources"))
    requests, limits = as_object(resources.get("requests")), as_object(resources.get("limits"))
    if not profile:
        _check_requests(judge, name, requests)
    for key, spelt in _SPELT.items():
        asked, most = requests.get(key), limits.get(key)
        if asked is not None and asked <= 0:
            message = f"The {key} of container '{name}' in container group '{judge.group}' must be more than 0."
            judge.refuse("InvalidResourceRequests", message, fact="size-positive")
        if asked is not None and most is not None and most < asked:
            message = (
                f"The resource requirement '{json.dumps(resources, separators=(',', ':'))}' in container '{name}' of "
                f"contain group '{judge.group}' is invalid. The '{spelt}' limit value must be greater than or equal to "
                "the request value."
            )
            judge.refuse("ResourceLimitsLessThanRequests", message, fact="limit-below-request")


def _check_requests(judge: Judge, container: str, requests: Json) -> None:
    """Refuse missing requests, in the words that az's users met, their slips included."""
    place = f"in container '{container}' of contain group '{judge.group}'."
    if not requests:
        lead = f"The resource requests are not specified {place}"
        message = f"{lead} Both memory and CPU requests are required {_SINCE}"
        judge.refuse("ResourceRequestsNotSpecified", message, fact="size-needed")
    absent = [spelt for key, spelt in _SPELT.items() if key not in requests]
    if absent:
        found = " ".join(f"{spelt} '{_render_size(requests.get(key))}'" for key, spelt in reversed(_SPELT.items()))
        message = f"The '{absent[0]}' request is not specified in '{found}' {place} It is required {_SINCE}"
        judge.refuse("ResourceSomeRequestsNotSpecified", message, fact="size-needed")


def _render_size(size: float | None) -> str:
    return "" if size is None else f"{size:g}"


def check_group(judge: Judge, content: Json) -> None:
    """Refuse more or less than a group may have in all. Raises ArmError."""
    properties = as_object(content["properties"])
    requested = {
        str(item["name"]): as_object(as_object(item["properties"]).get("resources"))
        for item in objects(properties["containers"])
    }
    if not requested or not all(requested.values()):
        return
    total = {key: _sum_requests(properties, key) for key in _SPELT}
    for name, resources in requested.items():
        _check_limits(judge, name, as_object(resources.get("limits")), total)
    cpu, memory = total["cpu"], total["memoryInGB"]
    if (cpu < 1 or memory < 1) and judge.knobs.small_groups == "refuse":
        judge.refuse("InternalServerError", "Encountered internal server error.", fact="small-groups", status=500)
    classes = {str(properties.get(key, "")).lower() for key in ("sku", "priority")}
    most = LARGEST["spot" if "spot" in classes else "confidential" if "confidential" in classes else ""]
    if cpu > most[0] or memory > most[1]:
        judge.refuse("ServiceUnavailable", _render_unavailable(content, cpu, memory), fact="largest-group", status=409)


def _check_limits(judge: Judge, container: str, limits: Json, total: Json) -> None:
    for key, spelt in _SPELT.items():
        if limits.get(key, 0) > total[key]:
            message = (
                f"The '{spelt}' limit '{limits[key]:g}' in container '{container}' is greater than the total request "
                f"'{total[key]:g}' of container group '{judge.group}'."
            )
            judge.refuse("ContainerLimitGreaterThanContainerGroupTotalRequest", message, fact="limit-above-total")


def _render_unavailable(content: Json, cpu: float, memory: float) -> str:
    properties = as_object(content["properties"])
    network_part = " virtual network" if properties.get("subnetIds") else ""
    return (
        f"The requested resource is not available in the location '{content.get('location')}' at this moment. Please "
        f"retry with a different resource request or in another location. Resource requested: '{cpu:g}' CPU "
        f"'{memory:g}' GB memory '{properties.get('osType')}' OS{network_part}."
    )


def _sum_requests(properties: Json, key: str) -> float:
    requests = [
        as_object(as_object(as_object(container["properties"]).get("resources")).get("requests"))
        for container in objects(properties["containers"])
    ]
    # Tenths add up to a little less than a whole in binary: 0.1 ten times must be 1.
    return round(sum(float(request.get(key, 0.0)) for request in requests), 6)
