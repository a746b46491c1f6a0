"""The cut of a shard is that of the whole project, whatever its layers add, replace or remove."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.shards import ShardNumber, cut_into_shards, find_parts
from aci_reconcile.manifest import Request, load

if TYPE_CHECKING:
    from pathlib import Path

REGIONS = ("westeurope", "northeurope", "eastus")
REFERENCE = "${group:b:ipAddress.ip}"
CONTAINER = "{{name: c, image: 'x:1', environmentVariables: [{{name: A, value: '{}'}}]}}"
REFERS, PLAIN = CONTAINER.format(REFERENCE), CONTAINER.format("plain")


@pytest.mark.parametrize(
    ("layer", "patch", "own"),
    [
        pytest.param("{}", f"{{containers: [{PLAIN}]}}", f"containers: [{REFERS}]", id="a patch replaces it"),
        pytest.param("{}", "{containers: null}", f"containers: [{REFERS}]", id="a patch removes it"),
        pytest.param("{}", "{tags: null}", f"TAGS: {{t: '{REFERENCE}'}}", id="in another spelling"),
        pytest.param(f"{{tags: {{t: '{REFERENCE}'}}}}", "{}", "tags: {t: plain}", id="a manifest replaces a default"),
        pytest.param(f"{{tags: {{t: '{REFERENCE}'}}}}", "{tags: null}", "tags: {}", id="a patch removes a default"),
        pytest.param("{}", f"{{tags: {{t: '{REFERENCE}'}}}}", "tags: {t: plain}", id="a patch adds it"),
    ],
)
def test_a_layer_may_take_away_a_reference(layer: str, patch: str, own: str, tmp_path: Path) -> None:
    """Each group is in one shard, and in the one that the whole project says."""
    project = f"name: p\nresourceGroup: rg\ndefaults: {layer}\nenvironments: {{e: {{groups: {{a: {patch}}}}}}}\n"
    (tmp_path / "aci-reconcile.yaml").write_text(project, encoding="utf-8")
    (tmp_path / "manifests").mkdir()
    for name, region in zip("abc", REGIONS, strict=True):
        text = f"name: {name}\nlocation: {region}\n{own if name == 'a' else 'tags: {t: plain}'}\n"
        (tmp_path / f"manifests/{name}.yaml").write_text(text, encoding="utf-8")
    request = Request(cwd=tmp_path, environment="e")
    whole = load(request)
    cut = [each.keys for each in cut_into_shards(find_parts(whole.resources), 3)]

    assert cut == [load(replace(request, shard=ShardNumber(number, 3))).selected for number in (1, 2, 3)]
    assert find_parts(whole.resources) == find_parts(load(replace(request, outline=True)).resources)
