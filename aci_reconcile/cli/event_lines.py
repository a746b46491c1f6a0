"""What is written about an event in plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.events import Succeeded
from aci_reconcile.plan.values import Action
from aci_reconcile.report import event_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.cli.console import Console
    from aci_reconcile.events import Event

Reader: TypeAlias = "Callable[[Event], None]"
"""Shows an event."""


def lines_of(event: Event, console: Console) -> str:
    """Return what is written about an event; empty where it says nothing new.

    A group that was and is as it should be is named only when asked for.
    """
    unchanged = isinstance(event, Succeeded) and event.change.action is Action.NO_OP
    return "" if unchanged and not console.verbose else event_text(event, console.notes)
