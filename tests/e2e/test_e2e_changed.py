"""`plan --changed-since` of a repository whose manifests stand in a submodule: the installed command, and real git."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

WHO = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
MANIFEST = "name: {name}\ncontainers: [{{name: a, image: 'nginx:{tag}', resources: {{cpu: 1, memoryInGB: 1}}}}]\n"


def git(folder: Path, *words: str) -> None:
    """Run git in a folder; a submodule may be a folder of this machine."""
    environ = {**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-c", "protocol.file.allow=always", *words], cwd=folder, env=environ, check=True, timeout=60)


def committed(folder: Path) -> None:
    """Commit all that is there."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "more")


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Commands]:
    """A project with one group of its own, and one from a submodule; both are live."""
    shared = tmp_path / "remote"
    shared.mkdir()
    git(shared, "init", "-q", "-b", "main")
    (shared / "db.yaml").write_text(MANIFEST.format(name="db", tag=1), encoding="utf-8")
    committed(shared)
    with azure(tmp_path) as served:
        folder = tmp_path / "shop"
        folder.mkdir()
        run = Commands(folder, {"ACI_RECONCILE_ARM_ENDPOINT": served.url})
        run.write("aci-reconcile.yaml", f"{PROJECT}manifests: [manifests/, shared/]\n")
        run.write(".gitignore", "/.aci-reconcile\n")
        run.write("manifests/web.yaml", MANIFEST.format(name="web", tag=1))
        git(folder, "init", "-q", "-b", "main")
        git(folder, "submodule", "-q", "add", str(shared), "shared")
        committed(folder)
        applied = run("apply", "-y", "--stable-for", "0s")

        assert 0 == applied.code, applied.err
        yield run


def planned(shop: Commands) -> str:
    """Return what is planned of what has changed since the last commit of main."""
    ended = shop("plan", "--changed-since", "main")

    assert 0 == ended.code, ended.err
    return ended.out + ended.err


def test_a_submodule_touches_what_lies_below_it(shop: Commands) -> None:
    """Not yet, where nothing changed; where a file in it did; and where it was moved to another commit."""
    before = planned(shop)
    shop.write("shared/db.yaml", MANIFEST.format(name="db", tag=2))
    dirty = planned(shop)
    committed(shop.folder / "shared")
    moved = planned(shop)

    assert "0 of 2 groups" in before
    assert ["1 of 2 groups"] * 2 == ["1 of 2 groups" if "1 of 2 groups" in each else each for each in (dirty, moved)]
    assert all('"nginx:1" -> "nginx:2"' in each for each in (dirty, moved))


def test_a_first_push_is_everything(shop: Commands) -> None:
    """Git hosts name a commit of zeros where there was none before."""
    ended = shop("plan", "--changed-since", "0" * 40)

    said = "all of 2 groups, because this is the first push"

    assert (0, True) == (ended.code, said in ended.out + ended.err), ended.out + ended.err
