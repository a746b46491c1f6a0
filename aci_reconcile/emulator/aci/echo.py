"""Renders container groups in answers: kept, dropped and added keys, by api-version, in recorded order."""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aci_reconcile.emulator import times
from aci_reconcile.emulator.aci.schema import (
    CONTAINER_PROPERTIES,
    GROUP_PROPERTIES,
    IP_ADDRESS,
)
from aci_reconcile.emulator.aci.simulation.runtime import has_ended, simulate_group
from aci_reconcile.emulator.aci.simulation.views import make_instance_view, make_mount_events
from aci_reconcile.emulator.arm import versions
from aci_reconcile.emulator.evidence import get_fact, rests_on
from aci_reconcile.emulator.guids import TENANT, make_guid, make_user_ids
from aci_reconcile.emulator.model import Json, as_object, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.aci.record import Group
    from aci_reconcile.emulator.arm.call import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """A property that answers have although the request did not."""

    name: str
    value: Any
    since: str = ""
    """The first api-version whose answers have it; empty is all."""
    fact: str

    def __post_init__(self) -> None:
        get_fact(self.fact)


OF_GROUPS = (
    Default(name="sku", value="Standard", since=versions.SKU_SINCE, fact="sku-filled-in"),
    Default(name="initContainers", value=[], since=versions.SKU_SINCE, fact="init-containers-filled-in"),
    Default(name="provisioningTimeoutInSeconds", value=1800, since=versions.TIMEOUT_SINCE, fact="timeout-filled-in"),
    Default(name="isCustomProvisioningTimeout", value=False, since=versions.TIMEOUT_SINCE, fact="timeout-filled-in"),
    Default(name="isCreatedFromStandbyPool", value=False, since=versions.STANDBY_SINCE, fact="standby-filled-in"),
)
OF_CONTAINERS = (
    Default(name="ports", value=[], fact="ports-filled-in"),
    Default(name="environmentVariables", value=[], fact="variables-filled-in"),
    Default(name="configMap", value={"keyValuePairs": {}}, since=versions.STANDBY_SINCE, fact="config-map-filled-in"),
)
OF_INIT_CONTAINERS = (Default(name="environmentVariables", value=[], fact="variables-filled-in"),)
OF_CREDENTIALS = (
    Default(
        name="isDelegatedIdentity",
        value=False,
        since=versions.SYSTEM_DATA_SINCE,
        fact="delegated-identity-filled-in",
    ),
)


def fill_in(values: Json, defaults: tuple[Default, ...], version: str) -> Json:
    """Return the values with the defaults that the service adds in answers of an api-version."""
    added = {row.name: copy.deepcopy(row.value) for row in defaults if version >= row.since}
    return {**added, **values}


# The decisions of the confidential runtime, with what the recorded policy says besides that they are allowed.
_DECISIONS = {
    "mount_device": "",
    "mount_overlay": "",
    "create_container": ', "env_list": null, "allow_stdio_access": true',
    "unmount_device": "",
    "unmount_overlay": "",
    "exec_in_container": ', "env_list": null',
    "exec_external": ', "env_list": null, "allow_stdio_access": true',
    "shutdown_container": "",
    "signal_container_process": "",
    "plan9_mount": "",
    "plan9_unmount": "",
    "get_properties": "",
    "dump_stacks": "",
    "runtime_logging": "",
    "load_fragment": "",
    "scratch_mount": "",
    "scratch_unmount": "",
}


@rests_on("policy-filled-in")
def open_policy() -> str:
    """Return the policy that allows everything, as Azure encodes it: one of its lines ends with a space."""
    rules = "".join(f'{name} := {{"allowed": true{more}}}\n' for name, more in _DECISIONS.items())
    rules = rules.replace('unmount_device := {"allowed": true}', 'unmount_device := {"allowed": true} ')
    return base64.b64encode(f'package policy\n\napi_svn := "0.10.0"\n\n{rules}'.encode()).decode()


TYPE = "Microsoft.ContainerInstance/containerGroups"
_CONTAINERS = {"containers": OF_CONTAINERS, "initContainers": OF_INIT_CONTAINERS}


@dataclass(frozen=True, slots=True)
class Echo:
    """Settings for rendering groups: time, api-version, and level of detail."""

    now: float
    version: str
    full: bool = True
    """A list has no instance views, neither of groups nor of containers."""
    ended_address: Literal["hidden", "shown"] = "shown"

    @classmethod
    @rests_on("lists-are-lean")
    def of(cls, call: Call, *, full: bool = True) -> Echo:
        """Return the settings for a call."""
        return cls(call.now, call.version, full, call.knobs.ended_address)

    def show(self, group: Group, provisioning: str | None = None) -> Json:
        """Return the body of an answer. `provisioning` overrides the state, for the answer to a PUT."""
        state = provisioning or group.state(self.now)
        body: Json = {"properties": self._show_properties(group, state)}
        if "identity" in group.body:
            body["identity"] = _show_identity(group)
        body |= {"id": group.id, "name": group.name, "type": TYPE, "location": group.location}
        known = {"properties", "identity", "location", *body}
        body |= {key: value for key, value in group.body.items() if key not in known}
        if self.version >= versions.SYSTEM_DATA_SINCE:
            body["systemData"] = show_system_data(group.created, group.modified)
        return body

    def _show_properties(self, group: Group, state: str) -> Json:
        properties = fill_in({**group.properties(), "provisioningState": state}, OF_GROUPS, self.version)
        views = self._make_views(group, state)
        for name, defaults in _CONTAINERS.items():
            if name in properties:
                items = list_objects(properties[name])
                properties[name] = [
                    self._show_container(item, views.get(str(item.get("name"))), defaults) for item in items
                ]
        self._add_rest(group, properties, state)
        return _sort(properties, "properties")

    def _make_views(self, group: Group, state: str) -> dict[str, Json]:
        """Return the instance views by container; container names are unique in a group."""
        if not self.full or state == "Pending":  # recorded: neither lists nor Pending groups have instance views
            return {}
        scene = simulate_group(group, self.now)
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
            visible = "Pending" if state == "Pending" else simulate_group(group, self.now).state
            events = [*make_mount_events(group, self.now), *group.troubles]
            properties["instanceView"] = {"events": events, "state": visible}
        if str(properties.get("sku", "")).lower() == "confidential":
            declared = as_object(properties.get("confidentialComputeProperties"))
            properties["confidentialComputeProperties"] = {"ccePolicy": open_policy(), **declared}
        if "imageRegistryCredentials" in properties:
            credentials = list_objects(properties["imageRegistryCredentials"])
            properties["imageRegistryCredentials"] = [fill_in(it, OF_CREDENTIALS, self.version) for it in credentials]

    def _show_container(self, container: Json, view: Json | None, defaults: tuple[Default, ...]) -> Json:
        properties = fill_in(as_object(container.get("properties")), defaults, self.version)
        added: Json = {} if view is None else {"instanceView": view}
        return {**container, "properties": _sort({**properties, **added}, "containers")}

    @rests_on("public-ip-late", "subnet-address-late", "ended-address")
    def _show_address(self, group: Group, state: str) -> Json | None:
        address = as_object(group.properties().get("ipAddress"))
        settled = state not in {"Pending", "Creating"}
        # Recorded, 8 of 8: in a subnet the address is absent until the group has Succeeded.
        if not address or (group.properties().get("subnetIds") and not settled):
            return None
        body = dict(address)
        if group.ip and (settled or group.modified > group.created) and not self._has_lost_address(group, address):
            body["ip"] = group.ip
        if group.fqdn:
            body["fqdn"] = group.fqdn
        return _sort(body, "ipAddress")

    def _has_lost_address(self, group: Group, address: Json) -> bool:
        """Whether a group that has ended no longer shows its public address."""
        if self.ended_address == "shown" or group.restart_policy() == "Always":
            return False
        return str(address.get("type", "")).lower() == "public" and has_ended(simulate_group(group, self.now))


def without_empty_values(properties: Json) -> Json:
    """Return variables that have an empty value as names only, if a knob says so."""
    changed = dict(properties)
    for name in _CONTAINERS:
        if name in properties:
            changed[name] = [
                {**item, "properties": _drop_empty_values(item)} for item in list_objects(properties[name])
            ]
    return changed


def _drop_empty_values(container: Json) -> Json:
    properties = as_object(container.get("properties"))
    if "environmentVariables" not in properties:
        return properties
    variables = list_objects(properties["environmentVariables"])
    bare = [{"name": item["name"]} if item.get("value") == "" else item for item in variables]
    return {**properties, "environmentVariables": bare}


@rests_on("identity-ids")
def _show_identity(group: Group) -> Json:
    identity = as_object(group.body["identity"])
    kind = str(identity.get("type", "")).lower()
    users = as_object(identity.get("userAssignedIdentities"))
    body: Json = {}
    if users:
        body["userAssignedIdentities"] = {key: make_user_ids(key) for key in users}
    if "systemassigned" in kind:  # a new one for each group of a name, so that a role of the former does not fit
        body["principalId"] = make_guid(f"system {group.id.lower()} {group.serial}")
    if "assigned" in kind:
        body["tenantId"] = TENANT
    rest = {key: value for key, value in identity.items() if key != "userAssignedIdentities"}
    return {**body, **rest}


@rests_on("system-data-filled-in")
def show_system_data(created: float, modified: float) -> Json:
    """Return who wrote a resource, and when."""
    return {
        "createdBy": "emulator@example.com",
        "createdByType": "User",
        "createdAt": times.format_fraction(created, 7),
        "lastModifiedBy": "emulator@example.com",
        "lastModifiedByType": "User",
        "lastModifiedAt": times.format_fraction(modified, 7),
    }


# The recorded order of keys, so that answers can be compared with recordings as text.
_ORDERS = {
    "properties": tuple(field.name for field in GROUP_PROPERTIES.fields),
    "containers": tuple(field.name for field in CONTAINER_PROPERTIES.fields),
    "ipAddress": tuple(field.name for field in IP_ADDRESS.fields),
}


@rests_on("encryption-order")
def _sort(values: Json, level: str) -> Json:
    known = {name: values[name] for name in _ORDERS[level] if name in values}
    return {**known, **values}
