"""What was promised, and whether it was kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.results import FLOOR, OURS, Row, cpu_per_group, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.results import Results, Work

PAGE: Final = 100
LATENCY: Final = 0.05
_PLAN: Final = {200: 1.0, 1_000: 2.5, 10_000: 15.0}
_MEMORY: Final = {200: 90, 10_000: 250}
_FACTOR: Final = 1.5
_MORE_CALLS: Final = 6
_CALLS_PER_CHANGE: Final = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise: what was promised of what, what came of it."""

    what: str
    promised: str
    measured: str
    kept: bool


def verdicts(results: Results) -> tuple[Verdict, ...]:
    """Return the verdicts on all promises about which something was measured."""
    return (*_plans(results), *_writes(results), *_memory(results), *_starts(results))


def pages(groups: int) -> int:
    """Return how many pages a list of so many groups has; one that is empty has one."""
    return max(1, -(-groups // PAGE))


def _plans(results: Results) -> Iterator[Verdict]:
    one = results.find("plan", OURS, 1)
    for groups, seconds in _PLAN.items():
        row = results.find("plan", OURS, groups)
        if row is None:
            continue
        what, most = f"plan of {groups:,} unchanged groups", pages(groups) + _MORE_CALLS
        yield _within(what, row, seconds)
        yield Verdict(f"{what}: ARM calls", f"≤ pages + {_MORE_CALLS} = {most}", f"{row.calls:,.0f}", row.calls <= most)
        if one is not None:
            cpu = cpu_per_group(row, one)
            yield Verdict(f"{what}: CPU per group", "≤ 1 ms", f"{cpu:.2f} ms", cpu <= 1)


def _writes(results: Results) -> Iterator[Verdict]:
    works: tuple[tuple[Work, str], ...] = (("create", "create 200"), ("change", "change 20 of 200"))
    for work, what in works:
        row, floor = results.find(work, OURS, 200), results.find(work, FLOOR, 200)
        if row is None or floor is None:
            continue
        measured = f"{seconds_of(row)} = {ratio(row, floor):.2f} × {floor.wall:.2f} s"
        yield Verdict(what, f"≤ {_FACTOR} × floor", measured, ratio(row, floor) <= _FACTOR)
        if work == "change":
            most = pages(200) + _CALLS_PER_CHANGE * 20
            promised = f"≤ pages + {_CALLS_PER_CHANGE} for each = {most}"
            yield Verdict(f"{what}: ARM calls", promised, f"{row.calls:,.0f}", row.calls <= most)
    delete = results.find("delete", OURS, 200)
    if delete is not None:
        yield _within("delete 200", delete, 1.5)


def _memory(results: Results) -> Iterator[Verdict]:
    for groups, most in _MEMORY.items():
        found = [row.memory for row in results.rows if (row.tool, row.groups) == (OURS, groups)]
        if found:
            yield Verdict(
                f"peak memory at {groups:,} groups", f"≤ {most} MB", f"{max(found):.0f} MB", max(found) <= most
            )


def _starts(results: Results) -> Iterator[Verdict]:
    for what, seconds in {"--version": 0.1, "validate one file": 0.25}.items():
        row = results.start(what)
        if row is not None:
            yield _within(f"`{what}`" if what.startswith("-") else what, row, seconds)
    row = results.find("plan", OURS, 1)
    if row is not None:
        asked = row.median(lambda run: run.calls + run.sign_in)
        most = 0.5 + asked * LATENCY
        promised = f"≤ 0.5 s + {asked:.0f} requests × {LATENCY * 1000:.0f} ms = {most:.2f} s"
        yield Verdict("plan of one group", promised, seconds_of(row), row.wall <= most)


def _within(what: str, row: Row, seconds: float) -> Verdict:
    return Verdict(what, f"≤ {seconds} s", seconds_of(row), row.wall <= seconds)


def seconds_of(row: Row) -> str:
    """Return the median, and from where to where it goes where there are several runs."""
    least, most = row.span
    return f"{row.wall:.2f} s" + (f" ({least:.2f}–{most:.2f})" if len(row.runs) > 1 else "")
