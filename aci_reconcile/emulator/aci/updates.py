"""Refuses changes of an existing group that the service cannot make in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.simulation.runtime import has_ended, observe
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, as_list, as_object, list_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.aci.record import Group
    from aci_reconcile.emulator.knobs import Knobs


def check_update(stored: Group, wanted: Json, now: float, knobs: Knobs) -> None:
    """Refuse an update that needs a new group, with the service's own words."""
    if has_ended(observe(stored, now)) and knobs.ended_update == "refuse":
        raise errors.invalid_update(stored.name, code=knobs.ended_update_code)
    before = stored.properties()
    changed = next(_find_changes(_collect_fixed(before), _collect_fixed(wanted)), "") or next(
        _find_resized(before, wanted), ""
    )
    if changed:
        raise errors.invalid_update(stored.name, *([changed] if knobs.update_refusal == "named" else []))
    if any(_collect_contested(before)[name] != _collect_contested(wanted)[name] for name in knobs.refused_updates):
        # only reported with the older message, so the newer format for a list is unknown
        raise errors.invalid_update(stored.name)


def _find_changes(before: Json, wanted: Json) -> Iterator[str]:
    """Yield the values that differ, in the words of the refusal and under the service's own names for them."""
    for name, old in before.items():
        new = wanted.get(name, old)
        if _fold_case(old) != _fold_case(new):
            yield f'the {name} (old "{_render_value(old)}", new "{_render_value(new)}")'


@rests_on("update-named")
def _collect_fixed(properties: Json) -> Json:
    """Return the values of the whole group that cannot change: operating system, restart policy, network."""
    return {
        "OsType": properties.get("osType") or "Linux",
        "RestartPolicy": properties.get("restartPolicy") or "Always",
        "SubnetIds": sorted(_fold_case(subnet.get("id") or "") for subnet in list_objects(properties.get("subnetIds"))),
    }


def _find_resized(before: Json, wanted: Json) -> Iterator[str]:
    """Yield the changes of CPU, memory and GPU of containers that are there before and after."""
    sizes = _collect_sizes(before)
    for name, size in _collect_sizes(wanted).items():
        yield from _find_changes(sizes.get(name, size), size)


def _collect_sizes(properties: Json) -> dict[str, Json]:
    containers = list_objects(properties.get("containers"))
    return {
        str(item.get("name")): _collect_size(as_object(as_object(item.get("properties")).get("resources")))
        for item in containers
    }


def _collect_size(resources: Json) -> Json:
    requests, limits = as_object(resources.get("requests")), as_object(resources.get("limits"))
    return {
        "Cpu": requests.get("cpu"),
        "MemoryInGB": requests.get("memoryInGB"),
        "Gpu": requests.get("gpu"),
        "CpuLimit": limits.get("cpu"),
        "MemoryInGBLimit": limits.get("memoryInGB"),
        "GpuLimit": limits.get("gpu"),
    }


def _collect_contested(properties: Json) -> dict[str, Any]:
    """Return the values whose changes users saw refused, though neither messages nor documents name them."""
    address = as_object(properties.get("ipAddress"))
    containers = list_objects(properties.get("containers"))
    ports = {str(item.get("name")): as_list(as_object(item.get("properties")).get("ports")) for item in containers}
    diagnostics = as_object(as_object(properties.get("diagnostics")).get("logAnalytics"))
    return {
        "ports": (address.get("ports"), ports),
        "diagnostics": {key: item for key, item in diagnostics.items() if key != "workspaceKey"},
        "dnsNameLabel": address.get("dnsNameLabel"),
        "containers": sorted(ports),
    }


def _fold_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _render_value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
