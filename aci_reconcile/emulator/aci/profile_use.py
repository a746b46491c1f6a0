"""Groups that take their settings from a container group profile, with or without a standby pool.

A profile that nobody created exists all the same, with the settings of Microsoft's example: tests name profiles of
subscriptions that the emulator does not know. It keeps no pools; each named one has a group to give.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci import profiles
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, as_object, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_SINCE = "2024-05-01"
# With a subnet: azure-cli's tests (2025).
_CLAIM = frozenset({"containers", "containerGroupProfile", "standbyPoolProfile", "subnetIds"})
# What a profile says of itself, and not of its groups.
_OWN = frozenset({"revision", "shutdownGracePeriod", "timeToLive", "useKrypton", "securityContext"})
# the answer in Microsoft's example of a group from a pool
_CONTAINER: Json = {
    "image": "nginx",
    "ports": [{"port": 80}],
    "resources": {"requests": {"memoryInGB": 1.5, "cpu": 1.0}},
}
_SYSTEM = "Linux"
_KEY_PARTS = 8


def complete_from_profile(call: Call, content: Json) -> Json:
    """The body completed by its profile, or unchanged without one. Raises ArmError."""
    properties = as_object(content["properties"])
    pool, profile = properties.get("standbyPoolProfile"), properties.get("containerGroupProfile")
    if call.version < _SINCE or not (pool or profile):
        return content
    if pool:
        _check_claim(properties)
        return {**content, "properties": _complete_claim(call, properties)}
    return {**content, "properties": _fill_from_profile(call, properties)}


def _check_claim(properties: Json) -> None:
    """Recorded by Azure PowerShell's tests, including the message."""
    beside = [key for item in list_objects(properties.get("containers")) for key in as_object(item["properties"])]
    if properties.keys() - _CLAIM or set(beside) - {"configMap"}:
        message = "ContainerGroup properties other than config map are not allowed"
        raise ArmError(400, "BadRequest", message, fact="pool-takes-config-maps")


@rests_on("standby-claim", "standby-answer", "standby-names")
def _complete_claim(call: Call, properties: Json) -> Json:
    """Return the properties of a group that waited in the pool: its containers are the profile's, names included."""
    kept = {key: value for key, value in properties.items() if key != "standbyPoolProfile"}
    filled = _fill_from_profile(call, kept)
    template = _find_template(call, as_object(properties.get("containerGroupProfile")))
    if template is not None:
        names = {str(item["name"]) for item in list_objects(template["containers"])}
        filled["containers"] = [item for item in list_objects(filled["containers"]) if str(item["name"]) in names]
    return {"imageRegistryCredentials": [], **filled, "isCreatedFromStandbyPool": True}


@rests_on("profile-alone")
def _fill_from_profile(call: Call, properties: Json) -> Json:
    """Return the properties of a group with what its profile has and the group leaves out."""
    template = _find_template(call, as_object(properties.get("containerGroupProfile")))
    given = list_objects(properties.get("containers"))
    if template is None:
        containers = [{**item, "properties": {**copy.deepcopy(_CONTAINER), **item["properties"]}} for item in given]
        return {"osType": _SYSTEM, **properties, "containers": containers}
    known = list_objects(template.pop("containers"))
    return {**template, **properties, "containers": _fill_containers(known, given)}


def _find_template(call: Call, reference: Json) -> Json | None:
    """Return the properties of the profile's revision; none if nobody created it."""
    parts = str(reference.get("id", "")).lower().strip("/").split("/")
    if len(parts) != _KEY_PARTS:
        return None
    profile = profiles.find(call, f"{parts[1]}/{parts[3]}/{parts[7]}")
    if profile is None:
        return None
    try:
        found = profile.properties(reference.get("revision") or 0)
    except LookupError:
        return None
    return {key: value for key, value in copy.deepcopy(found).items() if key not in _OWN}


def _fill_containers(known: list[Json], given: list[Json]) -> list[Json]:
    """Return the profile's containers with what the group's of the same name say; others are the group's own."""
    wanted = {str(item["name"]): as_object(item["properties"]) for item in given}
    names = [str(item["name"]) for item in known]
    filled = [{**item, "properties": {**item["properties"], **wanted.get(str(item["name"]), {})}} for item in known]
    return [*filled, *(item for item in given if str(item["name"]) not in names)]
