"""Values of other groups, read just before the write that needs them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.deferred import find_references, resolve
from aci_reconcile.core.errors import NotConvergedError
from aci_reconcile.core.provisioning import is_settled, state_of
from aci_reconcile.planning.decide import decide
from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.patience import Pace, going_on, overdue, patiently
from aci_reconcile.reconcile.steps import call, pause

if TYPE_CHECKING:
    from aci_reconcile.core.deferred import GroupReference
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.patience import Deadline
    from aci_reconcile.reconcile.steps import Process


def undeferred(
    change: Change, declared: Resource, current: Resource | None, ctx: Context, deadline: Deadline
) -> Process[Change]:
    """Return what is left to do now that the other groups are as they should be; that may be nothing.

    Raises:
        NotConvergedError: another group has no such value, or more would have to be done than was planned.
    """
    values: dict[GroupReference, str] = {}
    for reference in find_references(declared.body):
        values[reference] = yield from _told(reference, change, ctx, deadline)
    known = resolve(declared, lambda reference: values[reference])
    decided = yield from call(partial(decide, known, current, ctx.policy))
    if decided.action is Action.REPLACE and change.action is not Action.REPLACE:
        raise NotConvergedError("the group would have to be created again, which was not planned", hint="plan again")
    return decided


def _told(reference: GroupReference, change: Change, ctx: Context, deadline: Deadline) -> Process[str]:
    """Return the value that a settled group tells."""
    target = reference.target(change.id)
    pace, told = Pace(), ""
    while True:
        ask = partial(ctx.backend.get, target)
        other = yield from patiently(ctx, ask, deadline, again=partial(going_on, ctx), idle=True)
        if other is None or is_settled(other.body):
            break
        overdue(ctx, deadline, f"waiting for {target.address}")
        if state_of(other.body) != told:
            told = state_of(other.body)
            yield Waiting(change, f"for {target.address}, which is {told}")
        yield from pause(pace.next(), idle=True)
        ctx.unless_stopped()
    value = reference.read_from(other)
    if not value:
        why = f"{target.address} has no {reference.path}" if other else f"there is no group {target.address}"
        raise NotConvergedError(f"{reference} has no value: {why}")
    return value
