"""What is written about an event in plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import Failed, Moved, ResourceGroupFailed, Skipped, Succeeded, Unhealthy
from aci_reconcile.render.text.apply import render_event_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.run import Messages
    from aci_reconcile.reconcile.events import Event

Reader: TypeAlias = "Callable[[Event], None]"
"""Shows an event."""

_BAD = (Failed, Moved, ResourceGroupFailed, Skipped, Unhealthy)


def render_lines(event: Event, messages: Messages) -> str:
    """Return the text for an event; empty where it says nothing new.

    A group that was and is as it should be is named only when asked for.
    """
    unchanged = isinstance(event, Succeeded) and event.change.action is Action.NO_OP
    return "" if unchanged and not messages.verbose else render_event_text(event, messages.notes)


def report_event(event: Event, messages: Messages) -> None:
    """Report an event in plain lines on stderr."""
    messages.plain("error" if isinstance(event, _BAD) else "info", render_lines(event, messages))
