"""Where a repository comes from: the id of a project whose file says none."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.origin import Origin, find_commit, find_origin, parse_remote

if TYPE_CHECKING:
    from pathlib import Path

ENVIRON = {"PATH": os.environ.get("PATH", "")}

SAME = (
    "https://github.com/Team/Shop",
    "https://github.com/team/shop.git",
    "https://x-access-token:ghp_secret@github.com/team/shop.git/",
    "http://mirror.example.com:8080/team/shop",
    "git@github.com:team/shop.git",
    "ssh://git@ssh.github.com:443/team/shop.git",
    "work-alias:team/shop.git",
    "https://github.com/team/sh%6Fp",
)
DEVOPS = (
    "https://team@dev.azure.com/team/retail/_git/shop",
    "git@ssh.dev.azure.com:v3/team/retail/shop",
    "https://team.visualstudio.com/DefaultCollection/retail/_git/shop",
    "team@vs-ssh.visualstudio.com:v3/team/retail/shop",
)


@pytest.mark.parametrize("url", SAME)
def test_one_repository_has_many_addresses(url: str) -> None:
    """Protocol, host, user, port, ending and case do not count; a password in it is no part of the id."""
    assert "team/shop" == parse_remote(url)


@pytest.mark.parametrize("url", DEVOPS)
def test_azure_devops_writes_one_in_several_ways(url: str) -> None:
    """All of them are its own."""
    assert "team/retail/shop" == parse_remote(url)


@pytest.mark.parametrize(
    "url", ["/srv/git/shop.git", "../shop", "file:///srv/shop", "C:/repos/shop", "https://host/shop", "", "http://[::1"]
)
def test_what_tells_nothing(url: str) -> None:
    """A folder of this machine is another one on the next, and one name alone is anybody's."""
    assert "" == parse_remote(url)


def git(folder: Path, *words: str) -> None:
    """Run git as somebody."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def repository(folder: Path, **remotes: str) -> Path:
    """Make a repository with one commit."""
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a").write_text(folder.name, encoding="utf-8")
    git(folder, "add", "a")
    git(folder, "commit", "-qm", folder.name)
    for name, url in remotes.items():
        git(folder, "remote", "add", name, url)
    return folder


def test_a_clone_is_the_same_project(tmp_path: Path) -> None:
    """Without git on the machine as well."""
    one = repository(tmp_path / "one", origin="git@example.com:team/shop.git")
    other = repository(tmp_path / "other", origin="https://example.org/team/shop")
    origin = find_origin(one, {})

    assert origin == find_origin(other, {})
    assert (12, frozenset({origin.id}), frozenset()) == (len(origin.id), origin.known, origin.above)


def test_each_folder_of_a_repository_is_another_project(tmp_path: Path) -> None:
    """The same one in every clone, however its path is written; it is told where it was split off from."""
    one = repository(tmp_path / "one", origin="git@example.com:team/shop.git")
    other = repository(tmp_path / "other", origin="https://example.org/team/shop")
    for each in (one / "envs" / "prod", one / "envs" / "test", other / "envs" / "prod"):
        each.mkdir(parents=True)
    top, prod, test = (find_origin(each, {}) for each in (one, one / "envs" / "prod", one / "envs" / "test"))
    ways = other / "envs" / "prod", one / "envs" / "test" / ".." / "prod", one / "envs" / "PROD" / ".." / "prod"

    assert 3 == len({top.id, prod.id, test.id})
    assert frozenset({top.id, find_origin(one / "envs", {}).id}) == prod.above
    assert [prod] * 3 == [find_origin(each, {}) for each in ways]


def test_a_fork_that_names_where_it_comes_from_is_either(tmp_path: Path) -> None:
    """Nobody can tell which of them the pipeline has: both are known, and neither is written."""
    fork = repository(tmp_path / "fork", origin="git@x.io:me/shop", upstream="git@x.io:team/shop")
    team = repository(tmp_path / "team", origin="git@x.io:team/shop")
    found = find_origin(fork, {})

    assert ("", 2) == (found.id, len(found.known))
    assert find_origin(team, {}).known < found.known


def test_a_worktree_has_the_remotes_of_its_repository(tmp_path: Path) -> None:
    """Its folder holds but a file that says where they are."""
    one = repository(tmp_path / "one", origin="git@x.io:team/shop")
    git(one, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "tree")

    assert find_origin(one, {}) == find_origin(tmp_path / "tree", {})


def test_without_a_remote_the_first_commit_tells(tmp_path: Path) -> None:
    """Two repositories have two; a clone on this machine has the same, a shallow one none."""
    one, other = repository(tmp_path / "one"), repository(tmp_path / "other")
    (one / "a").write_text("more", encoding="utf-8")
    git(one, "commit", "-qam", "second")
    git(tmp_path, "clone", "-q", str(one), "clone")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{one}", "shallow")
    told = [find_origin(folder, ENVIRON).id for folder in (one, other, tmp_path / "clone", tmp_path / "shallow")]

    assert [12, 12] == [len(each) for each in told[:2]]
    assert told[0] != told[1]
    assert [told[0], ""] == told[2:]


def test_the_commit_of_a_checkout_is_in_its_files(tmp_path: Path) -> None:
    """On a branch, packed or not, detached, in a worktree, and in no repository."""
    (tmp_path / "none").mkdir()
    folder = repository(tmp_path / "shop")
    told = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    commit = told.stdout.strip()
    (folder / "sub").mkdir()
    loose = find_commit(folder / "sub")
    git(folder, "worktree", "add", "-q", str(tmp_path / "beside"))
    git(folder, "pack-refs", "--all")
    packed, beside = find_commit(folder), find_commit(tmp_path / "beside")
    git(folder, "checkout", "-q", "--detach")

    assert [commit] * 4 == [loose, packed, beside, find_commit(folder)]
    assert "" == find_commit(tmp_path / "none")


@pytest.mark.parametrize("said", ["ref: ../../secret", "ref: refs/../../secret", "nothing", "", "ref: refs/heads/new"])
def test_no_other_file_is_taken_for_a_commit(said: str, tmp_path: Path) -> None:
    """Whatever HEAD says."""
    folder = repository(tmp_path / "shop")
    (tmp_path / "secret").write_text("a" * 40)
    (folder / ".git/HEAD").write_text(said)

    assert "" == find_commit(folder)


def test_where_there_is_no_repository(tmp_path: Path) -> None:
    """And where git has something else under that name: no id, and no error."""
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / ".git").write_text("gitdir: nowhere", encoding="utf-8")

    assert [Origin(), Origin()] == [find_origin(tmp_path, {}), find_origin(tmp_path / "odd", {})]
