"""The law of shards: what a shard reads of the project alone is what it would be if it had read all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.shards import ShardNumber, cut_into_shards, find_parts
from aci_reconcile.manifest import Request, load

NAMES = tuple(f"g{number}" for number in range(9))
PLACES = ("westeurope", "West Europe", "northeurope", "eastus", "${var:region}")
SUBNETS = tuple(f"/subscriptions/s/resourceGroups/n/providers/Microsoft.Network/v/{name}" for name in ("a", "A", "b"))
GROUPS = ("shop", "Shop", "${var:group}")
REFERENCES = st.sampled_from([f"${{group:{name}:ipAddress.ip}}" for name in NAMES])


def spelled(key: str) -> st.SearchStrategy[str]:
    """Return a key as authors write it, and as other tools do."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
    return st.sampled_from([key, key, key.lower(), key.upper(), snake])


@st.composite
def members(draw: st.DrawFn, *, layer: bool = False) -> dict[str, Any]:
    """Draw what decides where a group is, and some of what does not."""
    found: dict[str, Any] = {}
    drawn: dict[str, Any] = {
        "location": st.sampled_from([*PLACES, None]),
        "subnetIds": st.lists(st.sampled_from(SUBNETS).map(lambda name: {"id": name}), min_size=1, max_size=2),
        "priority": st.just("Regular"),
        "osType": st.sampled_from(["linux", "Linux", 7]),
        "tags": st.dictionaries(st.sampled_from("ab"), REFERENCES | st.just("plain"), max_size=1),
        "standbyPoolProfile": st.just({"id": "/pool"}),
    }
    if not layer:
        drawn |= {
            "resourceGroup": st.sampled_from(GROUPS),
            "lifecycle": st.fixed_dictionaries({"dependsOn": st.lists(st.sampled_from(NAMES), max_size=2)}),
        }
    for key in draw(st.lists(st.sampled_from(sorted(drawn)), unique=True, max_size=4)):
        found[draw(spelled(key))] = draw(drawn[key])
    if draw(st.booleans()):
        value = draw(REFERENCES | st.just("plain"))
        variable = {"name": "ADDRESS", "value": value}
        found["containers"] = [{"name": "c", "image": "nginx:1", "environmentVariables": [variable]}]
    if draw(st.integers(0, 4)) == 0:
        inner = {key: found.pop(key) for key in list(found) if key.lower().replace("_", "") in {"subnetids", "ostype"}}
        found[draw(st.sampled_from(["properties", "Properties", "additional_properties"]))] = inner
    return found


@st.composite
def projects(draw: st.DrawFn) -> tuple[dict[str, str], Request]:
    """Draw the files of a project, and a request for one of its environments."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=9))
    files: dict[str, list[Any]] = {}
    for name in names:
        document = {draw(spelled("name")): name, **draw(members())}
        files.setdefault(draw(st.sampled_from(["a.yaml", "b.yaml", "c/d.yaml", "e.yaml"])), []).append(document)
    settings = {
        "name": "p",
        "resourceGroup": "rg",
        "location": draw(st.sampled_from(["westeurope", "eastus"])),
        "variables": {"region": draw(st.sampled_from(["westeurope", "uksouth"])), "group": "shop"},
        "defaults": draw(members(layer=True)),
        "environments": {"prod": {"groups": {name: draw(members(layer=True)) for name in set(names[:2])}}},
    }
    texts = {f"manifests/{name}": yaml.safe_dump_all(documents) for name, documents in files.items()}
    environment = draw(st.sampled_from(["", "prod"]))
    return {**texts, "aci-reconcile.yaml": yaml.safe_dump(settings)}, Request(environment=environment)


@given(projects(), st.integers(1, 4))
def test_a_shard_reads_its_part_and_makes_the_same_cut(drawn: tuple[dict[str, str], Request], count: int) -> None:
    """The same groups, each the same in all it has, whatever is wrong with other files; and none in no shard."""
    files, request = drawn
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        whole = load(replace(request, cwd=folder))
        known = {each.id.key: each for each in whole.resources}
        cut = cut_into_shards(find_parts(whole.resources), count)
        for shard in cut:
            part = load(replace(request, cwd=folder, shard=ShardNumber(shard.number, count)))
            own = {each.id.key: each for each in part.resources if each.id.key in shard.keys}

            assert shard.keys == part.selected
            assert {key: known[key] for key in shard.keys} == own
            assert known.keys() == {each.id.key for each in part.resources}
            assert set(part.diagnostics) <= set(whole.diagnostics)
            assert whole.project == part.project
