"""Azure file shares, as far as they can fail here: one that is named so cannot be mounted, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import times
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, as_object, objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.record import Group

DENIED_SHARE = "sim-denied"


def find_denied(properties: Json) -> list[str]:
    """Return the names of the volumes that cannot be mounted."""
    return [
        str(volume.get("name"))
        for volume in objects(properties.get("volumes"))
        if str(as_object(volume.get("azureFile")).get("shareName", "")).lower() == DENIED_SHARE
    ]


@rests_on("mount-never-ends")
def make_mount_events(group: Group, now: float) -> list[Json]:
    """Return the group's events about volumes that cannot be mounted, from when its images are pulled."""
    if now < group.run.begins:
        return []
    stamp = times.seconds(group.run.begins)
    return [
        {
            "count": 1,
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
            "name": "FailedMountAzureFileVolume",
            "message": f"Failed to mount Azure File Volume '{name}'. Output: mount error(13): Permission denied",
            "type": "Warning",
        }
        for name in find_denied(group.properties())
    ]
