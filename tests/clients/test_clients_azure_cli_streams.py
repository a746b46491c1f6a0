"""`az container exec`, `attach` and `logs --follow`: the first through a terminal of its own, as people use it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from clients.az import Az

if TYPE_CHECKING:
    from collections.abc import Generator

    from clients.world import World

pytestmark = pytest.mark.clients

RG = "rg-streams"
SMALL = ("--os-type", "Linux", "--cpu", "1", "--memory", "1")
TALK = "sh -c 'echo begun; for i in 1 2 3; do sleep 8; echo part $i; done; echo ended'"
PROMPT = b"/ # "
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class OnTerminal:
    """A program on a pseudo-terminal, and our end of it."""

    process: subprocess.Popen[bytes]
    ours: int
    its: int

    def read_until(self, *ends: bytes) -> bytes:
        """Return what is shown up to one of some texts, or up to the end of the program."""
        seen, end = b"", time.monotonic() + _PATIENCE
        while not any(text in seen for text in ends) and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.2)[0]:
                seen += os.read(self.ours, 4096)
            elif self.process.poll() is not None:
                break
        return seen

    def type(self, text: bytes) -> None:
        """Type."""
        os.write(self.ours, text)


@contextmanager
def on_terminal(az: Az, *words: str) -> Generator[OnTerminal]:
    """Run azure-cli on a terminal of its own."""
    ours, its = pty.openpty()
    environ = az.world.environ(**az.settings(), WEBSOCKET_CLIENT_CA_BUNDLE=az.world.emulator.ca)
    process = subprocess.Popen(
        [*az.words, *words], stdin=its, stdout=its, stderr=its, env=environ, cwd=az.world.folder, start_new_session=True
    )
    try:
        yield OnTerminal(process, ours, its)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(its)


@pytest.fixture(name="az", scope="module")
def _az(tls_world: World) -> Az:
    """An azure-cli that is signed in, with a group that runs."""
    made = Az(tls_world)
    made.sign_in(tls_world.emulator.secret)
    made("group", "create", "-n", RG, "-l", "westus")
    made("container", "create", "-g", RG, "-n", "web", "--image", "nginx", *SMALL, "-e", "NAME=of the container")
    return made


def exec_in(az: Az, command: str, group: str = "web") -> Any:
    """Run something with `az container exec`."""
    return on_terminal(az, "container", "exec", "-g", RG, "-n", group, "--exec-command", command)


def test_a_shell_is_driven_through_a_terminal(az: Az) -> None:
    """Echo, output, an exit code that the shell tells; and the terminal is as before."""
    with exec_in(az, "/bin/sh") as shell:
        before = termios.tcgetattr(shell.its)
        opened = shell.read_until(PROMPT)
        shell.type(b'echo "$NAME" | cat; (exit 3); echo code=$?\r')
        told = shell.read_until(b"code=3")
        shell.read_until(PROMPT)
        shell.type(b"sleep 100\r")
        shell.read_until(b"sleep 100\r\n")
        shell.type(b"\x03")
        stopped = shell.read_until(PROMPT)
        shell.type(b"exit 5\r")
        shell.read_until(b"(never)")
        code = shell.process.wait(_PATIENCE)
        after = termios.tcgetattr(shell.its)

    assert PROMPT in opened
    assert b"\r\nof the container\r\ncode=3\r\n" in told + b"\r\n"
    assert b"^C" in stopped
    assert (0, before) == (code, after)


def test_a_command_with_arguments_runs_and_ends(az: Az) -> None:
    """azure-cli does not know its exit code, as with Azure."""
    with exec_in(az, "sh -c 'echo one; exit 3'") as command:
        shown = command.read_until(b"(never)")
        code = command.process.wait(_PATIENCE)

    assert (True, 0) == (b"one\r\n" in shown, code)


def test_what_is_not_there_is_told(az: Az) -> None:
    """A program that the image does not have."""
    with exec_in(az, "/bin/zsh") as command:
        shown = command.read_until(b"(never)")
        command.process.wait(_PATIENCE)

    assert b'exec: \\"/bin/zsh\\": executable file not found in $PATH' in shown


def test_attach_and_follow_end_with_the_container(az: Az) -> None:
    """Both show every line; they look every two seconds and know the end five seconds later."""
    words = ("-g", RG, "-n", "talk")
    az("container", "create", *words, "--image", "busybox", *SMALL, "--restart-policy", "Never", "--command-line", TALK)
    with (
        on_terminal(az, "container", "attach", *words) as attached,
        on_terminal(az, "container", "logs", *words, "--follow") as following,
    ):
        shown = [each.read_until(b"(never)") for each in (attached, following)]
        codes = [each.process.wait(_PATIENCE) for each in (attached, following)]

    assert [0, 0] == codes
    for text in shown:
        assert all(line in text for line in (b"begun\r\n", b"part 1\r\n", b"part 3\r\n", b"ended\r\n"))
    assert b"Start streaming logs:" in shown[0]
