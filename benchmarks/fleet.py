"""What a plan of many subscriptions costs: of all in one process, and in shards with saved plans, side by side.

Usage: python -m benchmarks.fleet --command aci-reconcile [--subscriptions 100] [--groups 1000] [--shards 4]

Every project has a subscription of its own, and a file for each hundred groups. The stand-in is a process of its own,
with pages of 100 and no latency; what it costs is told apart. The applies read what a plan reads: with ``--wait
healthy``, each would also get every group for its run state.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parent.parent
# As of the other benchmarks: what the tests of other clients know is used, not written again.
sys.path.insert(0, str(ROOT / "tests"))

from clients.world import run  # noqa: E402

from benchmarks import project  # noqa: E402
from benchmarks.standin import LAUNCH, StandIn, fill, stand_in  # noqa: E402
from benchmarks.tools import KEY  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

_FILE = 100
"""Groups in a file."""
_FIRST = "00000000-0000-0000-0000-000000000000"
_PATIENCE = 1800


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU seconds of a process, its peak memory in bytes, and its exit code."""

    wall: float
    cpu: float
    memory: float
    code: int

    def show(self, what: str) -> str:
        """Return a line about it."""
        return f"{what:<44} {self.wall:7.1f} s  CPU {self.cpu:7.1f} s  {self.memory / 1e6:6.0f} MB  exit {self.code}"


def main() -> None:
    """Make the projects and the groups, and measure."""
    given = _options().parse_args()
    words = shlex.split(given.command)
    with tempfile.TemporaryDirectory(prefix="aci-reconcile-fleet-") as name:
        here = Path(name)
        fleet = _write(here / "fleet", given.subscriptions, given.groups)
        _seed(here, words, given.subscriptions, given.groups)
        print(f"load of the machine when this began: {os.getloadavg()[0]:.1f}")
        with stand_in(here, "--pace", "instant") as where:
            _measure(where, words, fleet, given)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", required=True, help="the installed command")
    parser.add_argument("--subscriptions", type=int, default=100)
    parser.add_argument("--groups", type=int, default=1000, help="in each subscription")
    parser.add_argument("--shards", type=int, default=4)
    return parser


def _measure(where: StandIn, words: Sequence[str], fleet: Path, given: argparse.Namespace) -> None:
    total = given.subscriptions * given.groups
    one = _launch(where, (*words, "plan", "--fleet", "fleet.yaml", "--detailed-exitcode"), fleet, "plan")
    print(one.show(f"plan of {total:,} groups in {given.subscriptions} subscriptions"))
    print(f"{'':<44} {one.cpu / total * 1000:7.3f} ms of CPU for each group")
    saved = _launch(
        where, (*words, "shards", "--fleet", "fleet.yaml", "--max", str(given.shards), "--out", "plans"), fleet, "save"
    )
    print(saved.show(f"shards --out, {given.shards} of them"))
    plans = sorted((fleet / "plans").iterdir())
    apply = (*words, "apply", "--wait", "provisioned", "--plan")
    began = time.perf_counter()
    with ThreadPoolExecutor(len(plans)) as pool:
        begun = [
            pool.submit(_launch, where, (*apply, str(each.relative_to(fleet))), fleet, each.name) for each in plans
        ]
        costs = [each.result() for each in begun]
    wall = time.perf_counter() - began
    for plan, cost in zip(plans, costs, strict=True):
        print(cost.show(f"apply of {plan.name}"))
    print(f"{'from start to the last end':<44} {wall:7.1f} s")


def _launch(where: StandIn, words: Sequence[str], folder: Path, name: str) -> Cost:
    """Run a command in the folder of the fleet, and return its cost; tell what it said if it failed."""
    report = where.world.folder / f"{name}.report"
    environ = where.environ(**project.environ(_count(folder)), ACI_RECONCILE_FINGERPRINT_KEY=KEY)
    del environ["ACI_RECONCILE_SUBSCRIPTION"]  # each project says its own
    done = run([sys.executable, "-I", "-S", str(LAUNCH), str(report), *words], folder, environ, seconds=_PATIENCE)
    cost = json.loads(report.read_text(encoding="utf-8"))
    if cost["code"]:
        sys.stderr.write(done.all[-2000:])
    return Cost(cost["wall"], cost["cpu"], cost["memory"], cost["code"])


def _count(fleet: Path) -> int:
    """Return how many groups a project has: the numbers of their secrets, which all projects share."""
    return int((fleet / "groups").read_text(encoding="utf-8"))


def _subscription(number: int) -> str:
    return f"{number:08}-0000-0000-0000-000000000000"


def _project(number: int) -> str:
    return f"bench-{number:03}"


def _write(fleet: Path, subscriptions: int, groups: int) -> Path:
    """Write the projects, each with all its groups, and the file that lists them."""
    fleet.mkdir()
    entries: list[str] = []
    for number in range(subscriptions):
        folder = fleet / _project(number)
        project.write_together(folder, _project(number), groups, _FILE)
        entries.append(f"  - {{project: {folder.name}/aci-reconcile.yaml, subscription: {_subscription(number)}}}\n")
    (fleet / "fleet.yaml").write_text(f"projects:\n{''.join(entries)}", encoding="utf-8")
    (fleet / "groups").write_text(str(groups), encoding="utf-8")
    return fleet


def _seed(here: Path, words: Sequence[str], subscriptions: int, groups: int) -> None:
    """Let the command create the groups of the first subscription, and copy them into the others."""
    secrets = project.environ(groups) | {"ACI_RECONCILE_FINGERPRINT_KEY": KEY}
    fill(here, words, here / "fleet" / _project(0), secrets)
    (database,) = (here / "state").glob("*.sqlite3")
    with closing(sqlite3.connect(database)) as state, state:
        rows = state.execute("SELECT kind, key, body FROM documents").fetchall()
        for number in range(1, subscriptions):
            state.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)",
                [tuple(_move(text, number) for text in row) for row in rows if row[0] != "operation"],
            )


def _move(text: str, number: int) -> str:
    return text.replace(_FIRST, _subscription(number)).replace(_project(0), _project(number))


if __name__ == "__main__":
    main()
