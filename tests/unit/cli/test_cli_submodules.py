"""``plan --changed-since`` where manifests come from submodules: real repositories, in every state."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import PROJECT
from unit.cli.test_cli_changes import IDENTITY, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.cli.command_line import CommandLine, Ran

TEXT = "name: {name}\ncontainers: [{{name: a, image: 'nginx:{tag}', resources: {{cpu: 1, memoryInGB: 1}}}}]\n"
FILE = "protocol.file.allow=always"


def commit(folder: Path, files: dict[str, str]) -> None:
    """Write files, or take away those that are empty, and commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink()
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "more")


def repository(folder: Path, files: dict[str, str]) -> Path:
    """Make a repository."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, files)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of ``web``, and of ``db`` and ``cache`` from a submodule, which has a submodule with ``deep``."""
    folder = tmp_path_factory.mktemp("submodules")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in IDENTITY.items():
            patch.setenv(name, value)
        deep = repository(folder / "remotes" / "deep", {"deep.yaml": TEXT.format(name="deep", tag=1)})
        below = {f"{name}.yaml": TEXT.format(name=name, tag=1) for name in ("db", "cache")}
        shared = repository(folder / "remotes" / "shared", below)
        git(shared, "-c", FILE, "submodule", "-q", "add", str(deep), "deep")
        git(shared, "commit", "-q", "-m", "deep")
        repository(folder / "remotes" / "more", {"new.yaml": TEXT.format(name="new", tag=1)})
        files = {".gitignore": "/.aci-reconcile\n", "manifests/web.yaml": TEXT.format(name="web", tag=1)}
        shop = repository(
            folder / "shop", {"aci-reconcile.yaml": f"{PROJECT}manifests: [manifests/, shared/]\n", **files}
        )
        git(shop, "-c", FILE, "submodule", "-q", "add", str(shared), "shared")
        git(shop, "-c", FILE, "submodule", "-q", "update", "--init", "--recursive")
        commit(shop, {})
    return folder


@pytest.fixture
def shop(made: Path, project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A copy of it, to be changed."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    shutil.rmtree(project.folder / "manifests")
    shutil.copytree(made / "shop", project.folder, dirs_exist_ok=True, symlinks=True)
    return project


def planned(cli: CommandLine, ref: str = "main") -> tuple[Ran, str]:
    """Return the run, and the names of the groups that are planned."""
    ran = cli("plan", "--changed-since", ref, "--format", "json")

    assert 0 == ran.code, ran.err
    return ran, " ".join(each["name"] for each in ran.document["resource_changes"])


def _nothing(folder: Path) -> None:
    assert folder


def _moved(folder: Path) -> None:
    commit(folder / "shared", {"README.md": "new"})


def _moved_and_committed(folder: Path) -> None:
    _moved(folder)
    git(folder, "checkout", "-q", "-b", "feature")
    commit(folder, {})


def _moved_in_the_index(folder: Path) -> None:
    _moved(folder)
    git(folder, "add", "shared")


def _dirty(folder: Path) -> None:
    (folder / "shared" / "db.yaml").write_text(TEXT.format(name="db", tag=2), encoding="utf-8")


def _untracked(folder: Path) -> None:
    (folder / "shared" / "new.txt").write_text("x", encoding="utf-8")


def _dirty_and_ignored(folder: Path) -> None:
    _dirty(folder)
    git(folder, "config", "diff.ignoreSubmodules", "all")
    git(folder, "config", "submodule.shared.ignore", "all")


def _deep_moved(folder: Path) -> None:
    commit(folder / "shared" / "deep", {"README.md": "new"})


def _deep_dirty(folder: Path) -> None:
    (folder / "shared" / "deep" / "deep.yaml").write_text(TEXT.format(name="deep", tag=2), encoding="utf-8")


@pytest.mark.parametrize(
    ("happens", "names"),
    [
        (_nothing, ""),
        (_moved, "cache db deep"),
        (_moved_and_committed, "cache db deep"),
        (_moved_in_the_index, "cache db deep"),
        (_dirty, "cache db deep"),
        (_untracked, "cache db deep"),
        (_dirty_and_ignored, "cache db deep"),
        (_deep_moved, "cache db deep"),
        (_deep_dirty, "cache db deep"),
    ],
)
def test_a_submodule_touches_what_lies_below_it(shop: CommandLine, happens: Callable[[Path], None], names: str) -> None:
    """However it changed, and however deep; what lies beside it is not touched."""
    happens(shop.folder)

    assert names == planned(shop)[1]


def test_one_that_was_added(shop: CommandLine, made: Path) -> None:
    """By a commit, or as a repository that this one does not know yet."""
    git(shop.folder, "branch", "-q", "-f", "before", "HEAD")
    more = made / "remotes" / "more"
    subprocess.run(["git", "clone", "-q", str(more), str(shop.folder / "manifests" / "more")], check=True, timeout=60)
    unknown = planned(shop, "before")[1]
    shutil.rmtree(shop.folder / "manifests" / "more")
    git(shop.folder, "-c", FILE, "submodule", "-q", "add", str(more), "manifests/more")
    git(shop.folder, "commit", "-q", "-m", "more")
    added = planned(shop, "before")[1]

    assert ("new", "new") == (unknown, added)


def test_a_group_that_a_submodule_does_not_declare_any_more(shop: CommandLine) -> None:
    """It may be an orphan: everything is planned, whichever way the manifest went, and however deep it was."""
    commit(shop.folder / "shared", {"cache.yaml": ""})
    gone = planned(shop)
    git(shop.folder / "shared", "reset", "-q", "--hard", "HEAD~1")
    (shop.folder / "shared" / "deep" / "deep.yaml").unlink()
    deeper = planned(shop)

    assert ("db deep web", "cache db web") == (gone[1], deeper[1])
    assert "all of 3 groups, because `cache` is no longer declared.\n" in gone[0].err
    assert "all of 3 groups, because `deep` is no longer declared.\n" in deeper[0].err


def test_one_that_is_gone(shop: CommandLine, made: Path) -> None:
    """Nobody can tell what it declared: everything is planned."""
    more = made / "remotes" / "more"
    git(shop.folder, "-c", FILE, "submodule", "-q", "add", str(more), "manifests/more")
    git(shop.folder, "commit", "-q", "-m", "more")
    git(shop.folder, "rm", "-q", "-f", "manifests/more")
    ran, names = planned(shop)

    assert "cache db deep web" == names
    assert "all of 4 groups, because this clone lacks the former content of the submodule more.\n" in ran.err


def test_one_whose_former_commit_is_not_in_this_clone(shop: CommandLine, made: Path) -> None:
    """As in a clone of a pipeline, without history: what it declared is not known."""
    remote = made / "remotes" / "shared"
    commit(remote, {"README.md": "new"})
    git(shop.folder, "checkout", "-q", "-b", "feature")
    git(shop.folder, "submodule", "-q", "deinit", "-f", "shared")
    shutil.rmtree(shop.folder / ".git" / "modules" / "shared")
    shutil.rmtree(shop.folder / "shared")
    source = f"file://{remote}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", source, str(shop.folder / "shared")], check=True, timeout=60)
    git(shop.folder, "add", "shared")
    git(shop.folder, "commit", "-q", "-m", "newer")
    ran, names = planned(shop)

    assert "cache db web" == names
    assert "because this clone lacks the former content of the submodule shared.\n" in ran.err


def test_one_that_is_none_of_the_project_s_business(shop: CommandLine) -> None:
    """Above the project, or beside it."""
    inner = shop.folder / "inner"
    commit(inner, {"aci-reconcile.yaml": PROJECT, "manifests/api.yaml": TEXT.format(name="api", tag=1)})
    _moved(shop.folder)
    ran = shop("plan", "--project", "inner/aci-reconcile.yaml", "--changed-since", "main", "--format", "json")

    assert [] == ran.document["resource_changes"]


@pytest.mark.parametrize("ref", ["0" * 40, "0" * 64])
def test_the_first_push_of_a_branch(shop: CommandLine, ref: str) -> None:
    """Forges say that nothing was there before by a commit of zeros: everything is new, and that is said."""
    ran, names = planned(shop, ref)

    assert "cache db deep web" == names
    assert f"Changed since {ref}: all of 4 groups, because this is the first push.\n" in ran.err
