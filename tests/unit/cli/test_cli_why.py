"""``why`` on the emulator: exit codes, JSON, and that what it suggests can be typed."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Ran

SICK = ("crash", "oom", "task", "init", "share")


@pytest.fixture
def sick(project: CommandLine) -> CommandLine:
    """A project with one group that is well, and some that are not."""
    project.group("crash", image="sim/crash:3")
    project.group("oom", image="sim/oom")
    project.group("task", image="sim/exit:127", more="restartPolicy: Never\n")
    project.group("init", more="initContainers: [{name: setup, image: 'busybox:1', command: [sh, -c, exit 3]}]\n")
    share = "{shareName: sim-denied, storageAccountName: files, storageAccountKey: 'c2VjcmV0'}"
    project.group("share", more=f"volumes: [{{name: data, azureFile: {share}}}]\n")
    project.write(
        "manifests/share.yaml",
        (project.folder / "manifests/share.yaml").read_text() + "    volumeMounts: [{name: data, mountPath: /data}]\n",
    )
    project("apply", "-y", "--wait", "none")
    project("apply", "-y", "--timeout", "100s")  # lets time pass
    return project


def suggested(ran: Ran) -> list[list[str]]:
    """Return the commands of ours that an answer suggests, word by word."""
    lines = re.findall(r"Try: (aci-reconcile .*)", ran.out)
    return [shlex.split(line)[1:] for line in lines]


def test_a_group_that_is_well(sick: CommandLine) -> None:
    """Is told so, in one line; the exit code is 0."""
    ran = sick("why", "web")

    assert (0, "") == (ran.code, ran.err)
    assert re.fullmatch(r"rg-shop/web is healthy: 1 container has run for \w+\.\n", ran.out)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crash", "exit code 3, which is the application's own"),
        ("oom", "It needed more memory than its 1 GB, and was killed."),
        ("task", "It ended with exit code 127: its command was not found."),
        ("init", "init container setup: "),
        ("share", "The storage account does not accept the key"),
    ],
)
def test_a_group_that_is_not(sick: CommandLine, name: str, words: str) -> None:
    """The exit code is 5, and what is suggested works as it is printed."""
    ran = sick("why", name)

    assert (5, "") == (ran.code, ran.err)
    assert words in " ".join(ran.out.split())
    assert f"Manifest: manifests/{name}.yaml:1, as it was last applied." in ran.out
    for command in suggested(ran):
        assert 0 == sick(*command).code


def test_what_was_typed_is_repeated(sick: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suggestion works in a shell without this environment, too."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    ran = sick("why", "rg-shop/crash", "--local", "--var", "a=b c", "-g", "rg-shop")
    (command,) = suggested(ran)

    assert ["--var", "a=b c", "--resource-group", "rg-shop", "--local"] == command[-5:]
    assert 0 == sick(*command).code


def test_several_at_once_as_json(sick: CommandLine) -> None:
    """One document; each cause has an id, and its evidence."""
    ran = sick("why", "web", "oom", "--format", "json")
    web, oom = ran.document["groups"]
    (explanation,) = oom["explanations"]

    assert 5 == ran.code
    assert (True, []) == (web["good"], web["explanations"])
    assert (False, "oom", 137) == (oom["good"], explanation["container"], explanation["exit_code"])
    assert ["out-of-memory"] == [each["id"] for each in explanation["causes"]]
    assert all(each["evidence"] for each in explanation["causes"])
    assert ["[emulator] allocating"] == oom["logs"]["oom"]
    assert "unchanged" == oom["manifest"]["since_write"]


def test_a_manifest_that_was_changed_since(sick: CommandLine) -> None:
    """It is said where, and the plan that would show it can be typed."""
    sick.group("crash", image="sim/crash:4")
    ran = sick("why", "crash")
    *_, plan = suggested(ran)

    assert "changed since it was last applied: containers[crash].image." in " ".join(ran.out.split())
    assert "1 to change" in sick(*plan).out


def test_manifests_with_errors_do_not_hide_the_reason(sick: CommandLine) -> None:
    """The group is explained, and its manifest is not compared."""
    sick.group("web", more="colour: red\n")
    ran = sick("why", "crash")

    assert 5 == ran.code
    assert "Manifest: not compared, the manifests have errors" in ran.out


def test_how_many_lines(sick: CommandLine) -> None:
    """As many as one likes."""
    assert 1 == sick("why", "crash", "--tail", "1").out.count("| ")
    assert 2 == sick("why", "crash").out.count("| ")


def test_bad_input(sick: CommandLine) -> None:
    """What is missing or not there is an error of usage."""
    assert "Missing argument" in sick("why").err
    ran = sick("why", "nix")

    assert (1, "") == (ran.code, ran.out)
    assert "there is no container group rg-shop/nix" in ran.err
