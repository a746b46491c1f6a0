"""Groups that somebody else has in transition: how long they are waited for when they are read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.health import State, assess
from aci_reconcile.core.provisioning import is_settled, state_of
from aci_reconcile.reconcile.gather import read_within_limits
from aci_reconcile.reconcile.steps import pause

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Resource, ResourceId
    from aci_reconcile.reconcile.look import Look
    from aci_reconcile.reconcile.steps import Process

SETTLING: Final = 60.0
"""Seconds for which a group that somebody else has in transition is waited for, before it is taken as it is."""
_GLANCE = 1.0


def read_when_settled(
    resource_id: ResourceId, look: Look, is_enough: Callable[[Resource], bool]
) -> Process[tuple[Resource, ...]]:
    """Read one group; wait up to a minute for one in transition, because settled reads compare best.

    Do not wait where ``is_enough`` says so or where the group fails again and again. Return a group that does not
    settle as it is.

    Raises:
        AzureError: it cannot be read.
    """
    until = 0.0
    while True:
        live = yield from read_within_limits(look, partial(look.backend.get, resource_id))
        if live is None:
            return ()
        if is_settled(live.body) or is_enough(live) or assess(live.body, now=look.clock.now()).state is State.UNHEALTHY:
            return (live,)
        if not until:
            until = look.clock.now() + SETTLING
            from aci_reconcile.reconcile.events import Settling  # late: a plan that waits for nothing does not need it

            yield Settling(resource_id.address, state_of(live.body), SETTLING)
        if look.clock.now() > until:
            return (live,)
        yield from pause(_GLANCE)
