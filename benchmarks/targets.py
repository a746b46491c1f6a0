"""The targets, and whether they are met. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.results import FLOOR, KEYLESS, OURS, PLAIN, Row, cpu_per_group, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.results import Results, Work

PAGE: Final = 100
SEARCH_PAGE: Final = 1_000
"""Of ARM's list of resources, in which groups are looked for that no manifest names."""
LATENCY: Final = 0.05
_PLANS: Final = ((OURS, 200, 1.0), (OURS, 1_000, 2.5), (OURS, 10_000, 15.0), (PLAIN, 10_000, 15.0))
_MEMORY: Final = {200: 90, 10_000: 250}
_KEYLESS_MEMORY: Final = 130
_FACTORS: Final[tuple[tuple[Work, str, float], ...]] = (
    ("plan", "plan of 200 unchanged groups", 1.5),
    ("create", "create 200", 1.25),
    ("change", "change 20 of 200", 1.3),
    ("delete", "delete 200", 1.7),
)
FOLLOWED: Final = 50
"""Groups whose logs are followed."""
FOLLOWING: Final = 6
"""Seconds for which they are followed."""
_MEMORY_OF_LOGS: Final = 20
"""Megabytes that following them may take beyond a plan of one group."""
RESTARTED: Final = 100
"""Groups of the restart."""
_RESTART: Final[tuple[Work, str, float]] = ("restart", f"restart {RESTARTED}", 1.3)
_KEYLESS_FACTOR: Final = 1.2
_MORE_CALLS: Final = 6
_CALLS_PER_CHANGE: Final = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target: what it is about, its value, and what was measured."""

    what: str
    target: str
    measured: str
    met: bool


def verdicts(results: Results) -> tuple[Verdict, ...]:
    """Return the verdicts on all targets about which something was measured."""
    return (
        *_factors(results),
        *_keyless(results),
        *_plans(results),
        *_writes(results),
        *_memory(results),
        *_follows(results),
        *_starts(results),
    )


def pages(groups: int, size: int = PAGE) -> int:
    """Return how many pages a list of so many groups has; one that is empty has one."""
    return max(1, -(-groups // size))


def _factors(results: Results) -> Iterator[Verdict]:
    for work, what, factor in (*_FACTORS, _RESTART):
        groups = RESTARTED if work == "restart" else 200
        row, floor = results.find(work, OURS, groups), results.find(work, FLOOR, groups)
        if row is not None and floor is not None:
            measured = f"{seconds_of(row)} = {ratio(row, floor):.2f} × {floor.wall:.2f} s"
            yield Verdict(f"{what}, beside the floor", f"≤ {factor} × floor", measured, ratio(row, floor) <= factor)


def _keyless(results: Results) -> Iterator[Verdict]:
    """Without a key each group costs a slow hash, on all cores, and next to nothing else."""
    hashes = 200 * results.hash / results.cores
    for work, what, _ in _FACTORS:
        row, keyed = results.find(work, KEYLESS, 200), results.find(work, OURS, 200)
        if row is not None and keyed is not None:
            needed = 0.0 if work == "delete" else hashes
            most = needed + _KEYLESS_FACTOR * keyed.wall
            target = f"≤ {needed:.2f} s of hashes + {_KEYLESS_FACTOR} × with a key = {most:.2f} s"
            yield Verdict(f"{what}, no key", target, seconds_of(row), row.wall <= most)
    found = [row.memory for row in results.rows if (row.tool, row.groups) == (KEYLESS, 200)]
    if found:
        what = "peak memory at 200 groups, no key"
        target, measured = f"≤ {_KEYLESS_MEMORY} MB", f"{max(found):.0f} MB"
        yield Verdict(what, target, measured, max(found) <= _KEYLESS_MEMORY)


def _plans(results: Results) -> Iterator[Verdict]:
    one = results.find("plan", OURS, 1)
    for tool, groups, seconds in _PLANS:
        row = results.find("plan", tool, groups)
        if row is None:
            continue
        what, most = (
            f"plan of {groups:,} unchanged groups{tool.removeprefix(OURS)}",
            pages(groups) + pages(groups, SEARCH_PAGE) + _MORE_CALLS,
        )
        yield _within(what, row, seconds)
        yield Verdict(f"{what}: ARM calls", f"≤ pages + {_MORE_CALLS} = {most}", f"{row.calls:,.0f}", row.calls <= most)
        if one is not None:
            cpu = cpu_per_group(row, one)
            yield Verdict(f"{what}: CPU per group", "≤ 1 ms", f"{cpu:.2f} ms", cpu <= 1)


def _writes(results: Results) -> Iterator[Verdict]:
    change, delete = results.find("change", OURS, 200), results.find("delete", OURS, 200)
    if change is not None:
        most = pages(200) + _CALLS_PER_CHANGE * 20
        target = f"≤ pages + {_CALLS_PER_CHANGE} for each = {most}"
        yield Verdict("change 20 of 200: ARM calls", target, f"{change.calls:,.0f}", change.calls <= most)
    if delete is not None:
        yield _within("delete 200", delete, 1.5)


def _memory(results: Results) -> Iterator[Verdict]:
    for groups, most in _MEMORY.items():
        found = [row.memory for row in results.rows if (row.tool, row.groups) == (OURS, groups)]
        if found:
            yield Verdict(
                f"peak memory at {groups:,} groups", f"≤ {most} MB", f"{max(found):.0f} MB", max(found) <= most
            )


def _follows(results: Results) -> Iterator[Verdict]:
    row, one = results.find("follow", OURS, FOLLOWED), results.find("plan", OURS, 1)
    if row is not None and one is not None:
        most = one.memory + _MEMORY_OF_LOGS
        target = f"≤ plan of one group + {_MEMORY_OF_LOGS} MB = {most:.0f} MB"
        what, measured = f"`logs -f` of {FOLLOWED} groups: peak memory", f"{row.memory:.0f} MB"
        yield Verdict(what, target, measured, row.memory <= most)


def _starts(results: Results) -> Iterator[Verdict]:
    for what, seconds in {"--version": 0.1, "validate one file": 0.25}.items():
        row = results.start(what)
        if row is not None:
            yield _within(f"`{what}`" if what.startswith("-") else what, row, seconds)
    row = results.find("plan", OURS, 1)
    if row is not None:
        asked = row.median(lambda run: run.calls + run.sign_in)
        most = 0.5 + asked * LATENCY
        target = f"≤ 0.5 s + {asked:.0f} requests × {LATENCY * 1000:.0f} ms = {most:.2f} s"
        yield Verdict("plan of one group", target, seconds_of(row), row.wall <= most)


def _within(what: str, row: Row, seconds: float) -> Verdict:
    return Verdict(what, f"≤ {seconds} s", seconds_of(row), row.wall <= seconds)


def seconds_of(row: Row) -> str:
    """Return the median, and from where to where it goes where there are several runs."""
    least, most = row.span
    return f"{row.wall:.2f} s" + (f" ({least:.2f}–{most:.2f})" if len(row.runs) > 1 else "")
