"""A template deployed as it is, and converted and applied: the groups are equal but for what must differ."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from convert_sources import Source, arm_templates
from factories import SUBSCRIPTION

from aci_reconcile.convert.arm.evaluation import Place
from aci_reconcile.convert.sources import Options, SourceText, convert
from aci_reconcile.convert.writing import write_manifests
from aci_reconcile.emulator import Request as ArmRequest
from aci_reconcile.emulator.deployments.content import read_content
from aci_reconcile.expressions.hashes import make_unique_string
from aci_reconcile.manifest import Request, load
from aci_reconcile.manifest.export.manifests import SharedSettings

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.core.model import Resource

RG = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
GROUPS = f"{RG}/providers/Microsoft.ContainerInstance/containerGroups"
DEPLOYMENT = f"{RG}/providers/Microsoft.Resources/deployments/main"
PLACE = Place(SUBSCRIPTION, "rg-shop", "westeurope")
VALUES = {"image": "nginx:1", "uniqueString": make_unique_string(RG)}
"""Of what a template leaves open; a deployment computes what its functions give."""
SECRETS = re.compile(r"\$\{env:([A-Za-z_]\w*)")
NOT_DEPLOYED = {
    "registry": "the keys of a resource that is given by a name only, and is not in the template",
}
DIFFERENT = {
    "readable-password": "convert hides a readable password in a secure variable",
}
DEFAULTS = {"protocol": "tcp", "scheme": "http"}
"""What a manifest leaves out because it is Azure's default, which Azure does not fill in."""
SOURCES = [each for each in arm_templates() if each.name not in NOT_DEPLOYED]


def deploy(source: Source) -> dict[str, Any]:
    """Deploy the template of a source as it is, and give the groups."""
    world = AzureWorld()
    texts = list(source.files.values())
    text = next(each for each in texts if "deploymentParameters.json" not in each)
    given: dict[str, Any] = next((json.loads(each)["parameters"] for each in texts if each != text), {})
    for name, declared in read_content(text.encode()).get("parameters", {}).items():
        if "defaultValue" not in declared and name not in given:
            given[name] = {"value": VALUES.get(name, "canary")}
    # The text goes as it is, with its comments, as azure-cli sends it.
    body = f'{{"properties": {{"mode": "Incremental", "parameters": {json.dumps(given)}, "template": {text}}}}}'
    answered = world.emulator.handle(ArmRequest("PUT", f"{DEPLOYMENT}?api-version=2021-04-01", body=body.encode()))
    assert 201 == answered.status, answered.body
    world.clock.sleep(600)
    done = world.arm("GET", DEPLOYMENT)["properties"]
    assert "Succeeded" == done["provisioningState"], done.get("error")
    return list_groups(world)


def apply(source: Source, folder: Path) -> dict[str, Any]:
    """Convert the same source, apply what comes out, and give the groups."""
    world = AzureWorld()
    found = convert([SourceText(*each) for each in source.files.items()], Options(place=PLACE))
    written = write_manifests(found, SharedSettings("rg-shop", "westeurope"))
    for index, manifest in enumerate(written.manifests):
        (folder / f"{index}.yaml").write_text(manifest.text, encoding="utf-8")
    text = "".join(each.text for each in written.manifests)
    defaults = {each.name: str(each.default) for each in written.variables if each.default is not None}
    request = Request(
        paths=(folder,),
        project=None,
        subscription=SUBSCRIPTION,
        resource_group="rg-shop",
        location="westeurope",
        variables={**VALUES, **defaults},
        environ=dict.fromkeys(SECRETS.findall(text), "Y2FuYXJ5"),
        cwd=folder,
        version="0.1.0",
    )
    loaded = load(request)
    assert not loaded.errors, loaded.diagnostics
    resources: tuple[Resource, ...] = loaded.resources
    world.apply(*resources)
    return list_groups(world)


def list_groups(world: AzureWorld) -> dict[str, Any]:
    """Return the groups of a world by name, without what no two creations have in common."""
    names = [each["name"] for each in world.arm("GET", GROUPS)["value"]]
    return {name: simplify(world.arm("GET", f"{GROUPS}/{name}")) for name in names}


def simplify(node: Any) -> Any:
    """Leave out times and states, which are those of a run, our tags, and defaults that only one side says."""
    if isinstance(node, list):
        return [simplify(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: simplify(each) for key, each in node.items() if key not in {"instanceView", "systemData"}}
    if "tags" in kept:
        kept["tags"] = {key: each for key, each in kept["tags"].items() if not key.startswith("aci-reconcile-")}
    return {
        key: each
        for key, each in kept.items()
        if (key, each) != ("tags", {}) and DEFAULTS.get(key) != str(each).lower()
    }


@pytest.mark.parametrize("source", SOURCES, ids=[each.name for each in SOURCES])
def test_the_groups_are_equal(source: Source, tmp_path: Path) -> None:
    """Every property, also what Azure has filled in; but for secrets that were readable."""
    deployed, applied = deploy(source), apply(source, tmp_path)

    assert source.groups == len(deployed)
    if source.name in DIFFERENT:
        assert deployed != applied
        deployed, applied = (
            json.loads(re.sub(r', "value": "canary"', "", json.dumps(each))) for each in (deployed, applied)
        )
    assert deployed == applied
