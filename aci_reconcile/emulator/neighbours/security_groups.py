"""Network security groups: what was sent, and the six rules that each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, answer, list_objects
from aci_reconcile.emulator.neighbours import operations
from aci_reconcile.emulator.neighbours.shelf import Shelf, get_properties

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_GROUPS = Shelf("Microsoft.Network/networkSecurityGroups")
# name, description, from, to, access and priority, in recorded words
_DEFAULT_RULES = (
    (
        "AllowVnetInBound",
        "Allow inbound traffic from all VMs in VNET",
        "VirtualNetwork",
        "VirtualNetwork",
        "Allow",
        65000,
    ),
    (
        "AllowAzureLoadBalancerInBound",
        "Allow inbound traffic from azure load balancer",
        "AzureLoadBalancer",
        "*",
        "Allow",
        65001,
    ),
    ("DenyAllInBound", "Deny all inbound traffic", "*", "*", "Deny", 65500),
    (
        "AllowVnetOutBound",
        "Allow outbound traffic from all VMs to all VMs in VNET",
        "VirtualNetwork",
        "VirtualNetwork",
        "Allow",
        65000,
    ),
    ("AllowInternetOutBound", "Allow outbound traffic from all VMs to Internet", "*", "Internet", "Allow", 65001),
    ("DenyAllOutBound", "Deny all outbound traffic", "*", "*", "Deny", 65500),
)
_LISTS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")


@rests_on("security-groups")
def put(call: Call) -> Response:
    """Create (201) or replace (200) a security group."""
    body, document = _GROUPS.read(call)
    stored = _GROUPS.find(call)
    document |= {"guid": stored["guid"] if stored else call.new_id(), "etag": call.new_id()}
    document["rules"] = list_objects(get_properties(body).get("securityRules"))
    _GROUPS.save(call, document)
    headers = operations.begin(call, document["location"])
    return answer(200 if stored else 201, _show(call, document, "Updating"), headers)


def get(call: Call) -> Response:
    """Return a security group."""
    document = _GROUPS.require(call)
    return answer(200, _show(call, document), {"etag": f'W/"{document["etag"]}"'})


def list_all(call: Call) -> Response:
    """Return the security groups of a resource group or a subscription."""
    return _GROUPS.list(call, _show)


def delete(call: Call) -> Response:
    """Delete a security group: 202 and an operation, or 204."""
    scopes.require(call)
    document = _GROUPS.find(call)
    if document is None:
        return Response(204)
    call.session.delete("neighbour", _GROUPS.key(call))
    return answer(202, None, operations.begin(call, document["location"], result=True))


def _show(_: Call, document: Json, state: str = "Succeeded") -> Json:
    tag = f'W/"{document["etag"]}"'
    body: Json = {"name": document["name"], "id": document["id"], "etag": tag, "type": document["type"]}
    body |= {name: document[name] for name in ("location", "tags") if name in document}
    shown = {"id": document["id"], "etag": tag, "state": state}
    own = [
        _show_rule(shown, "securityRules", str(each.get("name")), get_properties(each)) for each in document["rules"]
    ]
    properties: Json = {
        "provisioningState": state,
        "resourceGuid": document["guid"],
        "securityRules": own,
        "defaultSecurityRules": [_show_default(shown, *row) for row in _DEFAULT_RULES],
    }
    return {**body, "properties": properties}


def _show_default(shown: Json, name: str, *values: str | int) -> Json:
    description, source, target, access, priority = values
    properties: Json = {
        "description": description,
        "protocol": "*",
        "sourcePortRange": "*",
        "destinationPortRange": "*",
        "sourceAddressPrefix": source,
        "destinationAddressPrefix": target,
        "access": access,
        "priority": priority,
        "direction": "Inbound" if name.endswith("InBound") else "Outbound",
    }
    return _show_rule(shown, "defaultSecurityRules", name, properties)


def _show_rule(shown: Json, collection: str, name: str, properties: Json) -> Json:
    lists: Json = {each: [] for each in _LISTS}
    return {
        "name": name,
        "id": f"{shown['id']}/{collection}/{name}",
        "etag": shown["etag"],
        "type": f"{_GROUPS.type}/{collection}",
        "properties": {"provisioningState": shown["state"], **properties, **lists, **_pick(properties, lists)},
    }


def _pick(properties: Json, names: Json) -> Json:
    return {name: properties[name] for name in names if name in properties}
