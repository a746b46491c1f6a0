"""The terminal goes away in the middle of a recreation, in every way in which one can: the group comes back."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from e2e.processes import COMMAND, PATIENCE, PROJECT, Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture
def cloud(tmp_path: Path) -> Generator[Azure]:
    """An emulator in which everything takes a while."""
    with azure(tmp_path, "--provisioning", "1s") as found:
        yield found


@pytest.fixture
def commands(tmp_path: Path, cloud: Azure) -> Commands:
    """A project of one group that is to be recreated: more memory needs another group."""
    found = Commands(
        tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_ARM_ENDPOINT": cloud.url, "TERM": "xterm"}
    )
    found.write("aci-reconcile.yaml", f"{PROJECT}subscription: 00000000-0000-0000-0000-000000000000\n")
    path = found.group("web")

    assert 0 == found("apply", "-y").code

    path.write_text(path.read_text(encoding="utf-8").replace("memoryInGB: 1", "memoryInGB: 2"), encoding="utf-8")
    return found


@dataclass(frozen=True, slots=True)
class Running:
    """An apply at a terminal of its own, of which it is the leader."""

    process: subprocess.Popen[bytes]
    terminal: int

    def drain(self) -> None:
        """Read what there is, so that the process is not held up by a full terminal."""
        try:
            os.set_blocking(self.terminal, False)
            while os.read(self.terminal, 65536):
                pass
        except OSError:
            return


LEAD = """\
import os, signal, sys
for each in (signal.SIGHUP, signal.SIGQUIT):  # whoever runs the tests in the background, or under nohup, ignores them
    signal.signal(each, signal.SIG_IGN if str(int(each)) == sys.argv[2] else signal.SIG_DFL)
os.setsid()
os.close(os.open(sys.argv[1], os.O_RDWR))
os.execvp(sys.argv[3], sys.argv[3:])
"""


def begun(commands: Commands, cloud: Azure, ignored: int = 0) -> Running:
    """Begin the recreation, with a signal that is ignored from the start, and return when the group is deleted."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    process = subprocess.Popen(
        ["python3", "-c", LEAD, name, str(int(ignored)), *COMMAND, "apply", "-y", "--allow-replace"],
        cwd=commands.folder,
        env=commands.environment({}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    running = Running(process, ours)
    deadline = time.monotonic() + PATIENCE
    while there(cloud):
        running.drain()

        assert time.monotonic() < deadline
        assert process.poll() is None

        time.sleep(0.02)
    return running


def there(cloud: Azure) -> bool:
    """Whether the group is in Azure, as it was."""
    listed = cloud.ask("GET", "/providers/Microsoft.ContainerInstance/containerGroups")["value"]
    containers = [each["properties"]["containers"][0]["properties"] for each in listed]
    return any(each["resources"]["requests"]["memoryInGB"] == 1 for each in containers)


def closed(running: Running) -> None:
    """Close the window: the kernel sends SIGHUP, and every write to the terminal fails."""
    os.close(running.terminal)


def hung_up_twice(running: Running) -> None:
    """Close the window of a shell: it passes the signal on to its jobs."""
    os.close(running.terminal)
    for _ in range(2):
        time.sleep(0.05)
        running.process.send_signal(signal.SIGHUP)


def quit_from_the_keyboard(running: Running) -> None:
    """Press the key that quits, once."""
    os.write(running.terminal, b"\x1c")


def ended_by_the_session(running: Running) -> None:
    """Close the window, and let who looks after sessions end what is left."""
    os.close(running.terminal)
    time.sleep(0.1)
    running.process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize(
    ("end", "code"),
    [(closed, 129), (hung_up_twice, 129), (quit_from_the_keyboard, 130), (ended_by_the_session, 129)],
)
def test_a_recreation_ends_without_its_terminal(
    commands: Commands, cloud: Azure, end: Callable[[Running], None], code: int
) -> None:
    """The group was deleted and is created again; the next plan is empty, and no core was dumped."""
    running = begun(commands, cloud)
    end(running)

    assert code == waited(running)
    assert commands("plan").out.startswith("No changes.")


def test_a_recreation_under_nohup_does_not_even_notice(commands: Commands, cloud: Azure) -> None:
    """The signal was ignored before the run began: it ends as if nothing had been."""
    running = begun(commands, cloud, signal.SIGHUP)
    closed(running)

    assert 0 == waited(running)
    assert commands("plan").out.startswith("No changes.")


@pytest.mark.parametrize("redirection", ["2>&1 | head -c 1", "2>/dev/full | head -c 1"])
def test_a_recreation_ends_without_a_reader(commands: Commands, redirection: str) -> None:
    """Both streams lead into a pipe that nobody reads, or onto a full disk."""
    command = f"{' '.join(COMMAND)} apply -y --allow-replace {redirection} >/dev/null"
    subprocess.run(
        ["/bin/sh", "-c", command], cwd=commands.folder, env=commands.environment({}), check=True, timeout=PATIENCE
    )

    assert commands("plan").out.startswith("No changes.")


def waited(running: Running) -> int:
    """Wait for the end, and return the exit code."""
    deadline = time.monotonic() + PATIENCE
    while running.process.poll() is None:
        running.drain()

        assert time.monotonic() < deadline

        time.sleep(0.02)
    return running.process.returncode
