"""Which changes of an existing group are refused: those that the service cannot make in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.model import Json, as_list, as_object, objects
from aci_reconcile.emulator.runtime import has_ended, observe

if TYPE_CHECKING:
    from aci_reconcile.emulator.knobs import Knobs
    from aci_reconcile.emulator.record import Group


def check(stored: Group, wanted: Json, now: float, knobs: Knobs) -> None:
    """Refuses an update that needs a new group, with the service's own words."""
    if has_ended(observe(stored, now)) and knobs.ended_update == "refuse":
        raise errors.invalid_update(stored.name, knobs.ended_update_code)
    before = stored.properties()
    if _frozen(before) != _frozen(wanted) or _resized(before, wanted):
        raise errors.invalid_update(stored.name)
    if any(_contested(before)[name] != _contested(wanted)[name] for name in knobs.refused_updates):
        raise errors.invalid_update(stored.name)


def _frozen(properties: Json) -> tuple[str, ...]:
    """What the error message names: operating system, restart policy, network."""
    return (
        _folded(properties.get("osType"), "Linux"),
        _folded(properties.get("restartPolicy"), "Always"),
        *sorted(_folded(subnet.get("id"), "") for subnet in objects(properties.get("subnetIds"))),
    )


def _resized(before: Json, wanted: Json) -> bool:
    """Whether a container that is there before and after asks for other CPU, memory or GPU."""
    sizes = _sizes(before)
    return any(sizes.get(name, size) != size for name, size in _sizes(wanted).items())


def _sizes(properties: Json) -> dict[str, Any]:
    containers = objects(properties.get("containers"))
    return {str(item.get("name")): as_object(item.get("properties")).get("resources") for item in containers}


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


def _folded(value: Any, default: str) -> str:
    return str(value or default).lower()
