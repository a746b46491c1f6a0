"""What is checked beforehand is what happens: a check fails if, and only if, the apply is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import SUBSCRIPTION, container, group

from aci_reconcile.core.model import Resource
from aci_reconcile.emulator import Knobs
from aci_reconcile.preflight import Verdict
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.reconcile.preflight import run_preflight

if TYPE_CHECKING:
    from aci_reconcile.planning import Plan
    from aci_reconcile.preflight import Check

SUBNET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-id/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
)
NETWORKED = group("net", subnetIds=[{"id": SUBNET}])
WITH_IDENTITY = Resource(
    NETWORKED.id, {**group().body, "identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}}
)


def big(cpu: float, memory: float = 1, **more: Any) -> Resource:
    """A group of a size."""
    return group("big", container("web", resources={"requests": {"cpu": cpu, "memoryInGB": memory}}), **more)


def world(**knobs: Any) -> AzureWorld:
    """An Azure with these knobs; resource groups are made before rights are taken away."""
    return AzureWorld(Knobs(provisioning_seconds=2, **knobs))


def asked(azure: AzureWorld, plan: Plan) -> tuple[Check, ...]:
    """The checks of a plan."""
    return run_preflight(plan.changes, azure.backend.preflight, resource_groups=plan.resource_groups)


def find_failed(checks: tuple[Check, ...]) -> list[str]:
    """The subjects of what failed."""
    return [each.subject for each in checks if each.verdict is Verdict.FAILED]


@pytest.mark.parametrize(
    ("knobs", "groups", "subject"),
    [
        ({}, [NETWORKED, group("a")], ""),
        ({"limits": True}, [big(4)], ""),
        ({"limits": True}, [big(10, sku="Confidential")], ""),
        ({"limits": True}, [big(10.5, sku="Confidential")], "ConfidentialCores in westeurope"),
        ({}, [big(32, 256)], ""),
        ({}, [big(33)], "rg-shop/big in westeurope"),
        ({}, [big(1, 257)], "rg-shop/big in westeurope"),
        ({"subnets": "plain"}, [NETWORKED], "rg-net/v/s"),
        ({"subnets": "absent"}, [NETWORKED], "rg-net/v/s"),
        (
            {"not_actions": frozenset({"*/join/action"})},
            [NETWORKED],
            "Microsoft.Network/virtualNetworks/subnets/join/action on rg-net/v/s",
        ),
        (
            {"not_actions": frozenset({"Microsoft.ManagedIdentity/*"})},
            [WITH_IDENTITY],
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action on rg-id/i",
        ),
        (
            {"not_actions": frozenset({"Microsoft.ContainerInstance/*/WRITE"})},
            [group("a")],
            "Microsoft.ContainerInstance/containerGroups/write on rg-shop",
        ),
    ],
)
def test_a_check_fails_where_the_apply_would(knobs: dict[str, Any], groups: list[Resource], subject: str) -> None:
    """And where none fails, the apply goes through."""
    azure = world(**knobs)
    found = find_failed(asked(azure, azure.plan(*groups)))
    writes = len(azure.writes)
    (last,) = [each for each in azure.apply(*groups) if isinstance(each, Finished)]

    assert 1 == writes  # the resource group's own, when the world was made
    assert [subject] * bool(subject) == found
    assert bool(subject) is bool(last.failed)


def test_a_recreation_at_the_limit() -> None:
    """It fits where its own size is given back; grown by one core more than is left, it does not."""
    azure = world(limits=True)
    azure.apply(*(group(f"g{number}", container("web", resources=of(31))) for number in range(3)))
    same = [group(f"g{number}", container("web", resources=of(31)), osType="Windows") for number in range(3)]
    rest = group("rest", container("web", resources=of(7)))

    assert [] == find_failed(asked(azure, azure.plan(*same, rest, allow_replace=3)))
    assert ["StandardCores in westeurope"] == find_failed(
        asked(azure, azure.plan(*same, group("rest", container("web", resources=of(8))), allow_replace=3))
    )


def of(cpu: float) -> dict[str, Any]:
    """The resources of a container."""
    return {"requests": {"cpu": cpu, "memoryInGB": 1}}


def test_who_may_not_ask_is_told_so() -> None:
    """Nothing fails, nothing passes: nobody knows."""
    hidden = frozenset({"*/permissions/read", "*/usages/read", "*/capabilities/read", "*/subnets/read"})
    azure = world(not_actions=hidden)
    found = asked(azure, azure.plan(NETWORKED))

    assert {Verdict.UNKNOWN} == {each.verdict for each in found}
    assert all(each.why.startswith("AuthorizationFailed: The client ") for each in found)


def test_a_region_that_is_none() -> None:
    """Azure's word for it is a failure, not a mere silence."""
    azure = world()
    nowhere = Resource(group("a").id, {**group("a").body, "location": "atlantis"})

    assert ["Linux groups in atlantis"] == find_failed(asked(azure, azure.plan(nowhere)))
