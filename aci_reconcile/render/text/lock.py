"""Who holds a lock, in words. What its metadata say may come from anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from aci_reconcile.core.lock import Holder


def describe_holder(holder: Holder | None) -> str:
    """Return who holds a lock: ``shop/prod (apply 1a2b3c4d on runner-7, since 2026-11-29T10:00:00Z, https://…)``."""
    if holder is None:
        return "somebody who does not say who"
    about = [
        f"{holder.run or 'a run'}{f' on {holder.host}' if holder.host else ''}",
        f"since {holder.since}" if holder.since else "",
        holder.link,
    ]
    return sanitize(f"{holder.owner or 'an unknown project'} ({', '.join(each for each in about if each)})")


def render_lock_text(address: str, holder: Holder | None, *, held: bool, free_in: int | None) -> str:
    """Return who holds a lock, or held it last; ``free_in`` seconds after it was broken."""
    if free_in is not None:
        return f"Broke the lock {address}, held by {describe_holder(holder)}. It is free in {free_in} s."
    if held:
        return f"The lock {address} is held by {describe_holder(holder)}."
    last = f" It was held last by {describe_holder(holder)}." if holder is not None else " Nobody has held it yet."
    return f"The lock {address} is free.{last}"
