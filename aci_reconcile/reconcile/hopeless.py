"""When waiting for a group will not help: its containers fail again and again, or Azure has given it up.

A group whose init container fails stays in ``Creating`` until Azure gives up on it, half an hour later. What its
containers are at is in no list and in no operation, so that a group that takes its time is read by itself now and then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import AzureError
from aci_reconcile.core.health import State, assess
from aci_reconcile.core.model import as_list
from aci_reconcile.core.provisioning import is_settled
from aci_reconcile.reconcile.context import Wait
from aci_reconcile.reconcile.patience import Pace
from aci_reconcile.reconcile.steps import call

if TYPE_CHECKING:
    from aci_reconcile.core.health import ContainerHealth, Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process

_RESTARTS: Final = 3
"""A container may fail a few times after a write, while what it needs comes up; then the apply gives up on it."""
_A_WHILE: Final = 60.0
"""Seconds after a write in which what was failing before it may still be what is shown, and in which a share or the
like may fail to be mounted."""
_SOON, _LATER = 5.0, 30.0


class HopelessError(Exception):
    """Azure has not done with the group, and never will; caught where the group's process ends."""

    def __init__(self, health: Health, live: Resource) -> None:
        super().__init__("; ".join(health.reasons))
        self.health = health
        self.live = live


def is_hopeless(change: Change, health: Health, *, since_write: float) -> bool:
    """Whether waiting will not help; right after a write a container may fail a few times.

    Args:
        change: what is being done.
        health: how the group is.
        since_write: seconds since work on the group began.
    """
    if health.state is not State.UNHEALTHY:
        return False
    failing = [each for each in health.containers if each.verdict is State.UNHEALTHY]
    if not change.writes:
        return True
    if not failing:
        return health.settled or since_write > _A_WHILE
    return any(map(_has_failed, failing)) and (health.settled or since_write > _A_WHILE or not _was_failing(change))


def _prevents_provisioning(health: Health) -> bool:
    """Whether what fails keeps the group from being provisioned; a container that has started does not."""
    failing = [each for each in health.containers if each.verdict is State.UNHEALTHY]
    return not failing or any(each.init or "Image" in each.detail for each in failing)


def _has_failed(container: ContainerHealth) -> bool:
    return container.state == "Terminated" or container.restarts >= _RESTARTS or "Image" in container.detail


def _was_failing(change: Change) -> bool:
    """Whether the group was failing when the plan was made; Azure may show that for a while after a write."""
    return change.before is not None and assess(change.before.body).state is State.UNHEALTHY


@dataclass(slots=True)
class Glances:
    """When a group that Azure has not done with is read by itself.

    Soon where it has init containers, which are what keeps a group from ever being provisioned; rarely where it has
    none: many are created at once, and one list watches them all.
    """

    began: float
    due: float
    pace: Pace = field(default_factory=lambda: Pace(_SOON, ceiling=_LATER))

    @classmethod
    def of(cls, wanted: Resource, now: float) -> Glances:
        """Return when a group is looked at that is written now."""
        return cls(now, now + (_SOON if as_list(wanted.properties.get("initContainers")) else _LATER))


def check_if_due(change: Change, ctx: Context, glances: Glances) -> Process[None]:
    """Read a group on its way if a read is due, and check that it can still come up.

    Raises:
        HopelessError: it cannot.
    """
    now = ctx.clock.now()
    if now < glances.due:
        return
    try:
        live = yield from call(partial(ctx.backend.get, change.id))
    except AzureError:
        live = None  # how it is will be told where it must be read
    glances.due = ctx.clock.now() + glances.pace.next()
    if live is not None:
        check_not_hopeless(change, live, ctx, glances.began)


def check_not_hopeless(change: Change, live: Resource, ctx: Context, began: float) -> None:
    """Check that Azure can still finish provisioning a group.

    Raises:
        HopelessError: it never will.
    """
    if is_settled(live.body):
        return
    now = ctx.clock.now()
    health = assess(live.body, now=now, stable_for=ctx.stable_for)
    if (ctx.wait is Wait.HEALTHY or _prevents_provisioning(health)) and is_hopeless(
        change, health, since_write=now - began
    ):
        raise HopelessError(health, live)
