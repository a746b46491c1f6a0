"""``events``: what happened to groups and their containers, in one timeline. Manifests are not needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.live_view import make_pace, measure_room, open_view
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.cli.session import Session
    from aci_reconcile.operate.timeline import Entry
    from aci_reconcile.render.text.events import EventTable


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsOptions:
    """The options of ``events``."""

    addresses: tuple[str, ...] = declare(options.SOME_ADDRESSES)
    watch: bool = declare(options.WATCH)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def show_events(session: Session, asked: EventsOptions) -> ExitCode:
    """Show what happened to groups, and with ``--watch`` what happens."""
    from aci_reconcile.app.events import EventWatch
    from aci_reconcile.app.targets import find_groups
    from aci_reconcile.operate.timeline import make_timeline
    from aci_reconcile.render.text.events import EventTable

    with open_view(asked.sources.make_sources(asked.azure.place), asked.azure.target, session, asked.addresses) as view:
        groups = find_groups(view, asked.addresses)
        first = make_timeline(groups)
        table = EventTable.of(groups, first, session.console.style, measure_room(session))
        if asked.watch:
            for news in EventWatch(view, make_pace(session)).follow(groups):
                _write(news, table, session)
        else:
            _write(first, table, session)
            if not first and not session.console.json:
                session.console.info("Azure lists no events.")
    return ExitCode.OK


def _write(entries: Iterable[Entry], table: EventTable, session: Session) -> None:
    from aci_reconcile.render.json.events import emit_entry

    console = session.console
    if console.json:
        for each in entries:
            console.line(emit_entry(each))
    else:
        console.result("\n".join(table.render(entries)))


EVENTS = Command(
    "events",
    show_events,
    EventsOptions,
    help="Show what happened to groups and their containers, with ends and restarts.",
    examples=(
        "aci-reconcile events web             what happened to web, the oldest first",
        "aci-reconcile events web db -w       go on showing what happens to both",
    ),
)
