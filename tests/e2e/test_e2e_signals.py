"""Interrupted runs: said what was started, and finished by the next one."""

from __future__ import annotations

import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, ended, until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project of three groups that take their time."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "2s"})
    found.write("aci-reconcile.yaml", PROJECT)
    for name in ("api", "db", "web"):
        found.group(name)
    return found


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_apply_is_interrupted_and_the_next_one_finishes(commands: Commands, number: int, code: int) -> None:
    """The summary names what was started; a second apply converges."""
    process = commands.begin("apply", "--local", "-y", "--concurrency", "1")
    until(process, "waiting: ")
    process.send_signal(number)
    last = ended(process)

    assert code == last.code
    assert "Apply interrupted." in last.out
    assert "Started and not seen to the end: rg-shop/" in last.out
    assert 0 == commands("apply", "--local", "-y").code
    assert commands("plan", "--local").out.startswith("No changes.")


def test_a_request_that_hangs_does_not_hold_a_plan(commands: Commands) -> None:
    """Nothing is torn apart where nothing is written: one signal will do."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = commands.begin("plan", "--arm-endpoint", url)
        connection, _ = silent.accept()
        with connection:
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            last = ended(process)

    assert (130, "") == (last.code, last.out)
    assert last.err.endswith("\nInterrupted; nothing was written.\n")
    assert time.monotonic() - began < 10


def test_a_killed_apply_is_finished_by_the_next_one(commands: Commands) -> None:
    """No last words, no clean-up: nothing but Azure has to remember."""
    process = commands.begin("apply", "--local", "-y")
    until(process, "creating")
    process.kill()
    ended(process)

    assert 0 == commands("apply", "--local", "-y").code
    assert commands("plan", "--local").out.startswith("No changes.")
