"""Values of other groups, read just before the write that needs them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import NotConvergedError
from aci_reconcile.core.provisioning import state_of
from aci_reconcile.core.references import find_references, resolve
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.planning.decision import decide
from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.retries import Backoff, check_deadline, repeat_unless_stopped, retry
from aci_reconcile.reconcile.steps import call, pause

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.core.references import GroupReference
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process


def resolve_deferred(
    change: Change, declared: Resource, current: Resource | None, ctx: Context, deadline: Deadline
) -> Process[Change]:
    """Put the values of other groups into a change and decide again; there may be nothing left to do.

    Raises:
        NotConvergedError: another group has no such value, or more would have to be done than was planned.
    """
    values: dict[GroupReference, str] = {}
    for reference in find_references(declared.body):
        values[reference] = yield from _wait_for_value(reference, change, ctx, deadline)
    known = resolve(declared, lambda reference: values[reference])
    decided = yield from call(partial(decide, known, current, ctx.policy))
    if decided.action is Action.REPLACE and change.action is not Action.REPLACE:
        raise NotConvergedError("the group would have to be created again, which was not planned", hint="plan again")
    return decided


def _wait_for_value(reference: GroupReference, change: Change, ctx: Context, deadline: Deadline) -> Process[str]:
    """Wait until a group has settled, and return the value that is referred to."""
    target = reference.target(change.id)
    backoff, reported = Backoff(), ""
    while True:
        ask = partial(ctx.backend.get, target)
        other = yield from retry(ctx, ask, deadline, again=partial(repeat_unless_stopped, ctx), idle=True)
        if other is None or is_settled(other):
            break
        check_deadline(ctx, deadline, f"waiting for {target.address}")
        if state_of(other.body) != reported:
            reported = state_of(other.body)
            yield Waiting(change, f"for {target.address}, which is {reported}")
        yield from pause(backoff.next(), idle=True)
        ctx.check_not_stopped()
    value = reference.read_from(other)
    if not value:
        why = f"{target.address} has no {reference.path}" if other else f"there is no group {target.address}"
        raise NotConvergedError(f"{reference} has no value: {why}")
    return value
