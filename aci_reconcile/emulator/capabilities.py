"""What a region offers: sizes, and images that are there before they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors, versions
from aci_reconcile.emulator.model import ArmError, Json, Response, answer
from aci_reconcile.emulator.validation import LARGEST

if TYPE_CHECKING:
    from aci_reconcile.emulator.call import Call

# Public images that Azure's quickstarts name; which ones a region really holds is its own affair.
_CACHED = (
    ("Linux", "mcr.microsoft.com/azuredocs/aci-helloworld:latest"),
    ("Linux", "mcr.microsoft.com/azuredocs/aci-wordcount:latest"),
    ("Windows", "mcr.microsoft.com/windows/nanoserver:ltsc2022"),
    ("Windows", "mcr.microsoft.com/windows/servercore:ltsc2022"),
)


def list_capabilities(call: Call) -> Response:
    """One row for each operating system and kind of address, with the documented largest group; GPUs are retired."""
    location = _location(call)
    rows = [_capability(location, system, kind) for system in ("Linux", "Windows") for kind in ("Public", "Private")]
    return answer(200, {"value": rows})


def list_cached_images(call: Call) -> Response:
    """The images of quickstarts."""
    _location(call)
    return answer(200, {"value": [{"osType": system, "image": image} for system, image in _CACHED]})


def outbound_dependencies(_: Call) -> Response:
    """There is no network to describe."""
    raise errors.not_emulated("the outbound network dependencies of a container group")


def delete_association(call: Call) -> Response:
    """Frees a subnet of the service: 204 once no group is in it. The refusal is inferred."""
    subnet = call.request.split().path.lower().partition("/providers/microsoft.containerinstance/")[0]
    if any(held["ip"] or call.now < held.get("busy", 0.0) for _, held in call.session.scan("subnet", f"{subnet}|")):
        message = f"The subnet '{call.path['subnet']}' still has container groups in it."
        raise ArmError(409, "ServiceAssociationLinkInUse", message)
    return Response(204)


def _location(call: Call) -> str:
    location = versions.canonical_location(call.path["location"])
    if location not in versions.LOCATIONS:
        raise errors.location_not_available(call.path["location"], versions.LOCATIONS)
    return location


def _capability(location: str, system: str, address: str) -> Json:
    cpu, memory = LARGEST[""]
    return {
        "resourceType": "containerGroups",
        "osType": system,
        "location": location,
        "ipAddressType": address,
        "gpu": "None",
        "capabilities": {"maxMemoryInGB": memory, "maxCpu": cpu, "maxGpuCount": 0.0},
    }
