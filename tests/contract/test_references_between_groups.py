"""A group that needs another one's address, from the first apply to the address's change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure_world import AzureWorld
from factories import SUBSCRIPTION, container, group

from aci_reconcile.core.model import Lifecycle, as_object
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.reconcile.events import Succeeded

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v"
SUBNET = f"{NETWORK}/subnets/aci"
SHOP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ContainerInstance/containerGroups"


def db(cpu: int = 1) -> Resource:
    """Return a database with a private address."""
    resources = {"requests": {"cpu": cpu, "memoryInGB": 1.5}}
    address = {"type": "Private", "ports": [{"port": 80}]}
    one = container("db", resources=resources, ports=[{"port": 80}])
    return group("db", one, ipAddress=address, subnetIds=[{"id": SUBNET}])


def web() -> Resource:
    """Return what talks to it."""
    variables = [{"name": "DB_HOST", "value": Deferred(GroupReference("rg-shop/db", "ipAddress.ip"))}]
    return group("web", container(environmentVariables=variables), lifecycle=Lifecycle(depends_on=("rg-shop/db",)))


def hosts(world: AzureWorld) -> tuple[str, Any]:
    """Return the address of the one, and what the other one believes it is."""
    seen, other = world.arm("GET", f"{SHOP}/db"), world.arm("GET", f"{SHOP}/web")
    variables = other["properties"]["containers"][0]["properties"]["environmentVariables"]
    return as_object(seen["properties"]["ipAddress"])["ip"], variables[0]["value"]  # type: ignore[return-value]


def test_the_address_of_another_group() -> None:
    """Written once known, again once it changed, and never without need."""
    world = AzureWorld()
    world.apply(web(), db())
    first = hosts(world)
    before = len(world.writes)
    world.apply(web(), db())

    assert first[0] == first[1]
    assert before == len(world.writes)
    assert not world.plan(web(), db())

    world.arm("DELETE", f"{SHOP}/db")
    world.clock.sleep(3600)
    world.put(group("squatter").id, db().body)
    later = world.apply(web(), db(cpu=2), allow_replace=1)
    second = hosts(world)

    assert second[0] == second[1]
    assert first != second
    assert ["rg-shop/db", "rg-shop/web"] == [each.change.address for each in later if isinstance(each, Succeeded)]
    assert not world.plan(web(), db(cpu=2))
