"""What became of a write: compared with what was wanted, and corrected where the right call can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.planning.values import Impact
from aci_reconcile.reconcile.comparing import diff_after_write, is_overwritten, is_tag, make_not_taken_error, merge_tags
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.settling import wait_until_settled
from aci_reconcile.reconcile.writes import patch

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process


def finish_write(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None
) -> Process[Resource | None]:
    """Verify the write, unless the run waits for nothing."""
    if ctx.wait is Wait.NONE:
        return None
    return (yield from verify(change, wanted, ctx, deadline, seen))


def verify(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None = None
) -> Process[Resource]:
    """Read the result of a write and compare it; correct tags with a PATCH, because a PUT may not store them.

    Where ``seen`` is not None, a list has already proved that everything took.

    Raises:
        MovedError: somebody else has written the group since.
        NotConvergedError: a field did not take; the group remembers that, so that no apply writes it in vain again.
    """
    if seen is not None:
        return seen
    live = yield from wait_until_settled(change, ctx, deadline)
    if is_overwritten(change, wanted, live):
        raise MovedError
    left = diff_after_write(change, wanted, live)
    if change.impact is not Impact.TAGS_ONLY and any(map(is_tag, left)):  # a PATCH would bring what a PATCH has not
        yield from patch(change, merge_tags(change, wanted, live), ctx, deadline)
        live = yield from wait_until_settled(change, ctx, deadline)
        left = diff_after_write(change, wanted, live)
    if not left:
        return live
    if not wanted.lifecycle.detach:
        yield from _remember_refusal(change, wanted, live, ctx, deadline)
    raise make_not_taken_error(tuple(each for each in left if not is_tag(each)) or left)


def _remember_refusal(
    change: Change, wanted: Resource, live: Resource, ctx: Context, deadline: Deadline
) -> Process[None]:
    """Write into our tags which fields did not take; otherwise the next apply would push them again."""
    written = change.sends_body or bool(tags.Applied.of(live.tags).desired)
    refused = tags.make_refusal(live.body, wanted.body, change.digest, written=written)
    applied = replace(refused, serial=tags.Applied.of(wanted.tags).serial)
    ours = {name: value for name, value in wanted.tags.items() if tags.is_ours(name)}
    yield from patch(change, tags.merge(live.tags, {**ours, tags.APPLIED: str(applied)}), ctx, deadline)
