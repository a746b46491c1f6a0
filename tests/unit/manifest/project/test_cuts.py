"""Every run of a shard knows which cut that is of, so that shards of two cuts do not write side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.shards import ShardNumber
from aci_reconcile.manifest import Request, load

if TYPE_CHECKING:
    from pathlib import Path

REGIONS = {"a": "westeurope", "b": "northeurope", "c": "eastus", "d": "westus"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the folder of a project of three groups, each in another region."""
    (tmp_path / "aci-reconcile.yaml").write_text("name: p\nresourceGroup: rg\n", encoding="utf-8")
    (tmp_path / "manifests").mkdir()
    for name in "abc":
        add(tmp_path, name)
    return tmp_path


def add(folder: Path, name: str) -> None:
    """Declare a group."""
    text = f"name: {name}\nlocation: {REGIONS[name]}\n"
    (folder / f"manifests/{name}.yaml").write_text(text, encoding="utf-8")


def name_cut(folder: Path, number: int, *addresses: str, cut: str = "") -> str:
    """Return which cut a run is of: of a shard, or of the saved plan of one, which names its groups."""
    request = Request(cwd=folder, shard=ShardNumber(number, 2, cut=cut))
    shard = load(replace(request, addresses=addresses or None)).request.shard

    assert shard is not None
    return shard.cut


def test_the_saved_plan_of_a_shard_is_of_the_same_cut(project: Path) -> None:
    """It names some or all of the shard's groups, and its siblings may write meanwhile."""
    own = load(Request(cwd=project, shard=ShardNumber(1, 2)))
    addresses = [each.address for each in own.resources if each.id.key in (own.selected or ())]
    cut = name_cut(project, 2)

    assert cut
    assert cut == name_cut(project, 1) == name_cut(project, 1, *addresses) == name_cut(project, 1, addresses[0])


def test_a_saved_plan_of_another_cut_has_its_own(project: Path) -> None:
    """Its groups are in both shards by now, so neither may be written beside it."""
    found = {name_cut(project, 1, "rg/a", "rg/b", "rg/c"), name_cut(project, 2, "rg/a", "rg/b", "rg/c")}

    assert 2 == len(found - {"", name_cut(project, 1)})


def test_another_commit_cuts_in_another_way(project: Path) -> None:
    """One more group is enough."""
    before = name_cut(project, 1)
    add(project, "d")

    assert before != name_cut(project, 1)


def test_who_cuts_a_fleet_says_which_cut_that_is(project: Path) -> None:
    """One project alone cannot tell."""
    assert "fleet" == name_cut(project, 1, "rg/a", cut="fleet")
