"""exec as the installed command, against real shells: codes, bytes, signals, and what is left of the terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import API, COMMAND, PATIENCE, SUBSCRIPTION, Commands
from real_shells import RealShells, real_shells

from aci_reconcile.emulator import Request

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

_GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ContainerInstance/containerGroups"
_SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(scope="module")
def shells() -> Iterator[RealShells]:
    """Return an Azure with two groups, of which one is somebody else's."""
    with real_shells() as served:
        _ask(
            served, "PUT", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop", "2021-04-01", location="westeurope"
        )
        _put(served, "web")
        _put(served, "theirs", tags={"aci-reconcile-project": "theirs/prod"})
        _put(served, "still")
        _ask(served, "POST", f"{_GROUPS}/still/stop", API)
        yield served


def _put(shells: RealShells, name: str, **more: Any) -> None:
    resources = {"requests": {"cpu": 1, "memoryInGB": 1}}
    containers = [{"name": "web", "properties": {"image": "nginx:1", "resources": resources}}]
    _ask(
        shells,
        "PUT",
        f"{_GROUPS}/{name}",
        API,
        location="westeurope",
        properties={"osType": "Linux", "containers": containers},
        **more,
    )


def _ask(shells: RealShells, method: str, path: str, version: str, **body: Any) -> None:
    answer = shells.emulator.handle(Request(method, f"{path}?api-version={version}", body=json.dumps(body).encode()))
    assert answer.status < 300, answer.body


@pytest.fixture
def run(shells: RealShells, tmp_path: Path) -> Commands:
    """Return the command at that Azure."""
    where = {"ACI_RECONCILE_ARM_ENDPOINT": shells.url, "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION}
    return Commands(tmp_path, {**where, "ACI_RECONCILE_RESOURCE_GROUP": "rg-shop"})


def _run_bytes(run: Commands, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *words],
        cwd=run.folder,
        env=run.environment({}),
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_code_and_the_bytes_are_those_of_the_program(run: Commands) -> None:
    """In a pipe, both ways, with every byte there is."""
    data = bytes(range(256)) * 100
    done = _run_bytes(run, "exec", "web", "-i", "--", "sh", "-c", "cat; exit 42", stdin=data)

    assert (42, data) == (done.returncode, done.stdout)


@pytest.mark.long
def test_options_of_the_program_are_the_program_s(run: Commands) -> None:
    """Behind the dashes nothing is ours, and no input is waited for."""
    done = run("exec", "web", "--", "printf", "%s.", "--help", "-t", "--", "--raw", "$HOME")

    assert (0, "--help.-t.--.--raw.$HOME.") == (done.code, done.out)


def test_json_has_the_code_and_the_output(run: Commands) -> None:
    """One object; the code of the process is the program's, too."""
    done = run("exec", "web", "--format", "json", "--", "sh", "-c", "echo one; exit 3")

    assert 3 == done.code
    assert json.loads(done.out) == {"address": "rg-shop/web", "container": "web", "exitCode": 3, "output": "one\n"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("web",), "there is no command to run"),
        (("wbe", "--", "ls"), "did you mean rg-shop/web?"),
        (("still", "--", "ls"), "web of rg-shop/still does not run"),
        (("theirs", "--", "ls"), "rg-shop/theirs belongs to theirs/prod"),
        (("web", "--shell", "/nowhere/sh", "--", "ls"), "no usable shell /nowhere/sh"),
    ],
)
def test_what_is_no_code_of_the_program_is_125(run: Commands, words: tuple[str, ...], message: str) -> None:
    """And says why."""
    done = run("exec", *words)

    assert 125 == done.code, done.err
    assert message in done.err
    assert "Traceback" not in done.err
    assert "" == done.out


@pytest.mark.long
def test_groups_of_others_with_any_owner(run: Commands) -> None:
    """Only then."""
    assert "theirs\n" == run("exec", "theirs", "--any-owner", "--", "echo", "theirs").out


@pytest.mark.long
def test_without_an_exit_code(run: Commands) -> None:
    """The program itself is asked for; its code is not known, and the caller said that this is fine."""
    done = _run_bytes(run, "exec", "web", "--no-exit-code", "--", "sh", "-c", "echo on a terminal; exit 3")

    assert (0, b"on a terminal\r\n") == (done.returncode, done.stdout)


@pytest.mark.long
def test_a_reader_that_goes_away_ends_the_program(run: Commands, shells: RealShells) -> None:
    """As `... | head -1` does."""
    shells.ended.clear()
    process = _begin(run, "exec", "web", "--", "yes")
    assert process.stdout is not None
    assert b"y\n" == process.stdout.readline()
    process.stdout.close()
    _, err = process.communicate(timeout=PATIENCE)

    assert (125, True) == (process.returncode, b"cannot be written" in err)
    assert shells.ended.wait(10)


def _begin(run: Commands, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *words],
        cwd=run.folder,
        env=run.environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.mark.long
@pytest.mark.parametrize("number", _SIGNALS)
def test_a_signal_ends_both_ends(run: Commands, shells: RealShells, number: signal.Signals) -> None:
    """The program in the container gets Ctrl-C, and its terminal is closed."""
    shells.ended.clear()
    script = 'trap "echo interrupted; exit" INT; echo ready; while :; do sleep 0.05; done'
    process = _begin(run, "exec", "web", "-i", "--", "sh", "-c", script)
    assert process.stdout is not None
    assert b"ready\n" == process.stdout.readline()
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)

    assert (_SIGNALS[number], False) == (process.returncode, b"Traceback" in err)
    assert shells.ended.wait(10)


@pytest.mark.sweep
@pytest.mark.parametrize("moment", range(20))
@pytest.mark.parametrize("number", [*_SIGNALS, signal.SIGKILL])
def test_a_signal_at_any_moment_ends_both_ends(
    run: Commands, shells: RealShells, number: signal.Signals, moment: int
) -> None:
    """Between the first import and the last byte; nothing is left there, nothing is said that is not a message."""
    opened = len(shells.pids)
    process = _begin(run, "exec", "web", "-i", "--", "sh", "-c", "echo ready; sleep 1")
    time.sleep(moment * 0.1)
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    if b"Traceback" in err and b"aci_reconcile" not in err:  # Python itself was starting: no frame of ours was there
        return

    assert process.returncode in {0, 125, -number, _SIGNALS.get(number, 0)}
    assert b"Traceback" not in err
    deadline = time.monotonic() + 10
    while any(_is_alive(pid) for pid in shells.pids[opened:]):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


@dataclass
class _Screen:
    """The command on a terminal of its own: what it shows, and its modes."""

    process: subprocess.Popen[bytes]
    near: int
    far: int
    before: list[Any]
    shown: bytes = b""
    patience: float = field(default=PATIENCE)

    def type(self, keys: bytes) -> None:
        os.write(self.near, keys)

    def expect(self, text: bytes) -> None:
        """Read until a text was shown."""
        deadline = time.monotonic() + self.patience
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            self._read(0.1)

    def interrupt(self, prompt: bytes) -> None:
        """Press Ctrl-C until the shell asks again: it comes to nothing while the shell is about to start a program."""
        deadline, seen = time.monotonic() + self.patience, self.shown.count(prompt)
        while self.shown.count(prompt) == seen:
            assert time.monotonic() < deadline, self.shown
            self.type(b"\x03")
            self._read(0.5)
        while self._read(0.5):  # what is typed before the last one arrives would be dropped with it
            continue

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.near], [], [], seconds)
        if ready:
            self.shown += os.read(self.near, 65536)
        return bool(ready)

    def wait(self) -> int:
        """Return the exit code."""
        deadline = time.monotonic() + self.patience
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.shown
            self._read(0.02)
        while self._read(0):
            continue
        return self.process.returncode

    def is_restored(self) -> bool:
        """Whether the terminal has the modes that it had."""
        return self.before == termios.tcgetattr(self.far)


@contextmanager
def _screen(run: Commands, *words: str) -> Generator[_Screen]:
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, b"\x1e\x00\x64\x00\x00\x00\x00\x00")
    before = termios.tcgetattr(far)
    process = subprocess.Popen(
        [sys.executable, "-c", _TAKE_TERMINAL, *COMMAND, *words],
        cwd=run.folder,
        env=run.environment({"TERM": "xterm"}),
        stdin=far,
        stdout=far,
        stderr=far,
        start_new_session=True,
    )
    try:
        yield _Screen(process, near, far, before)
    finally:
        process.kill()
        process.wait()
        os.close(near)
        os.close(far)


_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.long
def test_a_shell_on_a_terminal(run: Commands, shells: RealShells) -> None:
    """Keys and their echo, the size, Ctrl-C for the program, and the code of the shell."""
    opened, prompt = len(shells.opened), b"# " if os.geteuid() == 0 else b"$ "
    with _screen(run, "exec", "web", "-t") as screen:
        screen.expect(prompt)
        screen.type(b"echo $((40+2)); stty size\r")
        screen.expect(b"42\r\n30 100\r\n")
        assert not screen.is_restored()
        screen.type(b"sleep 100\r")
        screen.expect(b"sleep 100\r\n")
        screen.interrupt(prompt)
        screen.type(b"echo st''ill here\r")
        screen.expect(b"still here\r\n")
        screen.type(b"exit 4\r")
        assert 4 == screen.wait()
        assert screen.is_restored()
    assert {"rows": 30, "cols": 100} == shells.opened[opened]["terminalSize"]
    assert b"cannot be told if it changes" in screen.shown


@pytest.mark.long
def test_a_program_on_a_terminal(run: Commands) -> None:
    """Its own code; what it prints is not touched."""
    with _screen(run, "exec", "web", "-it", "--", "sh", "-c", "printf '\\033[1mbold\\n'; test -t 0; exit 6") as screen:
        assert 6 == screen.wait()
        assert screen.is_restored()
    assert b"\x1b[1mbold\r\n" in screen.shown


@pytest.mark.long
def test_leaving_a_terminal(run: Commands) -> None:
    """Ctrl-P Ctrl-Q; a Ctrl-P with something else behind it is the program's."""
    with _screen(
        run, "exec", "web", "-t", "--", "sh", "-c", "stty raw -echo; echo on; od -An -tx1 -N2; sleep 100"
    ) as screen:
        screen.expect(b"on\n")
        screen.type(b"\x10a")
        screen.expect(b"10 61")
        screen.type(b"\x10")
        screen.type(b"\x11")
        assert 125 == screen.wait()
        assert screen.is_restored()
    assert b"detached" in screen.shown


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_terminal_is_restored_after_a_signal(run: Commands, shells: RealShells, number: signal.Signals) -> None:
    """Modes that the program has left on are switched off, too."""
    shells.ended.clear()
    with _screen(run, "exec", "web", "-t", "--", "sh", "-c", "echo on; sleep 100") as screen:
        screen.expect(b"on\r\n")
        screen.process.send_signal(number)
        assert _SIGNALS[number] == screen.wait()
        assert screen.is_restored()
    assert b"\x1b[?1049l" in screen.shown
    assert shells.ended.wait(10)


@pytest.mark.long
def test_the_terminal_is_restored_after_a_kill(run: Commands) -> None:
    """By a process that waits for it: the killed one cannot."""
    with _screen(run, "exec", "web", "-t", "--", "sh", "-c", "echo on; sleep 100") as screen:
        screen.expect(b"on\r\n")
        screen.process.kill()
        screen.process.wait()
        deadline = time.monotonic() + 10
        while not screen.is_restored():
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.long
def test_the_terminal_is_restored_when_the_connection_breaks(
    run: Commands, shells: RealShells, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason, and 125."""
    monkeypatch.setattr(shells, "cut_after", 2000)
    with _screen(run, "exec", "web", "-t", "--", "yes") as screen:
        assert 125 == screen.wait()
        assert screen.is_restored()
    assert b"broke" in screen.shown


@pytest.mark.sweep
@pytest.mark.parametrize("moment", range(20))
@pytest.mark.parametrize("number", [*_SIGNALS, signal.SIGKILL])
def test_the_terminal_is_restored_at_any_moment(run: Commands, number: signal.Signals, moment: int) -> None:
    """Whatever was going on."""
    with _screen(run, "exec", "web", "-t", "--", "sh", "-c", "echo on; sleep 1") as screen:
        time.sleep(moment * 0.1)
        screen.process.send_signal(number)
        screen.wait()
        deadline = time.monotonic() + 10
        while not screen.is_restored():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    # On a busy machine, Python itself may not have begun: what it shows then is not ours to change.
    assert b"Traceback" not in screen.shown or screen.shown.startswith(b"Fatal Python error: init_")
