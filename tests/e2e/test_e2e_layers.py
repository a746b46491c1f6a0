"""What a layer takes away is not created, what is another project's is left alone, and values are what stands there."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import PROJECT, Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PUBLIC = "ipAddress: {type: Public, ports: [80]}"
NOW = ("apply", "-y", "--stable-for", "0s")


@pytest.fixture
def world(tmp_path: Path) -> Generator[tuple[Azure, Commands]]:
    """Return an emulator, and the command in an empty folder."""
    with azure(tmp_path) as served:
        yield served, Commands(tmp_path / "repository", {"ACI_RECONCILE_ARM_ENDPOINT": served.url})


def web(run: Commands, name: str = "web", more: str = "", *, folder: str = "manifests") -> None:
    """Write the manifest of a group that listens on port 80."""
    container = "{name: web, image: 'nginx:1', ports: [80], resources: {cpu: 1, memoryInGB: 1}}"
    run.write(f"{folder}/{name}.yaml", f"name: {name}\n{more}containers: [{container}]\n")


def live(served: Azure, name: str = "web") -> Any:
    """Return what Azure has of a group."""
    return served.ask("GET", served.group(name))


def owner(served: Azure, name: str) -> str:
    """Return the project that a group belongs to."""
    return str(live(served, name)["tags"]["aci-reconcile-project"]).partition("@")[0]


@pytest.mark.parametrize(
    ("project", "manifest", "words"),
    [
        (f"defaults: {{{PUBLIC}, identity: {{type: SystemAssigned}}}}\n", "ipAddress: null\nidentity: null\n", ()),
        ("environments: {test: {groups: {web: {ipAddress: null}}}}\n", f"{PUBLIC}\n", ("-e", "test")),
        (f"defaults: {{{PUBLIC}}}\nenvironments: {{test: {{defaults: {{ipAddress: null}}}}}}\n", "", ("-e", "test")),
    ],
)
def test_what_a_layer_takes_away_is_not_created(
    world: tuple[Azure, Commands], project: str, manifest: str, words: tuple[str, ...]
) -> None:
    """No public address comes into being, and the next plan is empty."""
    served, run = world
    run.write("aci-reconcile.yaml", PROJECT + project)
    web(run, more=manifest)

    applied = run(*NOW, *words)
    again = run("plan", "--detailed-exitcode", *words)

    assert [0, 0] == [applied.code, again.code], applied.err + again.out
    assert "ipAddress" not in live(served)["properties"]
    assert "identity" not in live(served)


def test_what_a_layer_takes_away_later_goes(world: tuple[Azure, Commands]) -> None:
    """The plan of a live group says so, the drift too, and an apply converges."""
    served, run = world
    run.write("aci-reconcile.yaml", f"{PROJECT}defaults: {{{PUBLIC}, tags: {{team: shop}}}}\n")
    web(run)
    before = run(*NOW)
    address = live(served)["properties"]["ipAddress"]["type"]
    web(run, more="ipAddress: null\ntags: {team: null}\n")

    drifted = run("drift")
    applied = run(*NOW, "--allow-replace")
    again = run("plan", "--detailed-exitcode")

    assert ("Public", [0, 2, 0, 0]) == (address, [each.code for each in (before, drifted, applied, again)])
    assert "ipAddress" not in live(served)["properties"]
    assert "team" not in live(served)["tags"]


def test_what_azure_needs_cannot_be_taken_away(world: tuple[Azure, Commands]) -> None:
    """It is an error at the place of the `null`, before Azure is asked."""
    _, run = world
    run.write("aci-reconcile.yaml", f"{PROJECT}environments:\n  test:\n    groups: {{web: {{containers: null}}}}\n")
    web(run)

    ended = run("plan", "-e", "test")

    assert 1 == ended.code
    assert "aci-reconcile.yaml:7:32: error ACI123: `containers` is required, and `null` removes it" in ended.err


@pytest.fixture
def two(world: tuple[Azure, Commands]) -> tuple[Azure, Commands]:
    """Return a repository with a project, and a second one in a folder below it."""
    _, run = world
    run.write("aci-reconcile.yaml", f"{PROJECT}manifests: ['*/*.yaml', payments]\ndefaults: {{tags: {{team: shop}}}}\n")
    run.write("payments/aci-reconcile.yaml", PROJECT.replace("name: shop", "name: payments"))
    web(run)
    web(run, "pay", folder="payments/manifests")
    web(run, "bank", folder="payments")
    (run.folder / "manifests/linked.yaml").symlink_to(run.folder / "payments/manifests/pay.yaml")
    return world


def test_a_project_below_is_left_out(two: tuple[Azure, Commands]) -> None:
    """Its groups get neither the defaults nor the owner of the project above, whichever command runs there."""
    served, run = two

    planned = run("plan", "-v")
    applied = [run(*NOW), run(*NOW, "payments/manifests", "--project", "payments/aci-reconcile.yaml")]
    later = [run("plan", "--detailed-exitcode", "--prune"), run("drift"), run("status", "--format", "json")]
    told = run("validate")
    destroyed = run("destroy", "-y")

    assert [0, 0, 0, 0, 0, 0, 0, 0] == [each.code for each in (planned, *applied, *later, told, destroyed)], planned.err
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in planned.out
    for ended in (planned.err, told.out):
        assert "payments/aci-reconcile.yaml:1:1: notice ACI262: `payments` is a separate project" in ended
    assert ["payments", False] == [owner(served, "pay"), "team" in live(served, "pay")["tags"]]
    assert ["pay"] == [each["name"] for each in served.ask("GET", served.group(""))["value"]]


def test_two_projects_on_one_command_line(two: tuple[Azure, Commands]) -> None:
    """Nothing is planned: the message names both."""
    _, run = two
    wrong = [run("plan", "payments/manifests", "manifests"), run("apply", "-y", ".", "payments")]

    assert [1, 1] == [each.code for each in wrong]
    assert "payments/manifests to payments/aci-reconcile.yaml, manifests to aci-reconcile.yaml" in wrong[0].err
    assert ". to aci-reconcile.yaml, payments to payments/aci-reconcile.yaml" in wrong[1].err


def test_what_changed_in_a_project_below_touches_nothing_above(two: tuple[Azure, Commands]) -> None:
    """But a folder that becomes a project of its own takes its groups with it."""
    _, run = two
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def git(*words: str) -> None:
        given = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *given, *words], cwd=run.folder, env=plain, check=True, capture_output=True, timeout=60)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    (run.folder / "payments/bank.yaml").unlink()
    run.write("payments/manifests/pay.yaml", "name: other\n")

    below = run("plan", "--changed-since", "main")
    run.write("manifests/aci-reconcile.yaml", PROJECT.replace("name: shop", "name: third"))
    web(run, "last", folder="more")
    divided = run("plan", "--changed-since", "main")

    assert [0, 0] == [below.code, divided.code], below.err + divided.err
    assert "Changed since main: 0 of 1 group." in below.err
    assert "Changed since main: all of 1 group, because `manifests` is now a separate project." in divided.err


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("values.json", '{"tag": 1.10, "power": 1e2}'),
        ("values.env", '# values\nexport tag="1.10"\npower=1e2 # a number, as it is written\n'),
        ("values.yaml", "tag: 1.10\npower: 1e2\n"),
    ],
)
def test_a_value_is_what_stands_in_its_file(world: tuple[Azure, Commands], file: str, text: str) -> None:
    """In each format; and what the environment says of other variables counts beside the command line."""
    served, run = world
    run.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: a, power: b, one: c, two: d}}\n")
    run.write(file, text)
    web(run, more="tags: {is: '${var:tag} ${var:power} ${var:one} ${var:two}'}\n")
    ambient = {"ACI_RECONCILE_VAR": "one=1\ntwo=1"}

    applied = run(*NOW, "--var-file", file, "--var", "two=2", **ambient)
    again = run("plan", "--detailed-exitcode", "--var-file", file, "--var", "two=2", **ambient)

    assert [0, 0] == [applied.code, again.code], applied.err + again.out
    assert "1.10 1e2 1 2" == live(served)["tags"]["is"]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("values.json", '{"tag": 1, "tag": 2}', "values.json:1:12: duplicate key `tag`; the first is in line 1"),
        ("values.env", "tag=1\nexport tag=2\n", "values.env:2:1: duplicate key `tag`; the first is in line 1"),
        ("values.env", "tag=1\nhunter2\n", "values.env:2:1: line 2 is not NAME=VALUE"),
        ("values.yaml", "tag: 1\ntag: 2\n", "values.yaml:2:1: duplicate key `tag`; the first is in line 1"),
    ],
)
def test_a_file_of_values_with_a_slip_is_refused(
    world: tuple[Azure, Commands], file: str, text: str, told: str
) -> None:
    """At its place, and without a value in the message."""
    _, run = world
    run.write("aci-reconcile.yaml", PROJECT)
    run.write(file, text)
    web(run)

    ended = run(*NOW, "--var-file", file)

    assert (1, True, False) == (ended.code, told in ended.err, "hunter2" in ended.err)
