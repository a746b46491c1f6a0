"""exec against real shells on real terminals: the right output and the right code, without a terminal here."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from exec_commands import CASES, Case
from factories import group, live
from real_shells import SHELLS, RealShells, find_shell, make_poor_path, real_shells

from aci_reconcile.app import conversation
from aci_reconcile.app.container_command import Wanted, run_command
from aci_reconcile.azure import Endpoint, connect
from aci_reconcile.core.errors import NoAnswerError, NoExitCodeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aci_reconcile.azure import ArmBackend

_LIVE = live(group("web"))
_OTHERS = tuple(name for name in SHELLS if name != "dash")
_SOME = tuple(CASES)[::5]
_ODD = {
    ("mksh", "a builtin is no program"): "its exec runs builtins, too",
    ("mksh", "a function of the script is no program"): "its exec runs functions, too",
    ("ksh", "interrupted by itself"): "it interrupts itself, too, and says nothing more",
}
"""What two shells, which hardly any image has, do otherwise. No code is made up there either."""


@dataclass
class _Pipe:
    """The near end: input from a list of pieces, output kept."""

    pieces: list[bytes] = field(default_factory=list[bytes])
    output: bytes = b""

    def read(self) -> bytes | None:
        return self.pieces.pop(0) if self.pieces else b""

    def stop(self) -> None:
        """Nothing waits."""

    def write(self, data: bytes) -> None:
        self.output += data


@dataclass
class _World:
    shells: RealShells
    backend: ArmBackend

    def run(self, *words: str, stdin: Sequence[bytes] | None = None, shell: str = "", mode: str = "captured") -> _Ran:
        """Run a command in the container."""
        self.shells.shell = shell or "/bin/sh"
        near = _Pipe(list(stdin or ()))
        wanted = Wanted(words, stdin is not None, mode, shell=shell or "/bin/sh")  # type: ignore[arg-type]
        code = run_command(self.backend, _LIVE, "web", wanted, near)
        return _Ran(code, near.output)


@dataclass
class _Ran:
    code: int | None
    output: bytes


@pytest.fixture(scope="module")
def world() -> Iterator[_World]:
    """Return an Azure with real shells, and a connection to it."""
    with real_shells() as shells:
        backend = connect(Endpoint.local(shells.url), api_version="2025-09-01", concurrency=4, environ={})
        yield _World(shells, backend)
        backend.close()


def _check(world: _World, name: str, shell: str) -> None:
    case: Case = CASES[name]
    ran = world.run(*case.words, stdin=None if case.stdin is None else _split(case.stdin), shell=shell)
    assert (name, case.code) == (name, ran.code), ran.output[-500:]
    if case.output is not None and case.output != ran.output:
        assert (name, case.output[-300:], len(case.output)) == (name, ran.output[-300:], len(ran.output))
        pytest.fail(f"{name}: the output differs somewhere")


def _split(data: bytes) -> list[bytes]:
    return [data[at : at + 7000] for at in range(0, len(data), 7000)]


def _require_shell(name: str, folder: Path) -> str:
    shell = find_shell(name, folder)
    return shell or pytest.skip(f"{name} is not installed")


@pytest.mark.parametrize("name", CASES)
def test_every_command_in_the_shell_of_this_machine(world: _World, name: str) -> None:
    """Its code, and its output byte for byte."""
    _check(world, name, "")


@pytest.mark.parametrize("kind", _OTHERS)
def test_some_commands_in_other_shells(world: _World, kind: str, tmp_path: Path) -> None:
    """Each with an editor of lines, a printf and a way to tell of signals of its own."""
    shell = _require_shell(kind, tmp_path)
    for name in _SOME:
        _check(world, name, shell)


@pytest.mark.sweep
@pytest.mark.parametrize("turn", range(20))
def test_a_thousand_runs(world: _World, turn: int) -> None:
    """Every command twenty times."""
    for name in CASES:
        _check(world, name, "")


@pytest.mark.sweep
@pytest.mark.parametrize("kind", _OTHERS)
def test_every_command_in_other_shells(world: _World, kind: str, tmp_path: Path) -> None:
    """Three times each."""
    shell = _require_shell(kind, tmp_path)
    for name in [each for each in CASES if (kind, each) not in _ODD] * 3:
        _check(world, name, shell)


def test_only_the_shell_is_sent_as_a_command(world: _World) -> None:
    """Whether Azure takes arguments is disputed, so none are needed; and the terminal is wide."""
    before = len(world.shells.opened)
    world.run("echo", "a", "b")

    assert [{"command": "/bin/sh", "terminalSize": {"rows": 24, "cols": 500}}] == world.shells.opened[before:]


def test_an_image_without_stty_and_cat(world: _World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The echo cannot be switched off, and is still not output; the output is the terminal's, and comes out right."""
    monkeypatch.setitem(world.shells.environ, "PATH", make_poor_path(tmp_path / "bin", "head", "sleep"))

    assert world.run("/bin/sh", "-c", "test -t 1; echo terminal $?; exit 9") == _Ran(9, b"terminal 0\n")
    assert world.run("/bin/echo", "x" * 20_000).output == b"x" * 20_000 + b"\n"
    with pytest.raises(NoExitCodeError, match="no stty"):
        world.run("/bin/cat", stdin=[b"one\n"])


def test_an_image_without_what_decodes_large_input(
    world: _World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shell does it by itself."""
    monkeypatch.setitem(world.shells.environ, "PATH", make_poor_path(tmp_path / "bin", "stty", "cat"))
    data = bytes(range(256)) * 12

    assert world.run("/bin/cat", stdin=_split(data)) == _Ran(0, data)


def test_raw_is_what_the_terminal_shows(world: _World) -> None:
    """With the CR before each LF, and the program sees a terminal."""
    assert world.run("/bin/sh", "-c", "test -t 1; echo $?", mode="raw") == _Ran(0, b"0\r\n")


def test_no_such_shell(world: _World) -> None:
    """An image without one: what it says, and what to do."""
    with pytest.raises(NoExitCodeError, match="no usable shell /no/such/sh") as caught:
        world.run("true", shell="/no/such/sh")

    assert "--no-exit-code" in caught.value.hint


def test_a_program_that_is_no_shell(world: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends at once, or never answers."""
    with pytest.raises(NoExitCodeError, match="no usable shell /bin/true"):
        world.run("true", shell="/bin/true")
    monkeypatch.setattr(conversation, "SHELL_SECONDS", 0.3)
    with pytest.raises(NoExitCodeError, match=r"/bin/cat did not answer within 0\.3 s"):
        world.run("true", shell="/bin/cat")


def test_a_connection_that_breaks(world: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came is shown, and the code is not made up."""
    monkeypatch.setattr(world.shells, "cut_after", 3000)
    monkeypatch.setattr(world.shells, "shell", "/bin/sh")
    near = _Pipe()
    wanted = Wanted(("/bin/sh", "-c", "yes | head -c 100000"))

    with pytest.raises(NoAnswerError, match="broke"):
        run_command(world.backend, _LIVE, "web", wanted, near)

    assert near.output.startswith(b"y\ny\n")


def test_a_container_that_is_killed_meanwhile(world: _World) -> None:
    """The terminal ends in good order, and before the program did."""
    with pytest.raises(NoExitCodeError, match="the terminal ended before the program did"):
        world.run("/bin/sh", "-c", "kill -9 $(ps -o sid= -p $$); sleep 5")


def test_nothing_is_left_behind(world: _World) -> None:
    """No thread here, and no process there, however it ends."""
    world.run("true")  # the connection to ARM stays open, with a thread of the server and one that watches the clock
    before = set(threading.enumerate())
    world.run("true")
    with pytest.raises(NoExitCodeError):
        world.run("true", shell="/bin/true")
    world.run("/bin/sh", "-c", "sleep 30 & echo on", stdin=[b"x" * 100_000])
    for thread in set(threading.enumerate()) - before:
        thread.join(10)

    assert not [each for each in set(threading.enumerate()) - before if each.is_alive()]
