"""Showing an apply while it runs: as lines, as a live table or as JSON, all from one stream of events."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aci_reconcile.app.event_lines import report_event
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.render.json.apply import render_event_json

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from aci_reconcile.app.event_lines import Reader
    from aci_reconcile.cli.console import Console
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.reconcile.events import Event


def follow(events: Iterable[Event], console: Console, clock: Clock) -> list[Finished]:
    """Show the events as they come, and return the last one of each run, which the caller shows.

    Raises:
        AciReconcileError: an event could not be shown, because stdout takes no more. It is raised at the end:
            a full disk is no reason to leave a group deleted that is to be created again.
    """
    ends: list[Finished] = []
    lost: AciReconcileError | None = None
    with choose_reader(console, clock) as show:
        for event in events:
            if isinstance(event, Finished):
                ends.append(event)
                continue
            try:
                show(event)
            except AciReconcileError as error:
                lost = error
    if lost is not None:
        raise lost
    return ends


@contextmanager
def choose_reader(console: Console, clock: Clock) -> Generator[Reader]:
    """Yield the reader of events that fits the console."""
    if console.json:
        yield lambda event: console.result(render_event_json(event, timestamp=clock.now()))
    elif console.log_json:
        yield lambda event: console.raw(f"{render_event_json(event, timestamp=clock.now())}\n")
    elif console.live:
        from aci_reconcile.cli.live_table import show_live_table

        with show_live_table(console, clock) as show:
            yield show
    else:
        yield lambda event: report_event(event, console)
