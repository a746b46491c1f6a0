"""``status``: which groups are live, and how they are. Manifests are not needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.fleet_options import FleetOptions
from aci_reconcile.cli.live_view import make_pace, measure_room, open_view
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.shard_options import ShardOptions
from aci_reconcile.core.errors import AciReconcileError, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.app.view import Seen, View
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Unreadable

_ORDERS: Final = ("address", "state", "restarts", "age", "provisioning", "location", "project")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOptions:
    """The options of ``status``."""

    addresses: tuple[str, ...] = declare(options.ADDRESSES)
    sort: str | None = declare(
        Option(
            "--sort",
            section=options.OUTPUT,
            type=click.Choice(_ORDERS),
            help="Order of the groups (default: address).",
        )
    )
    shape: str | None = declare(
        Option(
            "-o",
            "--output",
            "shape",
            section=options.OUTPUT,
            type=click.Choice(["wide", "json", "name"]),
            help="Show ports, images and digests too, or JSON, or only addresses.",
        )
    )
    watch: bool = declare(options.WATCH)
    graph: bool = declare(
        Option(
            "--graph/--no-graph",
            section=options.AZURE,
            default=True,
            help="With --fleet: ask Resource Graph, which may lag behind (default), or list the groups.",
        )
    )
    health: bool = declare(
        Option("--health", section=options.AZURE, is_flag=True, help="With --fleet: read each group's run state, too.")
    )
    sources: SourceOptions = include(SourceOptions)
    shard: ShardOptions = include(ShardOptions)
    fleet: FleetOptions = include(FleetOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions, format=options.make_format_option(options.PLAIN, short=False))
    line: CommandLine = command_line()


def show_status(session: Session, asked: StatusOptions) -> ExitCode:
    """List groups and their state, or show some in detail."""
    if session.console.json and asked.shape in {"wide", "name"}:
        raise UsageError(f"--format json and -o {asked.shape} cannot be combined")
    if asked.watch and asked.shape == "name":
        raise UsageError("--watch and -o name cannot be combined")
    if asked.shape == "json":
        session.follow(replace(asked.output, format="json"))
    if asked.fleet.fleet is not None:
        return _show_fleet(session, asked)
    for name in {"graph", "health"} & asked.line.typed:
        raise UsageError(f"--{name} is about a fleet", hint="one project is always listed, with its run states")
    sources = asked.shard.narrow(asked.sources.make_sources(asked.azure.place))
    with open_view(sources, asked.azure.target, session, asked.addresses) as view:
        _check_place(view, asked.addresses, "use -g, or run this where the manifests are")
        if asked.watch:
            return _watch(view, session, asked)
        seen = _read(view, asked)
    _show(seen, view, session, asked)
    return ExitCode.ERROR if seen.unread else ExitCode.OK


def _check_place(view: View, words: Sequence[str], hint: str) -> None:
    """Check that there is somewhere to look.

    Raises:
        UsageError: nothing says where: a project file with errors says nothing.
    """
    if view.shard is None and not (view.scopes or view.search.subscriptions or words):
        raise UsageError("no resource group is given", hint=hint)


def _show_fleet(session: Session, asked: StatusOptions) -> ExitCode:
    """List the groups of each project of a fleet, also after one that cannot be looked at."""
    from aci_reconcile.app.fleet_index import read_index
    from aci_reconcile.app.view import read_each, read_none
    from aci_reconcile.cli.failures import report_error
    from aci_reconcile.cli.fleet import list_runs, read_ahead, show_heading

    beside = replace(session, console=replace(session.console, json=False))
    unread: list[Unreadable] = []
    emitted: list[tuple[tuple[Any, ...], dict[str, object]]] = []
    failed = False
    runs = tuple(list_runs(session, asked))
    index = read_index([each.sources for each in runs], asked.azure.target, beside) if asked.graph else None
    enough = read_each if asked.health else read_none
    for each in read_ahead(session, runs, paced=False) if index is None else runs:
        if asked.shape != "name":
            show_heading(each.name, each.where, session, first=each.name == runs[0].name)
        try:
            with open_view(each.sources, each.asked.azure.target, beside, index=index, begun=each.begun) as view:
                _check_place(view, (), "aci-reconcile validate says what is wrong with the project file")
                seen = view.read_all(enough)
            # Nothing of what was read is kept: memory must not grow with the fleet.
            if session.console.json:
                emitted += _emit(seen, view, session, asked)
            else:
                _show(seen, view, session, each.asked)
            unread += seen.unread
        except AciReconcileError as error:
            failed = bool(report_error(error, beside))
    if session.console.json:
        _show_fleet_json(emitted, unread, session, indexed=index is not None)
    if told := _describe_reading(asked, indexed=index is not None):
        session.console.info(told)
    return ExitCode.ERROR if failed or unread else ExitCode.OK


def _emit(
    seen: Seen, view: View, session: Session, asked: StatusOptions
) -> Iterator[tuple[tuple[Any, ...], dict[str, object]]]:
    """Yield the groups of a project as JSON, each with its place among those of the fleet."""
    from aci_reconcile.app.status import find_place, judge
    from aci_reconcile.manifest import list_switches
    from aci_reconcile.render.json.status import emit_group

    now, order = session.clock.now(), asked.sort or ""
    switches = list_switches(view.declared.resources, now)
    for live, health in judge(seen.groups, "", now):
        read = health if asked.health else None
        yield find_place(live, health, order), emit_group(live, read, switches.get(live.id.key))


def _show_fleet_json(
    emitted: list[tuple[tuple[Any, ...], dict[str, object]]],
    unread: Iterable[Unreadable],
    session: Session,
    *,
    indexed: bool,
) -> None:
    from operator import itemgetter

    from aci_reconcile.render.json.status import render_fleet_json

    emitted.sort(key=itemgetter(0))
    session.console.result(render_fleet_json([each for _, each in emitted], unread, indexed=indexed))


def _describe_reading(asked: StatusOptions, *, indexed: bool) -> str:
    """Return what the status of a fleet rests on, which may be empty."""
    lag = "Resource Graph may lag behind what was written; --no-graph lists the groups." if indexed else ""
    states = "" if asked.health or asked.shape == "name" else "Run states were not read: --health reads them."
    return " ".join(filter(None, (lag, states)))


def _order(
    groups: Sequence[Resource], session: Session, asked: StatusOptions
) -> tuple[tuple[Resource, Health | None], ...]:
    """Return the groups in the order that was asked for, with their run states if those were read."""
    from aci_reconcile.app.status import arrange, judge

    return (arrange if asked.fleet.name and not asked.health else judge)(groups, asked.sort or "", session.clock.now())


def _read(view: View, asked: StatusOptions, *, lenient: bool = False) -> Seen:
    from aci_reconcile.app.targets import find_seen

    return find_seen(view, asked.addresses, lenient=lenient) if asked.addresses else view.read_all()


def _show(seen: Seen, view: View, session: Session, asked: StatusOptions) -> None:
    from aci_reconcile.manifest import list_switches
    from aci_reconcile.render.escape import sanitize
    from aci_reconcile.render.json.status import render_status_json
    from aci_reconcile.render.text.status import render_group_text, render_status_text, render_unread

    console, now = session.console, session.clock.now()
    switches = list_switches(view.declared.resources, now)
    judged = _order(seen.groups, session, asked)
    if console.json:
        console.result(render_status_json(judged, seen.unread, switches=switches))
    elif asked.shape == "name":
        console.result("\n".join(sanitize(live.address) for live, _ in judged))
        console.plain("error", "\n".join(render_unread(seen.unread, console.notes)))
    elif asked.shape or not asked.addresses:
        wide = asked.shape == "wide"
        width = measure_room(session)
        shown = render_status_text(
            judged, console.style, seen.unread, width=width, now=now, wide=wide, switches=switches
        )
        console.result(shown)
        if view.environments and not (judged or seen.unread):
            names = sanitize(", ".join(view.environments))
            console.info(f"Each environment has its own groups. Choose one with -e: {names}.")
    else:
        width = measure_room(session)
        details = [
            render_group_text(live, health, console.style, now=now, width=width, switch=switches.get(live.id.key))
            for live, health in judged
        ]
        console.result("\n\n".join((*details, *render_unread(seen.unread, console.style))))


def _watch(view: View, session: Session, asked: StatusOptions) -> ExitCode:
    """Show the groups again and again, until somebody interrupts it or nobody reads."""
    from aci_reconcile.app.status import StatusWatch, judge
    from aci_reconcile.cli.status_screen import StatusScreen

    _read(view, asked)  # a word that means nothing is an error now, and later a group that was deleted
    pace = make_pace(session)
    screen = StatusScreen(session, asked.shape or "", measure_room(session), view.declared.resources)
    for seen in StatusWatch(partial(_read, view, asked, lenient=True), pace).follow():
        if screen.show(judge(seen.groups, asked.sort or "", session.clock.now()), seen.unread):
            pace.hurry()
    return ExitCode.OK


STATUS = Command(
    "status",
    show_status,
    StatusOptions,
    help="List groups and their state, or show some in detail.",
    examples=(
        "aci-reconcile status                 the project's resource groups and groups",
        "aci-reconcile status -g rg-shop      one resource group",
        "aci-reconcile status rg-shop/web     one group in detail",
        "aci-reconcile status --sort state -w  the worst first, again and again",
    ),
)
