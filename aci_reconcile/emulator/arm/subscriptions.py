"""ARM above resource groups: tenants, subscriptions, locations, and the registration of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.echo import TYPE
from aci_reconcile.emulator.arm import versions
from aci_reconcile.emulator.arm.call import PROVIDER, Call
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.knobs import Knobs

_RESOURCES = "Microsoft.Resources"
_RESOURCES_VERSIONS = ("2021-04-01", "2022-12-01", "2025-04-01")
# the types of other providers, each with an api-version that clients may use; they are always registered
_NEIGHBOURS: Mapping[str, Mapping[str, str]] = {
    "Microsoft.ManagedIdentity": {"userAssignedIdentities": "2023-01-31"},
    "Microsoft.Network": {
        "virtualNetworks": "2023-11-01",
        "virtualNetworks/subnets": "2023-11-01",
        "networkSecurityGroups": "2023-11-01",
    },
    "Microsoft.OperationalInsights": {"workspaces": "2022-10-01"},
    "Microsoft.Storage": {"storageAccounts": "2023-01-01", "storageAccounts/fileServices/shares": "2023-01-01"},
}
_OWN_TYPES = (
    TYPE.partition("/")[2],
    "serviceAssociationLinks",
    "locations",
    *(
        f"locations/{name}"
        for name in (
            "capabilities",
            "usages",
            "operations",
            "operationresults",
            "cachedImages",
            "validateDeleteVirtualNetworkOrSubnets",
            "deleteVirtualNetworkOrSubnets",
        )
    ),
    "operations",
)
_NAMESPACES = (PROVIDER, _RESOURCES, *_NEIGHBOURS)


def list_tenants(call: Call) -> Response:
    """Return the one tenant, with the keys that azure-cli and the SDK read."""
    tenant = call.knobs.tenant_id
    body: Json = {
        "id": f"/tenants/{tenant}",
        "tenantId": tenant,
        "countryCode": "US",
        "displayName": "aci-reconcile emulator",
        "domains": ["emulator.example.com"],
        "tenantCategory": "Home",
        "defaultDomain": "emulator.example.com",
        "tenantType": "AAD",
    }
    return answer(200, {"value": [body]})


def list_all(call: Call) -> Response:
    """Return the initial subscription, and those created by their first use."""
    found = [_show(each, call.knobs) for each in list_used(call)]
    return answer(200, {"value": found, "count": {"type": "Total", "value": len(found)}})


def list_used(call: Call) -> list[str]:
    """Return the ids of the initial subscription, and of those created by their first use."""
    used = {str(document["subscription"]).lower() for _, document in call.session.scan("resource_group", "")}
    first = call.knobs.subscription_id.lower()
    return [first, *sorted(used - {first})]


def get(call: Call) -> Response:
    """Return one subscription."""
    return answer(200, _show(call.subscription.lower(), call.knobs))


def check(subscription: str, knobs: Knobs) -> None:
    """Refuse a missing subscription."""
    if not knobs.any_subscription and subscription.lower() != knobs.subscription_id.lower():
        raise errors.subscription_not_found(subscription)


def list_locations(call: Call) -> Response:
    """Return the regions that have the service."""
    return answer(200, {"value": [_show_location(call, name) for name in versions.LOCATION_NAMES]})


def list_providers(call: Call) -> Response:
    """Return the providers that are emulated."""
    return answer(200, {"value": [_show_provider(call, name) for name in _NAMESPACES]})


def get_provider(call: Call) -> Response:
    """Return one provider, with its resource types, api-versions and regions."""
    return answer(200, _show_provider(call, _find_namespace(call)))


def register(call: Call) -> Response:
    """Register a subscription: `Registering` in this answer, `Registered` in the next and when it was so before."""
    # azure-mgmt-core polls until it reads Registered, so the first answer must not say so.
    before = _find_state(call, _find_namespace(call))
    return _set_state(call, "Registered", "Registered" if before == "Registered" else "Registering")


def unregister(call: Call) -> Response:
    """Unregister a subscription."""
    return _set_state(call, "NotRegistered", "Unregistering")


def require_registration(call: Call) -> None:
    """Refuse a provider's operation in a subscription that is not registered for it."""
    if _find_state(call, PROVIDER) != "Registered":
        raise errors.not_registered(PROVIDER)


def _set_state(call: Call, state: str, meanwhile: str) -> Response:
    namespace = _find_namespace(call)
    if namespace == PROVIDER:
        call.session.put("provider", _make_key(call, namespace), {"state": state})
    return answer(200, {**_show_provider(call, namespace), "registrationState": meanwhile})


def _find_namespace(call: Call) -> str:
    segment = call.path["namespace"]
    found = next((name for name in _NAMESPACES if name.lower() == segment.lower()), None)
    if found is None:
        raise errors.not_emulated(f"the resource provider '{segment}'")
    return found


def _make_key(call: Call, namespace: str) -> str:
    return f"{call.subscription}/{namespace}".lower()


def _find_state(call: Call, namespace: str) -> str:
    document = call.session.get("provider", _make_key(call, namespace))
    if document is not None:
        return str(document["state"])
    return "Registered" if call.knobs.registered or namespace != PROVIDER else "NotRegistered"


@rests_on("subscription")
def _show(subscription: str, knobs: Knobs) -> Json:
    return {
        "id": f"/subscriptions/{subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription,
        "tenantId": knobs.tenant_id,
        "displayName": "aci-reconcile emulator",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _show_location(call: Call, display: str) -> Json:
    name = versions.canonical_location(display)
    return {
        "id": f"/subscriptions/{call.subscription}/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": display,
        "regionalDisplayName": display,
        "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
    }


@rests_on("resource-types")
def _show_provider(call: Call, namespace: str) -> Json:
    if namespace == PROVIDER:
        types = [_show_type(name, versions.CONTAINER_GROUP_VERSIONS) for name in _OWN_TYPES]
        policy = "RegistrationRequired"
    elif namespace == _RESOURCES:
        kinds = ("resourceGroups", "subscriptions", "deployments", "tags")
        types, policy = [_show_type(name, _RESOURCES_VERSIONS) for name in kinds], "RegistrationFree"
    else:
        types = [_show_type(name, (version,)) for name, version in _NEIGHBOURS[namespace].items()]
        policy = "RegistrationRequired"
    return {
        "id": f"/subscriptions/{call.subscription}/providers/{namespace}",
        "namespace": namespace,
        "resourceTypes": types,
        "registrationState": _find_state(call, namespace),
        "registrationPolicy": policy,
    }


def _show_type(name: str, known: tuple[str, ...]) -> Json:
    return {
        "resourceType": name,
        "locations": list(versions.LOCATION_NAMES),
        "apiVersions": sorted(known, reverse=True),
        "capabilities": "SupportsTags, SupportsLocation" if name == "containerGroups" else "None",
    }
