"""What an answer about a container group holds: kept, dropped and added keys, by api-version, in recorded order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator import times, versions
from aci_reconcile.emulator.model import Json, as_object, is_list, objects
from aci_reconcile.emulator.runtime import observe
from aci_reconcile.emulator.schema import (
    CONTAINER_PROPERTIES,
    GROUP_PROPERTIES,
    IP_ADDRESS,
    ListOf,
    MapOf,
    Node,
    Object,
)
from aci_reconcile.emulator.views import instance_view

if TYPE_CHECKING:
    from aci_reconcile.emulator.record import Group

TYPE = "Microsoft.ContainerInstance/containerGroups"
TENANT = "11111111-1111-1111-1111-111111111111"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
# Where no policy is given the service fills in a long one of its own; this one only says what it is.
_CCE_POLICY = "cGFja2FnZSBwb2xpY3kKCiMgYSBzaW11bGF0ZWQgcG9saWN5IHRoYXQgYWxsb3dzIGV2ZXJ5dGhpbmcK"


@dataclass(frozen=True, slots=True)
class Echo:
    """How to show groups: at which time, in which dialect, and how much of them."""

    now: float
    version: str
    full: bool = True
    """A list has no instance views, neither of groups nor of containers: recorded in 27 of 27 lists."""

    def show(self, group: Group, provisioning: str | None = None) -> Json:
        """The body of an answer. `provisioning` overrides the state, for the answer to a PUT."""
        state = provisioning or group.operation.state(self.now)
        shown: Json = {"properties": self._properties(group, state)}
        if "identity" in group.body:
            shown["identity"] = _identity(group)
        shown |= {"id": group.id, "name": group.name, "type": TYPE, "location": group.location}
        known = {"properties", "identity", "location", *shown}
        shown |= {key: value for key, value in group.body.items() if key not in known}
        if self.version >= versions.SYSTEM_DATA_SINCE:
            shown["systemData"] = _system_data(group)
        return shown

    def _properties(self, group: Group, state: str) -> Json:
        properties: Json = {**group.properties(), "provisioningState": state}
        if self.version >= versions.SKU_SINCE:
            properties = {"sku": "Standard", "initContainers": [], **properties}
        if self.version >= versions.TIMEOUT_SINCE:
            properties |= {"provisioningTimeoutInSeconds": 1800, "isCustomProvisioningTimeout": False}
        if self.version >= versions.STANDBY_SINCE:
            properties["isCreatedFromStandbyPool"] = False
        views = self._views(group, state)
        for name in ("containers", "initContainers"):
            items = objects(properties.get(name))
            if name in properties:
                properties[name] = [self._container(item, views.get(str(item.get("name")))) for item in items]
        self._add_rest(group, properties, state)
        return _in_order(properties, "properties")

    def _views(self, group: Group, state: str) -> dict[str, Json]:
        """The instance views by container; container names are unique in a group."""
        if not self.full or state == "Pending":
            return {}
        scene = observe(group, self.now)
        parts = (*scene.init, *scene.main)
        views = {part.name: instance_view(group, scene, part, self.now) for part in parts}
        return {name: view for name, view in views.items() if view is not None}

    def _add_rest(self, group: Group, properties: Json, state: str) -> None:
        address = _address(group, state)
        if address is None:
            properties.pop("ipAddress", None)
        else:
            properties["ipAddress"] = address
        if self.full:
            visible = "Pending" if state == "Pending" else observe(group, self.now).state
            properties["instanceView"] = {"events": [], "state": visible}
        if str(properties.get("sku", "")).lower() == "confidential":
            properties["confidentialComputeProperties"] = {
                "ccePolicy": _CCE_POLICY,
                **as_object(properties.get("confidentialComputeProperties")),
            }
        if self.version >= versions.SYSTEM_DATA_SINCE and "imageRegistryCredentials" in properties:
            credentials = objects(properties["imageRegistryCredentials"])
            properties["imageRegistryCredentials"] = [{**item, "isDelegatedIdentity": False} for item in credentials]

    def _container(self, container: Json, view: Json | None) -> Json:
        properties = as_object(container.get("properties"))
        is_init = "ports" not in properties
        added: Json = {} if view is None else {"instanceView": view}
        if not is_init and self.version >= versions.STANDBY_SINCE:
            added["configMap"] = properties.get("configMap", {"keyValuePairs": {}})
        return {**container, "properties": _in_order({**properties, **added}, "containers")}


def without_secrets(node: Node, value: object) -> object:
    """A body without its write-only values: all that the emulator ever stores.

    Recorded: a secret volume keeps its key and loses even the names of its files; other secrets vanish.
    """
    match node:
        case Object():
            fields = {field.name: field for field in node.fields}
            kept: Json = {}
            for key, item in as_object(value).items():
                field = fields.get(key)
                if field is None:
                    kept[key] = item
                elif field.trait != "secret":
                    kept[key] = without_secrets(field.node, item)
                elif isinstance(field.node, MapOf):
                    kept[key] = {}
            return kept
        case ListOf() if is_list(value):
            return [without_secrets(node.item, item) for item in value]
        case _:
            return value


def fill_lists(properties: Json, *, empty_values: bool) -> Json:
    """Absent ports and environment variables come back as empty lists: recorded 75 and 169 times."""
    filled = dict(properties)
    for name, lists in (
        ("containers", ("ports", "environmentVariables")),
        ("initContainers", ("environmentVariables",)),
    ):
        if name in properties:
            empty: Json = {key: [] for key in lists}
            filled[name] = [
                {**item, "properties": _values({**empty, **as_object(item.get("properties"))}, kept=empty_values)}
                for item in objects(properties[name])
            ]
    return filled


def _values(container: Json, *, kept: bool) -> Json:
    variables = objects(container["environmentVariables"])
    shown = [item if kept or item.get("value") != "" else {"name": item["name"]} for item in variables]
    return {**container, "environmentVariables": shown}


def _address(group: Group, state: str) -> Json | None:
    """Recorded 8 of 8: in a subnet the whole address is missing until the group has Succeeded."""
    address = as_object(group.properties().get("ipAddress"))
    settled = state not in {"Pending", "Creating"}
    if not address or (group.properties().get("subnetIds") and not settled):
        return None
    shown = dict(address)
    if group.ip and (settled or group.modified > group.created):
        shown["ip"] = group.ip
    if group.fqdn:
        shown["fqdn"] = group.fqdn
    return _in_order(shown, "ipAddress")


def _identity(group: Group) -> Json:
    identity = as_object(group.body["identity"])
    kind = str(identity.get("type", "")).lower()
    users = as_object(identity.get("userAssignedIdentities"))
    shown: Json = {}
    if users:
        shown["userAssignedIdentities"] = {
            key: {"principalId": _made_id(f"principal {key.lower()}"), "clientId": _made_id(f"client {key.lower()}")}
            for key in users
        }
    if "systemassigned" in kind:
        shown["principalId"] = _made_id(f"system {group.id.lower()} {group.serial}")
    if "assigned" in kind:
        shown["tenantId"] = TENANT
    rest = {key: value for key, value in identity.items() if key != "userAssignedIdentities"}
    return {**shown, **rest}


def _system_data(group: Group) -> Json:
    return {
        "createdBy": "emulator@example.com",
        "createdByType": "User",
        "createdAt": times.fraction(group.created, 7),
        "lastModifiedBy": "emulator@example.com",
        "lastModifiedByType": "User",
        "lastModifiedAt": times.fraction(group.modified, 7),
    }


def _made_id(text: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, text.encode("ascii", "backslashreplace").decode()))


_ORDERS = {
    "properties": tuple(field.name for field in GROUP_PROPERTIES.fields),
    "containers": tuple(field.name for field in CONTAINER_PROPERTIES.fields),
    "ipAddress": tuple(field.name for field in IP_ADDRESS.fields),
}


def _in_order(values: Json, level: str) -> Json:
    known = {name: values[name] for name in _ORDERS[level] if name in values}
    return {**known, **values}
