"""`facts probe` opens real streams: in this process, and over the WebSockets of a server. The time is the real one."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import CommandLine

from aci_reconcile.app import laboratory
from aci_reconcile.emulator import Emulator, Knobs, open_store, serve
from aci_reconcile.facts.answers import read_answers

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ("facts", "probe", "-g", "rg-probe", "-l", "westeurope", "-y")


@pytest.fixture(name="cli")
def _cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A folder of its own, and a short pause between two looks at a group."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setenv("ACI_RECONCILE_PROVISIONING", "0s")
    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", "00000000-0000-0000-0000-000000000000")
    monkeypatch.setattr(laboratory, "_PAUSE", 0.2)
    return CommandLine(tmp_path, capsys)


def read_found(cli: CommandLine) -> dict[str, str]:
    """Return what the file says was found, after a look at the other one: it must not tell what exec offered."""
    facts, recording = (cli.folder.joinpath(name).read_text("utf-8") for name in ("facts.json", "recording.json"))

    assert '"webSocketUri": "name' in recording
    assert [] == [word for word in ("sessionId", "execstream", "logstream", "://") if word in recording]

    return {one.fact: one.value for one in read_answers(facts, "facts.json").findings}


def test_a_terminal_in_this_process(cli: CommandLine) -> None:
    """There is no WebSocket."""
    ran = cli(*WORDS, "--local", "--only", "exec")

    assert 0 == ran.code, ran.err
    assert {"exec-stream": "true", "exec-arguments": "split"} == read_found(cli), ran.out


@pytest.mark.parametrize(
    ("probe", "found"),
    [
        ("exec", {"exec-stream": "true", "exec-arguments": "one word"}),
        pytest.param("attach", {"attach-start": "now", "attach-end": "group"}, marks=pytest.mark.long),
    ],
)
def test_streams_of_a_server(cli: CommandLine, probe: str, found: dict[str, str]) -> None:
    """What it is like is found out over its WebSockets."""
    knobs = Knobs(provisioning_seconds=0, exec_arguments="one word", attach_start="now", attach_end="group")
    store = open_store(None)
    with serve(Emulator(store, knobs=knobs)) as server:
        ran = cli(*WORDS, "--arm-endpoint", server.url, "--only", probe)
    store.close()

    assert 0 == ran.code, ran.err
    assert found == read_found(cli), ran.out
