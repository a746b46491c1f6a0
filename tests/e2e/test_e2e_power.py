"""The installed restart, stop and wait: interrupted, into a pipe, and side by side."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, ended, until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project of three groups that run."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_LOCAL": "1"})
    found.write("aci-reconcile.yaml", PROJECT)
    for name in ("api", "db", "web"):
        found.group(name)
    assert 0 == found("apply", "-y", ACI_RECONCILE_PROVISIONING="0s").code
    return found


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_restart_names_what_it_began(commands: Commands, number: int, code: int) -> None:
    """What was sent is followed to its end, and a signal begins nothing new."""
    process = commands.begin("restart", "rg-shop/*", ACI_RECONCILE_PROVISIONING="3s")
    until(process, "restarting")
    process.send_signal(number)
    last = ended(process)

    assert code == last.code
    assert "Restart interrupted. Groups: " in last.out
    assert 0 == commands("wait", "rg-shop/*", "--timeout", "30s", ACI_RECONCILE_PROVISIONING="3s").code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_wait_ends_with_a_signal(commands: Commands, number: int, code: int) -> None:
    """At once: nothing is under way."""
    process = commands.begin("wait", "web", "--for", "deleted")
    until(process, "waiting: healthy")
    process.send_signal(number)

    assert code == ended(process).code


def test_a_wait_ends_with_its_reader(commands: Commands) -> None:
    """Quietly, and not as if the state had come: nobody knows."""
    process = commands.begin("wait", "web", "--for", "deleted", "--format", "json")
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert ("waiting", 5, "") == (told["type"], process.wait(30), process.stderr.read())


def test_a_wait_sees_what_another_process_does(commands: Commands) -> None:
    """Stopped, then started, then deleted."""
    for goal, words in (
        ("stopped", ("stop", "web", "-y")),
        ("running", ("start", "web")),
        ("deleted", ("destroy", "-y", "--only", "web")),
    ):
        if goal == "running":
            assert 5 == commands("wait", "web", "--for", goal).code  # it does not start by itself
            assert 0 == commands(*words, ACI_RECONCILE_PROVISIONING="0s").code
            assert 0 == commands("wait", "web", "--for", goal, "--timeout", "20s").code
            continue
        process = commands.begin("wait", "web", "--for", goal, "--format", "json")
        assert 0 == commands(*words, ACI_RECONCILE_PROVISIONING="0s").code
        last = ended(process)
        assert 0 == last.code, last.err
        assert ("finished", 0) == tuple(json.loads(last.out.splitlines()[-1])[name] for name in ("type", "failed"))


def test_stop_without_a_terminal_stops_nothing(commands: Commands) -> None:
    """What is typed into a pipe is no approval."""
    ran = commands("stop", "web", stdin="yes\n")

    assert 1 == ran.code
    assert "no terminal" in ran.err
    assert 0 == commands("wait", "web", "--for", "running", "--timeout", "20s").code
