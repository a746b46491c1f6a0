"""Whether a watch goes round, and whether what it says is of now: the answers to a cluster's probes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aci_reconcile.reconcile.rounds import Watched

_ROUNDS: Final = 3
_LEAST: Final = 900.0
"""One request to Azure, or one fetch, may take minutes: a loop that a probe ends in the middle of a write is worse."""


def explain_stuck(watched: Watched, now: float) -> str:
    """Return why the loop counts as stuck; empty if it goes round."""
    since = now - watched.alive
    if since <= _find_patience(watched):
        return ""
    return f"the loop gave no sign of life for {since:.0f} s"


def explain_unready(watched: Watched, now: float) -> str:
    """Return why nobody should rely on this watch; empty if a good round has ended lately."""
    if watched.good_at is None:
        return "no good round yet"
    since = now - watched.good_at
    if since <= _find_patience(watched):
        return ""
    return f"the last good round ended {since:.0f} s ago"


def _find_patience(watched: Watched) -> float:
    """Return the seconds that may pass without a good round or a sign of life."""
    last = watched.last.seconds if watched.last is not None else 0.0
    return max(_ROUNDS * max(watched.every, last), _LEAST)
