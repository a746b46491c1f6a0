"""``python -m benchmarks``: measure, print the tables, and write them into the documentation where told."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the tests of other clients know about stand-ins, certificates and proxies is used, not written again.
sys.path.insert(0, str(ROOT / "tests"))

from clients.world import MissingClientError, installed  # noqa: E402

from benchmarks import measuring, page  # noqa: E402
from benchmarks.peers import PEERS  # noqa: E402
from benchmarks.results import Results, Row  # noqa: E402
from benchmarks.tables import tables  # noqa: E402
from benchmarks.tools import Floor, Ours  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
_QUIET = 1.0
PLOT = ROOT / "docs" / "performance.svg"


def main() -> None:
    """Do what the options say; what failed is said last, and the exit code is 1."""
    parser = _options()
    given = parser.parse_args()
    if given.quick and given.write_docs:
        parser.error("--quick measures too little for the page")
    results, failures = (Results.load(RESULTS.read_text(encoding="utf-8")), ()) if given.again else _measured(given)
    if given.own:
        results = results.beside(Results.load(RESULTS.read_text(encoding="utf-8")), PEERS)
    print(tables(results, PEERS))
    if given.write_docs:
        RESULTS.write_text(results.dump(), encoding="utf-8")
        PAGE.write_text(page.filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
        PLOT.write_text(page.plot(results), encoding="utf-8")
    if failures:
        sys.exit("\n".join(("python -m benchmarks: not everything could be measured", *map(str, failures))))


def _measured(given: argparse.Namespace) -> tuple[Results, tuple[Exception, ...]]:
    busy = os.getloadavg()[0]
    note = f"The machine was busy when this began (load {busy:.1f}): times are too long." if busy > _QUIET else ""
    sys.stderr.write(f"{note}\n" if note else "")
    with tempfile.TemporaryDirectory(prefix="aci-reconcile-bench-") as folder:
        bench = _bench(given, Path(folder))
        outcomes = tuple(bench.quick() if given.quick else bench.all())
    rows = tuple(each for each in outcomes if isinstance(each, Row))
    failures = tuple(each for each in outcomes if not isinstance(each, Row))
    return Results(os.cpu_count() or 1, platform.python_version(), rows, note, measuring.one_hash()), failures


def _bench(given: argparse.Namespace, folder: Path) -> measuring.Bench:
    program, *more = shlex.split(given.command)
    # Commands run in folders of their own.
    ours = Ours([str(Path(program).absolute()) if "/" in program else program, *more])
    clients = given.clients.absolute()
    try:
        floor = Floor(str(installed("sdk-ga", clients) / "python"))
    except MissingClientError as error:
        sys.exit(f"python -m benchmarks: {error}")
    repeat = 1 if given.quick else given.repeat
    bench = measuring.Bench(ours, floor, clients, folder, repeat)
    if given.full:
        return replace(bench, slow=measuring.MANY, eight=measuring.MANY)
    return replace(bench, own=given.own)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    command = f"{shlex.quote(sys.executable)} -m aci_reconcile"
    add = parser.add_argument
    add("--command", default=command, help="what is measured, as a shell would split it (this Python's)")
    add("--clients", type=Path, default=ROOT / "build" / "clients", help="where make installs clients (build/clients)")
    add("--quick", action="store_true", help="ours and the floor, once, up to 200 groups: about a minute")
    add(
        "--own",
        action="store_true",
        help="ours and the floor; of the peers the earlier rows: a quarter of an hour",
    )
    add("--full", action="store_true", help="every peer at 200 groups, nothing extrapolated: about an hour and a half")
    add("--repeat", type=int, default=3, help="runs of ours and of the floor, of which the median counts (3)")
    add("--write-docs", action="store_true", help="write benchmarks/results.json, docs/performance.md and its plot")
    add("--again", action="store_true", help="measure nothing, take benchmarks/results.json")
    return parser


if __name__ == "__main__":
    main()
