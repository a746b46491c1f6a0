"""One command for each project of a fleet, one after the other, with one report and one exit code."""

from __future__ import annotations

import gc
import os
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast

from aci_reconcile.app.begun import Begun
from aci_reconcile.app.fleet import check_places, load_fleet, load_groups
from aci_reconcile.app.origin import find_commit
from aci_reconcile.app.result_sets import choose_exit_code, merge_results
from aci_reconcile.app.results import Result
from aci_reconcile.cli.failures import report_error
from aci_reconcile.cli.options import PLAIN
from aci_reconcile.cli.reports import Ending, open_reports
from aci_reconcile.core.errors import AciReconcileError, ExitCode
from aci_reconcile.core.shards import cut_into_shards, identify_cut
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.result import RunEnd, RunOrigin
from aci_reconcile.render.text.table import align
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aci_reconcile.app.requests import Sources
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.fleet_options import FleetOptions
    from aci_reconcile.cli.option import CommandLine
    from aci_reconcile.cli.options import AzureOptions, SourceOptions
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.cli.shard_options import ShardOptions
    from aci_reconcile.core.shards import ShardNumber
    from aci_reconcile.manifest.fleet import FleetProject
    from aci_reconcile.render.page.page import Page


class FleetAsked(Protocol):
    """The options of a command that can be about a fleet."""

    @property
    def fleet(self) -> FleetOptions:
        """Which projects."""
        ...

    @property
    def sources(self) -> SourceOptions:
        """Which manifests."""
        ...

    @property
    def shard(self) -> ShardOptions:
        """Which part of them."""
        ...

    @property
    def azure(self) -> AzureOptions:
        """Where."""
        ...

    @property
    def line(self) -> CommandLine:
        """What was typed."""
        ...


class ReportedAsked(FleetAsked, Protocol):
    """The same, of a command with reports."""

    @property
    def report(self) -> tuple[tuple[str, str], ...]:
        """The files of its reports."""
        ...


A = TypeVar("A", bound=FleetAsked)
R = TypeVar("R", bound=ReportedAsked)
_AHEAD: Final = 4
"""Projects whose lists are on their way while another one is planned."""


@dataclass(frozen=True, slots=True)
class OneRun(Generic[A]):
    """One of several runs: its name, where that stands, and its options."""

    name: str
    where: str
    asked: A
    begun: Begun | None = None
    """What was begun for it before its turn."""
    shard: ShardNumber | None = None
    """Which shard it is, where all runs are those of one project."""

    @property
    def sources(self) -> Sources:
        """Which manifests."""
        return self.asked.shard.narrow(self.asked.sources.make_sources(self.asked.azure.place))


def run_fleet(session: Session, asked: R, kind: str, command: Callable[[Session, R], ExitCode]) -> ExitCode:
    """Run a command for each project of a fleet, whatever became of those before it, and report on all.

    Args:
        session: the run.
        asked: the options of the command.
        kind: what the reports are about: ``plan``, ``apply`` or ``drift``.
        command: runs for the options of one project.
    """
    file = cast("Path", asked.fleet.fleet)
    with open_reports(kind, session, asked.report, taken=(file,), shard=asked.shard) as reports:
        number = asked.shard.find_number(session.environ)
        origin = RunOrigin(kind, number, find_commit(session.cwd))
        return run_each(session, origin, reports, list_runs(session, asked), command, file.name)


def run_each(
    session: Session,
    origin: RunOrigin,
    reports: Reports,
    runs: Iterable[OneRun[R]],
    command: Callable[[Session, R], ExitCode],
    subject: str,
) -> ExitCode:
    """Make one run after the other, whatever became of those before it, and report on all.

    Args:
        session: the run.
        origin: which run it is.
        reports: the reports.
        runs: the runs.
        command: makes one.
        subject: what all are about.
    """
    results: list[Result] = []
    noun = "project"
    # What an apply lists while another one writes may be hours old when it comes up.
    if origin.command != "apply":
        runs = read_ahead(session, runs)
    for each in runs:
        show_heading(each.name, each.where, session, first=not results)
        asked = cast("R", replace(cast("Any", each.asked), report=()))
        end = _run_one(replace(session, begun=each.begun), asked, origin.command, command)
        if each.shard is None:
            named, own = each.name, origin
        else:
            named, own, noun = subject, replace(origin, shard=each.shard), "shard"
        results.append(Result(each.where, own, replace(end, page=replace(end.page, subject=named))))
        gc.collect(1)  # what hangs together in circles, before the next one needs as much again
        if session.interruption.has_come():
            break
    page, code = replace(merge_results(results), subject=subject), choose_exit_code(results)
    # Where stdout takes something else than pages, such as a matrix of jobs, this is for files alone.
    streamed = not (reports.pages or session.console.format == "text")
    reports.publish(
        lambda console: _render(page, results, code, console, reports, noun),
        streamed=streamed,
        ending=Ending(lambda: page, code),
    )
    return session.interruption.exit_code if session.interruption.has_come() else code


def read_ahead(session: Session, runs: Iterable[OneRun[A]], *, paced: bool = True) -> Iterator[OneRun[A]]:
    """Yield the runs, and begin the lists of those that follow: a few, so that memory does not grow with the fleet.

    Args:
        session: the run of all.
        runs: the runs.
        paced: whether they obey Azure's rate limits by themselves.
    """
    ahead: deque[OneRun[A]] = deque()
    with ExitStack() as left:
        for each in runs:
            begun = Begun(each.sources, each.asked.azure.target, session, paced=paced)
            left.callback(begun.close)
            ahead.append(replace(each, begun=begun))
            if len(ahead) > _AHEAD:
                yield ahead.popleft()
        while ahead:
            yield ahead.popleft()


def list_runs(session: Session, asked: A) -> Iterator[OneRun[A]]:
    """Yield a run for each project; of a shard, for those that have groups in it.

    Raises:
        InvalidManifestsError: the fleet file has errors; or one of its projects has, so that nobody knows the cut.
        UsageError: an option is about one project.
    """
    asked.fleet.check(asked.line)
    sources = asked.shard.narrow(asked.sources.make_sources(asked.azure.place))
    projects = load_fleet(cast("Path", asked.fleet.fleet), session)
    check_places(projects, sources, asked.azure.target, session)
    number = asked.shard.find_number(session.environ)
    if number is None:
        yield from (_choose(asked, each, None) for each in projects)
        return
    groups = load_groups(projects, replace(sources, shard="", shards=0), session)
    shards = cut_into_shards(groups.parts, number.count)
    keys, cut = shards[number.number - 1].keys, identify_cut(shards)
    found = [(each, addresses) for each in projects if (addresses := groups.list_addresses(each.name, keys))]
    # A shard without groups does nothing, and says so.
    for project, addresses in found or [(projects[0], ())]:
        yield _choose(asked, project, replace(asked.shard, shard=str(number), addresses=addresses, cut=cut))


def _choose(asked: A, project: FleetProject, shard: ShardOptions | None) -> OneRun[A]:
    """Return the run for one project."""
    place = asked.azure.place
    place = replace(place, subscription=project.subscription or place.subscription)
    chosen: Any = replace(
        cast("Any", asked),
        fleet=replace(asked.fleet, fleet=None, name=project.name),
        sources=replace(asked.sources, project=project.file, environment=project.environment),
        azure=replace(asked.azure, place=place),
        shard=shard or asked.shard,
    )
    return OneRun(project.name, str(project.where), cast("A", chosen))


def show_heading(name: str, where: str, session: Session, *, first: bool) -> None:
    """Say which project comes now: in the text, or beside what a program reads."""
    console = session.console
    text = sanitize(f"{name} ({where})")
    if console.format == "text":
        console.result(f"{'' if first else chr(10)}{console.style.paint(console.style.bold, text)}\n")
    else:
        console.info(text)


def _run_one(session: Session, one: R, kind: str, command: Callable[[Session, R], ExitCode]) -> RunEnd:
    """Run for one project, and return how that ended; an error is reported, and no reason to leave the others out."""
    console = session.console
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        if console.format != "text":  # stdout takes one document, so what is said of each project stands beside it
            aside = nowhere if console.quiet or console.log_json else console.err
            console = replace(console, out=aside, style=console.notes, json=False, format="text")
        own = replace(session, console=console, ends=[])
        failure = AciReconcileError("the run ended without a result")
        try:
            code = command(own, one)
        except AciReconcileError as error:
            failure, code = error, ExitCode(report_error(error, own))
    if own.ends:
        return replace(own.ends[-1][1], exit_code=code)
    from aci_reconcile.render.page.validation import make_failure_page

    return RunEnd(code, make_failure_page(kind, failure, None), failed=True, finished_at=session.clock.now())


def _render(
    page: Page, results: Sequence[Result], code: ExitCode, console: Console, reports: Reports, noun: str
) -> str:
    if console.format not in PLAIN:
        return reports.page(page, console)
    if console.json:
        from aci_reconcile.render.formats.merged_json import render_merged_json
        from aci_reconcile.version import VERSION

        runs = [(each.origin, each.end) for each in results]
        return render_merged_json(page, runs, exit_code=code, tool_version=VERSION)
    names = [str(each.origin.shard) if noun == "shard" else each.end.page.subject for each in results]
    rows = [(name, sanitize(each.end.page.verdict)) for name, each in zip(names, results, strict=True)]
    heading, *lines = ("  ".join(cells) for cells in align([(noun.upper(), "RESULT"), *rows]))
    total = f"{count(len(results), noun)}. {sanitize(page.verdict)}"
    return "\n".join(("", console.style.paint(console.style.dim, heading), *lines, "", total))
