"""Terminals, pipes, closed streams, garbage: the process always ends with words and a code."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from e2e.processes import COMMAND, PATIENCE, PROJECT, Commands

pytestmark = pytest.mark.e2e

GARBAGE = {
    "binary": bytes(range(256)) * 8,
    "latin": "name: w\xe9b\n".encode("latin-1"),
    "tabs": b"name: web\n\tosType: Linux\n",
    "bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nname: *c\n",
    "deep": b"[" * 5000,
    "list": b"- 1\n- 2\n",
    "tag": b"!!python/object/apply:os.system ['true']\n",
    "unclosed": b"name: 'web\n",
    "escape": b'name: "\\e[2Jweb"\n',
}


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project of one group."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s"})
    found.write("aci-reconcile.yaml", PROJECT)
    found.group("web")
    return found


def on_a_terminal(commands: Commands, answer: str, *words: str, early: str = "") -> tuple[int, str]:
    """Run the command on a pseudo-terminal, type an answer when it asks, and return its code and the screen.

    ``early`` is typed before it asks.
    """
    ours, theirs = pty.openpty()
    os.write(ours, early.encode())
    environ = commands.environment({"TERM": "xterm", "COLUMNS": "100"})
    process = subprocess.Popen(
        [*COMMAND, *words], cwd=commands.folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    screen, typed, deadline = "", False, time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 1)[0]:
            continue
        try:
            data = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not data:
            break
        screen += data.decode(errors="replace")
        if "Type yes to" in screen and not typed:
            typed = True
            os.write(ours, f"{answer}\n".encode())
    os.close(ours)
    return process.wait(PATIENCE), screen


def test_a_person_approves_at_a_terminal(commands: Commands) -> None:
    """In colour, with a question, and with progress that leaves plain lines behind."""
    code, screen = on_a_terminal(commands, "yes", "apply", "--local")

    assert 0 == code
    assert "\x1b[32m+\x1b[0m" in screen
    assert "created after" in screen
    assert "Apply complete!" in screen


def test_what_was_typed_before_the_plan_was_shown_approves_nothing(commands: Commands) -> None:
    """The answer is the one that was typed after the question."""
    code, screen = on_a_terminal(commands, "no", "apply", "--local", early="yes\nyes\n")

    assert 1 == code
    assert "not approved; nothing was written" in screen


def test_a_person_declines_at_a_terminal(commands: Commands) -> None:
    """Then nothing is written."""
    code, screen = on_a_terminal(commands, "no", "apply", "--local")

    assert 1 == code
    assert "not approved; nothing was written" in screen
    assert "No container groups." in commands("status", "--local").out


def test_garbage_is_a_diagnostic(commands: Commands) -> None:
    """Whatever a file holds, it is named, and the other files are read."""
    for name, data in GARBAGE.items():
        (commands.folder / "manifests" / f"{name}.yaml").write_bytes(data)
    ran = commands("plan", "--local")

    assert 1 == ran.code
    assert {*GARBAGE} == set(re.findall(r"manifests/(\w+)\.yaml\S* error ACI\d+: ", ran.err))
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err


def test_an_empty_file_is_a_warning(commands: Commands) -> None:
    """It declares nothing, which may be meant; the others are planned."""
    commands.write("manifests/garbage.yaml", "")
    ran = commands("plan", "--local")

    assert 0 == ran.code
    assert "manifests/garbage.yaml: warning ACI138" in ran.err


def test_a_reader_may_go_away(commands: Commands) -> None:
    """``apply | head -1`` still applies."""
    command = f"{shlex.join(COMMAND)} apply --local -y --format json | head -c 1 > /dev/null"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=commands.folder,
        env=commands.environment({}),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )

    assert "" == done.stderr
    assert commands("plan", "--local").out.startswith("No changes.")


@pytest.mark.parametrize(("redirection", "code"), [("<&-", 1), (">&-", 1), ("2>&-", 1), (">/dev/full", 1)])
def test_streams_may_be_closed_or_full(commands: Commands, redirection: str, code: int) -> None:
    """No traceback and no hang; a result that cannot be written is an error."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.join(COMMAND)} apply --local {redirection}"],
        cwd=commands.folder,
        env=commands.environment({}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert code == done.returncode
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_any_character_can_be_written(commands: Commands) -> None:
    """A stream that takes ASCII only gets a replacement for the rest."""
    commands.group("web", more="tags: {name: Grüße}\n")
    ran = commands("plan", "--local", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")

    assert (0, "") == (ran.code, ran.err)


def test_the_folder_of_the_state_may_be_useless(commands: Commands) -> None:
    """A file in its place, or a database that is none: the message says what to do."""
    state = commands.folder / ".aci-reconcile"
    state.write_text("no folder", encoding="utf-8")

    assert "delete it to start again" in commands("plan", "--local").err

    state.unlink()
    state.mkdir()
    (state / "emulator.sqlite3").write_bytes(b"no database" * 1000)
    ran = commands("plan", "--local")

    assert 1 == ran.code
    assert "delete it to start again" in ran.err


def test_the_module_is_the_command() -> None:
    """``python -m aci_reconcile`` and ``aci-reconcile`` are one."""
    script = Path(sys.executable).with_name("aci-reconcile")
    if not script.exists():
        pytest.skip("the package is not installed here")
    runs = [
        subprocess.run([*words, "--version"], capture_output=True, text=True, check=True).stdout
        for words in ([sys.executable, "-m", "aci_reconcile"], [str(script)])
    ]

    assert runs[0] == runs[1]
