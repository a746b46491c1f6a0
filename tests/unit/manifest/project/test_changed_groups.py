"""What a change of the repository touches: no git here, only the files that are said to have changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.manifest import Changes, Request, load

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.manifest.project.changed_groups import ChangedGroups

SHARED = """\
name: shop
resourceGroup: rg
location: westeurope
manifests: [manifests/]
defaults: {diagnostics: {logAnalytics: {workspaceId: "${var:id}", workspaceKey: "${file:keys/shared.txt}"}}}
variables: {id: 00000000-0000-0000-0000-000000000000}
policy: {rules: [{schema: policies/team.json, message: a team}]}
environments:
  prod:
    groups: {web: {imageRegistryCredentials: [{server: r.io, username: u, password: "${file:keys/pull.txt}"}]}}
"""
KEY = ", environmentVariables: {K: {secureValue: '${file:keys/web.txt}'}}"
ESCAPED = {"name": "a", "image": "x:1", "command": ["$${file:keys/web.txt}"], "resources": {"cpu": 1, "memoryInGB": 1}}
GROUP = "containers: [{{name: a, image: 'nginx:1', resources: {{cpu: 1, memoryInGB: 1}}{more}}}]\n"
FILES = {
    "aci-reconcile.yaml": SHARED,
    "manifests/web.yaml": "name: web\n" + GROUP.format(more=KEY),
    "manifests/data.yaml": "name: db\n" + GROUP.format(more="") + "---\nname: cache\n" + GROUP.format(more=""),
    "manifests/api.yaml": "name: api\nlifecycle: {dependsOn: [db]}\n" + GROUP.format(more=""),
    "manifests/edge.yaml": "name: edge\nlifecycle: {dependsOn: [api]}\n" + GROUP.format(more=""),
    "manifests/job.json": json.dumps({"name": "job", "containers": [ESCAPED]}),
    "keys/web.txt": "w",
    "keys/shared.txt": "c2hhcmVk",
    "keys/pull.txt": "p",
    "policies/team.json": "{}",
    "values.env": "id=1\n",
    "README.md": "",
}
EVERYTHING = "all"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of six groups, in which one depends on the other, and files beside the manifests."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def touched(folder: Path, *names: str, then: tuple[tuple[str, str], ...] = (), environment: str = "") -> ChangedGroups:
    """Return what a change of some files touches."""
    here = folder.resolve()
    held = tuple((here / name, text) for name, text in then)
    changes = Changes(frozenset(here / name for name in names), held, (folder / "values.env",))
    loaded = load(Request(cwd=folder, changes=changes, environment=environment))

    assert not loaded.errors, loaded.diagnostics
    assert loaded.changed is not None
    return loaded.changed


def names_of(found: ChangedGroups) -> str:
    """Return the names of the groups, in alphabetical order, or that it is all of them."""
    if found.addresses is None:
        return EVERYTHING
    return " ".join(sorted(each.partition("/")[2] for each in found.addresses))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ""),
        (("README.md", "docs/x.yaml"), ""),
        (("manifests/web.yaml",), "web"),
        (("manifests/job.json",), "job"),
        (("keys/web.txt",), "web"),
        (("manifests/edge.yaml",), "edge"),
        (("manifests/api.yaml",), "api edge"),
        (("manifests/data.yaml",), "api cache db edge"),
        (("aci-reconcile.yaml",), EVERYTHING),
        (("keys/shared.txt",), EVERYTHING),
        (("policies/team.json",), EVERYTHING),
        (("values.env",), EVERYTHING),
        (("keys/pull.txt",), ""),
    ],
)
def test_what_a_change_touches(folder: Path, names: tuple[str, ...], expected: str) -> None:
    """The groups of the file, those that name it and those that depend on them; what is shared touches all."""
    assert expected == names_of(touched(folder, *names))


def test_a_file_of_a_patch_counts_where_the_patch_does(folder: Path) -> None:
    """In its environment, and there for all groups."""
    assert EVERYTHING == names_of(touched(folder, "keys/pull.txt", environment="prod"))


@pytest.mark.parametrize(
    ("then", "expected", "because"),
    [
        ("name: web\n", "web", ""),
        ("NAME: Web\nResourceGroup: rg\n", EVERYTHING, "`web` is no longer declared"),
        ("name: web\n---\nname: old\n", EVERYTHING, "`old` is no longer declared"),
        ("name: [\n", EVERYTHING, "a manifest can't be read"),
        ("- no manifest\n", "web", ""),
        ("", "web", ""),
    ],
)
def test_what_is_gone_touches_everything(folder: Path, then: str, expected: str, because: str) -> None:
    """A group that left its file is an orphan now, and only the whole plan shows those; a moved file is none."""
    found = touched(folder, "manifests/web.yaml", then=(("manifests/old.yaml", then),))

    assert (expected, because) == (names_of(found), found.because)


def test_files_of_other_tools_declared_nothing(folder: Path) -> None:
    """They are no manifests now, and were none then: a package that is gone is no group that is gone."""
    then = (
        ("manifests/package.json", '{"name": "shop", "version": "1", "private": true}'),
        ("manifests/tsconfig.json", '{"compilerOptions": {"strict": true,}}'),
    )

    assert not names_of(touched(folder, *(name for name, _ in then), then=then))


def test_a_link_counts_by_what_it_leads_to(folder: Path) -> None:
    """A manifest that is a link changes with its target."""
    (folder / "shared").mkdir()
    (folder / "manifests" / "web.yaml").rename(folder / "shared" / "web.yaml")
    (folder / "manifests" / "web.yaml").symlink_to(folder / "shared" / "web.yaml")

    assert "web" == names_of(touched(folder, "shared/web.yaml"))


def test_changes_narrow_beside_paths_and_patterns(folder: Path) -> None:
    """What is selected is what all of them select; it may be nothing."""
    changes = Changes(frozenset({folder.resolve() / "manifests" / "data.yaml"}))

    both = load(Request(cwd=folder, changes=changes, only=("e*", "a*")))
    none = load(Request(cwd=folder, changes=changes, only=("web",)))
    fixed = load(Request(cwd=folder, addresses=("rg/web", "rg/nowhere")))

    assert both.selected is not None
    assert fixed.selected is not None
    assert ["api", "edge"] == sorted(key[-1] for key in both.selected)
    assert frozenset() == none.selected
    assert ["web"] == [key[-1] for key in fixed.selected]


BELOW = "manifests/pay/aci-reconcile.yaml"


def test_a_project_below_touches_nothing_here(folder: Path) -> None:
    """What changes in it, what is gone from it, and its own project file are none of this project's."""
    (folder / BELOW).parent.mkdir()
    (folder / BELOW).write_text("name: pay\n", encoding="utf-8")
    gone = ("manifests/pay/gone.yaml", "name: gone\n")

    found = touched(folder, BELOW, gone[0], "manifests/pay/new.yaml", then=(gone, (BELOW, "name: paid\n")))

    assert not names_of(found)


@pytest.mark.parametrize("then", [True, False])
def test_a_folder_that_becomes_a_project_or_ceases_to_be_one(folder: Path, *, then: bool) -> None:
    """Its groups were here, or are now, though no manifest of them changed: only the whole shows them."""
    if not then:
        (folder / BELOW).parent.mkdir()
        (folder / BELOW).write_text("name: pay\n", encoding="utf-8")

    found = touched(folder, BELOW, then=((BELOW, "name: pay\n"),) if then else ())

    assert EVERYTHING == names_of(found)
    assert ("is no longer a separate" in found.because, "is now a separate" in found.because) == (then, not then)
