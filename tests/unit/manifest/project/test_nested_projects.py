"""A project below a project: what belongs to it is left out above, however it would be reached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import Request, list_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

GROUP = "name: {}\ncontainers: [{{name: a, image: 'x:1', resources: {{cpu: 1, memoryInGB: 1}}}}]\n"
BELOW = {
    "pay/aci-reconcile.yaml": "name: pay\n",
    "pay/manifests/pay.yaml": GROUP.format("pay"),
    "pay/deep/er/bank.yaml": GROUP.format("bank"),
    "pay/deep/aci-reconcile.yaml": "name: bank\n",
    "web/web.yaml": GROUP.format("web"),
}


def list_groups_and_projects(loaded: Loaded) -> tuple[list[str], list[str]]:
    """Return the groups, and the project files that are left out."""
    projects = [each for each in loaded.diagnostics if each.code == "ACI262"]
    return [each.id.name for each in loaded.resources], [each.where.file for each in projects]


@pytest.mark.parametrize(
    "manifests",
    [
        "",
        "manifests: [web, pay]\n",
        "manifests: ['*/']\n",
        "manifests: ['**/*.yaml']\n",
        "manifests: [web, pay/manifests]\n",
        "manifests: [web, pay/manifests/pay.yaml]\n",
        "manifests: [web, 'pay/*/pay.yaml']\n",
    ],
)
def test_it_is_left_out_wherever_manifests_are_looked_for(load_text: Loader, manifests: str) -> None:
    """A folder, a pattern, a file that is named; nobody holds deletions back because of it."""
    loaded = load_text({"aci-reconcile.yaml": f"name: shop\n{manifests}", **BELOW})

    groups, projects = list_groups_and_projects(loaded)
    assert ["web"] == groups
    assert "pay/aci-reconcile.yaml" in projects
    assert () == loaded.empty_places
    assert "to work on it, name the folder: `aci-reconcile plan pay`" in [each.hint for each in loaded.diagnostics]


def test_it_is_left_out_where_there_is_no_project_above(load_text: Loader) -> None:
    """Each of several projects side by side has its own owner, and none is `default`."""
    assert (["web"], ["pay/aci-reconcile.yaml"]) == list_groups_and_projects(load_text(BELOW))


@pytest.mark.parametrize(
    ("link", "target"),
    [("all/pay.yaml", "pay/manifests/pay.yaml"), ("all", "pay/manifests"), ("all", "pay"), ("all", "pay/deep/er")],
)
def test_a_link_into_it_is_left_out(load_text: Loader, tmp_path: Path, link: str, target: str) -> None:
    """What is behind it is that project's, whatever the way."""
    load_text({"aci-reconcile.yaml": "name: shop\nmanifests: [web, all]\n", **BELOW, "all/.keep": ""})
    place = tmp_path / link
    if place.is_dir():
        (place / ".keep").unlink()
        place.rmdir()
    place.symlink_to(tmp_path / target)

    groups, projects = list_groups_and_projects(load_text({}))

    assert (["web"], 1) == (groups, len(projects))


def test_a_project_file_that_is_a_link_counts(load_text: Loader, tmp_path: Path) -> None:
    """As it does for the project itself."""
    load_text({"aci-reconcile.yaml": "name: shop\n", "shared/project.txt": "name: pay\n", **BELOW})
    (tmp_path / "pay/aci-reconcile.yaml").unlink()
    (tmp_path / "pay/aci-reconcile.yaml").symlink_to(tmp_path / "shared/project.txt")

    assert (["web"], ["pay/aci-reconcile.yaml"]) == list_groups_and_projects(load_text({}))


def test_a_file_beside_the_project_may_be_linked_to(load_text: Loader, tmp_path: Path) -> None:
    """What lies below no project of its own is the project's, wherever the link leads within the repository."""
    load_text({"aci-reconcile.yaml": "name: shop\nmanifests: [all]\n", "shared/web.yaml": GROUP.format("web")})
    (tmp_path / "all").mkdir()
    (tmp_path / "all/web.yaml").symlink_to(tmp_path / "shared/web.yaml")

    assert (["web"], []) == list_groups_and_projects(load_text({}))


def test_the_project_below_has_its_own(load_text: Loader) -> None:
    """Named by a path, or by its file; the one below it is left out in turn."""
    files = {"aci-reconcile.yaml": "name: shop\n", **BELOW}
    expected: tuple[list[str], list[str]] = (["pay"], [])

    assert expected == list_groups_and_projects(load_text(files, paths=(Path("pay"),)))
    assert expected == list_groups_and_projects(load_text(files, project=Path("pay/aci-reconcile.yaml")))


def test_a_path_into_it_is_none_of_the_project_above(load_text: Loader) -> None:
    """The message says whose it is."""
    files = {"aci-reconcile.yaml": "name: shop\nmanifests: [web]\n", **BELOW}

    with pytest.raises(UsageError, match="contains no manifest of the project") as caught:
        load_text(files, project=Path("aci-reconcile.yaml"), paths=(Path("pay/manifests"),))

    assert "it belongs to another project: pay/aci-reconcile.yaml" == caught.value.hint


@pytest.mark.parametrize(
    ("paths", "projects"),
    [
        (("web", "pay"), "web to aci-reconcile.yaml, pay to pay/aci-reconcile.yaml"),
        (("pay/manifests/pay.yaml", "."), "pay/manifests/pay.yaml to pay/aci-reconcile.yaml, . to aci-reconcile.yaml"),
        (
            ("pay/manifests", "pay/deep"),
            "pay/manifests to pay/aci-reconcile.yaml, pay/deep to pay/deep/aci-reconcile.yaml",
        ),
    ],
)
def test_paths_of_two_projects(load_text: Loader, paths: tuple[str, ...], projects: str) -> None:
    """Both are named, and nothing is read."""
    files = {"aci-reconcile.yaml": "name: shop\n", **BELOW}

    with pytest.raises(UsageError) as caught:
        load_text(files, paths=tuple(map(Path, paths)))

    assert f"the paths belong to different projects: {projects}" == caught.value.message


def test_a_path_of_a_project_and_one_of_none(load_text: Loader) -> None:
    """Those without a project file would be another owner's, too."""
    with pytest.raises(UsageError, match="web to no project file, pay to pay/aci"):
        load_text(BELOW, paths=(Path("web"), Path("pay")))


def test_paths_of_one_project(load_text: Loader, tmp_path: Path) -> None:
    """Be it by a link."""
    files: dict[str, Any] = {"aci-reconcile.yaml": "name: shop\n", **BELOW}
    load_text(files)
    (tmp_path / "same").symlink_to(tmp_path)

    loaded = load_text(files, paths=(Path("web"), Path("same/web")), project=None)

    assert ["web"] == [each.id.name for each in loaded.resources]


def test_names_for_the_shell(load_text: Loader, tmp_path: Path) -> None:
    """A word that is completed names a group of this project."""
    load_text({"aci-reconcile.yaml": "name: shop\n", **BELOW})

    assert ("rg/web",) == list_names(Request(cwd=tmp_path, resource_group="rg"))


def test_what_it_declares_is_known_above(load_text: Loader) -> None:
    """By address where the files tell it: the manifest's resource group, else each that its environments name."""
    files = {
        "aci-reconcile.yaml": "name: shop\n",
        "a/aci-reconcile.yaml": "name: a\nresourceGroup: RG-a\nenvironments: {far: {resourceGroup: rg-far}}\n",
        "a/two.yaml": "name: Web\n---\nname: api\nresourceGroup: Own\n---\n# nothing\n",
        "a/deep/aci-reconcile.yaml": "name: deep\n",
        "a/deep/web.yaml": "name: lost\n",
        "b/aci-reconcile.yaml": "name: b\nresourceGroup: ${var:x}\n",
        "b/web.yaml": "name: any\ncontainers: broken\n",
    }
    a, deep, b = (f"{each}/aci-reconcile.yaml" for each in ("a", "a/deep", "b"))

    expected = {"rg-a/web": a, "rg-far/web": a, "own/api": a, "/lost": deep, "/any": b}
    assert expected == load_text(files).nested_groups


def test_what_a_project_beside_the_manifests_declares_is_known(load_text: Loader, tmp_path: Path) -> None:
    """Though no folder of manifests leads there; it is no reason to speak of it, and links out of the tree are none."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "aci-reconcile.yaml").write_text("name: out\n", encoding="utf-8")
    (outside / "out.yaml").write_text(GROUP.format("out"), encoding="utf-8")
    (tmp_path / "link").symlink_to(outside)
    loaded = load_text(
        {
            "aci-reconcile.yaml": "name: shop\n",
            "manifests/web.yaml": GROUP.format("web"),
            "edge/aci-reconcile.yaml": "name: edge\nresourceGroup: rg-edge\n",
            "edge/front.yaml": GROUP.format("front"),
            ".hidden/aci-reconcile.yaml": "name: hidden\n",
            ".hidden/web.yaml": GROUP.format("hidden"),
        }
    )

    assert {"rg-edge/front": "edge/aci-reconcile.yaml"} == loaded.nested_groups
    assert (["web"], []) == list_groups_and_projects(loaded)


def test_where_there_is_no_project_below_nothing_is_declared_there(load_text: Loader) -> None:
    """And nothing more is read."""
    assert not load_text({"aci-reconcile.yaml": "name: shop\n", "web.yaml": GROUP.format("web")}).nested_groups
