"""The command line in this process: a project in a folder of its own, on the embedded emulator."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from git_host_server import GitHost, git_host_server
from quick_time import without_waiting
from unit.cli.command_line import PROJECT, CommandLine, Served

from aci_reconcile.emulator import Emulator, Knobs, Request, Response, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path


class _Terminal(io.StringIO):
    """A standard input at which a person sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Run commands in an empty folder; standard input is closed, and time passes quickly."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setenv("ACI_RECONCILE_PROVISIONING", "0s")
    monkeypatch.setenv("ACI_RECONCILE_STABLE_FOR", "0s")
    without_waiting(monkeypatch)
    monkeypatch.setattr("aci_reconcile.core.secret._SCRYPT_N", 2**4)  # what a hash costs is asserted in test_secret.py
    return CommandLine(tmp_path, capsys)


@pytest.fixture
def project(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The same, with a project of one group, ``rg-shop/web``, and ``--local`` as the place."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("web")
    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")
    return cli


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sit a person at a terminal who types this."""

    def sit(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", _Terminal(text))

    return sit


@pytest.fixture
def git_host(monkeypatch: pytest.MonkeyPatch) -> Generator[GitHost]:
    """A Git host that the environment names, as in a workflow."""
    with git_host_server() as found:
        for name, value in found.environ.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def served() -> Generator[Served]:
    """Serve an emulator over HTTP that notes what it is asked."""
    asked: list[tuple[str, str]] = []

    def note(request: Request, response: Response) -> None:
        asked.append((request.method, request.split().path))

    emulator = Emulator(open_store(None), knobs=Knobs(provisioning_seconds=0), on_request=note)
    with serve(emulator) as server:
        yield Served(server.url, asked)
