"""``logs -f`` over a WebSocket, in a process of its own: how it ends when somebody ends it, and when nobody reads."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Azure, Commands, azure, ended

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

TALKING = """\
name: {name}
osType: Linux
containers:
  - name: app
    image: busybox
    command: [sh, -c, "while true; do echo tick; sleep 1; done"]
    resources: {{cpu: 1, memoryInGB: 1}}
"""


@pytest.fixture
def cloud(tmp_path: Path) -> Generator[Azure]:
    """An emulator in a process of its own."""
    with azure(tmp_path) as found:
        yield found


@pytest.fixture
def commands(tmp_path: Path, cloud: Azure) -> Commands:
    """A project of two groups that print a line every second."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_ARM_ENDPOINT": cloud.url})
    found.write("aci-reconcile.yaml", f"{PROJECT}subscription: 00000000-0000-0000-0000-000000000000\n")
    for name in ("web", "api"):
        found.write(f"manifests/{name}.yaml", TALKING.format(name=name))

    assert 0 == found("apply", "-y").code

    return found


def test_a_follow_ends_quietly(commands: Commands, cloud: Azure) -> None:
    """By Ctrl-C with 130, by SIGTERM with 143, with 0 where nobody reads; by the end of its groups."""
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = commands.begin("logs", "web", "api", "-f", "-q")

        assert process.stdout is not None
        assert "| tick" in process.stdout.readline()
        process.send_signal(number)
        last = ended(process)

        assert (code, "") == (last.code, last.err)

    process = commands.begin("logs", "web", "-f", "-q")

    assert process.stdout is not None
    assert "tick\n" == process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert (0, "") == (process.wait(10), process.stderr.read())
    process.stderr.close()

    process = commands.begin("logs", "web", "-f")

    assert process.stdout is not None
    assert "tick\n" == process.stdout.readline()
    cloud.ask("DELETE", cloud.group("web"))
    last = ended(process)

    assert 0 == last.code
    assert "--- rg-shop/web/app is gone: it was deleted" in last.err
