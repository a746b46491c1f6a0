"""Whose the groups are: those that no manifest sends anybody to any more, and those of another project of this name."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from e2e.processes import SUBSCRIPTION, Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

HEAD = "name: shop\nlocation: westeurope\ncreateResourceGroups: true\n"
HERE, ELSEWHERE = "resourceGroup: rg-shop\n", "resourceGroup: rg2\n"
ORPHAN = "has this project's tag but no manifest"
SEARCH = "Microsoft.Resources/subscriptions/resources/read"


@pytest.fixture
def server(tmp_path: Path) -> Generator[Azure]:
    """An emulator for the test."""
    with azure(tmp_path) as place:
        yield place


def at(folder: Path, place: Azure, project: str = f"{HEAD}resourceGroup: rg-shop\n") -> Commands:
    """Return a project in a folder, and the way to an emulator."""
    environ = {"ACI_RECONCILE_ARM_ENDPOINT": place.url, "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION}
    run = Commands(folder, {**environ, "ACI_RECONCILE_STABLE_FOR": "0s"})
    run.write("aci-reconcile.yaml", project)
    return run


def test_the_last_manifest_of_a_resource_group_is_removed(tmp_path: Path, server: Azure) -> None:
    """Its group is seen by whoever looks, and pruned like any other; nothing is left in Azure."""
    run = at(tmp_path, server, HEAD)
    run.group("web", more=HERE)
    file = run.group("old", more=ELSEWHERE)

    assert 0 == run("apply", "-y").code

    file.unlink()
    planned, drifted, status = run("plan"), run("drift"), run("status")
    held = run("apply", "-y", "--prune", "--max-deletes", "0")
    pruned = run("apply", "-y", "--prune")

    assert (0, True) == (planned.code, f"rg2/old: {ORPHAN}; delete it with --prune" in planned.out)
    assert (2, True) == (drifted.code, "rg2/old" in drifted.out)
    assert "rg2/old" in status.out
    assert (3, True) == (held.code, "1 group would be deleted; the limit is 0" in held.out)
    assert (0, True) == (pruned.code, "1 destroyed" in pruned.out)
    assert [0, 0] == [run("plan", "--prune", "--detailed-exitcode").code, run("drift").code]


def test_the_resource_group_of_the_project_changes(tmp_path: Path, server: Azure) -> None:
    """What stays in the former one is seen, and destroy takes both."""
    run = at(tmp_path, server)
    run.group("web")

    assert 0 == run("apply", "-y").code

    run.write("aci-reconcile.yaml", f"{HEAD}resourceGroup: rg-new\n")
    moved, drifted = run("apply", "-y"), run("drift")
    destroyed = run("destroy", "-y", "--resource-groups")

    assert (0, True) == (moved.code, f"rg-shop/web: {ORPHAN}" in moved.out + moved.err)
    assert (2, True) == (drifted.code, "rg-shop/web" in drifted.out)
    assert (0, True) == (destroyed.code, "2 destroyed" in destroyed.out)
    assert "No container groups." in run("status").out


def test_an_environment_is_removed(tmp_path: Path, server: Azure) -> None:
    """Its groups are told, never pruned by another environment, and deleted by name."""
    both = f"{HEAD}resourceGroup: rg-shop\nenvironments: {{prod: {{}}, old: {{resourceGroup: rg-old}}}}\n"
    run = at(tmp_path, server, both)
    run.group("web")

    assert [0, 0] == [run("apply", "-y", "-e", each).code for each in ("prod", "old")]

    known = run("destroy")
    run.write("aci-reconcile.yaml", f"{HEAD}resourceGroup: rg-shop\nenvironments: {{prod: {{}}}}\n")
    drifted, pruned = run("drift", "-e", "prod"), run("apply", "-y", "-e", "prod", "--prune", "--max-deletes", "9")
    wrong = run("destroy", "-y", "--former-environment", "prod")
    destroyed = run("destroy", "-y", "--former-environment", "old")

    there = "shop/old (1 group: --environment old), shop/prod (1 group: --environment prod)."
    assert f"This project has groups of {there}" in known.err
    assert (2, True) == (drifted.code, "rg-old/web" in drifted.out)
    assert (0, True) == (pruned.code, "destroy --former-environment old" in pruned.out)
    assert (1, True) == (wrong.code, "use --environment prod" in wrong.err)
    assert (0, True) == (destroyed.code, "1 destroyed" in destroyed.out)
    assert 0 == run("drift", "-e", "prod").code


def test_where_the_subscription_may_not_be_looked_through(tmp_path: Path) -> None:
    """What the environments, the history and the former commit name is looked into; -v says what is not."""
    with azure(tmp_path, "--knob", f"not_actions={SEARCH}") as server:
        run = at(tmp_path / "shop", server, HEAD)
        run.group("web", more=HERE)
        file = run.group("old", more=ELSEWHERE)
        git(run.folder, "init", "-q")
        git(run.folder, "add", "-A")
        git(run.folder, "commit", "-qm", "first")

        assert [0, 0] == [run("apply", "-y").code, run("drift", "--history", "seen.json").code]

        file.unlink()
        blind, told = run("drift"), run("drift", "-v")
        remembered = run("drift", "--history", "seen.json")
        former = run("plan", "--changed-since", "HEAD")
        run.write("aci-reconcile.yaml", f"{HEAD}environments: {{old: {{resourceGroup: rg2, manifests: [none]}}}}\n")
        named = run("drift")

    assert (0, False) == (blind.code, "was not searched" in blind.err)
    assert " was not searched for groups of this project" in told.err
    assert (2, True) == (remembered.code, "rg2/old" in remembered.out)
    assert "rg2/old" in former.out
    assert (2, True) == (named.code, "rg2/old" in named.out)


def git(folder: Path, *words: str) -> None:
    """Run git as somebody."""
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def test_two_repositories_with_one_name(tmp_path: Path, server: Azure) -> None:
    """Neither deletes, writes or counts what the other made; the clone of a repository is that repository."""
    ours, theirs = at(tmp_path / "a", server), at(tmp_path / "b", server)
    clone = at(tmp_path / "c", server)
    for run, url in (
        (ours, "https://user:secret@example.com/team/shop"),
        (theirs, "git@example.com:other/shop.git"),
        (clone, "git@example.com:team/shop.git"),
    ):
        git(run.folder, "init", "-q")
        git(run.folder, "remote", "add", "origin", url)
    ours.group("web")
    clone.group("web")
    theirs.group("api")

    assert [0, 0] == [run("apply", "-y", "--prune", "--max-deletes", "9").code for run in (ours, theirs)]
    assert [0, 0] == [run("plan", "--detailed-exitcode", "--prune").code for run in (clone, ours)]

    theirs.group("web")
    held, destroyed = theirs("apply", "-y"), theirs("destroy", "-y")
    tag = server.ask("GET", server.group("web"))["tags"]["aci-reconcile-project"]
    taken = theirs("apply", "-y", "--take-over", tag)

    assert 3 == held.code
    assert f"rg-shop/web belongs to shop with the id {tag.partition('@')[2]}, but this project's id is" in held.out
    assert f"`id: {tag.partition('@')[2]}` into the project file if it is the same project" in held.out
    assert (0, True) == (destroyed.code, "1 destroyed" in destroyed.out)
    assert 0 == taken.code


def test_an_id_comes_with_a_write_and_is_never_a_reason_for_one(tmp_path: Path, server: Azure) -> None:
    """Groups that are tagged by name alone stay ours, and so do those with the id that the repository told before."""
    run = at(tmp_path / "a", server)
    run.group("web")

    assert 0 == run("apply", "-y").code

    git(run.folder, "init", "-q")
    git(run.folder, "remote", "add", "origin", "https://example.com/team/shop")
    same = run("plan", "--detailed-exitcode")
    run.group("web", image="nginx:2")
    written, derived = run("apply", "-y"), owner_of(server)
    run.write("aci-reconcile.yaml", f"{HEAD}id: 4f7k2m9q1c\nresourceGroup: rg-shop\n")
    kept = run("plan", "--detailed-exitcode")
    run.group("web", image="nginx:3")

    assert [0, 0, 0, 0] == [same.code, written.code, kept.code, run("apply", "-y").code]
    assert ("shop@", 12) == (derived[:5], len(derived.partition("@")[2]))
    assert "shop@4f7k2m9q1c" == owner_of(server)


def owner_of(server: Azure) -> str:
    """Return the owner tag of the group ``web``."""
    tag: str = server.ask("GET", server.group("web"))["tags"]["aci-reconcile-project"]
    return tag
