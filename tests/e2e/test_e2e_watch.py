"""``events -w`` and ``status -w`` as processes: what they write meanwhile, and how they end."""

from __future__ import annotations

import json
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PATIENCE, PROJECT, Commands, ended

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project with a group that runs."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s"})
    found.write("aci-reconcile.yaml", PROJECT)
    found.group("web")

    assert 0 == found("apply", "--local", "-y").code
    return found


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Read stdout until a text appears; return what was read."""
    assert process.stdout is not None
    seen = ""
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        while text not in seen:
            line = process.stdout.readline()

            assert line, f"{text!r} never came, but: {seen}"
            seen += line
    finally:
        timer.cancel()
    return seen


def test_a_watch_of_events_ends_with_the_group(commands: Commands) -> None:
    """What has happened comes at once, then what happens; the last entry is its end, and the exit code is 0."""
    process = commands.begin("events", "web", "--local", "--watch", "--format", "json")
    first = [json.loads(line) for line in read_until(process, '"Started"').splitlines()]

    assert 0 == commands("destroy", "--local", "-y").code

    last = ended(process)
    entries = [json.loads(line) for line in last.out.splitlines()]

    assert (0, "") == (last.code, last.err)
    assert ["Pulling", "Pulled", "Started"] == [each["name"] for each in first]
    assert ["Deleted"] == [each["name"] for each in entries if each["source"] == "watch"]
    assert "Deleted" == entries[-1]["name"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("words", [("events", "web"), ("status",)], ids=["events", "status"])
def test_a_watch_ends_when_it_is_interrupted(
    commands: Commands, words: tuple[str, ...], number: int, code: int
) -> None:
    """With the code of the signal, one line about it, and what was shown until then."""
    process = commands.begin(*words, "--local", "-w")
    seen = read_until(process, "web")
    process.send_signal(number)
    last = ended(process)

    assert "web" in seen
    assert (code, "Interrupted; nothing was written.") == (last.code, last.err.strip())


def test_a_watch_of_the_state_adds_a_row_for_what_changes(commands: Commands) -> None:
    """In a pipe, without a heading and without what stayed."""
    process = commands.begin("status", "--local", "--watch")
    read_until(process, "rg-shop/web  healthy")
    commands.group("db")

    assert 0 == commands("apply", "--local", "-y").code

    added = read_until(process, "rg-shop/db")
    process.send_signal(signal.SIGINT)
    last = ended(process)

    assert 1 == len(added.splitlines())
    assert 130 == last.code
    assert "ADDRESS" not in added + last.out
