"""The main road on Azures that differ from what is believed: it ends where the manifests say."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from quick_time import without_waiting
from random_azure import make_random_knobs
from thoroughness import up_to
from unit.cli.command_line import CommandLine

from aci_reconcile.emulator import Emulator, Request, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ContainerInstance/containerGroups"
PROJECT = "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\ncreateResourceGroups: true\n"
WEB = """\
name: web
containers:
  - name: web
    image: nginx:{version}
    ports: [80{port}]
    environmentVariables: {{LEVEL: "{level}", EMPTY: "", TOKEN: {{secureValue: "${{env:TOKEN}}"}}}}
    resources: {{cpu: 1, memoryInGB: 1}}
    volumeMounts: {{scratch: /scratch}}
ipAddress: {{type: Public, ports: [80{port}], dnsNameLabel: shop-web}}
volumes:
  - {{name: scratch, emptyDir: {{}}}}
tags: {{team: {team}}}
"""
JOB = """\
name: job
restartPolicy: Never
containers:
  - {{name: job, image: "busybox:{version}", command: [sh, -c, "echo done"], resources: {{cpu: 1, memoryInGB: 1}}}}
"""


@dataclass(frozen=True, slots=True)
class Road:
    """A project and the Azure behind it."""

    run: CommandLine
    emulator: Emulator

    def declare(self, version: str, *, port: str = "", level: str = "info", team: str = "a", power: str = "") -> None:
        """Write both manifests."""
        text = WEB.format(version=version, port=port, level=level, team=team)
        text += f"lifecycle: {{power: {power}}}\n" if power else ""
        self.run.write("manifests/web.yaml", text)
        self.run.write("manifests/job.yaml", JOB.format(version=version))

    def send(self, method: str, name: str, body: bytes = b"") -> Any:
        """Ask the emulator itself; returns the status."""
        answer = self.emulator.handle(Request(method, f"{GROUPS}{name}?api-version=2025-09-01", {}, body))
        return answer.status

    def converge(self, *words: str) -> None:
        """Apply, with a recreation where Azure refuses to change something in place, until nothing is left to do."""
        ran = self.run("apply", "-y", *words)
        if ran.code and "--allow-replace" in ran.out + ran.err:
            ran = self.run("apply", "-y", "--allow-replace", *words)

        assert 0 == ran.code, ran.out + ran.err

        left = self.run("plan", "--detailed-exitcode")

        assert 0 == left.code, left.out + left.err


@pytest.fixture(name="start")
def _start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Generator[Road]:
    """Serve an Azure with random switches; the seed is the test's parameter."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setenv("ACI_RECONCILE_STABLE_FOR", "0s")
    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", SUBSCRIPTION)
    monkeypatch.setenv("TOKEN", "q8Zr2LmX0vTn4KpW")
    without_waiting(monkeypatch)
    store = open_store(None)
    knobs = make_random_knobs(request.param)
    emulator = Emulator(store, knobs=replace(knobs, most_ports=max(knobs.most_ports, 2)))
    run = CommandLine(tmp_path, capsys)
    run.write("aci-reconcile.yaml", PROJECT)
    with serve(emulator) as server:
        monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", server.url)
        yield Road(run, emulator)
    store.close()


SEEDS = [*range(up_to(6)), *(pytest.param(each, marks=pytest.mark.sweep) for each in range(6, 200))]


@pytest.mark.parametrize("start", SEEDS, indirect=True)
def test_the_main_road_converges_on_another_azure(start: Road) -> None:
    """Created, unchanged, changed in every way that may be refused, repaired, and deleted."""
    start.declare("1")
    start.converge()
    start.declare("2", level="debug", team="b")
    start.converge()
    start.declare("2", port=", 443", level="debug", team="b")
    start.converge("--allow-replace")

    assert 200 == start.send("PATCH", "/web", b'{"tags": {"aci-reconcile-project": "shop", "team": "c"}}')

    start.converge()
    # Stopped on purpose, changed in this state, and started again.
    for version, power in (("2", "stopped"), ("3", "stopped"), ("3", "running")):
        start.declare(version, port=", 443", level="debug", team="b", power=power)
        start.converge("--allow-replace")
        assert 0 == start.run("wait", "web", "--for", power).code
    assert 0 == start.run("restart", "web").code

    gone = start.run("destroy", "-y")

    assert 0 == gone.code, gone.out + gone.err
    assert 404 == start.send("GET", "/web")
