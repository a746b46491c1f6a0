"""What a recreation loses, and whether the former group can be restored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.fields import ROOT, Kind, Node
from aci_reconcile.core.health import has_ended
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.secret import Fingerprint
from aci_reconcile.core.withheld import fill_withheld, with_declared

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json, Resource
    from aci_reconcile.planning.policy import Policy


NEW_IP: Final = "new IP"


def list_losses(live: Resource, after: Resource | None = None) -> tuple[str, ...]:
    """Return what deleting the live group loses, in the words of the plan.

    Only a private address that the manifest pins (``ipAddress.ip``) survives. Azure chooses every public one.
    """
    found: list[str] = []
    address = as_object(live.properties.get("ipAddress"))
    wanted = as_object(after.properties.get("ipAddress") if after else None)
    pinned = wanted.get("ip") and as_text(wanted.get("type")).lower() == "private"
    if address and not pinned:
        found.append(NEW_IP if after else "IP")
    if "systemassigned" in as_text(as_object(live.body.get("identity")).get("type")).lower():
        found.append("system-assigned identity and its role assignments")
    if any("emptyDir" in as_object(volume) for volume in as_list(live.properties.get("volumes"))):
        found.append("emptyDir contents")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Restoration:
    """The body that restores a deleted group; without one, ``why_not`` says why."""

    group: Resource | None = None
    stopped: bool = False
    """Whether it was stopped, and is to be stopped again: a creation starts its containers."""
    why_not: str = ""


def make_restoration(live: Resource, after: Resource, policy: Policy) -> Restoration:
    """Return how a live group can be restored.

    Its body is complete only if the fingerprint of our last write matches the secrets we have. A group that has ended
    is not restored: it would do its work twice.

    Args:
        live: the group, read with its instance view.
        after: the group that replaces it; the secrets come from there.
        policy: holds the fingerprint keys.
    """
    ended = has_ended(live.body)
    if ended:
        return Restoration(why_not=f"it has ended ({ended}), and its work would run twice")
    body = as_object(with_declared(live.body, after.body, ROOT))
    # GET never returns a secret. The manifest has the secrets of the new group, and only the fingerprint tells
    # whether the former one had the same.
    _, gaps = fill_withheld(body, after.body, live.body, remembered=True)
    if gaps or not _has_recorded_secrets(body, live, policy):
        return Restoration(why_not="its secrets may differ from those in the manifest")
    # A creation starts the containers, so a group that was stopped has to be stopped again.
    state = as_text(as_object(live.properties.get("instanceView")).get("state"))
    return Restoration(live.with_body(_keep_settable(body, after)), state.lower() == "stopped")


def _has_recorded_secrets(body: Body, live: Resource, policy: Policy) -> bool:
    """Whether the secrets in a body are those that our last write sent, or there are none."""
    secrets, recorded = secrets_of(body), tags.get(live.tags, tags.SECRETS)
    if not recorded:
        return not secrets
    mark = Fingerprint.parse(recorded)
    return mark is not None and mark.matches(secrets, policy.fingerprint_key, policy.former_key) is True


def _keep_settable(live: Body, after: Resource) -> Body:
    """Return a live body without computed fields, and without an address that no manifest asks for."""
    body = as_object(_without_computed(live, ROOT))
    properties = as_object(body.get("properties"))
    address = as_object(properties.get("ipAddress"))
    if "ip" not in address or as_object(after.properties.get("ipAddress")).get("ip") == address["ip"]:
        return body
    chosen = {name: value for name, value in address.items() if name != "ip"}
    return {**body, "properties": {**properties, "ipAddress": chosen}}


def _without_computed(value: Json, node: Node | None) -> Json:
    if node is None:
        return value
    if isinstance(value, Mapping):
        inner = node.children
        return {
            name: _without_computed(each, inner.get(name, node.item))
            for name, each in value.items()
            if name not in inner or not inner[name].row.computed
        }
    if node.kind is Kind.LIST and node.item is not None:
        return [_without_computed(each, node.item) for each in as_list(value)]
    return value
