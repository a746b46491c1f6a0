"""Refusals whose codes users met: images, registries, Spot, roles."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, World, changed, container, group

from aci_reconcile.emulator import Knobs


@pytest.mark.parametrize(
    ("images", "status", "code"),
    [
        (["sim/missing"], 400, "InaccessibleImage"),
        (["sim/limited"], 409, "RegistryErrorResponse"),
        (["sim/missing", "sim/limited:2"], 400, "MultipleErrorsOccurred"),
        (["sim/missing", "sim/missing"], 400, "InaccessibleImage"),
    ],
)
def test_images_are_refused_with_the_put(images: list[str], status: int, code: str) -> None:
    """One error by itself, several in one."""
    body = group(containers=[container(f"c{number}", image) for number, image in enumerate(images)])
    response = World().put("web", body)

    assert (status, code) == (response.status, response.json()["error"]["code"])


def test_several_errors_are_told_in_one() -> None:
    """In the words that users met."""
    body = group(containers=[container("one", "sim/missing:1"), container("two", "reg.example.com/sim/limited")])

    assert (
        "Multiple error occurred: 'BadRequest':'InaccessibleImage':'The image 'sim/missing:1' in container group 'web' "
        "is not accessible. Please check the image and registry credential.';'Conflict':'RegistryErrorResponse':'An "
        "error response is received from the docker registry 'reg.example.com'. Please retry later.'"
    ) == World().put("web", body).json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("properties.sku", "Dedicated", "SpotPriorityContainerGroupNotSupportedInSku"),
        (
            "properties.containers.0.properties.resources.requests.gpu",
            {"count": 1, "sku": "V100"},
            "SpotPriorityContainerGroupWithGPUResourcesNotSupported",
        ),
        (
            "properties.ipAddress",
            {"type": "Public", "ports": [{"port": 80}]},
            "SpotPriorityContainerGroupNotSupportedForInboundConnectivity",
        ),
    ],
)
def test_spot_has_codes_of_its_own(path: str, value: Any, code: str) -> None:
    """For each thing that it does not take."""
    world = World()

    assert (400, code) == world.code(world.put("web", changed(group(priority="Spot"), path, value)))
    assert 201 == world.put("web", group(priority="Spot")).status


def test_pulling_with_an_identity_needs_a_version_that_knows_it() -> None:
    """2021-07-01 or later."""
    world = World()
    body = group(imageRegistryCredentials=[{"server": "a.azurecr.io", "identity": "/subscriptions/x"}])

    assert (400, "InvalidImageRegistryCredentialType") == world.code(world.put("web", body, "2021-03-01"))
    assert 201 == world.put("web", body, "2021-07-01").status


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("PUT", f"{GROUPS}/web", "Microsoft.ContainerInstance/containerGroups/write"),
        ("DELETE", f"{GROUPS}/web", "Microsoft.ContainerInstance/containerGroups/delete"),
        ("POST", f"{GROUPS}/web/restart", "Microsoft.ContainerInstance/containerGroups/restart/action"),
        ("PATCH", RESOURCE_GROUP, "Microsoft.Resources/subscriptions/resourceGroups/write"),
    ],
)
def test_a_reader_may_only_read(method: str, path: str, action: str) -> None:
    """Every write names the action that is missing."""
    store = World().store
    world = World(knobs=Knobs(reader=True), store=store)
    refused = world.send(method, path, {})

    assert (403, "AuthorizationFailed") == world.code(refused)
    assert f"to perform action '{action}' over scope '{path}'" in refused.json()["error"]["message"]
    assert 200 == world.send("GET", RESOURCE_GROUP).status
