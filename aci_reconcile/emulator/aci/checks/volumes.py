"""Checks of volumes, of what mounts them, and of where logs go."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator.model import Json, as_object, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.aci.checks.judge import Judge

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SOURCES = frozenset({"azureFile", "emptyDir", "secret", "secretReference", "gitRepo"})
# azure-rest-api-specs, ContainerGroupsCreateOrUpdateSecretReference: both in one volume.
_TOGETHER = frozenset({"secret", "secretReference"})
_MOST_VOLUMES = 20


def check_volumes(judge: Judge, properties: Json) -> None:
    """Refuse volumes that the service refuses, and what goes with them. Raises ArmError."""
    volumes, group = list_objects(properties.get("volumes")), judge.group
    if len(volumes) > _MOST_VOLUMES:
        message = f"The container group '{group}' has more than {_MOST_VOLUMES} volumes."
        judge.refuse("TooManyVolumes", message, fact="most-volumes")
    for volume in volumes:
        _check_volume(judge, volume)
    names = {str(volume["name"]) for volume in volumes}
    if len(names) < len(volumes):
        message = f"A volume name in container group '{group}' is not unique."
        judge.refuse("DuplicateVolumeName", message, fact="volume-names-unique")
    for container in (*list_objects(properties.get("initContainers")), *list_objects(properties.get("containers"))):
        _check_mounts(judge, container, names)
    analytics = as_object(as_object(properties.get("diagnostics")).get("logAnalytics"))
    if analytics:
        _check_analytics(judge, analytics)


def _check_analytics(judge: Judge, analytics: Json) -> None:
    if not analytics.get("workspaceKey"):
        judge.refuse_missing("workspaceKey", "properties.diagnostics.logAnalytics", fact="workspace-key-needed")
    kind = analytics.get("logType")
    # hashicorp/terraform-provider-azurerm#13650: refused even when it is empty.
    if "metadata" in analytics and str(kind).lower() != "containerinsights":
        message = (
            f"The 'metadata' of 'logAnalytics' in container group '{judge.group}' is not allowed for the log type "
            f"'{kind or '<null>'}'."
        )
        judge.refuse("LogAnalyticsMetadataNotAllowed", message, fact="metadata-not-allowed")


def _check_volume(judge: Judge, volume: Json) -> None:
    name = str(volume["name"])
    lead = f"The volume '{name}' in container group '{judge.group}'"
    if not _NAME.fullmatch(name):
        judge.refuse("InvalidVolumeName", f"{lead} has an invalid name.", fact="volume-name")
    sources = frozenset(volume.keys() & _SOURCES)
    if len(sources) != 1 and sources != _TOGETHER:
        judge.refuse("InvalidVolume", f"{lead} needs exactly one source.", fact="volume-source")
    for file, text in as_object(volume.get("secret")).items():
        try:
            base64.b64decode(str(text), validate=True)
        except (binascii.Error, ValueError):
            judge.refuse(
                "InvalidSecretVolume", f"{lead} has a value in '{file}' that is not base64.", fact="secret-base64"
            )


def _check_mounts(judge: Judge, container: Json, volumes: set[str]) -> None:
    mounts = list_objects(as_object(container["properties"]).get("volumeMounts"))
    where = f"in container '{container['name']}' of container group '{judge.group}'"
    for mount in mounts:
        lead, path = f"The volume mount '{mount['name']}' {where}", str(mount["mountPath"])
        if mount["name"] not in volumes:
            judge.refuse("InvalidVolumeMount", f"{lead} has no volume.", fact="mount-without-volume")
        if not path:
            judge.refuse("InvalidVolumeMount", f"{lead} has an empty path.", fact="mount-path-empty")
        if ":" in path:
            judge.refuse("InvalidVolumeMount", f"{lead} has a colon in its path.", fact="mount-path")
    if len({mount["mountPath"] for mount in mounts}) < len(mounts):
        judge.refuse("InvalidVolumeMount", f"A mount path {where} is not unique.", fact="mount-paths-unique")
