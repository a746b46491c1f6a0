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

pytestmark = [pytest.mark.e2e, pytest.mark.long]

WEB = """\
name: web
osType: Linux
containers: [{name: web, image: "nginx:1", resources: {cpu: 1, memoryInGB: 1}}]
lifecycle: {dependsOn: [db]}
"""


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project of three groups that take their time."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "2s"})
    found.write("aci-reconcile.yaml", PROJECT)
    for name in ("api", "db", "web"):
        found.group(name)
    return found


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_apply_ends_what_it_began_and_begins_nothing(commands: Commands, number: int, code: int) -> None:
    """Writes under way are seen to their end, the rest is named; a second apply does the rest."""
    commands.write("manifests/web.yaml", WEB)
    process = commands.begin("apply", "--local", "-y", "--concurrency", "1")
    until(process, "waiting: ")
    process.send_signal(number)
    last = ended(process)

    assert code == last.code
    assert "Apply interrupted. Resources: 2 added, 0 changed, 0 destroyed." in last.out
    assert "rg-shop/web" in last.err.partition("skipped: interrupted")[0].splitlines()[-1]
    assert 0 == commands("apply", "--local", "-y").code
    assert commands("plan", "--local").out.startswith("No changes.")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_was_written_and_not_seen_to_run_is_named(commands: Commands, number: int, code: int) -> None:
    """It is there, which counts; its health is not waited for any more, and is said apart."""
    process = commands.begin("apply", "--local", "-y", "--stable-for", "1h", ACI_RECONCILE_PROVISIONING="0s")
    for _ in range(3):
        until(process, "running")
    process.send_signal(number)
    last = ended(process)

    assert code == last.code
    assert "Apply interrupted. Resources: 3 added, 0 changed, 0 destroyed." in last.out
    assert "Not seen running: rg-shop/api, rg-shop/db, rg-shop/web." in last.out
    assert "not seen to the end" not in last.out
    assert commands("plan", "--local").out.startswith("No changes.")


def test_a_second_signal_abandons_what_is_under_way(commands: Commands) -> None:
    """At once, and with the names."""
    process = commands.begin("apply", "--local", "-y", ACI_RECONCILE_PROVISIONING="10s")
    until(process, "waiting: ")
    process.send_signal(signal.SIGINT)
    until(process, "Interrupt again to abort")
    process.send_signal(signal.SIGINT)
    last = ended(process)

    assert 130 == last.code
    assert "Aborted. Started but not finished: rg-shop/api, rg-shop/db, rg-shop/web." in last.err


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
