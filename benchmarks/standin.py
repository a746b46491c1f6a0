"""Azure's place is taken by ``aci-reconcile emulator``, a process of its own, with TLS and tokens. Linux only."""

from __future__ import annotations

import json
import os
import shlex
import ssl
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clients.world import World, run, world

from benchmarks import project
from benchmarks.results import Run

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

LAUNCH: Final = Path(__file__).with_name("launch.py")
PROVISIONING: Final = 2.0
LATENCY: Final = 0.05
PACE: Final = ("--pace", "instant", "--provisioning", "2s", "--latency", "50ms", "--retry-after", "1")
"""Of the comparison: 50 ms on every answer, 2 s for each creation and update, pages of 100, no limits."""
LIMITED_PROVISIONING: Final = 15.0
LIMITED: Final = ("--pace", "instant", "--provisioning", "15s", "--latency", "50ms", "--limits")
"""ARM's documented quotas and token buckets, and half the time that Azure really takes.

No hint when to look again: whether Azure gives one is unknown.
"""
_GROUP = "/containerGroups/{name}"
_DONE = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT})
_PATIENCE = 1800


class FailedRunError(Exception):
    """A command that was to be measured did not do its work."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was asked for since the counts were cleared."""

    calls: int
    sign_in: int
    written: int
    deleted: int
    throttled: int


@dataclass(frozen=True, slots=True)
class Command:
    """One run to be measured. ``says`` must be in its output; ``writes`` and ``deletes`` are checked where known."""

    name: str
    words: Sequence[str]
    folder: Path
    environ: Mapping[str, str]
    says: str = ""
    writes: int | None = None
    deletes: int | None = None


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running stand-in, and everything that its clients need."""

    world: World

    def environ(self, **more: str) -> dict[str, str]:
        """Return what a client of this machine's own address needs: a service principal and where to find what."""
        url = self.world.emulator.url
        return self.world.environ(
            ARM_URL=url,
            AZURE_AUTHORITY_HOST=url,
            ACI_RECONCILE_ARM_ENDPOINT=url,
            ACI_RECONCILE_SUBSCRIPTION=self.world.emulator.subscription,
            NO_COLOR="1",
            **self.world.principal(),
            **more,
        )

    def measure(self, command: Command) -> Run:
        """Run a command to its end.

        Raises:
            FailedRunError: it failed, or did something else than its work.
        """
        self._ask("DELETE")
        busy = self._busy()
        report = self.world.folder / "report.json"
        report.unlink(missing_ok=True)
        words = [sys.executable, "-I", "-S", str(LAUNCH), str(report), *command.words]
        done = run(words, command.folder, command.environ, seconds=_PATIENCE)
        if not report.exists():
            raise FailedRunError(f"{command.name}: {shlex.join(command.words)} could not be started")
        cost = json.loads(report.read_text(encoding="utf-8"))
        busy = self._busy() - busy
        counted = self._counted()
        _check(command, cost["code"], done.all, counted)
        return Run(cost["wall"], cost["cpu"], cost["memory"], counted.calls, counted.sign_in, busy, counted.throttled)

    def _busy(self) -> float:
        """Return the seconds of CPU that the stand-in itself has used so far."""
        text = Path(f"/proc/{self.world.emulator.pid}/stat").read_text(encoding="ascii")
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def _ask(self, method: str) -> Any:
        trust = ssl.create_default_context(cafile=self.world.emulator.ca)
        request = urllib.request.Request(f"{self.world.emulator.url}/emulator/requests", method=method)
        direct = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        with direct.open(request) as response:
            text = response.read()
        return json.loads(text)["requests"] if text else []

    def _counted(self) -> Counted:
        rows = self._ask("GET")
        arm = [row for row in rows if not row["path"].startswith("(")]
        groups = [row for row in arm if row["path"].endswith(_GROUP) and row["status"] in _DONE]
        calls = _sum(arm)
        return Counted(
            calls=calls,
            sign_in=_sum(rows) - calls,
            written=_sum(row for row in groups if row["method"] == "PUT"),
            deleted=_sum(row for row in groups if row["method"] == "DELETE"),
            throttled=_sum(row for row in arm if row["status"] == HTTPStatus.TOO_MANY_REQUESTS),
        )


def _sum(rows: Iterable[Any]) -> int:
    return sum(row["count"] for row in rows)


def _check(command: Command, code: int, output: str, counted: Counted) -> None:
    wrong = [
        *([f"exit code {code}"] if code else []),
        *([f"it did not say {command.says!r}"] if command.says not in output else []),
        *([f"{counted.written} writes"] if command.writes not in {None, counted.written} else []),
        *([f"{counted.deleted} deletions"] if command.deletes not in {None, counted.deleted} else []),
    ]
    if wrong:
        raise FailedRunError(f"{command.name}: {', '.join(wrong)}\n{output[-2000:]}")


@contextmanager
def stand_in(folder: Path, *options: str) -> Generator[StandIn]:
    """Run a stand-in whose state is kept in ``folder``, with the resource group that everything happens in."""
    state = ("--state", str(folder / "state"))
    folder.mkdir(parents=True, exist_ok=True)
    with world(folder, *state, "--pace", "instant", tls=False) as fast:
        _make_resource_group(fast)
    with world(folder, *state, *options) as made:
        yield StandIn(made)


def _make_resource_group(fast: World) -> None:
    emulator = fast.emulator
    path = f"/subscriptions/{emulator.subscription}/resourceGroups/{project.RESOURCE_GROUP}?api-version=2021-04-01"
    data = json.dumps({"location": project.LOCATION}).encode()
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        urllib.request.Request(emulator.url + path, data, {"content-type": "application/json"}, method="PUT")
    ).close()


def fill(folder: Path, command: Sequence[str], project_folder: Path, secrets: Mapping[str, str]) -> None:
    """Let the command itself create the groups of a project in a state, at once and without any latency.

    Raises:
        FailedRunError: it could not.
    """
    state = ("--state", str(folder / "state"))
    folder.mkdir(parents=True, exist_ok=True)
    with world(folder, *state, "--pace", "instant", tls=False) as fast:
        _make_resource_group(fast)
        emulator = fast.emulator
        words = [*command, "apply", "-y", "--wait", "none", "--concurrency", "16", "--quiet"]
        words += ["--arm-endpoint", emulator.url, "--subscription", emulator.subscription]
        done = run(words, project_folder, fast.environ(**secrets), seconds=_PATIENCE)
    if done.code:
        raise FailedRunError(f"the groups could not be created: {done.all[-2000:]}")
