"""Groups that take their settings from a container group profile, with or without a standby pool.

The emulator keeps no profiles and pools: every named profile exists, and all have the same settings.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, as_object, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_SINCE = "2024-05-01"
_CLAIM = frozenset({"containers", "containerGroupProfile", "standbyPoolProfile"})
# azure-rest-api-specs 2025-09-01, ContainerGroupCreateOrUpdateStandbyPool: the settings in its answer.
_CONTAINER: Json = {
    "image": "nginx",
    "ports": [{"port": 80}],
    "resources": {"requests": {"memoryInGB": 1.5, "cpu": 1.0}},
}
_SYSTEM = "Linux"


def complete_from_profile(call: Call, content: Json) -> Json:
    """Return the body completed by its profile, or unchanged without one. Raises ArmError."""
    properties = as_object(content["properties"])
    pool, profile = properties.get("standbyPoolProfile"), properties.get("containerGroupProfile")
    if call.version < _SINCE or not (pool or profile):  # before, both are unknown properties
        return content
    if pool:
        _check_claim(properties)
        return {**content, "properties": _complete_claim(properties)}
    return {**content, "properties": _fill_from_profile(properties)}


def _check_claim(properties: Json) -> None:
    """Refuse settings besides the config map. Recorded by Azure PowerShell's tests, including the message."""
    beside = [key for item in list_objects(properties.get("containers")) for key in as_object(item["properties"])]
    if properties.keys() - _CLAIM or set(beside) - {"configMap"}:
        message = "ContainerGroup properties other than config map are not allowed"
        raise ArmError(400, "BadRequest", message, fact="pool-takes-config-maps")


@rests_on("standby-claim", "standby-answer")
def _complete_claim(properties: Json) -> Json:
    kept = {key: value for key, value in properties.items() if key != "standbyPoolProfile"}
    return {**_fill_from_profile(kept), "isCreatedFromStandbyPool": True}


@rests_on("profile-alone")
def _fill_from_profile(properties: Json) -> Json:
    containers = [
        {**item, "properties": {**copy.deepcopy(_CONTAINER), **as_object(item["properties"])}}
        for item in list_objects(properties.get("containers"))
    ]
    return {"osType": _SYSTEM, **properties, "containers": containers}
