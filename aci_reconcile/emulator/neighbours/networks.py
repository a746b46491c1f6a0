"""Virtual networks and their subnets: as many as somebody made, and all others as a knob says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, answer, as_object, list_objects
from aci_reconcile.emulator.neighbours import operations
from aci_reconcile.emulator.neighbours.shelf import Shelf, get_properties

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

State: TypeAlias = Literal["delegated", "plain", "absent"]
_NETWORKS = Shelf("Microsoft.Network/virtualNetworks", ("network",))
_SUBNETS = Shelf("Microsoft.Network/virtualNetworks/subnets", ("network", "subnet"))
_SERVICE = "Microsoft.ContainerInstance/containerGroups"
_JOIN = "Microsoft.Network/virtualNetworks/subnets/action"
_ID_PARTS = 11
_OPEN = {"privateEndpointNetworkPolicies": "Disabled", "privateLinkServiceNetworkPolicies": "Enabled"}


@rests_on("networks")
def put_network(call: Call) -> Response:
    """Create (201) or replace (200) a network: with the subnets that the body names, if it names any."""
    body, document = _NETWORKS.read(call)
    stored, sent = _NETWORKS.find(call), get_properties(body)
    tag = call.new_id()
    document |= {"guid": stored["guid"] if stored else call.new_id(), "etag": tag}
    document["kept"] = {"addressSpace": as_object(sent.get("addressSpace"))}
    if "dhcpOptions" in sent:
        document["kept"]["dhcpOptions"] = {"dnsServers": [], **as_object(sent["dhcpOptions"])}
    if "subnets" in sent:
        _replace_subnets(call, list_objects(sent["subnets"]), tag)
    _NETWORKS.save(call, document)
    headers = operations.begin(call, document["location"])
    return answer(200 if stored else 201, _show_network(call, document, "Updating"), headers)


def get_network(call: Call) -> Response:
    """Return a network with its subnets."""
    document = _NETWORKS.require(call)
    return answer(200, _show_network(call, document), {"etag": f'W/"{document["etag"]}"'})


def list_networks(call: Call) -> Response:
    """Return the networks of a resource group or a subscription."""
    return _NETWORKS.list(call, _show_network)


@rests_on("subnet-in-use")
def delete_network(call: Call) -> Response:
    """Delete a network with its subnets: 202 and an operation, or 204."""
    scopes.require(call)
    document = _NETWORKS.find(call)
    if document is None:
        return Response(204)
    subnets = _list_subnets(call)
    for _, subnet in subnets:
        _check_unused(call, subnet)
    for key, _ in subnets:
        call.session.delete("neighbour", key)
    call.session.delete("neighbour", _NETWORKS.key(call))
    return answer(202, None, operations.begin(call, document["location"], result=True))


def put_subnet(call: Call) -> Response:
    """Create (201) or replace (200) a subnet of a network that somebody made."""
    scopes.require_writable(call)
    network = _NETWORKS.require(call)
    new = _SUBNETS.find(call) is None
    document = _make_subnet(_SUBNETS.make_id(call), call.path["subnet"], parse(call.request.body), call.new_id())
    _SUBNETS.save(call, document)
    headers = operations.begin(call, network["location"])
    return answer(201 if new else 200, _show_subnet(call, document, "Updating"), headers)


@rests_on("subnets-there", "subnet-not-found")
def get_subnet(call: Call) -> Response:
    """Return a subnet; of a network that nobody made, whatever its name, as a knob says."""
    document = _SUBNETS.find(call)
    if document is not None:
        return answer(200, _show_subnet(call, document), {"etag": f'W/"{document["etag"]}"'})
    if _NETWORKS.find(call) is not None:
        raise errors.subnet_not_found(call.request.split().path)
    if call.knobs.subnets == "absent":
        raise _SUBNETS.make_missing(call)
    properties = {"delegations": [{"name": "aci", "properties": {"serviceName": _SERVICE}}]}
    body: Json = {"properties": properties if call.knobs.subnets == "delegated" else {}}
    made = _make_subnet(call.request.split().path, call.path["subnet"], body, "0" * 8)
    return answer(200, _show_subnet(call, made))


def list_subnets(call: Call) -> Response:
    """Return the subnets of a network."""
    _NETWORKS.require(call)
    return answer(200, {"value": [_show_subnet(call, document) for _, document in _list_subnets(call)]})


def delete_subnet(call: Call) -> Response:
    """Delete a subnet: 202 and an operation, or 204; 400 while container groups use it."""
    scopes.require(call)
    network, subnet = _NETWORKS.find(call), _SUBNETS.find(call)
    if network is None or subnet is None:
        return Response(204)
    _check_unused(call, subnet)
    call.session.delete("neighbour", _SUBNETS.key(call))
    return answer(202, None, operations.begin(call, network["location"], result=True))


def find_state(call: Call, subnet: str) -> State:
    """Return the state of a subnet that a group names: its own, or that of all subnets that nobody made."""
    parts = subnet.strip("/").split("/")
    if len(parts) != _ID_PARTS - 1:
        return call.knobs.subnets
    resource_group, names = f"{parts[1]}/{parts[3]}".lower(), (parts[7], parts[9])
    document = call.session.get("neighbour", _SUBNETS.prefix(resource_group, *names))
    if document is not None:
        services = {
            str(as_object(each.get("properties")).get("serviceName", "")).lower()
            for each in list_objects(document["properties"].get("delegations"))
        }
        return "delegated" if _SERVICE.lower() in services else "plain"
    network = call.session.get("neighbour", _NETWORKS.prefix(resource_group, names[0]))
    return call.knobs.subnets if network is None else "absent"


def is_used(call: Call, subnet: str) -> bool:
    """Whether a group is in a subnet, or was a moment ago (hashicorp/terraform-provider-azurerm#23451)."""
    held = [document for _, document in call.session.scan("subnet", f"{subnet.lower()}|")]
    return any(each.get("lives") or call.now < each.get("busy", 0.0) for each in held)


def _check_unused(call: Call, subnet: Json) -> None:
    if is_used(call, subnet["id"]):
        raise errors.subnet_in_use(subnet["name"], subnet["id"])


def _list_subnets(call: Call) -> list[tuple[str, Json]]:
    return list(_SUBNETS.scan(call, _SUBNETS.prefix(call.resource_group_key, call.path["network"])))


def _replace_subnets(call: Call, wanted: list[Json], tag: str) -> None:
    """Write the subnets in the body of a network; those that it leaves out go, unless they are in use."""
    names = {str(each.get("name", "")).lower(): each for each in wanted}
    for key, subnet in _list_subnets(call):
        if subnet["name"].lower() not in names:
            _check_unused(call, subnet)
            call.session.delete("neighbour", key)
    for each in wanted:
        name = str(each.get("name") or "")
        document = _make_subnet(f"{_NETWORKS.make_id(call)}/subnets/{name}", name, each, tag)
        call.session.put("neighbour", _SUBNETS.prefix(call.resource_group_key, call.path["network"], name), document)


def _make_subnet(identity: str, name: str, body: Json, tag: str) -> Json:
    return {"id": identity, "name": name, "type": _SUBNETS.type, "etag": tag, "properties": get_properties(body)}


def _show_network(call: Call, document: Json, state: str = "Succeeded") -> Json:
    # A list shows the networks of several resource groups, so the path does not say which one this is.
    resource_group = document["id"].split("/")[4]
    prefix = _SUBNETS.prefix(f"{call.subscription}/{resource_group}".lower(), document["name"])
    body: Json = {name: document[name] for name in ("name", "id")}
    body |= {"etag": f'W/"{document["etag"]}"', "type": document["type"], "location": document["location"]}
    body |= {"tags": document["tags"]} if "tags" in document else {}
    properties: Json = {
        "provisioningState": state,
        "resourceGuid": document["guid"],
        **document["kept"],
        "subnets": [_show_subnet(call, subnet, state) for _, subnet in _SUBNETS.scan(call, prefix)],
        "virtualNetworkPeerings": [],
        "enableDdosProtection": False,
    }
    return {**body, "properties": properties}


def _show_subnet(_: Call, document: Json, state: str = "Succeeded") -> Json:
    tag, sent = f'W/"{document["etag"]}"', document["properties"]
    properties: Json = {"provisioningState": state} | {
        name: value for name, value in sent.items() if name not in {"delegations", "provisioningState", *_OPEN}
    }
    properties["delegations"] = [
        _show_delegation(document, each, tag) for each in list_objects(sent.get("delegations"))
    ]
    properties |= {name: sent.get(name, default) for name, default in _OPEN.items()}
    shown = {"name": document["name"], "id": document["id"], "etag": tag}
    return {**shown, "properties": properties, "type": document["type"]}


def _show_delegation(subnet: Json, delegation: Json, tag: str) -> Json:
    name, service = (
        str(each or "") for each in (delegation.get("name"), get_properties(delegation).get("serviceName"))
    )
    return {
        "name": name,
        "id": f"{subnet['id']}/delegations/{name}",
        "etag": tag,
        "properties": {"provisioningState": "Succeeded", "serviceName": service, "actions": [_JOIN]},
        "type": "Microsoft.Network/virtualNetworks/subnets/delegations",
    }
