"""The tables of the page, in Markdown that is read in a terminal as well. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.results import FLOOR, KEYLESS, OURS, PLAIN, SDK_ALONE, Results, Row, Work, cpu_per_group, ratio
from benchmarks.targets import FOLLOWED, FOLLOWING, RESTARTED, seconds_of, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MANY: Final = 200
_LEAST: Final = 0.1
"""Milliseconds; a smaller difference between two runs is noise."""
_WORKS: Final[tuple[tuple[Work, str], ...]] = (
    ("create", "create 200"),
    ("plan", "run again, nothing changed"),
    ("change", "change 20 of 200"),
    ("delete", "delete 200"),
)


def tables(results: Results, peers: Sequence[str]) -> str:
    """Return everything: targets, the comparison, what else was measured, and how busy the stand-in was."""
    hashed = f" One slow hash takes {results.hash * 1000:.0f} ms here." if results.hash else ""
    machine = f"Measured on {results.cores} cores with Python {results.python}.{hashed}"
    warning = f"**{results.note}**" if results.note else ""
    parts = (
        machine,
        warning,
        "### Targets",
        _targets(results),
        "### Next to other tools",
        _comparison(results, peers),
        "### Memory and CPU",
        _resources(results, (OURS, KEYLESS, FLOOR, *peers)),
        "### More measurements",
        _more(results),
        "### How busy the stand-in was",
        _stand_in(results),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _targets(results: Results) -> str:
    rows = ((item.what, item.target, item.measured, "yes" if item.met else "**no**") for item in verdicts(results))
    return _table(("what", "target", "measured, median (least–most)", "met"), rows)


def _comparison(results: Results, peers: Sequence[str]) -> str:
    shown = [peer for peer in peers if results.measured("create", peer)]
    mine = [tool for tool in (OURS, KEYLESS) if results.measured("create", tool)]
    rows: list[Sequence[str]] = []
    for work, what in _WORKS:
        ours, floor = results.find(work, OURS, MANY), results.find(work, FLOOR, MANY)
        if ours is None or floor is None:
            continue
        others = (_beside(results.find(work, peer, MANY), ours) for peer in shown)
        own = (_above(results.find(work, tool, MANY), floor) for tool in mine)
        rows.append((what, f"{seconds_of(floor)}, {floor.calls:,.0f} calls", *own, *others))
    return _table(("work", FLOOR, *mine, *shown), rows)


def _above(row: Row | None, floor: Row) -> str:
    if row is None:
        return "–"
    return f"{seconds_of(row)}, {row.calls:,.0f} calls, **{ratio(row, floor):.2f} × floor**"


def _beside(row: Row | None, ours: Row) -> str:
    if row is None:
        return "–"
    about = "~" if row.extrapolated else ""
    return f"{about}{row.wall:,.0f} s, {about}{row.calls:,.0f} calls, **{about}{ratio(row, ours):,.0f} × ours**"


def _resources(results: Results, tools: Iterable[str]) -> str:
    rows: list[Sequence[str]] = []
    for tool in tools:
        found = [row for row in results.measured("plan", tool) if row.groups <= MANY]
        if len(found) > 1:
            first, last = found[0], found[-1]
            works = [row for row in results.rows if row.tool == tool and row.work != "start" and row.groups <= MANY]
            memory = max(row.memory for row in works)
            rows.append((tool, _per_group(cpu_per_group(last, first)), f"{last.groups:,}", f"{memory:,.0f} MB"))
    return _table(("tool", "CPU per group, nothing changed", "measured at", "peak memory of one process"), rows)


def _per_group(milliseconds: float) -> str:
    """Return a cost that is a difference of runs: what is less than their noise may come out below nothing."""
    return f"{milliseconds:,.1f} ms" if milliseconds >= _LEAST else f"less than {_LEAST:.1f} ms"


def _more(results: Results) -> str:
    rows = [
        *((row.what, *_cells(row, None)) for row in results.rows if row.work == "start"),
        *(_pair(results, "plan", groups, f"plan of {groups:,}") for groups in (1, 20, MANY, 1_000, 10_000)),
        *(_alone(results, tool, groups) for tool in (KEYLESS, PLAIN) for groups in (1, 20, MANY, 1_000, 10_000)),
        _sdk_alone(results),
        _pair(results, "restart", RESTARTED, f"restart {RESTARTED}"),
        _pair(results, "follow", FOLLOWED, f"`logs -f` of {FOLLOWED}, for {FOLLOWING} s"),
        _pair(results, "create, healthy", MANY, "create 200, wait until healthy and 10 s stable"),
        _pair(results, "create, limited", 100, "create 100 under ARM's limits, 15 s of provisioning"),
    ]
    header = ("work", "seconds", "calls", "of them 429", "CPU", "peak memory", "floor")
    return _table(header, (row for row in rows if row))


def _pair(results: Results, work: Work, groups: int, what: str) -> Sequence[str]:
    ours = results.find(work, OURS, groups)
    return () if ours is None else (what, *_cells(ours, results.find(work, FLOOR, groups)))


def _alone(results: Results, tool: str, groups: int) -> Sequence[str]:
    row = results.find("plan", tool, groups)
    return () if row is None else (f"plan of {groups:,}{tool.removeprefix(OURS)}", *_cells(row, None))


def _sdk_alone(results: Results) -> Sequence[str]:
    row = results.find("list", SDK_ALONE, MANY)
    what = f"the SDK alone: sign in and list {MANY}"
    return () if row is None else (what, *_cells(row, results.find("plan", FLOOR, MANY)))


def _cells(row: Row, floor: Row | None) -> Sequence[str]:
    throttled = row.median(lambda run: run.throttled)
    memory = f"{row.memory:,.0f} MB"
    beside = "–" if floor is None else f"{floor.wall:.2f} s, {floor.calls:,.0f} calls"
    return (seconds_of(row), f"{row.calls:,.0f}", f"{throttled:,.0f}", f"{row.cpu:.2f} s", memory, beside)


def _stand_in(results: Results) -> str:
    rows: list[Sequence[str]] = []
    for work, what in _WORKS:
        for tool in (FLOOR, OURS, KEYLESS):
            row = results.find(work, tool, MANY)
            if row is not None:
                busy = row.median(lambda run: run.server)
                share, each = busy / row.wall, busy / max(1.0, row.calls) * 1000
                rows.append((f"{what}, {tool}", f"{busy:.2f} s", f"{share:.0%}", f"{each:.1f} ms"))
    return _table(("work", "CPU of the stand-in", "of the time", "for each call"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
