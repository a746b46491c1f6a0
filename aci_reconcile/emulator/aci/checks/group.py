"""The provider's own checks of a container group, beyond the types in the schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.checks import containers, network, volumes
from aci_reconcile.emulator.aci.checks.judge import Judge
from aci_reconcile.emulator.model import Json, as_object, find_duplicates, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.knobs import Knobs

_GROUP_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAME = 63
_MOST_CONTAINERS = 60
_ENUMS = {
    "osType": ("InvalidOsType", ("Windows", "Linux")),
    "restartPolicy": ("InvalidRestartPolicy", ("Always", "OnFailure", "Never")),
    "sku": ("InvalidContainerGroupSku", ("NotSpecified", "Standard", "Dedicated", "Confidential")),
    "priority": ("InvalidPriority", ("Regular", "Spot")),
}
# From this version on a container group profile may hold what a group leaves out.
_PROFILES_SINCE = "2025-09-01"


def check_group(name: str, content: Json, version: str, knobs: Knobs) -> None:
    """Raise ArmError for the first violation that the service refuses."""
    judge, properties = Judge(name, knobs), as_object(content["properties"])
    _check_settings(judge, properties, profile=_is_from_profile(properties, version))
    running = list_objects(properties.get("containers"))
    init = list_objects(properties.get("initContainers"))
    _check_counts(judge, running, init)
    for container in (*init, *running):
        containers.check_container(judge, container, version)
    for container in running:
        containers.check_sizes(judge, container, profile=_is_from_profile(properties, version))
        containers.check_probes(judge, container)
    containers.check_total_size(judge, content)
    network.check_network(judge, properties, version)
    volumes.check_volumes(judge, properties)
    containers.check_registries(judge, properties, version)


def _check_settings(judge: Judge, properties: Json, *, profile: bool) -> None:
    name = judge.group
    # Naming rules forbid capitals; published manifests have them, with an unknown result.
    plain = name.lower() if judge.knobs.capital_names == "accept" else name
    if len(name) > _LONGEST_NAME or "--" in name or not _GROUP_NAME.fullmatch(plain):
        message = f"The container group name '{name}' is invalid."
        judge.refuse("InvalidContainerGroupName", message, fact="group-name")
    # Azure/azure-cli#30439, #30496: refused at every api-version; Azure has no default for it.
    if not properties.get("osType") and not profile:
        code, values = _ENUMS["osType"]
        judge.refuse(code, _render_choices("osType", values), fact="os-type-needed")
    for key, (code, values) in _ENUMS.items():
        value = properties.get(key)
        if value is not None and str(value).lower() not in {value.lower() for value in values}:
            judge.refuse(code, _render_choices(key, values), fact="enums")
    if str(properties.get("priority", "")).lower() == "spot":
        _check_spot(judge, properties)
    # ACI documentation, container groups: several containers, and init containers, need Linux.
    windows = str(properties.get("osType", "")).lower() == "windows"
    if (
        windows
        and len([*list_objects(properties.get("containers")), *list_objects(properties.get("initContainers"))]) > 1
    ):
        message = f"The container group '{name}' has Windows as its OS: one container, and no init container."
        judge.refuse("MultipleContainersNotSupportedForWindows", message, fact="windows-one-container")


def _render_choices(key: str, values: tuple[str, ...]) -> str:
    """Return the message for a value that is not among the choices; seen for `osType`, name included."""
    return f"The '{key}' for container group '<null>' is invalid. The value must be one of '{','.join(values)}'."


def _is_from_profile(properties: Json, version: str) -> bool:
    """Whether a profile may fill in what the group leaves out, as in Microsoft's 2025-09-01 examples."""
    named = any(properties.get(key) for key in ("containerGroupProfile", "standbyPoolProfile"))
    return named and version >= _PROFILES_SINCE


def _check_spot(judge: Judge, properties: Json) -> None:
    """Refuse what Spot does not allow. Its error codes are known by name; the messages are inferred."""
    lead = f"Container group '{judge.group}' has Spot priority, which takes"
    if properties.get("ipAddress"):
        code = "SpotPriorityContainerGroupNotSupportedForInboundConnectivity"
        judge.refuse(code, f"{lead} no inbound connectivity.", fact="spot-limits")
    if str(properties.get("sku") or "Standard").lower() != "standard":
        code = "SpotPriorityContainerGroupNotSupportedInSku"
        judge.refuse(code, f"{lead} the Standard sku only.", fact="spot-limits")
    for container in list_objects(properties.get("containers")):
        resources = as_object(as_object(container["properties"]).get("resources"))
        if as_object(resources.get("requests")).get("gpu"):
            code = "SpotPriorityContainerGroupWithGPUResourcesNotSupported"
            judge.refuse(code, f"{lead} no GPU.", fact="spot-limits")


def _check_counts(judge: Judge, running: list[Json], init: list[Json]) -> None:
    group = judge.group
    if not running:
        message = f"The containers in container group '{group}' cannot be empty."
        judge.refuse("MissingContainers", message, fact="containers-needed")
    if len(running) + len(init) > _MOST_CONTAINERS:
        message = f"The container group '{group}' has more than {_MOST_CONTAINERS} containers."
        judge.refuse("ContainerGroupTooManyContainers", message, fact="most-containers")
    twice = find_duplicates(str(container["name"]) for container in (*init, *running))
    if twice:
        message = f"The container name '{twice[0]}' in container group '{group}' is not unique."
        judge.refuse("DuplicateContainerName", message, fact="container-names-unique")
