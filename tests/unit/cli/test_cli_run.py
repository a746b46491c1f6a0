"""``run``: a task to its end, on the embedded emulator, with its output, its exit code and its reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unit.cli.command_line import CommandLine

JOB = """\
name: {name}
osType: Linux
restartPolicy: Never
containers:
  - name: job
    image: alpine
    command: [sh, -c, "{script}"]
    resources: {{cpu: 1, memoryInGB: 1}}
"""


def write_job(cli: CommandLine, name: str, script: str, folder: str = "manifests") -> None:
    """Write the manifest of a job."""
    cli.write(f"{folder}/{name}.yaml", JOB.format(name=name, script=script))


@pytest.fixture
def commands(project: CommandLine) -> CommandLine:
    """A project with a job besides its server."""
    project.write(
        "aci-reconcile.yaml", f"{(project.folder / 'aci-reconcile.yaml').read_text()}manifests: [manifests]\n"
    )
    write_job(project, "job", "echo hello; sleep 1; echo world; exit 3")
    return project


def find_groups(commands: CommandLine) -> Mapping[str, Any]:
    """Return the live groups by name."""
    found = commands("status", "--format", "json").document
    return {each["address"].rpartition("/")[2]: each for each in found["groups"]}


def test_a_declared_job_that_has_ended_is_started_again_and_stays(commands: CommandLine) -> None:
    """Where nothing differs; else it says what does, and nothing is written."""
    assert 0 == commands("apply", "-y").code
    assert 0 == commands("run", "--image", "alpine", "--", "sleep", "5").code  # until the job has ended, too
    before = find_groups(commands)
    ran = commands("run", "job")

    assert (3, "hello\nworld\n") == (ran.code, ran.out)
    assert ["job", "web"] == sorted(find_groups(commands)) == sorted(before)
    write_job(commands, "job", "echo bye")
    ran = commands("run", "job")
    assert (125, "") == (ran.code, ran.out)
    assert "Error: rg-shop/job is not as declared: containers[job].command" in ran.err
    ran = commands("run", "job", "--name", "beside")
    assert (0, "bye\n") == (ran.code, ran.out)


def test_a_declared_job_that_still_runs_is_not_run_twice(commands: CommandLine) -> None:
    """It says what to do instead."""
    write_job(commands, "job", "sleep 1000")
    assert 0 == commands("apply", "-y", "--stable-for", "0s").code
    ran = commands("run", "job")

    assert 125 == ran.code
    assert "rg-shop/job has not ended yet" in ran.err


def test_a_run_of_several_has_a_table_and_a_report(commands: CommandLine) -> None:
    """Every line says whose it is; the first code that is not 0 is the code of all."""
    write_job(commands, "fine", "echo fine", "tasks")
    write_job(commands, "worse", "echo worse; exit 7", "tasks")
    ran = commands("run", "tasks/", "job", "--parallel", "3", "--report", "junit=out.xml")
    *lines, _ = ran.out.partition("NAME")
    table = [line.split()[:3] for line in ran.out.partition("NAME")[2].splitlines()[1:]]

    assert 7 == ran.code
    assert {"rg-shop/fine | fine", "rg-shop/worse | worse", "rg-shop/job | world"} <= set(lines[0].splitlines())
    assert table == [
        ["rg-shop/fine", "succeeded", "0"],
        ["rg-shop/worse", "failed", "7"],
        ["rg-shop/job", "failed", "3"],
    ]
    root = ET.parse(commands.folder / "out.xml").getroot()
    assert ("3", "2") == (root.get("tests"), root.get("failures"))
    assert {} == find_groups(commands)


def test_a_program_reads_one_object_a_line(commands: CommandLine) -> None:
    """Log lines, events and the end."""
    ran = commands("run", "job", "--format", "json")
    found = [json.loads(line) for line in ran.out.splitlines()]

    assert ["hello", "world"] == [each["line"] for each in found if each["type"] == "log"]
    assert found[-1]["type"] == "ended"
    assert (3, 3, "failed", "") == tuple(found[-1][name] for name in ("code", "exit_code", "result", "remains"))


def test_hostile_output_is_made_harmless(commands: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a container prints cannot move the cursor; a secret that it prints is redacted."""
    monkeypatch.setenv("TOKEN", "s3cr3t-t0k3n")
    ran = commands("run", "job", "--env", "TOKEN", "--", "echo", "a\x1b[2Jb s3cr3t-t0k3n")

    assert (0, True) == (ran.code, ran.out.startswith("ab "))
    assert "s3cr3t-t0k3n" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "nothing to run"),
        (("jobb",), "`jobb` is neither a file nor a declared group\n  did you mean `job`?"),
        (("none.yaml",), "none.yaml does not exist"),
        (("job", "--nope"), "there is no option --nope"),
        (("job", "--image", "alpine"), "--image cannot be combined"),
        (("job", "--cpu", "2"), "--cpu and --memory belong to --image"),
        (("job", "--name", "Not A Name"), "--name Not A Name: not a valid container group name"),
        (("job", "--name", "job"), "--name job: the project declares this group"),
        (("job", "-c", "x"), "rg-shop/job has no container x"),
        (("job", "--env", "=x"), "--env needs a name"),
        (("job", "--env", "NOPE"), "needs env:NOPE: the environment variable NOPE is not set"),
        (("--image", "sim/missing"), "InaccessibleImage"),
        (("--image", "alpine", "--location", "northeurope"), "the project says `westeurope`"),
    ],
)
def test_what_fails_has_a_code_of_ours_and_leaves_nothing(
    commands: CommandLine, words: tuple[str, ...], told: str
) -> None:
    """A message that says what to do, and no traceback."""
    ran = commands("run", *words)

    assert (125, "") == (ran.code, ran.out)
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert {} == find_groups(commands)


def test_a_run_is_called_as_its_group_is(commands: CommandLine) -> None:
    """Where somebody says how that is called; else as its image is."""
    named = commands("run", "--image", "alpine", "--name", "probe", "--", "sh", "-c", "exit 2")
    plain = commands("run", "--image", "alpine", "--", "sh", "-c", "exit 2")

    assert "rg-shop/probe: container" in named.err
    assert "rg-shop/alpine: container" in plain.err
