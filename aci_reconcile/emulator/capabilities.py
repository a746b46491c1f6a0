"""What a region offers: sizes, and images that are there before they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors, versions
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer

if TYPE_CHECKING:
    from aci_reconcile.emulator.call import Call

# Public images that Azure's quickstarts name; which ones a region really holds is its own affair.
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
    """Return the recorded rows, including the one with GPUs, which are retired since."""
    location = _check_location(call)
    return answer(200, {"value": [_make_capability(location, *row) for row in _CAPABILITIES]})


@rests_on("cached-images")
def list_cached_images(call: Call) -> Response:
    """Return the images of quickstarts."""
    _check_location(call)
    return answer(200, {"value": [{**system, "image": image} for system, image in _CACHED]})


def refuse_dependencies(_: Call) -> Response:
    """Refuse to describe a network: there is none."""
    raise errors.not_emulated("the outbound network dependencies of a container group")


def delete_association(call: Call) -> Response:
    """Free a subnet of the service: 204 once no group is in it. The refusal is inferred."""
    subnet = call.request.split().path.lower().partition("/providers/microsoft.containerinstance/")[0]
    if any(held["ip"] or call.now < held.get("busy", 0.0) for _, held in call.session.scan("subnet", f"{subnet}|")):
        message = f"The subnet '{call.path['subnet']}' still has container groups in it."
        raise ArmError(409, "ServiceAssociationLinkInUse", message, fact="association-in-use")
    return Response(204)


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
