"""The data of a region: sizes and cached images, and the usage of quotas, which is enforced only if a knob says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci import groups
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.arm import versions
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.aci.record import Group
    from aci_reconcile.emulator.arm.call import Call


# Public images from Azure's quickstarts. The real list differs by region.
_LINUX: Json = {"osType": "Linux"}
_WINDOWS: Json = {"osType": "Windows", "osVersion": "Windows Server 2019 - After 2B"}
_CACHED = (
    (_LINUX, "mcr.microsoft.com/azuredocs/aci-helloworld:latest"),
    (_LINUX, "mcr.microsoft.com/azuredocs/aci-wordcount:latest"),
    (_WINDOWS, "mcr.microsoft.com/windows/nanoserver:1809"),
    (_WINDOWS, "mcr.microsoft.com/windows/servercore:ltsc2019"),
)
# Operating system, kind of address, GPU, memory, CPU, number of GPUs.
_CAPABILITIES = (
    ("NotSpecified", "Public", "None", (256.0, 32.0, 0)),
    ("NotSpecified", "Private", "None", (256.0, 32.0, 0)),
    ("Linux", "Public", "V100", (448.0, 24.0, 4)),
)


@rests_on("capabilities")
def list_capabilities(call: Call) -> Response:
    """Return the recorded rows, including one for GPUs, which have been retired since."""
    location = _check_location(call)
    return answer(200, {"value": [_make_capability(location, *row) for row in _CAPABILITIES]})


@rests_on("cached-images")
def list_cached_images(call: Call) -> Response:
    """Return the images of quickstarts."""
    _check_location(call)
    return answer(200, {"value": [{**system, "image": image} for system, image in _CACHED]})


def _check_location(call: Call) -> str:
    location = versions.canonical_location(call.path["location"])
    if location not in versions.LOCATIONS:
        raise errors.location_not_available(call.path["location"], versions.LOCATIONS)
    return location


def _make_capability(location: str, system: str, address: str, gpu: str, most: tuple[float, float, int]) -> Json:
    memory, cpu, gpus = most
    return {
        "resourceType": "containerGroups",
        "osType": system,
        "location": location,
        "ipAddressType": address,
        "gpu": gpu,
        "capabilities": {"maxMemoryInGB": memory, "maxCpu": cpu, "maxGpuCount": gpus},
    }


_RAISED = ("ContainerGroups", "StandardCores")
# Names recorded by Azure PowerShell's tests; the limits are the documented defaults.
_QUOTAS = {
    "ContainerGroups": 100,
    "StandardCores": 100,
    "StandardSpotCores": 100,
    "StandardK80Cores": 0,
    "StandardP100Cores": 0,
    "StandardV100Cores": 0,
    "DedicatedContainerGroups": 0,
    "DedicatedCores": 0,
    "ConfidentialContainerGroups": 10,
    "ConfidentialCores": 10,
}


def find_region(call: Call) -> str:
    """Return the region that the PUT or DELETE of a group counts for; empty if nobody knows."""
    stored = groups.find(call)
    if stored is not None:
        return versions.canonical_location(stored.location)
    try:
        return versions.canonical_location(str(parse(call.request.body).get("location") or ""))
    except ArmError:
        return ""


@rests_on("usages")
def list_usages(call: Call) -> Response:
    """Return the usages of one region."""
    counts = _count_all(call, versions.canonical_location(call.path["location"]), "")
    quotas = _list_quotas(call.knobs.quota)
    return answer(200, {"value": [_show_usage(name, counts[name], limit) for name, limit in quotas.items()]})


def enforce(call: Call, group: Group) -> None:
    """Refuse a group that exceeds the region's remaining quota; its former size is credited first."""
    location = versions.canonical_location(group.location)
    used, wanted = _count_all(call, location, call.group_key), dict.fromkeys(_QUOTAS, 0.0)
    _add_usage(group, wanted)
    for name, limit in _list_quotas(call.knobs.quota).items():
        if wanted[name] and used[name] + wanted[name] > limit:
            raise errors.quota_reached(name, location, (limit, used[name], wanted[name]))


def _list_quotas(raised: int) -> dict[str, int]:
    """Return the quotas, with those that customers have raised most often at another number."""
    return {name: raised if name in _RAISED else limit for name, limit in _QUOTAS.items()}


def _count_all(call: Call, location: str, without: str) -> dict[str, float]:
    counts = dict.fromkeys(_QUOTAS, 0.0)
    for key, group in groups.list_stored(call, f"{call.subscription}/".lower()):
        if key != without and group.gone is None and versions.canonical_location(group.location) == location:
            _add_usage(group, counts)
    return counts


def _add_usage(group: Group, counts: dict[str, float]) -> None:
    properties = group.properties()
    cores = sum(_count_cores(container) for container in list_objects(properties.get("containers")))
    sku = str(properties.get("sku") or "Standard").capitalize()
    spot = str(properties.get("priority", "")).lower() == "spot"
    counts["ContainerGroups"] += 1
    if sku in {"Dedicated", "Confidential"}:  # recorded: these have quotas of their own, and so has Spot
        counts[f"{sku}ContainerGroups"] += 1
        counts[f"{sku}Cores"] += cores
    else:
        counts["StandardSpotCores" if spot else "StandardCores"] += cores


def _count_cores(container: Json) -> float:
    resources = as_object(as_object(container.get("properties")).get("resources"))
    return float(as_object(resources.get("requests")).get("cpu", 0.0))


def _show_usage(name: str, value: float, limit: int) -> Json:
    return {
        "unit": "Count",
        "currentValue": int(value) if value.is_integer() else value,
        "limit": limit,
        "name": {"value": name, "localizedValue": name},
    }
