"""The ``Preflight`` over Azure Resource Manager: reads that tell beforehand what a write would meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.azure.reading import object_of, pages
from aci_reconcile.azure.urls import id_path, location_path, with_query
from aci_reconcile.core.errors import AuthenticationError, AzureError, NotFoundError
from aci_reconcile.core.model import as_list, as_number, as_object, as_text
from aci_reconcile.preflight.inventory import Capability, Permission, Preflight, Subnet, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.azure.wire import Wire
    from aci_reconcile.core.model import Body, Json

NETWORK_API = "2021-08-01"
"""Of virtual networks and subnets: a stable version of Microsoft.Network, old enough for every cloud; delegations have
kept their shape (REST reference, "Subnets - Get")."""

PERMISSIONS_API = "2022-04-01"
"""Of Microsoft.Authorization/permissions: the current stable version (REST reference, "Permissions - List For Resource
Group" and "List For Resource"). For a subscription the same path works, in Microsoft's own articles."""

_NO_SUBNET = frozenset({"notfound", "resourcenotfound", "resourcegroupnotfound"})
"""How the network provider and ARM say that a subnet, its network or their resource group is not there."""


class ArmPreflight(Preflight):
    """Azure, or any server that speaks ARM. May be called from several threads."""

    def __init__(self, wire: Wire, *, api_version: str) -> None:
        self._wire = wire
        self._api = api_version

    def usages(self, subscription: str, location: str, /) -> Mapping[str, Usage]:
        """Return the quotas of a region by Azure's names; one without numbers is left out."""
        found = (_usage(each) for each in self._of_location(subscription, location, "usages"))
        return dict(each for each in found if each is not None)

    def capabilities(self, subscription: str, location: str, /) -> tuple[Capability, ...]:
        """Return what a region offers; a row without sizes is left out."""
        found = (_capability(each) for each in self._of_location(subscription, location, "capabilities"))
        return tuple(each for each in found if each is not None)

    def subnet(self, subnet_id: str, /) -> Subnet | None:
        """Return a subnet; None when it does not exist. Where it lies only its network says, if that may be read."""
        try:
            answer = self._wire.exchange("GET", with_query(id_path(subnet_id), api_version=NETWORK_API))
        except NotFoundError as error:
            if error.code.lower() in _NO_SUBNET:
                return None
            raise
        delegations = as_list(as_object(object_of(answer).get("properties")).get("delegations"))
        services = tuple(
            as_text(as_object(as_object(each).get("properties")).get("serviceName")) for each in delegations
        )
        location, why = self._network_location(subnet_id)
        return Subnet(tuple(filter(None, services)), location, why)

    def permissions(self, scope: str, /) -> tuple[Permission, ...]:
        """Return the roles that the caller has in a scope."""
        path = f"{id_path(scope)}/providers/Microsoft.Authorization/permissions"
        found = pages(self._wire, with_query(path, api_version=PERMISSIONS_API))
        return tuple(Permission(_texts(each.get("actions")), _texts(each.get("notActions"))) for each in found)

    def _of_location(self, subscription: str, location: str, what: str) -> tuple[Body, ...]:
        return pages(self._wire, with_query(location_path(subscription, location, what), api_version=self._api))

    def _network_location(self, subnet_id: str) -> tuple[str, str]:
        """Return where the network lies, or why that is not known: to see a subnet is not to see its network."""
        network = "/".join(subnet_id.strip("/").split("/")[:-2])
        try:
            answer = self._wire.exchange("GET", with_query(id_path(network), api_version=NETWORK_API))
            location = as_text(object_of(answer).get("location"))
        except AuthenticationError:
            raise
        except AzureError as error:
            return "", f"{error.code}: {error.message}" if error.code else error.message
        return location, "" if location else "its network has no location"


def _usage(row: Body) -> tuple[str, Usage] | None:
    name = as_text(as_object(row.get("name")).get("value"))
    used, limit = as_number(row.get("currentValue")), as_number(row.get("limit"))
    return None if not name or used is None or limit is None else (name, Usage(used, limit))


def _capability(row: Body) -> Capability | None:
    sizes = as_object(row.get("capabilities"))
    cpu, memory = as_number(sizes.get("maxCpu")), as_number(sizes.get("maxMemoryInGB"))
    if cpu is None or memory is None:
        return None
    os, address, gpu = (as_text(row.get(name)) for name in ("osType", "ipAddressType", "gpu"))
    return Capability(os, address, gpu, cpu, memory, as_number(sizes.get("maxGpuCount")) or 0)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(each for each in as_list(value) if isinstance(each, str))
