"""``emulator``: how the options become an emulator, and what is refused."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.emulator import is_own_ca

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unit.cli.command_line import CommandLine

COMMAND = [sys.executable, "-m", "aci_reconcile", "emulator", "--port", "0"]
NOWHERE = ("--port", "0", "--host", "192.0.2.1")
"""No address of this machine, so that nothing can listen, whatever else is wrong."""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run that is expected to end by itself."""
    command = [*COMMAND, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)


@pytest.fixture(name="started")
def _started(tmp_path: Path) -> Iterator[Any]:
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> Any:
        command = [*COMMAND, "--format", "json", *arguments]
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        processes.append(process)
        assert process.stdout is not None
        return json.loads(process.stdout.readline())

    yield start
    for process in processes:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def test_tls_is_served_with_a_ca_that_is_named(started: Any, tmp_path: Path) -> None:
    """And requests need a token where that is asked for."""
    told = started("--tls-ca", "ca/emulator.pem", "--require-token", "--limits", "--pace", "instant")
    trusting = ssl.create_default_context(cafile=told["ca"])
    with urllib.request.urlopen(f"{told['url']}/emulator/health", context=trusting, timeout=10) as response:
        status = response.status
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{told['url']}/subscriptions?api-version=2022-12-01", context=trusting, timeout=10)

    assert 200 == status
    assert str(tmp_path / "ca" / "emulator.pem") == told["ca"]
    assert told["url"].startswith("https://")


def test_faults_may_be_there_from_the_start(started: Any) -> None:
    """Written as the control endpoint takes them."""
    told = started("--fault", '{"kind": "error", "status": 429}', "--unregistered", "--retry-after", "1")
    url = f"{told['url']}/subscriptions?api-version=2022-12-01"
    with pytest.raises(urllib.error.HTTPError, match="429"):
        urllib.request.urlopen(url, timeout=10)
    with urllib.request.urlopen(url, timeout=10) as response:
        assert 200 == response.status


def test_any_knob_can_be_turned(started: Any) -> None:
    """By its name."""
    told = started("--knob", "any_subscription=false")
    other = f"{told['url']}/subscriptions/33333333-3333-3333-3333-333333333333?api-version=2022-12-01"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(other, timeout=10)


@pytest.mark.parametrize(
    "text", ["nonsense", "update_status=202", "limits=maybe", "page_size=x", "latency_seconds=inf"]
)
def test_a_knob_that_is_none_is_a_usage_error(cli: CommandLine, text: str) -> None:
    """And so is a value that it does not have."""
    ran = cli("emulator", *NOWHERE, "--knob", text)

    assert 1 == ran.code
    assert "--knob: " in ran.err


@pytest.mark.parametrize("text", ["nonsense", '{"kind": "nonsense"}', "[]"])
def test_a_fault_that_is_none_is_a_usage_error(cli: CommandLine, text: str) -> None:
    """With an example of one."""
    ran = cli("emulator", *NOWHERE, "--fault", text)

    assert 1 == ran.code
    assert '{"kind": "error", "status": 429, "times": 3}' in ran.err


def test_another_host_is_said_loudly(cli: CommandLine) -> None:
    """Before anything else."""
    ran = cli("emulator", *NOWHERE)

    assert 1 == ran.code
    assert "Anyone who can reach this machine" in ran.err


def test_the_ca_replaces_nothing_but_another_one(tmp_path: Path) -> None:
    """A manifest, or an authority of somebody else, stays as it is."""
    (tmp_path / "web.yaml").write_text("name: web\n", encoding="utf-8")
    ran = run(tmp_path, "--tls-ca", "web.yaml")

    assert 1 == ran.returncode
    assert "the file exists and is not an emulator's CA certificate" in ran.stderr
    assert "name: web\n" == (tmp_path / "web.yaml").read_text(encoding="utf-8")


def test_the_ca_of_an_emulator_is_known_again(started: Any, tmp_path: Path) -> None:
    """The next one takes its place; with another beside it in the file it is somebody's own."""
    file = Path(started("--tls-ca", "ca.pem")["ca"])
    first = file.read_bytes()
    started("--tls-ca", "ca.pem")

    assert first != file.read_bytes()
    assert True is is_own_ca(first)
    assert False is is_own_ca(first + first)
    assert False is is_own_ca(b"-----BEGIN CERTIFICATE-----")


def test_no_instructions_are_printed_that_cannot_work(tmp_path: Path) -> None:
    """The command sends no token over plain http."""
    process = subprocess.Popen(
        [*COMMAND, "--require-token"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if "Press Ctrl-C to stop." in line:
            break
    process.send_signal(signal.SIGINT)
    said += process.communicate(timeout=30)[1]

    assert "Add --tls, or remove --require-token" in said
    assert "export" not in said
