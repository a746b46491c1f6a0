"""The state of groups, in an order, once or again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core import tags
from aci_reconcile.core.container_health import find_created
from aci_reconcile.core.errors import NoAnswerError, RetryableError
from aci_reconcile.core.health import STABLE_FOR, State
from aci_reconcile.core.model import as_text
from aci_reconcile.core.provisioning import state_of
from aci_reconcile.core.resource_types import assess_health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aci_reconcile.app.pace import WatchPace
    from aci_reconcile.app.view import Seen
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource

_WORST_FIRST: Final = (
    State.UNHEALTHY,
    State.PENDING,
    State.UNKNOWN,
    State.STOPPED,
    State.HEALTHY,
    State.FINISHED,
)

ORDERS: Final[Mapping[str, Callable[[Resource, Health], object]]] = {
    "address": lambda live, _health: live.id.key,
    "state": lambda _live, health: _WORST_FIRST.index(health.state),
    "restarts": lambda _live, health: -sum(each.restarts for each in health.containers),
    "age": lambda live, health: -(find_created(live.body, health.containers) or 0),
    "provisioning": lambda live, _health: state_of(live.body).lower(),
    "location": lambda live, _health: as_text(live.body.get("location")).lower(),
    "project": lambda live, _health: tags.owner(live).lower(),
}
"""The orders of groups: the worst, the most restarts, the youngest first. Groups that are equal are in that of their
addresses."""


def find_place(live: Resource, health: Health, order: str) -> tuple[Any, ...]:
    """Return what a group is sorted by in one of the orders; without one, groups stay as they are."""
    return (ORDERS[order](live, health), live.id.key) if order else ()


def judge(groups: Sequence[Resource], order: str, now: float) -> tuple[tuple[Resource, Health], ...]:
    """Return groups with their run states, in one of the orders; without one, as they are."""
    found = [(each, assess_health(each, now=now, stable_for=STABLE_FOR)) for each in groups]
    return tuple(sorted(found, key=lambda pair: find_place(pair[0], pair[1], order)))


def arrange(groups: Sequence[Resource], order: str, now: float) -> tuple[tuple[Resource, None], ...]:
    """Return groups without run states, which were not read, in one of the orders."""
    return tuple((each, None) for each, _ in judge(groups, order, now))


@dataclass(frozen=True, slots=True)
class StatusWatch:
    """Reads groups again and again, at a pace that Azure's limits allow."""

    read: Callable[[], Seen]
    pace: WatchPace

    def follow(self) -> Iterator[Seen]:
        """Yield what is seen each time, until nobody reads.

        Raises:
            AzureError: Azure cannot be asked, and waiting does not help.
        """
        while True:
            try:
                seen = self.read()
            except (RetryableError, NoAnswerError) as error:
                if not self.pace.wait_out(error):
                    return
                continue
            yield seen
            if not self.pace.wait(len(seen.groups) + 1):
                return
