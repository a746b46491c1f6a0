"""Probes that are interrupted or killed: nothing is left of them, at once or after `facts clean`."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest
from e2e.processes import Commands, ended, until

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

WHERE = ("-g", "rg-probe", "--local", "-y")


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A subscription in which everything takes a minute."""
    return Commands(tmp_path, {"ACI_RECONCILE_PROVISIONING": "60s"})


def begin(commands: Commands) -> subprocess.Popen[str]:
    """Begin a run, and return once its groups are being created."""
    process = commands.begin("facts", "probe", "-l", "westeurope", *WHERE, "--only", "echo-empty", "--only", "power")
    until(process, "Asking.")
    time.sleep(2)
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_deletes_what_it_made(commands: Commands, number: int, code: int) -> None:
    """And says what it found out until then."""
    process = begin(commands)
    process.send_signal(number)
    last = ended(process)

    assert code == last.code
    assert "Traceback" not in last.err
    assert "0 facts found out" in last.out
    assert "Deleted 0 resources.\n" == commands("facts", "clean", *WHERE).out


def test_what_a_killed_run_left_is_deleted_later(commands: Commands) -> None:
    """By `facts clean`, once."""
    process = begin(commands)
    process.kill()
    ended(process)

    assert "Deleted 2 resources and the resource group.\n" == commands("facts", "clean", *WHERE).out
    assert "Deleted 0 resources.\n" == commands("facts", "clean", *WHERE).out
