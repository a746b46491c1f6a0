"""``events`` on the emulator: one timeline, and what happens while somebody watches."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


@pytest.fixture
def applied(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project with a group that runs, and one that has crashed."""
    monkeypatch.delenv("COLUMNS", raising=False)
    project.group("crash", image="sim/crash:3")
    project("apply", "-y", "--stable-for", "10s")
    return project


def test_one_group(applied: CommandLine) -> None:
    """Each line is whole in a pipe: a time, the container, the event and what Azure says."""
    ran = applied("events", "web")
    lines = ran.out.splitlines()

    assert (0, "") == (ran.code, ran.err)
    assert ["Pulling", "Pulled", "Started"] == [line.split()[2] for line in lines]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  web  ", line) for line in lines)


def test_several_groups_have_a_column(applied: CommandLine) -> None:
    """The end of a container is an entry with its exit code, and repeated events are counted."""
    out = applied("events", "web", "crash").out

    assert re.search(r"Z  rg-shop/web    web    Started    Started container\n", out)
    assert re.search(r"Z  rg-shop/crash  crash  Exited     exit code 3, Error\n", out)
    assert re.search(r"Z  rg-shop/crash  crash  BackOff    .* \(x\d+ over \w+\)\n", out)


def test_as_json(applied: CommandLine) -> None:
    """One object a line, the oldest first, with where each comes from."""
    entries = applied("events", "crash", "--format", "json").documents

    times = [datetime.fromisoformat(each["time"]) for each in entries]

    assert sorted(times) == times
    assert {"azure", "state"} == {each["source"] for each in entries}
    assert {"rg-shop/crash"} == {each["address"] for each in entries}
    (exited,) = [each for each in entries if each["name"] == "Exited"]
    assert ("crash", False, "Warning", "exit code 3, Error") == tuple(
        exited[name] for name in ("container", "init", "type", "message")
    )


def test_eighty_columns(applied: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day stands above, digests are short, and no line is longer."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = applied("events", "web", "crash").out.splitlines()

    assert re.fullmatch(r"\d{4}-\d\d-\d\d UTC", lines[0])
    assert max(map(len, lines)) <= 80
    assert any(re.search(r"@sha256:[0-9a-f]{12}\"", line) for line in lines)


def test_bad_input(applied: CommandLine) -> None:
    """What is missing, or not there."""
    assert "Missing argument" in applied("events").err
    ran = applied("events", "web", "nix")

    assert (1, "") == (ran.code, ran.out)
    assert "there is no container group rg-shop/nix" in ran.err
