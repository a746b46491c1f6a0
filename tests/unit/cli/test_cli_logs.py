"""``logs``: one container, several, from a time on, followed to the end, with an exit code."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import PROJECT

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

JOB = """\
name: {name}
osType: Linux
restartPolicy: Never
containers:
  - name: {name}
    image: busybox
    command: [sh, -c, "{script}"]
    resources: {{cpu: 1, memoryInGB: 1}}
"""
TWO = (
    JOB.format(name="two", script="echo b1; sleep 4; echo b2; sleep 4; exit 3")
    + """\
  - name: other
    image: busybox
    command: [sh, -c, "sleep 2; echo a1; sleep 4; echo a2"]
    resources: {cpu: 1, memoryInGB: 1}
"""
)


@pytest.fixture
def jobs(project: CommandLine) -> CommandLine:
    """A project with a job that ends with 7, and a group with two containers; both are created."""
    project.write("manifests/job.yaml", JOB.format(name="job", script="echo one; sleep 5; echo two; exit 7"))
    project.write("manifests/two.yaml", TWO)
    project("apply", "-y", "--wait", "none")
    return project


def test_a_job_is_followed_to_its_end(jobs: CommandLine) -> None:
    """Each line once; the exit code is that of the container if that is asked for."""
    ran = jobs("logs", "job", "-f")

    assert (0, "one\ntwo\n") == (ran.code, ran.out)
    assert "--- rg-shop/job/job has ended: exit code 7\n" == ran.err
    assert 7 == jobs("logs", "job", "-f", "--exit-code").code
    assert 7 == jobs("logs", "job", "--exit-code").code


def test_several_containers_are_one_timeline(jobs: CommandLine) -> None:
    """Each line with the name of its container, in the order of their times; the highest exit code counts."""
    jobs("logs", "two", "-f")
    ran = jobs("logs", "two", "--exit-code")

    assert "two   | b1\nother | a1\ntwo   | b2\nother | a2\n" == ran.out
    assert 3 == ran.code
    assert "b1\na1\nb2\na2\n" == jobs("logs", "two", "--no-prefix").out
    assert "a1\na2\n" == jobs("logs", "two", "-c", "OTHER").out
    assert "other | a1\nother | a2\n" == jobs("logs", "two", "-c", "oth*", "--prefix").out


def test_several_groups_at_once(jobs: CommandLine) -> None:
    """By pattern; names are as short as they can be, and marks say which container they are about."""
    ran = jobs("logs", "*o*", "-f")

    assert {"job       | one", "job       | two", "two/two   | b1", "two/other | a2"} <= set(ran.out.splitlines())
    assert {
        "--- rg-shop/job/job has ended: exit code 7",
        "--- rg-shop/two/two has ended: exit code 3",
        "--- rg-shop/two/other has ended: exit code 0",
    } == set(ran.err.splitlines())


def test_as_json(jobs: CommandLine) -> None:
    """One object a line, and one for each mark."""
    jobs("logs", "job", "-f")
    lines = jobs("logs", "job", "--format", "json", "--timestamps").documents
    *followed, end = jobs("logs", "job", "-f", "--format", "json").documents

    assert ["one", "two"] == [each["text"] for each in lines]
    assert {"type": "line", "address": "rg-shop/job", "container": "job"}.items() <= lines[0].items()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", lines[0]["time"])
    assert ["one", "two"] == [each["text"] for each in followed]
    assert {
        "type": "end",
        "address": "rg-shop/job",
        "container": "job",
        "exit_code": 7,
        "detail": "Error",
        "stopped": False,
        "deleted": False,
    } == end


def test_from_a_time_on(jobs: CommandLine) -> None:
    """A length of time until now, or a time with its zone; and the last lines."""
    jobs("logs", "job", "-f")
    first, second = (each["time"] for each in jobs("logs", "job", "--format", "json", "--timestamps").documents)

    assert f"{second} two\n" == jobs("logs", "job", "--since", second, "--timestamps").out
    assert "one\ntwo\n" == jobs("logs", "job", "--since", first).out
    assert "one\ntwo\n" == jobs("logs", "job", "--since", "1h", "-f").out
    assert "two\n" == jobs("logs", "job", "--since", "1h", "--tail", "1", "-f").out
    assert "" == jobs("logs", "job", "--since", "2099-01-01T00:00:00+01:00").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("web", "--since", "yesterday"), "'yesterday' is not a duration"),
        (("web", "--since", "2026-11-29T10:00:00"), "is no time with its zone"),
        (("web", "--tail", "0"), "0 is not in the range"),
        (("web", "-c", "wbe"), "did you mean web?"),
        (("web", "-c", "x*"), "no container of rg-shop/web matches x*"),
        (("wbe",), "did you mean rg-shop/web?"),
        (("x*",), "no container group matches x*"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_be_read(jobs: CommandLine, words: tuple[str, ...], message: str) -> None:
    """Each mistake is named, and what was meant."""
    ran = jobs("logs", *words)

    assert (1, "") == (ran.code, ran.out)
    assert message in ran.err


def test_a_container_that_still_runs_has_no_exit_code(jobs: CommandLine) -> None:
    """125 is ours."""
    ran = jobs("logs", "web", "--exit-code", "--tail", "1")

    assert 125 == ran.code
    assert "not every container has an exit code" in ran.err


def test_a_group_that_is_being_created(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ``-f`` that is said; with it, it is waited for."""
    project.write("manifests/job.yaml", JOB.format(name="job", script="echo one"))
    monkeypatch.setenv("ACI_RECONCILE_PROVISIONING", "60s")
    project("apply", "-y", "--wait", "none")
    early = project("logs", "job")
    late = project("logs", "job", "-f")

    assert (0, "") == (early.code, early.out)
    assert re.fullmatch(r"--- rg-shop/job/job has not begun yet: the group is \w+\n", early.err)
    assert (0, "one\n") == (late.code, late.out)
    assert "has not begun yet" in late.err


def test_a_crash_loop_is_followed_over_its_restarts(project: CommandLine) -> None:
    """Each run has a mark with the reason; once nobody reads, it ends."""
    project.write("manifests/web.yaml", JOB.format(name="web", script="exit 0").replace("busybox", "sim/crash:9"))
    text = (project.folder / "manifests/web.yaml").read_text("utf-8").replace("Never", "OnFailure")
    project.write("manifests/web.yaml", text)
    project("apply", "-y", "--wait", "none")
    out = _ReadSome(12)
    sys.stdout, before = out, sys.stdout
    try:
        project("logs", "web", "-f", "--format", "json")
    finally:
        sys.stdout = before
    documents = [json.loads(line) for line in out.lines]
    restarts = [each for each in documents if each["type"] == "restart"]
    lines = [each["text"] for each in documents if each["type"] == "line"]

    # Time jumps here, so that whole runs may be missed; then a gap says so.
    assert {9} == {each["exit_code"] for each in restarts}
    assert {"line", "restart"} <= {each["type"] for each in documents} <= {"line", "restart", "gap"}
    assert {"[emulator] starting", "[emulator] fatal: simulated crash, exit code 9"} == set(lines)


class _ReadSome(io.StringIO):
    """A pipe whose reader goes after some lines."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.most = most

    def write(self, text: str, /) -> int:
        if len(self.lines) >= self.most:
            raise BrokenPipeError(32, "nobody reads")
        self.lines += text.splitlines()
        return len(text)


def test_every_secret_is_redacted_or_nothing_is_printed(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--redact`` fails where a secret of the manifests is missing; without it, those at hand are redacted."""
    text = JOB.format(name="job", script="echo I am given-to-it")
    secret = "    environmentVariables: {GIVEN: {secureValue: '${env:GIVEN}'}}\n"
    project.write("manifests/job.yaml", text + secret)
    monkeypatch.setenv("GIVEN", "given-to-it")
    project("apply", "-y", "--wait", "none")
    project("logs", "job", "-f")
    redacted = project("logs", "job", "--redact")
    monkeypatch.delenv("GIVEN")
    failed = project("logs", "job", "--redact")

    assert "I am (secret)\n" == redacted.out
    assert (1, "") == (failed.code, failed.out)
    assert "rg-shop/job needs env:GIVEN" in failed.err


def test_names_are_as_long_as_they_must_be(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of one name are told apart by their resource groups."""
    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")
    cli.write("aci-reconcile.yaml", PROJECT)
    for group in ("rg-a", "rg-b"):
        text = JOB.format(name="job", script=f"echo {group}")
        cli.write(f"manifests/{group}.yaml", f"resourceGroup: {group}\n{text}")
    cli("apply", "-y", "--wait", "none")
    cli("logs", "rg-a/job", "rg-b/job", "-f")

    assert {"rg-a/job | rg-a", "rg-b/job | rg-b"} == set(cli("logs", "*/job").out.splitlines())
