"""Checks of containers: name, image, variables, probes and sizes, and the credentials for their registries."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator.arm.versions import SUBNETS_SINCE
from aci_reconcile.emulator.model import Json, as_object, find_duplicates, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.aci.checks.judge import Judge


_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUES = frozenset({"value", "secureValue", "secureValueReference"})
_LONGEST_NAME = 63
# From this version on a container group profile may hold the image.
_PROFILES_SINCE = "2025-09-01"


def check_container(judge: Judge, container: Json, version: str) -> None:
    """Check the rules that also apply to init containers. Raises ArmError."""
    name, properties = str(container["name"]), as_object(container["properties"])
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        message = (
            f"The container name '{name}' in container group '{judge.group}' is invalid. A container name must contain "
            "no more than 63 characters and must match the regex '[a-z0-9]([-a-z0-9]*[a-z0-9])?' (e.g. 'my-name')."
        )
        judge.refuse("InvalidContainerName", message, fact="container-name")
    if "image" not in properties and version < _PROFILES_SINCE:
        judge.refuse_missing("image", f"properties.containers.{name}.properties", fact="image-needed")
    if not properties.get("image"):
        message = f"The image of container '{name}' in container group '{judge.group}' cannot be empty."
        judge.refuse("MissingImage", message, fact="image-needed")
    variables = list_objects(properties.get("environmentVariables"))
    for variable in variables:
        _check_variable(judge, name, variable)
    twice = find_duplicates(str(variable["name"]) for variable in variables)
    if twice:
        message = f"The environment variable name '{twice[0]}' in container '{name}' is not unique."
        judge.refuse("DuplicateEnvironmentVariable", message, fact="variable-names-unique")


def _check_variable(judge: Judge, container: str, variable: Json) -> None:
    name, place = str(variable["name"]), f"in container '{container}' of container group '{judge.group}'"
    if not _VARIABLE.fullmatch(name):
        message = (
            f"The environment variable name {place} is invalid. A valid environment variable name must start with "
            "alphabetic character or `_` , followed by a string of alphanumeric characters or `_` (e.g. 'my_name',  or "
            "'MY_NAME',  or 'MyName')."
        )
        judge.refuse("InvalidContainerEnvironmentVariable", message, fact="variable-name")
    if len(name) > _LONGEST_NAME:
        message = f"The environment variable name {place} has more than {_LONGEST_NAME} characters."
        judge.refuse("InvalidContainerEnvironmentVariable", message, fact="variable-name-length")
    # mage-ai/mage-ai#4872: a name without a value is refused, too, although answers show secure variables like that.
    if len(variable.keys() & _VALUES) != 1:
        message = (
            f"The environment variable '{name}' {place} is invalid. One and only one property of 'value' and "
            "'secureValue' can be specified in an environment variable."
        )
        judge.refuse("InvalidEnvironmentVariable", message, fact="one-value")


def check_probes(judge: Judge, container: Json) -> None:
    """Refuse probes with no method, or with two. Raises ArmError."""
    properties = as_object(container["properties"])
    for key in ("livenessProbe", "readinessProbe"):
        probe = properties.get(key)
        if probe is not None and len(as_object(probe).keys() & {"exec", "httpGet"}) != 1:
            place = f"of container '{container['name']}' in container group '{judge.group}'"
            judge.refuse("InvalidContainerProbe", f"The {key} {place} needs either exec or httpGet.", fact="one-probe")


_LARGEST = {"": (32.0, 256.0), "confidential": (31.0, 180.0), "spot": (4.0, 16.0)}
# By property, as the service's messages spell it.
_SPELT = {"cpu": "Cpu", "memoryInGB": "MemoryInGB"}
_SINCE = "since API version '2017-07-01-preview'."


def check_sizes(judge: Judge, container: Json, *, profile: bool) -> None:
    """Refuse a container without resources, or with invalid ones. Raises ArmError."""
    name = str(container["name"])
    resources = as_object(as_object(container["properties"]).get("resources"))
    requests, limits = as_object(resources.get("requests")), as_object(resources.get("limits"))
    if not profile:
        _check_requests(judge, name, requests)
    for key, spelt in _SPELT.items():
        asked, most = requests.get(key), limits.get(key)
        if asked is not None and asked <= 0:  # MicrosoftDocs/azure-docs#41476
            message = f"The {key} of container '{name}' in container group '{judge.group}' must be more than 0."
            judge.refuse("InvalidResourceRequests", message, fact="size-positive")
        if asked is not None and most is not None and most < asked:
            message = (
                f"The resource requirement '{json.dumps(resources, separators=(',', ':'))}' in container '{name}' of "
                f"contain group '{judge.group}' is invalid. The '{spelt}' limit value must be greater than or equal to "
                "the request value."
            )
            judge.refuse("ResourceLimitsLessThanRequests", message, fact="limit-below-request")


def _check_requests(judge: Judge, container: str, requests: Json) -> None:
    """Refuse missing requests; the messages are those that users of az report, including their mistakes."""
    place = f"in container '{container}' of contain group '{judge.group}'."
    if not requests:
        lead = f"The resource requests are not specified {place}"
        message = f"{lead} Both memory and CPU requests are required {_SINCE}"
        judge.refuse("ResourceRequestsNotSpecified", message, fact="size-needed")
    absent = [spelt for key, spelt in _SPELT.items() if key not in requests]
    if absent:
        found = " ".join(f"{spelt} '{_render_size(requests.get(key))}'" for key, spelt in reversed(_SPELT.items()))
        message = f"The '{absent[0]}' request is not specified in '{found}' {place} It is required {_SINCE}"
        judge.refuse("ResourceSomeRequestsNotSpecified", message, fact="size-needed")


def _render_size(size: float | None) -> str:
    return "" if size is None else f"{size:g}"


def check_total_size(judge: Judge, content: Json) -> None:
    """Refuse totals outside the limits of a group. Raises ArmError."""
    properties = as_object(content["properties"])
    requested = {
        str(item["name"]): as_object(as_object(item["properties"]).get("resources"))
        for item in list_objects(properties["containers"])
    }
    if not requested or not all(requested.values()):
        return
    total = {key: _sum_requests(properties, key) for key in _SPELT}
    for name, resources in requested.items():
        _check_limits(judge, name, as_object(resources.get("limits")), total)
    cpu, memory = total["cpu"], total["memoryInGB"]
    if (cpu < 1 or memory < 1) and judge.knobs.small_groups == "refuse":
        judge.refuse("InternalServerError", "Encountered internal server error.", fact="small-groups", status=500)
    classes = {str(properties.get(key, "")).lower() for key in ("sku", "priority")}
    most = _LARGEST["spot" if "spot" in classes else "confidential" if "confidential" in classes else ""]
    if cpu > most[0] or memory > most[1]:
        judge.refuse("ServiceUnavailable", _render_unavailable(content, cpu, memory), fact="largest-group", status=409)


def _check_limits(judge: Judge, container: str, limits: Json, total: Json) -> None:
    for key, spelt in _SPELT.items():
        if limits.get(key, 0) > total[key]:
            message = (
                f"The '{spelt}' limit '{limits[key]:g}' in container '{container}' is greater than the total request "
                f"'{total[key]:g}' of container group '{judge.group}'."
            )
            judge.refuse("ContainerLimitGreaterThanContainerGroupTotalRequest", message, fact="limit-above-total")


def _render_unavailable(content: Json, cpu: float, memory: float) -> str:
    properties = as_object(content["properties"])
    network_part = " virtual network" if properties.get("subnetIds") else ""
    return (
        f"The requested resource is not available in the location '{content.get('location')}' at this moment. Please "
        f"retry with a different resource request or in another location. Resource requested: '{cpu:g}' CPU "
        f"'{memory:g}' GB memory '{properties.get('osType')}' OS{network_part}."
    )


def _sum_requests(properties: Json, key: str) -> float:
    requests = [
        as_object(as_object(as_object(container["properties"]).get("resources")).get("requests"))
        for container in list_objects(properties["containers"])
    ]
    # Tenths add up to a little less than a whole in binary: 0.1 ten times must be 1.
    return round(sum(float(request.get(key, 0.0)) for request in requests), 6)


# a port is refused, too, with the same message
_REGISTRY_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PROOFS = ("identity", "password", "passwordReference")


def check_registries(judge: Judge, properties: Json, version: str) -> None:
    """Refuse incomplete credentials, and invalid hosts. Raises ArmError."""
    where = f"in the 'imageRegistryCredentials' of container group '{judge.group}'"
    credentials = list_objects(properties.get("imageRegistryCredentials"))
    for credential in credentials:
        if credential.get("identity") and version < SUBNETS_SINCE:
            # Azure's support article on pulls with a managed identity: the version that brought subnets.
            message = f"Identity {where} is not supported."
            judge.refuse("InvalidImageRegistryCredentialType", message, fact="identity-credentials")
        if not any(credential.get(proof) for proof in _PROOFS):
            message = f"The password {where} cannot be empty."
            judge.refuse("EmptyImageRegistryCredentialPassword", message, fact="empty-password")
        server = str(credential["server"])
        if not _REGISTRY_HOST.fullmatch(server):
            message = f"The server '{server}' {where} is invalid. It should be a valid host name without protocol."
            judge.refuse("InvalidImageRegistryServer", message, fact="registry-server")
    containers = [*list_objects(properties.get("containers")), *list_objects(properties.get("initContainers"))]
    # docker-archive/compose-cli#2150. Whether init containers count is unknown; counting them refuses less.
    if len(credentials) > len(containers):
        message = f"More image registry credentials provided than containers in container group '{judge.group}'."
        judge.refuse("MoreImageRegistryCredentialsThanContainers", message, fact="most-credentials")
    twice = find_duplicates(str(credential["server"]).lower() for credential in credentials)
    if twice:
        message = f"The server '{twice[0]}' {where} is not unique."
        judge.refuse("DuplicateImageRegistryServer", message, fact="registry-servers-unique")
