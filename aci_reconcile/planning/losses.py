"""What a recreation loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def list_losses(live: Resource, after: Resource | None = None) -> tuple[str, ...]:
    """Return what deleting the live group loses, in the words of the plan.

    Only a private address that the manifest pins (``ipAddress.ip``) survives. Azure chooses every public one.
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
