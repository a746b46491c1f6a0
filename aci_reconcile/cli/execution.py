"""Showing an apply or a destroy: its plan, its events, its summary and its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.options import PLAIN
from aci_reconcile.cli.progress import follow
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.reconcile.writes import PROVISIONED
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.text.apply import render_addresses, render_summary_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.cli.session import Session
    from aci_reconcile.reconcile import Context
    from aci_reconcile.reconcile.events import Event, Finished


def follow_events(events: Iterable[Event], context: Context, session: Session, *, verb: str) -> list[Finished]:
    """Show the events until the last one. After a signal, what is in progress still comes to its end."""
    with session.interruption.protect(lambda: render_unfinished(context.in_flight, verb)):
        return follow(events, session.console, session.clock)


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
        texts = render_summary_text(finished, console.style, verb=verb), render_addresses(finished)
        console.result("".join(f"\n{text}\n" for text in texts if text).removesuffix("\n"))
    if finished.interrupted:
        return session.interruption.exit_code
    if finished.unread:
        return ExitCode.ERROR
    return ExitCode.NOT_CONVERGED if finished.failed or finished.skipped else ExitCode.OK
