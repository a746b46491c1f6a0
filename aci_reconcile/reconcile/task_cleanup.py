"""Deleting the group of a run: whatever happened, whoever interrupts, and nothing but what the run made."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.core.run_tag import RunTag
from aci_reconcile.planning.policy import never_frozen
from aci_reconcile.planning.unmanaged import make_deletion
from aci_reconcile.reconcile.apply_group import apply_change
from aci_reconcile.reconcile.retries import retry
from aci_reconcile.reconcile.steps import Pause, never
from aci_reconcile.reconcile.task_steps import go_through
from aci_reconcile.reconcile.writes import patch

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process, Step

_TIME: Final = 900.0
"""Seconds that a deletion may take."""
_TRIES: Final = 3
"""How often it begins again where somebody, such as an Azure Policy, has changed the group."""
_LATER: Final = "the next run deletes it once its tag has expired"


def clean_up(change: Change, run: str, ctx: Context, *, made: bool, keep: bool) -> Process[str]:
    """Delete what a run has made, and return why it is still there; empty if it is not.

    A signal does not stop this, and no freeze does: what was made only for the run costs money until it is gone.

    Args:
        change: the creation of the group.
        run: the id in its tag.
        ctx: how.
        made: whether Azure is known to have taken the creation; then a group whose tags somebody removed is it, too.
        keep: whether the group is to stay, from now on as one of the project's.
    """
    policy = replace(ctx.policy, frozen="", frozen_at=never_frozen)
    ctx = replace(ctx, stopped=never, policy=policy, timeout=_TIME)
    why = ""
    for _ in range(_TRIES):
        try:
            live = yield from retry(ctx, partial(ctx.backend.get, change.id), ctx.make_deadline())
        except AciReconcileError as error:
            return f"it could not be read: {error.message}; {_LATER}"
        if live is None:
            return ""
        if not _is_it(live, run, ctx, made=made):
            return "somebody else has taken it over" if made else ""
        if keep:
            return (yield from _release(change, live, ctx))
        if (yield from go_through(apply_change(make_deletion(live), ctx), _wait_in_any_case)):
            return ""
        why = f"it could not be deleted; {_LATER}"
    return why


def _wait_in_any_case(step: Step) -> Step:
    """Let a pause be one: the engine of an interrupted run ends idle ones at once, and Azure would be hammered."""
    return replace(step, idle=False) if isinstance(step, Pause) else step


def _is_it(live: Resource, run: str, ctx: Context, *, made: bool) -> bool:
    """Whether a group is the one that the run has made."""
    tag, owner = RunTag.of(live, None), tags.owner(live)
    if tag is not None and tag.id == run:
        return True
    return made and (not owner or ctx.policy.owns(owner))


def _release(change: Change, live: Resource, ctx: Context) -> Process[str]:
    """Remove the tag of the run, so that the group stays until somebody deletes it."""
    try:
        wanted = tags.merge(live.tags, {tags.RUN: None})
        yield from patch(replace(change, before=live), wanted, ctx, ctx.make_deadline())
    except AciReconcileError as error:
        return f"it was to be kept, but its tag could not be removed: {error.message}; {_LATER}"
    return "it is kept"
