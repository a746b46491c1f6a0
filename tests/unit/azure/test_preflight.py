"""What is asked of Azure before a write, and what is made of its answers."""

from __future__ import annotations

from typing import Any

import pytest
from unit.azure.scripted import API, SCOPE, Says, error, scripted

from aci_reconcile.azure.preflight import NETWORK_API, PERMISSIONS_API
from aci_reconcile.core.errors import AzureError, ForbiddenError, NoAnswerError, NotFoundError, UsageError
from aci_reconcile.preflight.inventory import Capability, Permission, Subnet, Usage

BASE = "http://127.0.0.1"
PROVIDER = f"{BASE}/subscriptions/{SCOPE.subscription}/providers/Microsoft.ContainerInstance/locations/westeurope"
SERVICE = "Microsoft.ContainerInstance/containerGroups"
NETWORK = f"/subscriptions/{SCOPE.subscription}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v"
SUBNET = f"{NETWORK}/subnets/s"


def usage(name: Any, used: Any, limit: Any) -> dict[str, Any]:
    """A row of the usages."""
    return {"unit": "Count", "currentValue": used, "limit": limit, "name": {"value": name, "localizedValue": name}}


def test_usages_by_name() -> None:
    """All pages; a row that makes no sense is left out, so that it counts as not told."""
    backend, script = scripted(
        Says(200, {"value": [usage("ContainerGroups", 3, 100)], "nextLink": f"{PROVIDER}/more?api-version=1"}),
        Says(
            200,
            {
                "value": [
                    usage("StandardCores", 2.5, 10),
                    usage("", 1, 1),
                    usage("x", "1", 2),
                    usage("y", True, 1),
                    usage("z", float("nan"), 10**400),
                ]
            },
        ),
    )

    assert {"ContainerGroups": Usage(3, 100), "StandardCores": Usage(2.5, 10)} == backend.preflight.list_usages(
        SCOPE.subscription, "westeurope"
    )
    assert ("GET", f"{PROVIDER}/usages?api-version={API}") == script.asked[0][:2]


def test_capabilities_of_a_region() -> None:
    """A row without sizes is left out."""
    row = {"resourceType": "containerGroups", "osType": "Linux", "ipAddressType": "Public", "gpu": "None"}
    sized = {**row, "capabilities": {"maxMemoryInGB": 16, "maxCpu": 4, "maxGpuCount": 0}}
    backend, script = scripted(Says(200, {"value": [sized, row]}))

    assert (Capability("Linux", "Public", "None", 4, 16),) == backend.preflight.list_capabilities(
        SCOPE.subscription, "westeurope"
    )
    assert script.asked[0].url.startswith(f"{PROVIDER}/capabilities?")


def test_a_subnet_and_where_its_network_lies() -> None:
    """Two reads: a subnet has no location of its own."""
    delegations = [{"name": "aci", "properties": {"serviceName": SERVICE}}, {"name": "odd"}]
    backend, script = scripted(
        Says(200, {"id": SUBNET, "properties": {"delegations": delegations}}), Says(200, {"location": "westeurope"})
    )

    assert Subnet((SERVICE,), "westeurope") == backend.preflight.get_subnet(SUBNET)
    assert [f"{BASE}{path}?api-version={NETWORK_API}" for path in (SUBNET, NETWORK)] == [
        each.url for each in script.asked
    ]


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (error(403, "AuthorizationFailed", "no"), "AuthorizationFailed: no"),
        (error(501, "NotEmulated", "not here"), "NotEmulated: not here"),
        (Says(200, {"properties": {}}), "its network has no location"),
        (Says(200, b"<html>"), "the answer (200) is not JSON: an HTML page"),
    ],
)
def test_a_network_that_may_not_be_read(network: Says, why: str) -> None:
    """The subnet is known all the same, and why its region is not."""
    backend, _ = scripted(Says(200, {"properties": {}}), network)

    assert Subnet((), "", why) == backend.preflight.get_subnet(SUBNET)


@pytest.mark.parametrize("code", ["NotFound", "ResourceNotFound", "ResourceGroupNotFound"])
def test_no_such_subnet(code: str) -> None:
    """Whether it, its network or their resource group is not there."""
    backend, _ = scripted(error(404, code))

    assert backend.preflight.get_subnet(SUBNET) is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(403, "AuthorizationFailed"), ForbiddenError),
        (error(404, "SubscriptionNotFound"), NotFoundError),
        (error(501, "NotEmulated"), AzureError),
        (Says(200, b"[]"), NoAnswerError),
        (Says(200, {"value": 7}), NoAnswerError),
    ],
)
def test_what_cannot_be_told_is_an_error(answer: Says, kind: type[AzureError]) -> None:
    """Never an empty answer that could pass for a real one."""
    with pytest.raises(kind):
        scripted(answer)[0].preflight.list_usages(SCOPE.subscription, "westeurope")
    with pytest.raises(kind):
        scripted(answer)[0].preflight.list_capabilities(SCOPE.subscription, "westeurope")
    with pytest.raises(kind):
        scripted(answer)[0].preflight.list_permissions(str(SCOPE))


def test_permissions_in_a_scope() -> None:
    """Actions and not-actions of each role; what is no text is left out."""
    roles = [{"actions": ["*"], "notActions": ["*/delete", 7]}, {"dataActions": ["x"]}]
    backend, script = scripted(Says(200, {"value": roles}))

    assert (Permission(("*",), ("*/delete",)), Permission()) == backend.preflight.list_permissions(str(SCOPE))
    assert (
        f"{BASE}{SCOPE}/providers/Microsoft.Authorization/permissions?api-version={PERMISSIONS_API}"
        == script.asked[0].url
    )


@pytest.mark.parametrize("scope", ["", "/subscriptions/../x", "/subscriptions//x"])
def test_no_id_leads_elsewhere(scope: str) -> None:
    """It is refused before anything is sent."""
    backend, script = scripted()

    with pytest.raises(UsageError):
        backend.preflight.list_permissions(scope)
    assert [] == script.asked


def test_an_id_is_quoted() -> None:
    """Whatever stands in it stays in its place."""
    backend, script = scripted(Says(200, {"value": []}))
    backend.preflight.list_permissions("/subscriptions/s/resourceGroups/a?b#c d")

    assert "/resourceGroups/a%3Fb%23c%20d/providers/" in script.asked[0].url
