"""The group as it was before a recreation: whether it could be put back, and with which body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.fields import ROOT, Kind, Node
from aci_reconcile.health import has_ended
from aci_reconcile.model import as_list, as_object, as_text
from aci_reconcile.normalize import secrets_of
from aci_reconcile.secret import Fingerprint
from aci_reconcile.withheld import completed, with_declared

if TYPE_CHECKING:
    from aci_reconcile.model import Body, Json, Resource
    from aci_reconcile.plan.policy import Policy


@dataclass(frozen=True, slots=True)
class Former:
    """What may be sent to bring a group back that was deleted; where nothing may, ``why_not`` says why."""

    group: Resource | None = None
    stopped: bool = False
    """Whether it was stopped, and is to be stopped again: a creation starts its containers."""
    why_not: str = ""


def former_of(live: Resource, after: Resource, policy: Policy) -> Former:
    """Return what a live group could be put back with.

    Its body is complete only where the fingerprint of our last write says that it holds the very secrets that are at
    hand. A group that has ended is not put back: what it has done would be done once more.

    Args:
        live: the group, read with its instance view.
        after: what it is to become; the secrets are taken from there.
        policy: holds the fingerprint keys.
    """
    ended = has_ended(live.body)
    if ended:
        return Former(why_not=f"it has ended ({ended}), and its work would run twice")
    body = as_object(with_declared(live.body, after.body, ROOT))
    _, gaps = completed(body, after.body, live.body, remembered=True)
    if gaps or not _at_hand(body, live, policy):
        return Former(why_not="its secrets may differ from those in the manifest")
    state = as_text(as_object(live.properties.get("instanceView")).get("state"))
    return Former(live.with_body(_settable(body, after)), state.lower() == "stopped")


def _at_hand(body: Body, live: Resource, policy: Policy) -> bool:
    """Whether the secrets in a body are those that our last write sent; without any, there is nothing to know."""
    secrets, recorded = secrets_of(body), tags.get(live.tags, tags.SECRETS)
    if not recorded:
        return not secrets
    mark = Fingerprint.parse(recorded)
    return mark is not None and mark.matches(secrets, policy.fingerprint_key, policy.former_key) is True


def _settable(live: Body, after: Resource) -> Body:
    """Return a live body without what Azure says of itself, and without an address that nobody asked for."""
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
