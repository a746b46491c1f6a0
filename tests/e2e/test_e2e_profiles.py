"""Groups from a standby pool, and secret volumes of both kinds: written once, and equal to what Azure answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import PROJECT, Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PROVIDERS = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop/providers"
IDENTITY = f"{PROVIDERS}/Microsoft.ManagedIdentity/userAssignedIdentities/i"
CLAIM = f"""
name: claimed
containers: [{{name: worker, configMap: {{keyValuePairs: {{queue: orders}}}}}}]
containerGroupProfile:
  id: {PROVIDERS}/Microsoft.ContainerInstance/containerGroupProfiles/worker
  revision: 1
standbyPoolProfile: {{id: {PROVIDERS}/Microsoft.StandbyPool/standbyContainerGroupPools/workers}}
"""
FILES = f"""
name: files
osType: Linux
identity: {{type: UserAssigned, userAssignedIdentities: {{{IDENTITY}: {{}}}}}}
secretReferences:
  - name: vault
    identity: {IDENTITY}
    secretReferenceUri: https://shop-kv.vault.azure.net/secrets/token
containers:
  - name: files
    image: nginx:1
    resources: {{cpu: 1, memoryInGB: 1}}
    volumeMounts: {{both: /both}}
volumes:
  - name: both
    secret: {{one: {{fromText: "${{env:ONE}}"}}}}
    secretReference: {{other: vault}}
"""


@pytest.fixture
def world(tmp_path: Path) -> Generator[tuple[Azure, Commands]]:
    """Return an emulator, and the command in the folder of a project."""
    with azure(tmp_path) as served:
        run = Commands(tmp_path, {"ACI_RECONCILE_ARM_ENDPOINT": served.url, "ONE": "canary-one"})
        run.write("aci-reconcile.yaml", PROJECT)
        yield served, run


def properties(served: Azure, name: str) -> Any:
    """Return what Azure says of a group."""
    return served.ask("GET", served.group(name))["properties"]


def test_a_group_from_a_standby_pool_is_claimed_once(world: tuple[Azure, Commands]) -> None:
    """Azure shows the image, the resources and the system of the profile; none of it is a difference."""
    served, run = world
    run.write("manifests/claimed.yaml", CLAIM)

    applied = run("apply", "-y", "--stable-for", "0s")
    again, drifted = run("plan", "--detailed-exitcode"), run("drift")

    shown = properties(served, "claimed")
    assert [0, 0, 0] == [applied.code, again.code, drifted.code], applied.err + again.out + drifted.out
    assert shown["isCreatedFromStandbyPool"] is True
    assert {"image", "resources", "configMap"} <= set(shown["containers"][0]["properties"])


def test_a_claim_with_an_image_is_refused_here_as_by_azure(world: tuple[Azure, Commands]) -> None:
    """`BadRequest`, "ContainerGroup properties other than config map are not allowed"."""
    _, run = world
    run.write("manifests/claimed.yaml", CLAIM.replace("{name: worker,", "{name: worker, image: 'nginx:1',"))

    ended = run("apply", "-y")

    assert 1 == ended.code
    assert "error ACI205: a group from a standby pool can't have its own `image`" in ended.err + ended.out


def test_files_of_both_kinds_are_written_once(world: tuple[Azure, Commands]) -> None:
    """A secret volume with texts and references, as in Microsoft's example."""
    served, run = world
    run.write("manifests/files.yaml", FILES)

    applied = run("apply", "-y", "--stable-for", "0s")
    again = run("plan", "--detailed-exitcode")

    assert [0, 0] == [applied.code, again.code], applied.err + again.out
    assert [{"name": "both", "secret": {}, "secretReference": {"other": "vault"}}] == properties(served, "files")[
        "volumes"
    ]
