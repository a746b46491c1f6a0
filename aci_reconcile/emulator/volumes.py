"""Checks of volumes, of what mounts them, and of where logs go."""

from __future__ import annotations

import base64
import binascii
import re

from aci_reconcile.emulator.model import Json, as_object, objects
from aci_reconcile.emulator.refusals import missing, refuse

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SOURCES = frozenset({"azureFile", "emptyDir", "secret", "secretReference", "gitRepo"})
_MOST_VOLUMES = 20


def check(name: str, properties: Json) -> None:
    """Refuses volumes that the service refuses, and mounts of volumes that are not there."""
    volumes = objects(properties.get("volumes"))
    if len(volumes) > _MOST_VOLUMES:
        raise refuse("TooManyVolumes", f"The container group '{name}' has more than {_MOST_VOLUMES} volumes.")
    for volume in volumes:
        _check_volume(name, volume)
    names = {str(volume["name"]) for volume in volumes}
    if len(names) < len(volumes):
        raise refuse("DuplicateVolumeName", f"A volume name in container group '{name}' is not unique.")
    for container in (*objects(properties.get("initContainers")), *objects(properties.get("containers"))):
        _check_mounts(name, container, names)
    analytics = as_object(as_object(properties.get("diagnostics")).get("logAnalytics"))
    if analytics and not analytics.get("workspaceKey"):
        raise missing("workspaceKey", "properties.diagnostics.logAnalytics")


def _check_volume(group: str, volume: Json) -> None:
    name = str(volume["name"])
    if not _NAME.fullmatch(name):
        raise refuse("InvalidVolumeName", f"The volume name '{name}' in container group '{group}' is invalid.")
    if len(volume.keys() & _SOURCES) != 1:
        raise refuse("InvalidVolume", f"The volume '{name}' in container group '{group}' needs exactly one source.")
    for file, text in as_object(volume.get("secret")).items():
        try:
            base64.b64decode(str(text), validate=True)
        except (binascii.Error, ValueError):
            message = f"The value of '{file}' in the secret volume '{name}' of container group '{group}' is not base64."
            raise refuse("InvalidSecretVolume", message) from None


def _check_mounts(group: str, container: Json, volumes: set[str]) -> None:
    mounts = objects(as_object(container["properties"]).get("volumeMounts"))
    for mount in mounts:
        if mount["name"] not in volumes:
            message = f"The volume mount '{mount['name']}' of container '{container['name']}' in container group"
            raise refuse("InvalidVolumeMount", f"{message} '{group}' has no volume.")
        if not mount["mountPath"] or ":" in mount["mountPath"]:
            message = f"The mount path of '{mount['name']}' in container '{container['name']}' is empty or has a colon."
            raise refuse("InvalidVolumeMount", message)
    if len({mount["mountPath"] for mount in mounts}) < len(mounts):
        message = f"A mount path of container '{container['name']}' in container group '{group}' is not unique."
        raise refuse("InvalidVolumeMount", message)
