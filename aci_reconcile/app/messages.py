"""Messages about events and about the cost of fingerprints, as plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import Failed, Moved, ResourceGroupFailed, Skipped, Succeeded, Unhealthy
from aci_reconcile.reconcile.hash_cost import AT_ONCE
from aci_reconcile.render.text.apply import is_explained, render_event_text
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.run import Messages
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.hash_cost import HashCost

ShowEvent: TypeAlias = "Callable[[Event], None]"
"""Shows an event."""

_BAD = (Failed, Moved, ResourceGroupFailed, Skipped, Unhealthy)


def render_lines(event: Event, messages: Messages) -> str:
    """Return the text for an event; empty if it says nothing new.

    An unchanged group is named only if the output is verbose, or if somebody asked for this group.
    """
    unchanged = isinstance(event, Succeeded) and event.change.action is Action.NO_OP and not is_explained(event.change)
    return "" if unchanged and not messages.verbose else render_event_text(event, messages.notes)


def report_event(event: Event, messages: Messages) -> None:
    """Report an event in plain lines on stderr."""
    messages.plain("error" if isinstance(event, _BAD) else "info", render_lines(event, messages))


_FELT: Final = 2.0
"""Seconds; a shorter time is not worth a message."""
_MAKE: Final = "With a fingerprint key they take no time: aci-reconcile key (docs/secrets.md)."
_MOVE: Final = (
    "Most of this ends as groups are written with the fingerprint key. "
    "To end it now, run apply --trust-secrets: it writes only tags and restarts nothing."
)


def render_hash_cost(hash_cost: HashCost, *, keyed: bool, at_once: int = AT_ONCE) -> str:
    """Return a message with the time that hashes took and a remedy; empty if the time is short.

    Args:
        hash_cost: what was measured.
        keyed: whether there is a fingerprint key, so that only older tags take time.
        at_once: how many cores worked.
    """
    took = hash_cost.seconds / at_once
    if took <= _FELT:
        return ""
    each = 1000 * hash_cost.seconds / hash_cost.hashes
    cores = count(at_once, "core")
    sum_ = f"{count(hash_cost.hashes, 'slow hash', 'slow hashes')} x {each:.0f} ms / {cores} = {took:.1f} s"
    return f"Fingerprints of secrets: {sum_}. {_MOVE if keyed else _MAKE}"
