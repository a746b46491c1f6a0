"""How much of a region's quota a subscription uses: counted always, enforced where the knob says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors, groups, versions
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, answer, as_object, objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.call import Call
    from aci_reconcile.emulator.record import Group

# Names recorded by Azure PowerShell's tests; the limits are the documented defaults.
_LIMITS = {
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


@rests_on("usages")
def list_usages(call: Call) -> Response:
    """Return the usages of one region."""
    counts = _count_all(call, versions.canonical_location(call.path["location"]), "")
    return answer(200, {"value": [_show_usage(name, counts[name]) for name in _LIMITS]})


def enforce(call: Call, group: Group) -> None:
    """Refuse a group that needs more than the region's quota has left, not counting its own former size."""
    location = versions.canonical_location(group.location)
    used, wanted = _count_all(call, location, call.group_key), dict.fromkeys(_LIMITS, 0.0)
    _count(group, wanted)
    for name, limit in _LIMITS.items():
        if wanted[name] and used[name] + wanted[name] > limit:
            raise errors.quota_reached(name, location, (limit, used[name], wanted[name]))


def _count_all(call: Call, location: str, without: str) -> dict[str, float]:
    counts = dict.fromkeys(_LIMITS, 0.0)
    for key, group in groups.list_stored(call, f"{call.subscription}/".lower()):
        if key != without and group.gone is None and versions.canonical_location(group.location) == location:
            _count(group, counts)
    return counts


def _count(group: Group, counts: dict[str, float]) -> None:
    properties = group.properties()
    cores = sum(_count_cores(container) for container in objects(properties.get("containers")))
    sku = str(properties.get("sku") or "Standard").capitalize()
    spot = str(properties.get("priority", "")).lower() == "spot"
    counts["ContainerGroups"] += 1
    if sku in {"Dedicated", "Confidential"}:
        counts[f"{sku}ContainerGroups"] += 1
        counts[f"{sku}Cores"] += cores
    else:
        counts["StandardSpotCores" if spot else "StandardCores"] += cores


def _count_cores(container: Json) -> float:
    resources = as_object(as_object(container.get("properties")).get("resources"))
    return float(as_object(resources.get("requests")).get("cpu", 0.0))


def _show_usage(name: str, value: float) -> Json:
    return {
        "unit": "Count",
        "currentValue": int(value) if value.is_integer() else value,
        "limit": _LIMITS[name],
        "name": {"value": name, "localizedValue": name},
    }
