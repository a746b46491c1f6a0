"""What a run says of the time that it has spent on the fingerprints of secrets, where that is felt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.reconcile.hash_cost import AT_ONCE
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from aci_reconcile.reconcile.hash_cost import HashCost

_FELT: Final = 2.0
"""Seconds that nobody minds."""
_MAKE: Final = "With a fingerprint key they take no time: aci-reconcile key (docs/secrets.md)."
_MOVE: Final = (
    "Most of this ends as groups are written with the fingerprint key. "
    "To end it now, run apply --trust-secrets: it writes only tags and restarts nothing."
)


def render_effort(effort: HashCost, *, keyed: bool, at_once: int = AT_ONCE) -> str:
    """Return a message with the time that hashes took and a remedy; empty where the time is short.

    Args:
        effort: what was measured.
        keyed: whether there is a fingerprint key, so that only older tags take time.
        at_once: how many cores worked.
    """
    took = effort.seconds / at_once
    if took <= _FELT:
        return ""
    each = 1000 * effort.seconds / effort.hashes
    cores = count(at_once, "core")
    sum_ = f"{count(effort.hashes, 'slow hash', 'slow hashes')} x {each:.0f} ms / {cores} = {took:.1f} s"
    return f"Fingerprints of secrets: {sum_}. {_MOVE if keyed else _MAKE}"
