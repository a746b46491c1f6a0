"""The order of things: which tool does which work on how many groups, how often."""

from __future__ import annotations

import hashlib
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Final, TypeAlias

from clients.world import MissingClientError

from benchmarks import project
from benchmarks.peers import Ansible, AzureCli, Sdk, SdkAlone
from benchmarks.results import OURS, Row, Run, Work, extrapolate
from benchmarks.standin import LIMITED, LIMITED_PROVISIONING, PACE, Command, FailedRunError, StandIn, fill, stand_in
from benchmarks.targets import FOLLOWED, RESTARTED
from benchmarks.tools import Floor, Ours, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

Outcome: TypeAlias = Row | FailedRunError | MissingClientError

CYCLE: Final[tuple[Work, ...]] = ("create", "plan", "change", "delete")
"""A life of groups, which ends as it began and can be repeated."""
MANY: Final = 200
PLANNED: Final = (1_000, 10_000)
LIMIT: Final = 100
"""Groups under ARM's limits: the quota of a region, and as many creations as five minutes allow."""
OFTEN: Final = 3
"""How much more often what takes half a second is run: a machine that stumbles once would decide it."""
HASHES: Final = 9
START: Final = ("python -c pass", "--version", "validate one file")


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured, with what, and where. ``slow`` and ``eight`` are how many groups the slow peers get."""

    ours: Ours
    floor: Floor
    clients: Path
    folder: Path
    repeat: int = 3
    slow: int = 20
    eight: int = 80
    own: bool = False
    """Whether the peers are left out."""

    def quick(self) -> Iterator[Outcome]:
        """Measure ours and the floor, once: while optimising."""
        with stand_in(self.folder / "quick", *PACE) as where:
            yield from kept(starts(where, self.ours, self.repeat))
            for groups in (1, 20, MANY):
                for tool in (self.floor, self.ours, self.ours.keyless()):
                    yield from kept(cycle(where, tool, groups, 1))
            yield from kept(self.sdk_alone(where, 1))
            yield from kept(self.restarts(where, 1))
            yield from kept(self.follows(where, 1))

    def all(self) -> Iterator[Outcome]:
        """Measure everything that the page shows."""
        with stand_in(self.folder / "main", *PACE) as where, self.alone() as alone:
            yield from kept(starts(where, self.ours, self.repeat * OFTEN))
            for groups, repeat in ((1, self.repeat * OFTEN), (self.slow, 1), (MANY, self.repeat)):
                yield from kept(cycle(where, self.floor, groups, repeat))
                yield from kept(cycle(where, self.ours, groups, repeat, beside=alone if groups == MANY else None))
                yield from kept(cycle(where, self.ours.keyless(), groups, repeat))
            yield from kept(self.sdk_alone(where, self.repeat))
            yield from kept(healthy(where, self.ours))
            yield from kept(self.restarts(where, self.repeat))
            yield from kept(self.follows(where, self.repeat))
            for other, groups in self.peers():
                yield from kept(peer(where, other, groups))
        for groups in PLANNED:
            for tool in (self.ours, self.ours.plain()):
                yield from kept(self.plans(tool, groups))
        yield from kept(self.limited())

    def sdk_alone(self, where: StandIn, repeat: int) -> Iterator[Row]:
        """Measure what the SDK takes to list the groups; the floor makes and deletes them, which is no news."""
        sdk = SdkAlone(self.clients)
        for _ in cycle(where, self.floor, MANY, 1, ("create",)):
            # The first run compiles bytecode and reads the disk, and does not count.
            where.measure(sdk.command(where, "list", MANY))
            yield from cycle(where, sdk, MANY, repeat, ("list",))
        for _ in cycle(where, self.floor, MANY, 1, ("delete",)):
            pass

    def restarts(self, where: StandIn, repeat: int) -> Iterator[Row]:
        """Measure restarts; the floor makes and deletes the groups, which is no news."""
        for _ in cycle(where, self.floor, RESTARTED, 1, ("create",)):
            for tool in (self.floor, self.ours):
                yield from cycle(where, tool, RESTARTED, repeat, ("restart",))
        for _ in cycle(where, self.floor, RESTARTED, 1, ("delete",)):
            pass

    def follows(self, where: StandIn, repeat: int) -> Iterator[Row]:
        """Measure following logs; the floor makes and deletes the groups, which is no news."""
        for _ in cycle(where, self.floor, FOLLOWED, 1, ("create",)):
            yield from cycle(where, self.ours, FOLLOWED, repeat, ("follow",))
        for _ in cycle(where, self.floor, FOLLOWED, 1, ("delete",)):
            pass

    def peers(self) -> tuple[tuple[Tool, int], ...]:
        """Return what a user has instead, and how many groups each gets."""
        if self.own:
            return ()
        return (
            (Sdk(self.clients), self.slow),
            (AzureCli(self.clients), self.slow),
            (AzureCli(self.clients, at_once=8), self.eight),
            (Ansible(self.clients), self.slow),
        )

    def plans(self, tool: Ours, groups: int) -> Iterator[Row]:
        """Measure plans over many groups that exist already; the floor reads the same list with and without secrets."""
        here = self.folder / f"plan-{groups}-{len(tool.name)}"
        fill(here, tool.words, tool.project(here, groups), tool.environ(groups))
        with stand_in(here, *PACE) as where, self.alone() as alone:
            if tool.name == OURS:
                yield from cycle(where, self.floor, groups, self.repeat, ("plan",))
            yield from cycle(where, tool, groups, self.repeat, ("plan",), beside=alone)

    @contextmanager
    def alone(self) -> Generator[Callable[[], float]]:
        """Yield what measures the CPU of a plan of one group, which has a stand-in of its own."""
        here = self.folder / "alone"
        made = here / "project-1"
        if not made.exists():
            fill(here, self.ours.words, self.ours.project(here, 1), self.ours.environ(1))
        with stand_in(here, *PACE) as where:
            command = self.ours.command(where, "plan", 1)
            yield lambda: where.measure(command).cpu

    def limited(self) -> Iterator[Row]:
        """Measure creations under ARM's limits; each tool has limits of its own, since they are counted in memory."""
        for tool in (Floor(self.floor.python, LIMITED_PROVISIONING), self.ours):
            with stand_in(self.folder / f"limited-{tool.name}", *LIMITED) as where:
                yield from cycle(where, tool, LIMIT, 1, ("create, limited",))


def kept(rows: Iterator[Row]) -> Iterator[Outcome]:
    """Let one failure take none of the other measurements with it: it is an outcome, too."""
    try:
        yield from rows
    except (FailedRunError, MissingClientError) as error:
        yield error


def cycle(
    where: StandIn,
    tool: Tool,
    groups: int,
    repeat: int,
    works: Sequence[Work] = CYCLE,
    *,
    beside: Callable[[], float] | None = None,
) -> Iterator[Row]:
    """Measure one life of so many groups, several times; ``beside`` measures a plan of one group after each plan."""
    runs: dict[Work, list[Run]] = {work: [] for work in works}
    for _ in range(repeat):
        for work in works:
            run = told(where, tool.command(where, work, groups))
            runs[work].append(replace(run, beside=beside()) if beside is not None and work == "plan" else run)
    yield from (Row(work, tool.name, groups, tuple(done)) for work, done in runs.items())


def healthy(where: StandIn, ours: Ours) -> Iterator[Row]:
    """Measure a creation with the default health gate; the deletion after it is no news."""
    created, _ = cycle(where, ours, MANY, 1, ("create, healthy", "delete"))
    yield created


def peer(where: StandIn, tool: Tool, groups: int) -> Iterator[Row]:
    """Measure one peer at one group and at some, and say what it would be for as many as ours got."""
    yield from cycle(where, tool, 1, 1, ("create", "plan", "delete"))
    rows = tuple(cycle(where, tool, groups, 1))
    yield from rows
    if groups != MANY:
        yield from (extrapolate(row, MANY) for row in rows)


def starts(where: StandIn, ours: Ours, repeat: int) -> Iterator[Row]:
    """Measure what it takes to start: nothing but Python, the version, one manifest."""
    prepared = ours.command(where, "plan", 1)
    commands: tuple[tuple[Sequence[str], str], ...] = (
        ((sys.executable, "-c", "pass"), ""),
        ((*ours.words, "--version"), "aci-reconcile"),
        ((*ours.words, "validate", f"manifests/{project.name(0)}.yaml"), ""),
    )
    for what, (words, says) in zip(START, commands, strict=True):
        command = Command(what, words, prepared.folder, prepared.environ, says)
        # The first run compiles bytecode and reads the disk, and does not count.
        where.measure(command)
        yield Row("start", ours.name, 1, tuple(told(where, command) for _ in range(repeat)), what=what)


def told(where: StandIn, command: Command) -> Run:
    """Measure one run, and say so to whoever waits."""
    done = where.measure(command)
    sys.stderr.write(
        f"{command.name:<38} {done.wall:8.2f} s  CPU {done.cpu:6.2f} s {done.memory / 1e6:5.0f} MB "
        f"{done.calls:6} calls + {done.sign_in} ({done.throttled} throttled)  stand-in {done.server:5.2f} s\n"
    )
    sys.stderr.flush()
    return done


def one_hash() -> float:
    """Return the seconds that one slow hash takes on one core: the median of some."""
    seconds: list[float] = []
    for _ in range(HASHES):
        began = time.perf_counter()
        hashlib.scrypt(b"a password", salt=b"0123456789abcdef", n=2**14, r=8, p=1, dklen=24)
        seconds.append(time.perf_counter() - began)
    return median(seconds)
