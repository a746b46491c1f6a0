"""What an answer about a container group holds: kept, dropped and added keys, by api-version, in recorded order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aci_reconcile.emulator import times, versions
from aci_reconcile.emulator.defaults import (
    OF_CONTAINERS,
    OF_CREDENTIALS,
    OF_GROUPS,
    OF_INIT_CONTAINERS,
    Default,
    fill_in,
    open_policy,
)
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, as_object, is_list, objects
from aci_reconcile.emulator.mounts import make_mount_events
from aci_reconcile.emulator.runtime import has_ended, observe
from aci_reconcile.emulator.schema import (
    CONTAINER_PROPERTIES,
    GROUP_PROPERTIES,
    IP_ADDRESS,
    ListOf,
    MapOf,
    Node,
    Object,
)
from aci_reconcile.emulator.views import make_instance_view

if TYPE_CHECKING:
    from aci_reconcile.emulator.call import Call
    from aci_reconcile.emulator.record import Group

TYPE = "Microsoft.ContainerInstance/containerGroups"
TENANT = "11111111-1111-1111-1111-111111111111"
_CONTAINERS = {"containers": OF_CONTAINERS, "initContainers": OF_INIT_CONTAINERS}
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True, slots=True)
class Echo:
    """How to show groups: at which time, in which dialect, and how much of them."""

    now: float
    version: str
    full: bool = True
    """A list has no instance views, neither of groups nor of containers."""
    ended_address: Literal["hidden", "shown"] = "shown"

    @classmethod
    @rests_on("lists-are-lean")
    def of(cls, call: Call, *, full: bool = True) -> Echo:
        """Return how a call's answer shows groups."""
        return cls(call.now, call.version, full, call.knobs.ended_address)

    def show(self, group: Group, provisioning: str | None = None) -> Json:
        """Return the body of an answer. `provisioning` overrides the state, for the answer to a PUT."""
        state = provisioning or group.state(self.now)
        shown: Json = {"properties": self._show_properties(group, state)}
        if "identity" in group.body:
            shown["identity"] = _show_identity(group)
        shown |= {"id": group.id, "name": group.name, "type": TYPE, "location": group.location}
        known = {"properties", "identity", "location", *shown}
        shown |= {key: value for key, value in group.body.items() if key not in known}
        if self.version >= versions.SYSTEM_DATA_SINCE:
            shown["systemData"] = _show_system_data(group)
        return shown

    def _show_properties(self, group: Group, state: str) -> Json:
        properties = fill_in({**group.properties(), "provisioningState": state}, OF_GROUPS, self.version)
        views = self._make_views(group, state)
        for name, defaults in _CONTAINERS.items():
            if name in properties:
                items = objects(properties[name])
                properties[name] = [
                    self._show_container(item, views.get(str(item.get("name"))), defaults) for item in items
                ]
        self._add_rest(group, properties, state)
        return _sort(properties, "properties")

    def _make_views(self, group: Group, state: str) -> dict[str, Json]:
        """Return the instance views by container; container names are unique in a group."""
        if not self.full or state == "Pending":
            return {}
        scene = observe(group, self.now)
        parts = (*scene.init, *scene.main)
        views = {part.name: make_instance_view(group, scene, part, self.now) for part in parts}
        return {name: view for name, view in views.items() if view is not None}

    def _add_rest(self, group: Group, properties: Json, state: str) -> None:
        address = self._show_address(group, state)
        if address is None:
            properties.pop("ipAddress", None)
        else:
            properties["ipAddress"] = address
        if self.full:
            visible = "Pending" if state == "Pending" else observe(group, self.now).state
            events = [*make_mount_events(group, self.now), *group.troubles]
            properties["instanceView"] = {"events": events, "state": visible}
        if str(properties.get("sku", "")).lower() == "confidential":
            declared = as_object(properties.get("confidentialComputeProperties"))
            properties["confidentialComputeProperties"] = {"ccePolicy": open_policy(), **declared}
        if "imageRegistryCredentials" in properties:
            credentials = objects(properties["imageRegistryCredentials"])
            properties["imageRegistryCredentials"] = [fill_in(it, OF_CREDENTIALS, self.version) for it in credentials]

    def _show_container(self, container: Json, view: Json | None, defaults: tuple[Default, ...]) -> Json:
        properties = fill_in(as_object(container.get("properties")), defaults, self.version)
        added: Json = {} if view is None else {"instanceView": view}
        return {**container, "properties": _sort({**properties, **added}, "containers")}

    @rests_on("public-ip-late", "subnet-address-late", "ended-address")
    def _show_address(self, group: Group, state: str) -> Json | None:
        address = as_object(group.properties().get("ipAddress"))
        settled = state not in {"Pending", "Creating"}
        if not address or (group.properties().get("subnetIds") and not settled):
            return None
        shown = dict(address)
        if group.ip and (settled or group.modified > group.created) and not self._has_lost_address(group, address):
            shown["ip"] = group.ip
        if group.fqdn:
            shown["fqdn"] = group.fqdn
        return _sort(shown, "ipAddress")

    def _has_lost_address(self, group: Group, address: Json) -> bool:
        """Whether the public address went with the last container of a group that is not restarted."""
        if self.ended_address == "shown" or group.restart_policy() == "Always":
            return False
        return str(address.get("type", "")).lower() == "public" and has_ended(observe(group, self.now))


@rests_on("secrets-dropped", "secure-value-dropped", "secret-and-reference")
def without_secrets(node: Node, value: object) -> object:
    """Return a body without its write-only values: all that the emulator ever stores."""
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


def without_empty_values(properties: Json) -> Json:
    """Return the properties with empty variables as their names alone, for the knob that wants it so."""
    changed = dict(properties)
    for name in _CONTAINERS:
        if name in properties:
            changed[name] = [{**item, "properties": _drop_empty_values(item)} for item in objects(properties[name])]
    return changed


def _drop_empty_values(container: Json) -> Json:
    properties = as_object(container.get("properties"))
    if "environmentVariables" not in properties:
        return properties
    variables = objects(properties["environmentVariables"])
    shown = [{"name": item["name"]} if item.get("value") == "" else item for item in variables]
    return {**properties, "environmentVariables": shown}


@rests_on("identity-ids")
def _show_identity(group: Group) -> Json:
    identity = as_object(group.body["identity"])
    kind = str(identity.get("type", "")).lower()
    users = as_object(identity.get("userAssignedIdentities"))
    shown: Json = {}
    if users:
        shown["userAssignedIdentities"] = {
            key: {"principalId": _make_id(f"principal {key.lower()}"), "clientId": _make_id(f"client {key.lower()}")}
            for key in users
        }
    if "systemassigned" in kind:
        shown["principalId"] = _make_id(f"system {group.id.lower()} {group.serial}")
    if "assigned" in kind:
        shown["tenantId"] = TENANT
    rest = {key: value for key, value in identity.items() if key != "userAssignedIdentities"}
    return {**shown, **rest}


@rests_on("system-data-filled-in")
def _show_system_data(group: Group) -> Json:
    return {
        "createdBy": "emulator@example.com",
        "createdByType": "User",
        "createdAt": times.fraction(group.created, 7),
        "lastModifiedBy": "emulator@example.com",
        "lastModifiedByType": "User",
        "lastModifiedAt": times.fraction(group.modified, 7),
    }


def _make_id(text: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, text.encode("ascii", "backslashreplace").decode()))


# What stands right after sku was recorded; the rest of the order, too.
_ORDERS = {
    "properties": tuple(field.name for field in GROUP_PROPERTIES.fields),
    "containers": tuple(field.name for field in CONTAINER_PROPERTIES.fields),
    "ipAddress": tuple(field.name for field in IP_ADDRESS.fields),
}


@rests_on("encryption-order")
def _sort(values: Json, level: str) -> Json:
    known = {name: values[name] for name in _ORDERS[level] if name in values}
    return {**known, **values}
