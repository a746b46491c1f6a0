"""What a recreation loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def losses(live: Resource, after: Resource | None = None) -> tuple[str, ...]:
    """Return what is lost when the live group is deleted, in the words of the plan.

    A private address that the manifest pins is asked for again (``ipAddress.ip``); every other may be another one
    afterwards, and a public one is Azure's to choose.
    """
    found: list[str] = []
    address = as_object(live.properties.get("ipAddress"))
    wanted = as_object(after.properties.get("ipAddress") if after else None)
    pinned = wanted.get("ip") and as_text(wanted.get("type")).lower() == "private"
    if address and not pinned:
        found.append("new IP" if after else "IP")
    if "systemassigned" in as_text(as_object(live.body.get("identity")).get("type")).lower():
        found.append("system-assigned identity and its role assignments")
    if any("emptyDir" in as_object(volume) for volume in as_list(live.properties.get("volumes"))):
        found.append("emptyDir contents")
    return tuple(found)
