"""Groups of ours in many subscriptions, by Resource Graph in the place of a list of each.

Only for checks that write nothing: it lags behind writes. And only for where to look: what it finds is listed before
anything is said about it.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.reconcile.lists import list_owned, make_search_key
from aci_reconcile.reconcile.watch import Listing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.app.prefetch import Listed
    from aci_reconcile.azure import ArmBackend
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Resource

_MANY: Final = 20
"""Further subscriptions from which Resource Graph is asked: fewer are listed in one round."""


class OwnedIndex:
    """Groups with an owner tag, as Resource Graph shows them. It is asked once about each subscription."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: set[str] = set()
        self._shown: dict[str, Listing] = {}

    def make_searches(
        self, subscriptions: Sequence[str], backend: ArmBackend, clock: Clock
    ) -> Mapping[tuple[str, str], Listed]:
        """Return the searches of all subscriptions but the first, if they are many.

        The first is that of the run: what its search misses counts most, and it is one list.
        """
        further = subscriptions[1:]
        if len(further) < _MANY:
            return {}
        return {make_search_key(each): partial(self._search, each, further, backend, clock) for each in further}

    def _search(self, subscription: str, further: Sequence[str], backend: ArmBackend, clock: Clock) -> Listing:
        """Return the groups with an owner tag in a subscription; from a list if Resource Graph does not show it.

        Raises:
            AzureError: they cannot be listed either.
        """
        with self._lock:  # whoever comes meanwhile waits for the answer that is on its way
            self._ask({each.lower() for each in further} - self._asked, backend, clock)
            shown = self._shown.get(subscription.lower())
        return list_owned(subscription, backend, clock) if shown is None else shown

    def _ask(self, subscriptions: set[str], backend: ArmBackend, clock: Clock) -> None:
        if not subscriptions:
            return
        self._asked |= subscriptions
        began = clock.now()
        found = backend.open_graph(clock).list_tagged(subscriptions, tags.OWNER)
        groups: dict[str, dict[tuple[str, ...], Resource]] = {each: {} for each in found.shown}
        for each in found.groups:
            groups[each.id.key[0]][each.id.key] = each
        self._shown |= {name: Listing(began, held) for name, held in groups.items()}
