"""The project file, its environments, and what the command line says beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import PolicySettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

PROJECT = """
name: shop
requiredVersion: ">=0.1,<1"
subscription: 00000000-0000-0000-0000-000000000001
resourceGroup: rg-shop
location: westeurope
manifests: [manifests/]
defaults: {tags: {team: shop, tier: web}, restartPolicy: OnFailure}
variables: {tag: "1.4.2", other: x}
createResourceGroups: true
policy: {prune: true, maxDeletes: 3, replace: allow}
environments:
  prod:
    subscription: 00000000-0000-0000-0000-000000000002
    resourceGroup: rg-shop-prod
    variables: {tag: "1.4.1"}
    policy: {maxDeletes: 0}
    groups: {WEB: {tags: {stage: prod}, restartPolicy: Always}, rg-shop-prod/api: {osType: Windows}}
  test: {location: northeurope}
"""
WEB = """
name: web
tags: {tier: front}
containers: [{name: a, image: "x:${var:tag}", resources: {cpu: 1, memoryInGB: 1}}]
"""
API = "name: api\nrestartPolicy: Never\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"
FILES = {"aci-reconcile.yaml": PROJECT, "manifests/web.yaml": WEB, "manifests/sub/api.yaml": API}
NO_FLAGS = {"resource_group": "", "location": ""}


def test_the_whole_project(load_text: Loader, tmp_path: Path) -> None:
    """Everything in the file is there afterwards."""
    loaded = load_text(FILES, **NO_FLAGS)
    project = loaded.project

    assert () == loaded.diagnostics
    assert ("shop", "shop", "", tmp_path) == (project.name, project.owner, project.environment, project.root)
    assert project.subscription == "00000000-0000-0000-0000-000000000001"
    assert ("rg-shop", "westeurope") == (project.resource_group, project.location)
    assert PolicySettings(prune=True, max_deletes=3, replace="allow") == project.policy
    assert project.create_resource_groups
    assert ("rg-shop",) == project.resource_groups
    assert ("manifests/sub/api.yaml", "manifests/web.yaml") == loaded.files
    assert loaded.selected is None


def test_defaults_lie_under_the_groups(load_text: Loader) -> None:
    """Maps merge, and what the group says wins."""
    api, web = load_text(FILES, **NO_FLAGS).resources

    assert web.tags == {"team": "shop", "tier": "front"}
    assert web.properties["restartPolicy"] == "OnFailure"
    assert api.properties["restartPolicy"] == "Never"
    assert web.body["location"] == "westeurope"


def test_an_environment_lies_over_the_project(load_text: Loader) -> None:
    """Its keys win, its variables too, and its patches lie over the groups."""
    loaded = load_text(FILES, environment="prod", **NO_FLAGS)
    api, web = loaded.resources

    assert () == loaded.diagnostics
    assert loaded.project.owner == "shop/prod"
    assert PolicySettings(prune=True, max_deletes=0, replace="allow") == loaded.project.policy
    assert str(web.id).startswith("/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-shop-prod/")
    assert web.tags == {"team": "shop", "tier": "front", "stage": "prod"}
    assert web.properties["restartPolicy"] == "Always"
    assert api.properties["osType"] == "Windows"
    assert "x:1.4.1" in repr(web.body)


def test_the_command_line_wins(load_text: Loader) -> None:
    """`--var` over the environment's variables, `--subscription` over the file's."""
    loaded = load_text(FILES, environment="prod", variables={"tag": "9"}, subscription="sub", **NO_FLAGS)

    assert loaded.project.subscription == "sub"
    assert "x:9" in repr(loaded.resources[1].body)


@pytest.mark.parametrize("option", [{"resource_group": "other"}, {"location": "eastus"}])
def test_contradictions_are_errors(load_text: Loader, option: dict[str, str]) -> None:
    """Flag and project may not name different places."""
    loaded = load_text(FILES, **{**NO_FLAGS, **option})

    assert {"ACI137"} == {each.code for each in loaded.diagnostics}


def test_the_set_is_the_projects_and_paths_narrow_it(load_text: Loader) -> None:
    """Whatever is selected, all groups of the project are known."""
    loaded = load_text(FILES, paths=(Path("manifests/sub"),), **NO_FLAGS)

    assert ["rg-shop/api", "rg-shop/web"] == [each.address for each in loaded.resources]
    assert frozenset({loaded.resources[0].id.key}) == loaded.selected


@pytest.mark.parametrize(
    ("places", "paths"),
    [
        ("[manifests/]", ["manifests"]),
        ("[manifests/]", ["."]),
        ("[manifests/]", ["aci-reconcile.yaml"]),
        ("[manifests/]", ["manifests/sub", "manifests"]),
        ('["manifests/*.yaml", manifests/sub/api.yaml]', ["manifests"]),
        ('["manifests/web.yaml", manifests/sub/api.yaml]', ["manifests/web.yaml", "manifests/sub/api.yaml"]),
    ],
)
def test_paths_that_hold_every_place_select_the_whole_set(load_text: Loader, places: str, paths: list[str]) -> None:
    """What is looked for in a folder is all there, what was removed from it included: such a run may prune."""
    project = PROJECT.replace("[manifests/]", places)
    loaded = load_text({**FILES, "aci-reconcile.yaml": project}, paths=tuple(map(Path, paths)), **NO_FLAGS)

    assert (None, 2) == (loaded.selected, len(loaded.resources))


@pytest.mark.parametrize(
    ("places", "paths", "options"),
    [
        ("[manifests/]", ["manifests/web.yaml", "manifests/sub/api.yaml"], {}),
        ('["manifests/*.yaml", manifests/sub/api.yaml]', ["manifests/web.yaml", "manifests/sub/api.yaml"], {}),
        ("[manifests/web.yaml, manifests/sub]", ["manifests/sub"], {}),
        ("[manifests/]", ["manifests"], {"only": ("*",)}),
    ],
)
def test_all_manifests_by_name_are_some_groups(
    load_text: Loader, places: str, paths: list[str], options: dict[str, Any]
) -> None:
    """Nobody can name what was removed from a folder; and --only narrows, whatever fits."""
    project = PROJECT.replace("[manifests/]", places)
    loaded = load_text({**FILES, "aci-reconcile.yaml": project}, paths=tuple(map(Path, paths)), **NO_FLAGS, **options)

    assert loaded.selected is not None


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("web", {"web"}), ("RG-shop/W*", {"web"}), ("*", {"web", "api"}), ("rg-shop/*", {"web", "api"})],
)
def test_only_takes_addresses_names_and_patterns(load_text: Loader, pattern: str, names: set[str]) -> None:
    """Without regard to case."""
    loaded = load_text(FILES, only=(pattern,), **NO_FLAGS)

    assert loaded.selected is not None
    assert names == {each.id.name for each in loaded.resources if each.id.key in loaded.selected}


@pytest.mark.parametrize(
    "options",
    [
        {"only": ("none",)},
        {"paths": (Path("none.yaml"),)},
        {"paths": (Path("other.yaml"),)},
        {"environment": "prdo"},
        {"project": Path("none.yaml")},
    ],
)
def test_options_that_name_nothing(load_text: Loader, options: dict[str, object]) -> None:
    """An option that fits nothing is a mistake, not an empty set."""
    with pytest.raises(UsageError):
        load_text({**FILES, "other.yaml": API}, **{**NO_FLAGS, **options})


def test_an_environment_needs_a_project(load_text: Loader) -> None:
    """Without a project file there are no environments."""
    with pytest.raises(UsageError):
        load_text(WEB, environment="prod")


def test_no_project_at_all(load_text: Loader, tmp_path: Path) -> None:
    """Paths are the whole set; the owner is `default`."""
    files = {"a/web.yaml": API.replace("api", "web"), "b/api.yml": API, "c.json": "", ".hidden/x.yaml": "x"}

    loaded = load_text(files, paths=(Path("a"), tmp_path / "b/api.yml"))

    assert ["rg/api", "rg/web"] == [each.address for each in loaded.resources]
    assert loaded.project.owner == "default"
    assert loaded.selected is None
    assert () == loaded.diagnostics


def test_the_project_is_found_from_below(load_text: Loader) -> None:
    """Walking up from the path that is given."""
    loaded = load_text(
        {f"deep/er/{name}": text for name, text in FILES.items()}, paths=(Path("deep/er/manifests"),), **NO_FLAGS
    )

    assert loaded.project.name == "shop"
    assert "deep/er/manifests/web.yaml" in loaded.files


def test_groups_of_several_resource_groups(load_text: Loader) -> None:
    """The project knows every resource group its manifests name."""
    files = {
        "aci-reconcile.yaml": "name: shop\nlocation: westeurope\n",
        "manifests/web.yaml": f"resourceGroup: RG-a\n{API}---\nresourceGroup: rg-b\n{API}",
    }

    loaded = load_text(files, **NO_FLAGS)

    assert ("RG-a", "rg-b") == loaded.project.resource_groups


def test_offline_a_resource_group_may_come_later(load_text: Loader) -> None:
    """Only a check that will not write anything lets it pass."""
    offline = load_text(API, resolve=False, resource_group="")
    full = load_text(API, resource_group="")

    assert [("ACI145", False)] == [(each.code, offline.errors) for each in offline.diagnostics]
    assert [("ACI135", True)] == [(each.code, full.errors) for each in full.diagnostics]


def test_dependencies_become_addresses(load_text: Loader) -> None:
    """Names are looked up in the whole set."""
    loaded = load_text(f"{API}lifecycle: {{dependsOn: [Web, rg/WEB]}}\n---\n{API.replace('api', 'web')}")

    assert [("rg/web",), ()] == [each.lifecycle.depends_on for each in loaded.resources]


def test_the_project_file_as_a_path_is_the_project(load_text: Loader) -> None:
    """A hook that hands over every changed file selects all groups when the project file is among them."""
    loaded = load_text(FILES, paths=(Path("aci-reconcile.yaml"),), **NO_FLAGS)

    assert loaded.selected is None


def test_another_environment_may_want_another_version(load_text: Loader) -> None:
    """Only the chosen one's counts."""
    project = "name: p\nmanifests: [a.yaml]\nenvironments: {old: {requiredVersion: '<0.1'}, new: {}}\n"
    files = {"aci-reconcile.yaml": project, "a.yaml": API}

    assert () == load_text(files, environment="new").diagnostics
    assert ["ACI171"] == [each.code for each in load_text(files, environment="old").diagnostics]


@pytest.mark.parametrize(
    "environments", ["[a]", "{a: 1}", "{a: [b]}", "{a: {groups: [web]}}", "{a: {groups: {api: 1}}}"]
)
def test_environments_are_maps(load_text: Loader, environments: str) -> None:
    """Anything else is said to be wrong."""
    project = f"name: p\nmanifests: [a.yaml]\nenvironments: {environments}\n"

    loaded = load_text({"aci-reconcile.yaml": project, "a.yaml": API})

    assert ["ACI115"] == [each.code for each in loaded.diagnostics]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["ACI123"]),
        ("- a", ["ACI011", "ACI123"]),
        ("name: p\n---\nname: q", ["ACI011"]),
        ("name: p\nA: [", ["ACI123", "ACI004"]),
    ],
)
def test_project_files_that_are_none(load_text: Loader, text: str, codes: list[str]) -> None:
    """They are complained of, and stop the run."""
    loaded = load_text({"aci-reconcile.yaml": text, "manifests/a.yaml": API})

    assert codes == [each.code for each in loaded.diagnostics]


def test_manifests_may_not_lie_outside(load_text: Loader, tmp_path: Path) -> None:
    """A link that leads out of the repository is no way around."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "manifests").symlink_to(tmp_path / "outside")
    files = {"outside/web.yaml": API, "inner/aci-reconcile.yaml": "name: p\nmanifests: [manifests]\n"}

    loaded = load_text(files, project=Path("inner/aci-reconcile.yaml"))

    assert [("ACI140", "inner/aci-reconcile.yaml:2:13")] == [(e.code, str(e.where)) for e in loaded.diagnostics]
    assert () == loaded.resources
