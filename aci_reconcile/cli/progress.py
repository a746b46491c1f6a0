"""Showing an apply while it runs, from one stream of events, and how it ended."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aci_reconcile.app.messages import report_event
from aci_reconcile.cli.options import PLAIN
from aci_reconcile.core.errors import AciReconcileError, ExitCode
from aci_reconcile.operate.commands import complete_commands
from aci_reconcile.reconcile.events import Failed, Finished, ResourceGroupFailed
from aci_reconcile.reconcile.writes import PROVISIONED
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.text.apply import render_addresses, render_summary_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from aci_reconcile.app.messages import ShowEvent
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.reconcile import Context
    from aci_reconcile.reconcile.events import Event


def show_events(events: Iterable[Event], console: Console, clock: Clock) -> list[Finished]:
    """Show the events as they come, and return the last one of each run, which the caller shows.

    Raises:
        AciReconcileError: an event could not be shown, because stdout takes no more. It is raised at the end:
            a full disk is no reason to leave a group deleted that is to be created again.
    """
    ends: list[Finished] = []
    lost: AciReconcileError | None = None
    with choose_display(console, clock) as show:
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
def choose_display(console: Console, clock: Clock) -> Generator[ShowEvent]:
    """Yield the function that shows an event on this console."""
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


def follow_events(events: Iterable[Event], context: Context, session: Session, *, verb: str) -> list[Finished]:
    """Show the events until the last one. After a signal, what is in progress still comes to its end."""
    with session.interruption.protect(lambda: render_unfinished(context.in_flight, verb)):
        return show_events(complete_hints(events, session.place), session.console, session.clock)


def complete_hints(events: Iterable[Event], place: tuple[str, ...]) -> Iterator[Event]:
    """Yield the events; commands in the hints of errors get the options that say where groups are."""
    for event in events:
        if isinstance(event, (Failed, ResourceGroupFailed)):
            event.error.hint = complete_commands(event.error.hint, place)
        yield event


def render_unfinished(in_flight: Mapping[str, str], verb: str) -> str:
    """Return what an aborted run leaves behind: writes that are not finished, and groups not yet seen running."""
    begun = ", ".join(sorted(address for address, how in in_flight.items() if how != PROVISIONED))
    unseen = ", ".join(sorted(address for address, how in in_flight.items() if how == PROVISIONED))
    text = f" Started but not finished: {begun}. Run {verb.lower()} again to continue." if begun else ""
    return text + (f" Not seen running: {unseen}." if unseen else "")


def report_end(finished: Finished, session: Session, *, verb: str) -> ExitCode:
    """Write the summary, and return the exit code."""
    console = session.console
    if console.log_json and not console.json:
        console.raw(f"{render_event_json(finished, timestamp=session.clock.now())}\n")
    if console.json:
        console.result(render_event_json(finished, timestamp=session.clock.now()))
    elif console.format in PLAIN:
        summary = complete_commands(render_summary_text(finished, console.style, verb=verb), session.place)
        texts = summary, render_addresses(finished)
        console.result("".join(f"\n{text}\n" for text in texts if text).removesuffix("\n"))
    if finished.interrupted:
        return session.interruption.exit_code
    # That a group could not be read is worse than one that did not converge: nobody knows its state.
    if finished.unread:
        return ExitCode.ERROR
    if finished.failed or finished.skipped > finished.unfinished:
        return ExitCode.NOT_CONVERGED
    return ExitCode.UNFINISHED if finished.unfinished else ExitCode.OK
