"""The provider's own checks of a container group: the schema checks nothing but types, the service all of this."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from aci_reconcile.emulator import network, volumes
from aci_reconcile.emulator.model import ArmError, Json, as_object, objects
from aci_reconcile.emulator.refusals import missing, refuse
from aci_reconcile.emulator.versions import SUBNETS_SINCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.emulator.knobs import Knobs

_GROUP_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_CONTAINER_NAME = _GROUP_NAME
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_NAME = 63
_MOST_CONTAINERS = 60
_ENUMS = {
    "osType": ("InvalidOsType", ("Linux", "Windows")),
    "restartPolicy": ("InvalidRestartPolicy", ("Always", "OnFailure", "Never")),
    "sku": ("InvalidContainerGroupSku", ("NotSpecified", "Standard", "Dedicated", "Confidential")),
    "priority": ("InvalidPriority", ("Regular", "Spot")),
}
# From this version on a container group profile may hold what a group leaves out.
_PROFILES_SINCE = "2025-09-01"
LARGEST = {"": (31.0, 240.0), "confidential": (31.0, 180.0), "spot": (4.0, 16.0)}


def check(name: str, content: Json, version: str, knobs: Knobs) -> None:
    """Refuses what the service refuses, with the first fault found."""
    properties = as_object(content["properties"])
    _check_group(name, properties, version, knobs)
    containers = objects(properties.get("containers"))
    init = objects(properties.get("initContainers"))
    _check_counts(name, containers, init)
    for container in (*init, *containers):
        _check_container(name, container, version)
    for container in containers:
        _check_running(name, container, profile=_from_profile(properties, version))
    _check_size(name, properties, content)
    network.check(name, properties, version, knobs)
    volumes.check(name, properties)
    _check_credentials(name, properties, version)


def _check_group(name: str, properties: Json, version: str, knobs: Knobs) -> None:
    plain = name.lower() if knobs.capital_names == "accept" else name
    if len(name) > _LONGEST_NAME or "--" in name or not _GROUP_NAME.fullmatch(plain):
        raise refuse("InvalidContainerGroupName", f"The container group name '{name}' is invalid.")
    if not properties.get("osType") and not _from_profile(properties, version):
        # Seen with the name as it stands here, `<null>`: Azure/azure-cli#30439 and #30496.
        message = "The 'osType' for container group '<null>' is invalid. The value must be one of 'Windows,Linux'."
        raise ArmError(400, "InvalidOsType", message)
    for key, (code, values) in _ENUMS.items():
        given = properties.get(key)
        if given is not None and str(given).lower() not in {value.lower() for value in values}:
            message = f"The {key} '{given}' in container group '{name}' is invalid. Valid: {', '.join(values)}."
            raise refuse(code, message)
    if str(properties.get("priority", "")).lower() == "spot":
        _check_spot(name, properties)
    windows = str(properties.get("osType", "")).lower() == "windows"
    if windows and len([*objects(properties.get("containers")), *objects(properties.get("initContainers"))]) > 1:
        message = (
            f"The container group '{name}' has Windows as its OS, which takes one container and no init container."
        )
        raise refuse("MultipleContainersNotSupportedForWindows", message)


def _from_profile(properties: Json, version: str) -> bool:
    """Whether a profile says what the group leaves out: Microsoft's 2025-09-01 examples of such groups say nothing."""
    named = any(properties.get(key) for key in ("containerGroupProfile", "standbyPoolProfile"))
    return named and version >= _PROFILES_SINCE


def _check_spot(name: str, properties: Json) -> None:
    """Spot has codes of its own, known by their names; the words are inferred."""
    if properties.get("ipAddress"):
        code = "SpotPriorityContainerGroupNotSupportedForInboundConnectivity"
        raise refuse(code, f"Container group '{name}' has Spot priority, which takes no inbound connectivity.")
    if str(properties.get("sku") or "Standard").lower() != "standard":
        code = "SpotPriorityContainerGroupNotSupportedInSku"
        raise refuse(code, f"Container group '{name}' has Spot priority, which takes the Standard sku only.")
    for container in objects(properties.get("containers")):
        resources = as_object(as_object(container["properties"]).get("resources"))
        if as_object(resources.get("requests")).get("gpu"):
            code = "SpotPriorityContainerGroupWithGPUResourcesNotSupported"
            raise refuse(code, f"Container group '{name}' has Spot priority, which takes no GPU.")


def _check_counts(name: str, containers: list[Json], init: list[Json]) -> None:
    if not containers:
        raise refuse("MissingContainers", f"The containers in container group '{name}' cannot be empty.")
    if len(containers) + len(init) > _MOST_CONTAINERS:
        message = f"The container group '{name}' has more than {_MOST_CONTAINERS} containers."
        raise refuse("ContainerGroupTooManyContainers", message)
    twice = _duplicates(str(container["name"]) for container in (*init, *containers))
    if twice:
        raise refuse(
            "DuplicateContainerName", f"The container name '{twice[0]}' in container group '{name}' is not unique."
        )


def _check_container(group: str, container: Json, version: str) -> None:
    name, properties = str(container["name"]), as_object(container["properties"])
    if len(name) > _LONGEST_NAME or not _CONTAINER_NAME.fullmatch(name):
        raise ArmError(
            400,
            "InvalidContainerName",
            f"The container name '{name}' in container group '{group}' is invalid. A container name must contain no "
            "more than 63 characters and must match the regex '[a-z0-9]([-a-z0-9]*[a-z0-9])?' (e.g. 'my-name').",
        )
    if "image" not in properties and version < _PROFILES_SINCE:
        raise missing("image", f"properties.containers.{name}.properties")
    if not properties.get("image"):
        raise refuse("MissingImage", f"The image of container '{name}' in container group '{group}' cannot be empty.")
    variables = objects(properties.get("environmentVariables"))
    for variable in variables:
        _check_variable(name, variable)
    twice = _duplicates(str(variable["name"]) for variable in variables)
    if twice:
        message = f"The environment variable name '{twice[0]}' in container '{name}' is not unique."
        raise ArmError(400, "InvalidContainerEnvironmentVariable", message)


def _check_variable(container: str, variable: Json) -> None:
    name = str(variable["name"])
    if len(name) > _LONGEST_NAME or not _VARIABLE.fullmatch(name):
        message = (
            f"The environment variable name '{name}' in container '{container}' is invalid. A name must start with a "
            "letter or '_' and contain only letters, digits and '_', no more than 63 of them."
        )
        raise ArmError(400, "InvalidContainerEnvironmentVariable", message)
    if len(variable.keys() & {"value", "secureValue", "secureValueReference"}) > 1:
        message = f"The environment variable '{name}' in container '{container}' has more than one value."
        raise ArmError(400, "InvalidContainerEnvironmentVariable", message)


def _check_running(group: str, container: Json, *, profile: bool) -> None:
    """What only the containers that stay have: resources and probes."""
    name, properties = str(container["name"]), as_object(container["properties"])
    resources = as_object(properties.get("resources"))
    if not resources and not profile:
        raise _no_requests(name, group)
    requests, limits = as_object(resources.get("requests")), as_object(resources.get("limits"))
    for key in ("cpu", "memoryInGB"):
        asked, most = requests.get(key), limits.get(key)
        if asked is not None and asked <= 0:
            message = f"The {key} of container '{name}' in container group '{group}' must be more than 0."
            raise refuse("InvalidResourceRequests", message)
        if asked is not None and most is not None and most < asked:
            message = f"The {key} limit of container '{name}' in container group '{group}' is less than its request."
            raise refuse("InvalidResourceLimits", message)
    for key in ("livenessProbe", "readinessProbe"):
        probe = properties.get(key)
        if probe is not None and len(as_object(probe).keys() & {"exec", "httpGet"}) != 1:
            message = f"The {key} of container '{name}' in container group '{group}' needs either exec or httpGet."
            raise refuse("InvalidContainerProbe", message)


def _no_requests(container: str, group: str) -> ArmError:
    """Seen by az's users (MicrosoftLearning/mslearn-azure-developer#67), the slip in the words included."""
    message = (
        f"The resource requests are not specified in container '{container}' of contain group '{group}'. Both memory "
        "and CPU requests are required since API version '2017-07-01-preview'."
    )
    return ArmError(400, "ResourceRequestsNotSpecified", message)


def _check_size(name: str, properties: Json, content: Json) -> None:
    cpu, memory = _total(properties, "cpu"), _total(properties, "memoryInGB")
    requested = [
        as_object(as_object(item["properties"]).get("resources")) for item in objects(properties["containers"])
    ]
    if not all(requested):
        return
    if cpu < 1 or memory < 1:
        message = f"The container group '{name}' requests {cpu:g} CPU and {memory:g} GB; the least is 1 CPU and 1 GB."
        raise refuse("InvalidResourceRequests", message)
    for limits in (as_object(resources.get("limits")) for resources in requested):
        if limits.get("cpu", 0) > cpu or limits.get("memoryInGB", 0) > memory:
            message = f"A resource limit in container group '{name}' is more than all its requests."
            raise refuse("InvalidResourceLimits", message)
    kinds = {str(properties.get(key, "")).lower() for key in ("sku", "priority")}
    most = LARGEST["spot" if "spot" in kinds else "confidential" if "confidential" in kinds else ""]
    if cpu > most[0] or memory > most[1]:
        raise ArmError(409, "ServiceUnavailable", _unavailable(content, cpu, memory))


def _unavailable(content: Json, cpu: float, memory: float) -> str:
    system = as_object(content["properties"]).get("osType") or "Linux"
    network_part = " virtual network" if as_object(content["properties"]).get("subnetIds") else ""
    return (
        f"The requested resource is not available in the location '{content.get('location')}' at this moment. Please "
        f"retry with a different resource request or in another location. Resource requested: '{cpu:g}' CPU "
        f"'{memory:g}' GB memory '{system}' OS{network_part}."
    )


def _total(properties: Json, key: str) -> float:
    requests = [
        as_object(as_object(as_object(container["properties"]).get("resources")).get("requests"))
        for container in objects(properties["containers"])
    ]
    # Tenths add up to a little less than a whole in binary: 0.1 ten times must be 1.
    return round(sum(float(request.get(key, 0.0)) for request in requests), 6)


def _check_credentials(name: str, properties: Json, version: str) -> None:
    credentials = objects(properties.get("imageRegistryCredentials"))
    for credential in credentials:
        if credential.get("identity") and version < SUBNETS_SINCE:
            # The version that brought subnets brought this too.
            message = f"The image registry credential type in container group '{name}' needs a newer api-version."
            raise refuse("InvalidImageRegistryCredentialType", message)
        if (
            not credential.get("identity")
            and not credential.get("password")
            and not credential.get("passwordReference")
        ):
            message = f"The password in the 'imageRegistryCredentials' of container group '{name}' cannot be empty."
            raise refuse("EmptyImageRegistryCredentialPassword", message)
        if "://" in str(credential["server"]):
            message = f"The server in the 'imageRegistryCredentials' of container group '{name}' must have no scheme."
            raise refuse("InvalidImageRegistryServer", message)
    twice = _duplicates(str(credential["server"]).lower() for credential in credentials)
    if twice:
        message = (
            f"The server '{twice[0]}' in the 'imageRegistryCredentials' of container group '{name}' is not unique."
        )
        raise refuse("DuplicateImageRegistryServer", message)


def _duplicates(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
