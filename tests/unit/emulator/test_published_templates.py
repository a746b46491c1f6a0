"""Templates that Microsoft has published are deployed as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from unit.emulator.deployment_world import DEPLOYMENTS, VERSION, show
from unit.emulator.emulator_world import World

from aci_reconcile.emulator import Request
from aci_reconcile.emulator.deployments.content import read_content

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "arm-templates"
NAMES = sorted(each.name for each in FOLDER.glob("*.json"))
REFUSED = {
    "201-aci-linuxcontainer-volume-emptydir_azuredeploy.json": (400, "NoRegisteredProviderFound"),  # of 2017
    "201-aci-sftp-files_azuredeploy.json": (501, "NotEmulated"),  # assigns a role, and runs a script
}


def make_value(declared: Any) -> Any:
    """A value for a parameter without a default, which is a name, or a secret in base64."""
    kind = declared["type"].lower()
    return 1 if kind == "int" else "c2VjcmV0" if kind.startswith("secure") else "shopweb"


@pytest.mark.skipif(not NAMES, reason="the published templates are not on this machine")
@pytest.mark.parametrize("name", NAMES or ["none"])
def test_a_published_template_is_deployed(name: str) -> None:
    """Or it is said why not."""
    world = World()
    text = (FOLDER / name).read_text(encoding="utf-8-sig")
    declared = read_content(text.encode())["parameters"]
    given = {key: {"value": make_value(each)} for key, each in declared.items() if "defaultValue" not in each}
    body = f'{{"properties": {{"mode": "Incremental", "parameters": {json.dumps(given)}, "template": {text}}}}}'
    answered = world.emulator.handle(Request("PUT", f"{DEPLOYMENTS}/one?api-version={VERSION}", body=body.encode()))
    if name in REFUSED:
        assert REFUSED[name] == world.code(answered)
        return
    world.now += 600
    properties = show(world)["properties"]

    assert "Succeeded" == properties["provisioningState"], properties.get("error")
    assert properties["outputResources"]
