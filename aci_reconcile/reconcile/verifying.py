"""What became of a write: compared with what was wanted, and corrected where the right call can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.reconcile.comparing import left_of, not_taken, overtaken, removed
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.settling import settled_read
from aci_reconcile.reconcile.writes import patch

if TYPE_CHECKING:
    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process


def accepted(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None
) -> Process[Resource | None]:
    """Look at what became of the write; nothing is looked at where nobody waits for it."""
    if ctx.wait is Wait.NONE:
        return None
    return (yield from verify(change, wanted, ctx, deadline, seen))


def verify(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None = None
) -> Process[Resource]:
    """Read what became of a write and correct what the right call can correct: tags, which a PUT may not take.

    Where ``seen`` is given, a list has proved already that everything took.

    Raises:
        MovedError: somebody else has written the group since.
        NotConvergedError: a field did not take; the group remembers that, so that no apply writes it in vain again.
    """
    if seen is not None:
        return seen
    live = yield from settled_read(change, ctx, deadline)
    if overtaken(change, wanted, live):
        raise MovedError
    left = left_of(change, wanted, live)
    if left and all(each.keys[:1] == ("tags",) for each in left):
        yield from patch(change, tags.merge(live.tags, {**removed(change, wanted), **wanted.tags}), ctx, deadline)
        live = yield from settled_read(change, ctx, deadline)
        left = left_of(change, wanted, live)
    if not left:
        return live
    # Tags that did not take either are written along: without its fingerprint the next apply would push again.
    merged = tags.merge(live.tags, {**removed(change, wanted), **wanted.tags})
    left_over = tags.live_digest({**live.body, "tags": merged}, wanted.body)
    applied = tags.Applied(change.digest, left_over, tags.Applied.of(wanted.tags).serial)
    yield from patch(change, tags.merge(merged, {tags.APPLIED: str(applied)}), ctx, deadline)
    raise not_taken(tuple(each for each in left if each.keys[:1] != ("tags",)) or left)
