"""What was measured, and what follows from it: medians, ratios, costs per group. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Work = Literal[
    "create", "create, healthy", "create, limited", "plan", "list", "change", "delete", "start", "restart", "follow"
]

OURS: Final = "aci-reconcile"
"""With a fingerprint key, as a team with many secrets should have one."""
KEYLESS: Final = "aci-reconcile, no key"
PLAIN: Final = "aci-reconcile, no secrets"
FLOOR: Final = "floor"
SDK_ALONE: Final = "SDK alone"
"""azure-identity and the management SDK sign in and list, and do nothing else."""

_EARLIER: Final = "The rows of other people's tools are those of an earlier measurement, at groups without secrets."


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one command: seconds, bytes, calls. ``server`` is the CPU of the stand-in meanwhile."""

    wall: float
    cpu: float = 0.0
    memory: float = 0.0
    calls: int = 0
    sign_in: int = 0
    server: float = 0.0
    throttled: int = 0
    beside: float = 0.0
    """Of a plan of many groups: the CPU of a plan of one, measured right after it; 0 where that was not measured."""


@dataclass(frozen=True, slots=True)
class Row:
    """All runs of one tool at one work. ``measured`` is the number of groups where it is not ``groups`` itself."""

    work: Work
    tool: str
    groups: int
    runs: tuple[Run, ...]
    measured: int = 0
    what: str = ""

    @property
    def extrapolated(self) -> bool:
        """Whether the numbers are those of fewer groups, multiplied."""
        return self.measured not in {0, self.groups}

    def median(self, of: Callable[[Run], float]) -> float:
        """Return the middle of what the runs say."""
        return median(of(run) for run in self.runs)

    @property
    def wall(self) -> float:
        """Median seconds."""
        return self.median(lambda run: run.wall)

    @property
    def cpu(self) -> float:
        """Median seconds of CPU."""
        return self.median(lambda run: run.cpu)

    @property
    def memory(self) -> float:
        """The highest peak, in MB."""
        return max(run.memory for run in self.runs) / 1e6

    @property
    def calls(self) -> float:
        """Median number of calls to ARM, without those that sign in."""
        return self.median(lambda run: run.calls)

    @property
    def span(self) -> tuple[float, float]:
        """The shortest and the longest run."""
        walls = [run.wall for run in self.runs]
        return min(walls), max(walls)


@dataclass(frozen=True, slots=True)
class Results:
    """All rows of one session, the machine that they belong to, and what a reader must be warned of."""

    cores: int
    python: str
    rows: tuple[Row, ...]
    note: str = ""
    hash: float = 0.0
    """Seconds of one slow hash, on one core that does nothing else; 0 where that was not measured."""

    def beside(self, earlier: Results, tools: Sequence[str]) -> Results:
        """Return these results with the rows that some tools have in earlier ones, and say so."""
        rows = tuple(row for row in earlier.rows if row.tool in tools)
        told = (self.note, _EARLIER) if rows else (self.note,)
        return replace(self, rows=self.rows + rows, note=" ".join(each for each in told if each))

    def find(self, work: Work, tool: str, groups: int) -> Row | None:
        """Return the row of a tool at a work; a measured one before an extrapolated one."""
        found = [row for row in self.rows if (row.work, row.tool, row.groups) == (work, tool, groups)]
        return min(found, key=lambda row: row.extrapolated, default=None)

    def start(self, what: str) -> Row | None:
        """Return the row of something that only starts."""
        return next((row for row in self.rows if row.what == what), None)

    def measured(self, work: Work, tool: str) -> tuple[Row, ...]:
        """Return what was measured of a tool at a work, by the number of groups."""
        found = [row for row in self.rows if (row.work, row.tool) == (work, tool) and not row.extrapolated]
        return tuple(sorted(found, key=lambda row: row.groups))

    def dump(self) -> str:
        """Return all of it as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def load(cls, text: str) -> Results:
        """Read what `dump` wrote."""
        held: Any = json.loads(text)
        rows = (replace(Row(**row), runs=tuple(Run(**run) for run in row["runs"])) for row in held["rows"])
        return cls(held["cores"], held["python"], tuple(rows), held["note"], held.get("hash", 0.0))


def extrapolate(row: Row, groups: int) -> Row:
    """Return what a tool that does one group after another would take for more of them; memory does not grow."""
    factor = groups / row.groups
    runs = tuple(
        replace(run, wall=run.wall * factor, cpu=run.cpu * factor, calls=round(run.calls * factor)) for run in row.runs
    )
    return replace(row, groups=groups, runs=runs, measured=row.groups)


def ratio(row: Row, other: Row) -> float:
    """How many times as long as the other it takes."""
    return row.wall / other.wall


def cpu_per_group(row: Row, one: Row) -> float:
    """Milliseconds of CPU for each group beyond those of a run with one, which are start-up.

    A machine is slower at one time than at another: a run with one group right beside each run counts where there is
    one.
    """
    if all(run.beside for run in row.runs):
        return row.median(lambda run: run.cpu - run.beside) / (row.groups - 1) * 1000
    return (row.cpu - one.cpu) / (row.groups - one.groups) * 1000
