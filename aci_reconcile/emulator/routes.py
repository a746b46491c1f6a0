"""Maps paths to handlers. ARM ignores the case of paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import unquote

from aci_reconcile.emulator.aci import (
    create,
    groups,
    operations,
    power,
    profiles,
    provider_actions,
    regions,
    subnets,
    terminals,
)
from aci_reconcile.emulator.arm import inventory, resource_groups, rights, subscriptions, tag_names, tag_requests
from aci_reconcile.emulator.graph import requests as graph
from aci_reconcile.emulator.neighbours import identities, networks, security_groups, storage, workspaces
from aci_reconcile.emulator.neighbours import operations as network_operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.arm.call import Call, Handler
    from aci_reconcile.emulator.model import Response

Family: TypeAlias = Literal["graph", "groups", "profiles", "resources"]


@dataclass(frozen=True, slots=True)
class Route:
    """A path and its verbs. `family` says which api-versions it has."""

    path: str
    segments: tuple[str, ...]
    family: Family
    verbs: Mapping[str, Handler]

    @property
    def is_resource(self) -> bool:
        """Whether it is the path of one resource: types and names take turns after the provider."""
        if "providers" not in self.segments:
            return False
        below = self.segments[len(self.segments) - self.segments[::-1].index("providers") + 1 :]
        return len(below) > 0 and len(below) % 2 == 0


@dataclass(frozen=True, slots=True)
class Match:
    """A route that fits a path, and the names in it."""

    route: Route
    path: Mapping[str, str]


def match(path: str) -> Match | None:
    """Return the route of a path, or None. azure-cli leaves an empty segment where a parent resource would stand."""
    segments = [unquote(segment, errors="replace") for segment in path.split("/") if segment]
    for route in ROUTES:
        names = _match_segments(route.segments, segments)
        if names is not None:
            return Match(route, names)
    return None


def _match_segments(pattern: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    names: dict[str, str] = {}
    for expected, segment in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            names[expected.strip("{}")] = segment
        elif expected != segment.lower():
            return None
    return names if all(names.values()) else None


def _make_route(path: str, family: Family, verbs: Mapping[str, Handler]) -> Route:
    segments = path.strip("/").split("/")
    return Route(path, tuple(item if item.startswith("{") else item.lower() for item in segments), family, verbs)


def _of(put: Handler, get: Handler, delete: Handler) -> Mapping[str, Handler]:
    return {"PUT": put, "GET": get, "DELETE": delete}


def _of_tagged(put: Handler, get: Handler, delete: Handler) -> Mapping[str, Handler]:
    return {**_of(put, get, delete), "PATCH": tag_requests.patch_neighbour}


_SUB = "/subscriptions/{subscription}"
_RG = f"{_SUB}/resourceGroups/{{resource_group}}"
_ACI = "/providers/Microsoft.ContainerInstance"
_CG = f"{_RG}{_ACI}/containerGroups/{{name}}"
_CGP = f"{_RG}{_ACI}/containerGroupProfiles/{{name}}"
_LOCATION = f"{_SUB}{_ACI}/locations/{{location}}"

_NETWORK = f"{_RG}/providers/Microsoft.Network/virtualNetworks/{{network}}"
_SUBNET = f"{_NETWORK}/subnets/{{subnet}}"
_NETWORK_OPERATIONS = f"{_SUB}/providers/Microsoft.Network/locations/{{location}}"
_WORKSPACE = f"{_RG}/providers/Microsoft.OperationalInsights/workspaces/{{name}}"
_ACCOUNT = f"{_RG}/providers/Microsoft.Storage/storageAccounts/{{name}}"
_SHARE = f"{_ACCOUNT}/fileServices/{{service}}/shares/{{share}}"
_LISTS_OF_NEIGHBOURS = (
    ("Microsoft.Network/virtualNetworks", networks.list_networks),
    ("Microsoft.Network/networkSecurityGroups", security_groups.list_all),
    ("Microsoft.ManagedIdentity/userAssignedIdentities", identities.list_all),
    ("Microsoft.OperationalInsights/workspaces", workspaces.list_all),
    ("Microsoft.Storage/storageAccounts", storage.list_accounts),
)
_DEPLOYMENTS = "/providers/Microsoft.Resources/deployments"
_RIGHTS = "/providers/Microsoft.Authorization/permissions"

_NAMESPACE = f"{_SUB}/providers/{{namespace}}"


def _deploy(name: str) -> Handler:
    """Return a handler of deployments. They are loaded with the first request for one: `--local` never sends any."""

    def handle(call: Call) -> Response:
        from aci_reconcile.emulator.deployments.requests import HANDLERS

        return HANDLERS[name](call)

    return handle


def _list_deployment_routes(scope: str) -> tuple[Route, ...]:
    """Return the routes of deployments at one scope."""
    one = f"{scope}{_DEPLOYMENTS}/{{name}}"
    verbs: tuple[tuple[str, Mapping[str, Handler]], ...] = (
        (f"{scope}{_DEPLOYMENTS}", {"GET": _deploy("list_all")}),
        (one, {"HEAD": _deploy("head"), **_of(_deploy("put"), _deploy("get"), _deploy("delete"))}),
        (f"{one}/validate", {"POST": _deploy("validate")}),
        (f"{one}/whatIf", {"POST": _deploy("what_if")}),
        (f"{one}/cancel", {"POST": _deploy("cancel")}),
        (f"{one}/exportTemplate", {"POST": _deploy("export_template")}),
        (f"{one}/operations", {"GET": _deploy("list_operations")}),
        (f"{one}/operations/{{operation}}", {"GET": _deploy("get_operation")}),
        (f"{one}/operationStatuses/{{operation}}", {"GET": _deploy("get_status")}),
    )
    return tuple(_make_route(path, "resources", handlers) for path, handlers in verbs)


ROUTES = (
    _make_route("/tenants", "resources", {"GET": subscriptions.list_tenants}),
    _make_route("/subscriptions", "resources", {"GET": subscriptions.list_all}),
    _make_route(_SUB, "resources", {"GET": subscriptions.get}),
    _make_route(f"{_SUB}/locations", "resources", {"GET": subscriptions.list_locations}),
    _make_route(f"{_SUB}/providers", "resources", {"GET": subscriptions.list_providers}),
    _make_route(_NAMESPACE, "resources", {"GET": subscriptions.get_provider}),
    _make_route(f"{_NAMESPACE}/register", "resources", {"POST": subscriptions.register}),
    _make_route(f"{_NAMESPACE}/unregister", "resources", {"POST": subscriptions.unregister}),
    _make_route(f"{_SUB}/resourceGroups", "resources", {"GET": resource_groups.list_all}),
    _make_route(f"{_SUB}/resources", "resources", {"GET": inventory.list_resources}),
    _make_route(f"{_SUB}/operationresults/{{operation}}", "resources", {"GET": resource_groups.get_result}),
    _make_route(
        _RG,
        "resources",
        {
            "PUT": resource_groups.put,
            "GET": resource_groups.get,
            "HEAD": resource_groups.head,
            "PATCH": resource_groups.patch,
            "DELETE": resource_groups.delete,
        },
    ),
    _make_route(f"{_RG}/resources", "resources", {"GET": inventory.list_resources}),
    _make_route(f"{_SUB}{_ACI}/containerGroups", "groups", {"GET": groups.list_by_subscription}),
    _make_route(f"{_RG}{_ACI}/containerGroups", "groups", {"GET": groups.list_by_resource_group}),
    _make_route(_CG, "groups", {"PUT": create.put, "GET": groups.get, "PATCH": groups.patch, "DELETE": groups.delete}),
    _make_route(f"{_CG}/restart", "groups", {"POST": power.restart}),
    _make_route(f"{_CG}/stop", "groups", {"POST": power.stop}),
    _make_route(f"{_CG}/start", "groups", {"POST": power.start}),
    _make_route(f"{_CG}/containers/{{container}}/logs", "groups", {"GET": power.get_logs}),
    _make_route(f"{_CG}/containers/{{container}}/exec", "groups", {"POST": terminals.execute}),
    _make_route(f"{_CG}/containers/{{container}}/attach", "groups", {"POST": terminals.attach}),
    _make_route(f"{_SUB}{_ACI}/containerGroupProfiles", "profiles", {"GET": profiles.list_by_subscription}),
    _make_route(f"{_RG}{_ACI}/containerGroupProfiles", "profiles", {"GET": profiles.list_by_resource_group}),
    _make_route(
        _CGP,
        "profiles",
        {"PUT": profiles.put, "GET": profiles.get, "PATCH": profiles.patch, "DELETE": profiles.delete},
    ),
    _make_route(f"{_CGP}/revisions", "profiles", {"GET": profiles.list_revisions}),
    _make_route(f"{_CGP}/revisions/{{revision}}", "profiles", {"GET": profiles.get_revision}),
    _make_route(f"{_LOCATION}/operations/{{operation}}", "groups", {"GET": operations.get_status}),
    _make_route(f"{_LOCATION}/operationresults/{{operation}}", "groups", {"GET": operations.get_result}),
    _make_route(f"{_LOCATION}/usages", "groups", {"GET": regions.list_usages}),
    _make_route(f"{_LOCATION}/capabilities", "groups", {"GET": regions.list_capabilities}),
    _make_route(f"{_LOCATION}/cachedImages", "groups", {"GET": regions.list_cached_images}),
    _make_route(f"{_CG}/outboundNetworkDependenciesEndpoints", "groups", {"GET": subnets.list_dependencies}),
    _make_route(f"{_SUBNET}{_ACI}/serviceAssociationLinks/default", "groups", {"DELETE": subnets.delete_association}),
    *(
        _make_route(
            f"{scope}/providers/Microsoft.Resources/tags/default",
            "resources",
            {**_of(tag_requests.put, tag_requests.get, tag_requests.delete), "PATCH": tag_requests.patch},
        )
        for scope in (_SUB, _RG, f"{_RG}/providers/{{namespace}}/{{kind}}/{{name}}")
    ),
    _make_route(f"{_SUB}/tagNames", "resources", {"GET": tag_names.list_all}),
    _make_route(f"{_SUB}/tagNames/{{name}}", "resources", {"PUT": tag_names.put_name, "DELETE": tag_names.delete_name}),
    _make_route(
        f"{_SUB}/tagNames/{{name}}/tagValues/{{value}}",
        "resources",
        {"PUT": tag_names.put_value, "DELETE": tag_names.delete_value},
    ),
    *_list_deployment_routes(_SUB),
    *_list_deployment_routes(_RG),
    # azure-cli's older versions ask so (recorded)
    _make_route(f"{_RG}/deployments/{{name}}/operations", "resources", {"GET": _deploy("list_operations")}),
    *(
        _make_route(f"{scope}/{path}", "resources", {"GET": handler})
        for scope in (f"{_SUB}/providers", f"{_RG}/providers")
        for path, handler in _LISTS_OF_NEIGHBOURS
    ),
    _make_route(_NETWORK, "resources", _of_tagged(networks.put_network, networks.get_network, networks.delete_network)),
    _make_route(f"{_NETWORK}/subnets", "resources", {"GET": networks.list_subnets}),
    _make_route(_SUBNET, "resources", _of(networks.put_subnet, networks.get_subnet, networks.delete_subnet)),
    _make_route(
        f"{_RG}/providers/Microsoft.Network/networkSecurityGroups/{{name}}",
        "resources",
        _of_tagged(security_groups.put, security_groups.get, security_groups.delete),
    ),
    _make_route(f"{_NETWORK_OPERATIONS}/operations/{{operation}}", "resources", {"GET": network_operations.get_status}),
    _make_route(
        f"{_NETWORK_OPERATIONS}/operationResults/{{operation}}", "resources", {"GET": network_operations.get_result}
    ),
    _make_route(
        f"{_RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{name}}",
        "resources",
        _of_tagged(identities.put, identities.get, identities.delete),
    ),
    _make_route(_WORKSPACE, "resources", _of_tagged(workspaces.put, workspaces.get, workspaces.delete)),
    _make_route(f"{_WORKSPACE}/sharedKeys", "resources", {"POST": workspaces.list_keys}),
    _make_route(f"{_WORKSPACE}/listKeys", "resources", {"POST": workspaces.list_keys}),
    _make_route(_ACCOUNT, "resources", _of_tagged(storage.put_account, storage.get_account, storage.delete_account)),
    _make_route(f"{_ACCOUNT}/listKeys", "resources", {"POST": storage.list_keys}),
    _make_route(_SHARE, "resources", _of(storage.put_share, storage.get_share, storage.delete_share)),
    *(
        _make_route(f"{scope}{_RIGHTS}", "resources", {"GET": rights.list_permissions})
        for scope in (_SUB, _RG, f"{_RG}/providers/{{namespace}}/{{kind}}/{{name}}", _SUBNET)
    ),
    _make_route("/providers/Microsoft.ResourceGraph/resources", "graph", {"POST": graph.answer_query}),
    _make_route(f"{_ACI}/operations", "groups", {"GET": provider_actions.list_operations}),
)
