"""A lock, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION

if TYPE_CHECKING:
    from aci_reconcile.core.lock import Holder


def render_lock_json(address: str, holder: Holder | None, *, held: bool, free_in: int | None) -> str:
    """Return who holds a lock, or held it last; ``free_in`` seconds after it was broken."""
    known = None if holder is None else asdict(holder)
    return dump(
        {
            "format_version": FORMAT_VERSION,
            "lock": address,
            "held": held,
            "holder": known,
            "free_in_seconds": free_in,
        }
    )
