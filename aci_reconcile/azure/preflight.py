"""The ``Preflight`` over Azure Resource Manager: reads that predict the result of a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.azure.http.client import read_object, read_pages
from aci_reconcile.azure.http.urls import id_path, location_path, with_query
from aci_reconcile.core.errors import AuthenticationError, AzureError, NotFoundError
from aci_reconcile.core.model import as_list, as_number, as_object, as_text
from aci_reconcile.preflight.inventory import Capability, Permission, Preflight, Subnet, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.azure.http.client import ArmClient
    from aci_reconcile.core.model import Body, Json

NETWORK_API = "2021-08-01"
"""For virtual networks and subnets: a stable version of Microsoft.Network, old enough for every cloud; delegations have
kept their shape (REST reference, "Subnets - Get")."""

PERMISSIONS_API = "2022-04-01"
"""For Microsoft.Authorization/permissions: the current stable version (REST reference, "Permissions - List For Resource
Group" and "List For Resource"). For a subscription the same path works, in Microsoft's own articles."""

_NO_SUBNET = frozenset({"notfound", "resourcenotfound", "resourcegroupnotfound"})
"""Error codes of the network provider and of ARM for a missing subnet, network or resource group."""


class ArmPreflight(Preflight):
    """Azure, or any server that speaks ARM. May be called from several threads."""

    def __init__(self, client: ArmClient, *, api_version: str) -> None:
        self._client = client
        self._api = api_version

    def list_usages(self, subscription: str, location: str, /) -> Mapping[str, Usage]:
        """Return the quotas of a region by Azure's names, without those that have no numbers."""
        found = (_usage(each) for each in self._of_location(subscription, location, "usages"))
        return dict(each for each in found if each is not None)

    def list_capabilities(self, subscription: str, location: str, /) -> tuple[Capability, ...]:
        """Return the capabilities of a region, without rows that have no sizes."""
        found = (_capability(each) for each in self._of_location(subscription, location, "capabilities"))
        return tuple(each for each in found if each is not None)

    def get_subnet(self, subnet_id: str, /) -> Subnet | None:
        """Return a subnet; None if it does not exist. Its location comes from its network, if that is readable."""
        try:
            answer = self._client.exchange("GET", with_query(id_path(subnet_id), api_version=NETWORK_API))
        except NotFoundError as error:
            if error.code.lower() in _NO_SUBNET:
                return None
            raise
        delegations = as_list(as_object(read_object(answer).get("properties")).get("delegations"))
        services = tuple(
            as_text(as_object(as_object(each).get("properties")).get("serviceName")) for each in delegations
        )
        location, why = self._network_location(subnet_id)
        return Subnet(tuple(filter(None, services)), location, why)

    def list_permissions(self, scope: str, /) -> tuple[Permission, ...]:
        """Return the roles that the caller has in a scope."""
        path = f"{id_path(scope)}/providers/Microsoft.Authorization/permissions"
        found = read_pages(self._client, with_query(path, api_version=PERMISSIONS_API))
        return tuple(Permission(_texts(each.get("actions")), _texts(each.get("notActions"))) for each in found)

    def _of_location(self, subscription: str, location: str, what: str) -> tuple[Body, ...]:
        return read_pages(self._client, with_query(location_path(subscription, location, what), api_version=self._api))

    def _network_location(self, subnet_id: str) -> tuple[str, str]:
        """Return the location of the network, or why it is unknown: access to a subnet may not include its network."""
        network = "/".join(subnet_id.strip("/").split("/")[:-2])
        try:
            answer = self._client.exchange("GET", with_query(id_path(network), api_version=NETWORK_API))
            location = as_text(read_object(answer).get("location"))
        except AuthenticationError:  # no other read would work either
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
