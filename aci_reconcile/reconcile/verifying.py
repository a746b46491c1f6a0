"""What became of a write: compared with what was wanted, and corrected where the right call can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.planning.values import Impact
from aci_reconcile.reconcile.comparing import is_tag, left_of, not_taken, overtaken, tagged
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.settling import settled_read
from aci_reconcile.reconcile.writes import patch

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
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
    if change.impact is not Impact.TAGS_ONLY and any(map(is_tag, left)):  # a PATCH would bring what a PATCH has not
        yield from patch(change, tagged(change, wanted, live), ctx, deadline)
        live = yield from settled_read(change, ctx, deadline)
        left = left_of(change, wanted, live)
    if not left:
        return live
    if not wanted.lifecycle.detach:
        yield from _remembered(change, wanted, live, ctx, deadline)
    raise not_taken(tuple(each for each in left if not is_tag(each)) or left)


def _remembered(change: Change, wanted: Resource, live: Resource, ctx: Context, deadline: Deadline) -> Process[None]:
    """Let the group remember what did not take, with all of our tags: without them the next apply would push again."""
    written = change.sends_body or bool(tags.Applied.of(live.tags).desired)
    refused = tags.make_refusal(live.body, wanted.body, change.digest, written=written)
    applied = replace(refused, serial=tags.Applied.of(wanted.tags).serial)
    ours = {name: value for name, value in wanted.tags.items() if tags.is_ours(name)}
    yield from patch(change, tags.merge(live.tags, {**ours, tags.APPLIED: str(applied)}), ctx, deadline)
