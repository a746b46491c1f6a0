"""What Azure would not take is known before Azure is asked; what it takes is taken once, and no second time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import PROJECT, Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]


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


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("https://shop.azurecr.io/web:1", "ACI200"),
        ("'shop/web:'", "ACI200"),
        ('"<registry>/web:1"', "ACI201"),
        ('"${var:image}"', "ACI201"),
    ],
)
def test_an_image_that_no_registry_has_leaves_the_group_alone(
    world: tuple[Azure, Commands], image: str, code: str
) -> None:
    """Where the change would recreate the group, it is not deleted first to be missed afterwards."""
    served, run = world
    manifest = run.group("web")
    created = run("apply", "-y", "--stable-for", "0s")
    text = manifest.read_text(encoding="utf-8").replace("nginx:1", image).replace("cpu: 1", "cpu: 2")
    run.write("manifests/web.yaml", text)

    ended = [run(*words, "--var", "image=$(image)") for words in (["validate"], ["apply", "-y", "--allow-replace"])]

    assert [0, 1, 1] == [created.code, *(each.code for each in ended)], created.err
    assert [True, True] == [f"manifests/web.yaml:5:12: error {code}" in each.out + each.err for each in ended]
    assert "nginx:1" == properties(served, "web")["containers"][0]["properties"]["image"]


def test_what_azure_refuses_of_logs_is_an_error_offline(world: tuple[Azure, Commands]) -> None:
    """`LogAnalyticsMetadataNotAllowed`; and a variable without a value is a warning, for a live group may hold it."""
    _, run = world
    more = (
        "diagnostics:\n  logAnalytics: {workspaceId: 00000000-0000-0000-0000-000000000000, workspaceKey: '${env:ONE}', "
        "logType: ContainerInstanceLogs, metadata: {team: shop}}\n"
    )
    run.group("web", more=more)
    with (run.folder / "manifests/web.yaml").open("a", encoding="utf-8") as file:
        file.write("    environmentVariables: [{name: DB_PASSWORD}]\n")

    ended = run("validate")

    assert 1 == ended.code
    assert "error ACI207" in ended.out + ended.err
    assert "warning ACI208: the variable `DB_PASSWORD` has no value" in ended.out + ended.err


def test_a_key_from_a_shell_with_a_line_end_is_a_key(world: tuple[Azure, Commands]) -> None:
    """It is the same key with and without, so that the fingerprint stays and no second write follows."""
    _, run = world
    share = "{shareName: s, storageAccountName: a, storageAccountKey: '${env:KEY}'}"
    run.group("web", more=f"volumes:\n  - {{name: data, azureFile: {share}}}\n")

    applied = run("apply", "-y", "--stable-for", "0s", KEY="a2V5\r\n")
    again = run("plan", "--detailed-exitcode", KEY="a2V5")

    assert [0, 0] == [applied.code, again.code], applied.err + again.out
