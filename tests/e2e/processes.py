"""Real processes of the command: the installed one, or the one that ``ACI_RECONCILE_COMMAND`` names."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

COMMAND = shlex.split(os.environ.get("ACI_RECONCILE_COMMAND", f"{sys.executable} -m aci_reconcile"))
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
API = "2025-09-01"
PATIENCE = 60
PROJECT = "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\ncreateResourceGroups: true\n"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it wrote."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs the command in a folder, with some variables set."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    patience: float = PATIENCE

    def __call__(self, *words: str, stdin: str = "", **environ: str) -> Ended:
        """Run it to its end."""
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=self.folder,
            env=self.environment(environ),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=self.patience,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def begin(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Begin it, in a process group of its own."""
        return self.begin_into(subprocess.PIPE, *words, **environ)

    def begin_into(self, stdout: IO[str] | int, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Begin it, with its standard output in a file."""
        return subprocess.Popen(
            [*COMMAND, *words],
            cwd=self.folder,
            env=self.environment(environ),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a process."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.environ, **more}

    def write(self, name: str, text: str) -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def group(self, name: str, image: str = "nginx:1", more: str = "") -> Path:
        """Write the manifest of a group with one container, which has the group's name."""
        text = f"name: {name}\nosType: Linux\n{more}containers:\n  - name: {name}\n    image: {image}\n"
        return self.write(f"manifests/{name}.yaml", f"{text}    resources: {{cpu: 1, memoryInGB: 1}}\n")


def until(process: subprocess.Popen[str], text: str) -> str:
    """Read stderr until a text appears; return what was read. A process that says nothing more in time is ended."""
    assert process.stderr is not None
    seen = ""
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        while text not in seen:
            line = process.stderr.readline()

            assert line, f"{text!r} never came, but: {seen}"
            seen += line
    finally:
        timer.cancel()
    return seen


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for the end; a process that does not end is killed, and the test fails."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Ended(process.returncode, out, err)


@dataclass(frozen=True, slots=True)
class Azure:
    """An emulator in a process of its own, and a way to change things in it by hand."""

    url: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request; ``path`` begins below the resource group ``rg-shop``."""
        group = f"{self.url}/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
        version = API if path else "2021-04-01"
        request = urllib.request.Request(  # a loopback URL
            f"{group}{path}?api-version={version}",
            None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def group(self, name: str) -> str:
        """Return the path of a container group."""
        return f"/providers/Microsoft.ContainerInstance/containerGroups/{name}"


@contextmanager
def azure(folder: Path, *words: str) -> Generator[Azure]:
    """Start ``aci-reconcile emulator`` on a free port, and end it with SIGTERM."""
    process = Commands(folder).begin("emulator", "--port", "0", "--provisioning", "0.2s", *words)

    assert process.stdout is not None
    try:
        first = process.stdout.readline()

        assert first.startswith("Listening on http://127.0.0.1:"), first
        yield Azure(first.split()[-1])
    finally:
        process.send_signal(signal.SIGTERM)
        last = ended(process)

    assert (0, True) == (last.code, "Stopped." in last.err)
