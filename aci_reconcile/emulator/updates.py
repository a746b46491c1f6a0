"""Refuses changes of an existing group that the service cannot make in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, as_list, as_object, objects
from aci_reconcile.emulator.runtime import has_ended, observe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.knobs import Knobs
    from aci_reconcile.emulator.record import Group


def check(stored: Group, wanted: Json, now: float, knobs: Knobs) -> None:
    """Refuses an update that needs a new group, with the service's own words."""
    if has_ended(observe(stored, now)) and knobs.ended_update == "refuse":
        raise errors.invalid_update(stored.name, code=knobs.ended_update_code)
    before = stored.properties()
    changed = next(_changes(_fixed(before), _fixed(wanted)), "") or next(_resized(before, wanted), "")
    if changed:
        raise errors.invalid_update(stored.name, *([changed] if knobs.update_refusal == "named" else []))
    if any(_contested(before)[name] != _contested(wanted)[name] for name in knobs.refused_updates):
        # only reported with the older message, so the newer format for a list is unknown
        raise errors.invalid_update(stored.name)


def _changes(before: Json, wanted: Json) -> Iterator[str]:
    """The values that differ, in the words of the refusal, under the names that these have in the service's code."""
    for name, old in before.items():
        new = wanted.get(name, old)
        if _folded(old) != _folded(new):
            yield f'the {name} (old "{_told(old)}", new "{_told(new)}")'


@rests_on("update-named")
def _fixed(properties: Json) -> Json:
    """What belongs to the whole group and cannot change: operating system, restart policy, network."""
    return {
        "OsType": properties.get("osType") or "Linux",
        "RestartPolicy": properties.get("restartPolicy") or "Always",
        "SubnetIds": sorted(_folded(subnet.get("id") or "") for subnet in objects(properties.get("subnetIds"))),
    }


def _resized(before: Json, wanted: Json) -> Iterator[str]:
    """CPU, memory and GPU of the containers that are there before and after."""
    sizes = _sizes(before)
    for name, size in _sizes(wanted).items():
        yield from _changes(sizes.get(name, size), size)


def _sizes(properties: Json) -> dict[str, Json]:
    containers = objects(properties.get("containers"))
    return {
        str(item.get("name")): _size(as_object(as_object(item.get("properties")).get("resources")))
        for item in containers
    }


def _size(resources: Json) -> Json:
    requests, limits = as_object(resources.get("requests")), as_object(resources.get("limits"))
    return {
        "Cpu": requests.get("cpu"),
        "MemoryInGB": requests.get("memoryInGB"),
        "Gpu": requests.get("gpu"),
        "CpuLimit": limits.get("cpu"),
        "MemoryInGBLimit": limits.get("memoryInGB"),
        "GpuLimit": limits.get("gpu"),
    }


def _contested(properties: Json) -> dict[str, Any]:
    """Changes that users saw refused, though neither the message nor today's documents name them."""
    address = as_object(properties.get("ipAddress"))
    containers = objects(properties.get("containers"))
    ports = {str(item.get("name")): as_list(as_object(item.get("properties")).get("ports")) for item in containers}
    diagnostics = as_object(as_object(properties.get("diagnostics")).get("logAnalytics"))
    return {
        "ports": (address.get("ports"), ports),
        "diagnostics": {key: item for key, item in diagnostics.items() if key != "workspaceKey"},
        "dnsNameLabel": address.get("dnsNameLabel"),
        "containers": sorted(ports),
    }


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _told(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
