"""What is sent is what Azure takes: the emulator fills nothing in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from e2e.processes import Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Generator

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = "name: shop\ncreateResourceGroups: true\n"


@pytest.fixture
def world(tmp_path: Path) -> Generator[tuple[Azure, Commands]]:
    """Return an emulator, and the command in a folder that holds the README's manifest."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    manifest = next(each for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "containers:" in each)
    with azure(tmp_path) as served:
        run = Commands(tmp_path, {"ACI_RECONCILE_ARM_ENDPOINT": served.url, "DB_PASSWORD": "canary-db"})
        run.write("aci-reconcile.yaml", PROJECT)
        run.write("manifests/web.yaml", manifest)
        yield served, run


def os_type(served: Azure) -> str:
    """Return the operating system of the group in Azure."""
    return str(served.ask("GET", served.group("web"))["properties"]["osType"])


@pytest.mark.long
def test_the_manifest_of_the_readme_is_taken_and_comes_back(world: tuple[Azure, Commands]) -> None:
    """It names no ``osType``; created, changed and recreated it is sent with one, and nothing is left to do."""
    served, run = world
    rendered = json.loads(run("render").out)[0]["properties"]["osType"]
    created = run("apply", "-y", "--stable-for", "0s")
    first = os_type(served)
    edited = (run.folder / "manifests/web.yaml").read_text(encoding="utf-8").replace("cpu: 1,", "cpu: 2,")
    run.write("manifests/web.yaml", edited)
    recreated = run("apply", "-y", "--allow-replace=1", "--stable-for", "0s")
    again = run("plan", "--detailed-exitcode")

    assert ("Linux", "Linux", "Linux") == (rendered, first, os_type(served))
    assert [0, 0, 0] == [created.code, recreated.code, again.code], created.err + recreated.err + again.err


def test_a_container_without_resources_is_an_error_before_azure_is_asked(world: tuple[Azure, Commands]) -> None:
    """Azure would say ``ResourceRequestsNotSpecified``; after a recreation the group would be gone."""
    _, run = world
    text = (run.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    run.write("manifests/web.yaml", re.sub(r" +resources:.*\n", "", text))

    ended = run("apply", "-y", "--allow-replace")

    assert 1 == ended.code
    assert "error ACI066" in ended.err + ended.out
