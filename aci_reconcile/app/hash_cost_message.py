"""The message about the time that fingerprints of secrets took, if it is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.reconcile.hash_cost import AT_ONCE
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from aci_reconcile.reconcile.hash_cost import HashCost

_FELT: Final = 2.0
"""Seconds; a shorter time is not worth a message."""
_MAKE: Final = "With a fingerprint key they take no time: aci-reconcile key (docs/secrets.md)."
_MOVE: Final = (
    "Most of this ends as groups are written with the fingerprint key. "
    "To end it now, run apply --trust-secrets: it writes only tags and restarts nothing."
)


def render_hash_cost(hash_cost: HashCost, *, keyed: bool, at_once: int = AT_ONCE) -> str:
    """Return a message with the time that hashes took and a remedy; empty where the time is short.

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
