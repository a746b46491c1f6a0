"""Groups of ours in many subscriptions, by Resource Graph in the place of a list of each.

Only for checks that write nothing: it lags behind writes. And only for where to look: what it finds is listed before
anything is said about it.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.view import name_error
from aci_reconcile.core import tags
from aci_reconcile.reconcile.lists import list_owned, make_search_key
from aci_reconcile.reconcile.watch import Listing
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.app.prefetch import Listed
    from aci_reconcile.azure import ArmBackend
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.errors import AzureError
    from aci_reconcile.core.model import Resource
    from aci_reconcile.reconcile.reader import Search

_MANY: Final = 20
"""Further subscriptions from which Resource Graph is asked: fewer are listed in one round."""
_NAMED: Final = 3
"""How many subscriptions a message names."""


class OwnedIndex:
    """Groups with an owner tag, as Resource Graph shows them. It is asked once about each subscription."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: set[str] = set()
        self._shown: dict[str, Listing] = {}

    def make_searches(self, search: Search, backend: ArmBackend, clock: Clock) -> Mapping[tuple[str, str], Listed]:
        """Return the searches of all subscriptions but the first, if they are many.

        The first is that of the run: what its search misses counts most, and it is one list.
        """
        further = search.subscriptions[1:]
        if len(further) < _MANY:
            return {}
        return {make_search_key(each): partial(self._find, each, search, backend, clock) for each in further}

    def _find(self, subscription: str, search: Search, backend: ArmBackend, clock: Clock) -> Listing:
        """Return the groups with an owner tag in a subscription; from a list if Resource Graph does not show it.

        Raises:
            AzureError: they cannot be listed either.
        """
        with self._lock:  # whoever comes meanwhile waits for the answer that is on its way
            self._ask(search, backend, clock)
            shown = self._shown.get(subscription.lower())
        return list_owned(subscription, backend, clock) if shown is None else shown

    def _ask(self, search: Search, backend: ArmBackend, clock: Clock) -> None:
        wanted = {each.lower() for each in search.subscriptions[1:]} - self._asked
        if not wanted:
            return
        self._asked |= wanted
        began = clock.now()
        found = backend.open_graph(clock).list_tagged(wanted, tags.OWNER)
        if missing := sorted(wanted - found.shown):
            search.report(render_missing(missing, len(wanted), found.failure))
        groups: dict[str, dict[tuple[str, ...], Resource]] = {each: {} for each in found.shown}
        for each in found.groups:
            groups[each.id.key[0]][each.id.key] = each
        self._shown |= {name: Listing(began, held) for name, held in groups.items()}


def render_missing(missing: Sequence[str], wanted: int, failure: AzureError | None) -> str:
    """Return the message about subscriptions that Resource Graph does not show.

    Args:
        missing: those.
        wanted: how many it was asked about.
        failure: why it could not be asked, if it could not.
    """
    named = ", ".join(missing[:_NAMED]) + (", …" if len(missing) > _NAMED else "")
    what = count(len(missing), "subscription") if len(missing) < wanted else "any subscription"
    why = f": {name_error(failure).rstrip('.')}" if failure is not None else ""
    return f"Resource Graph does not show {what}{why}. The groups there are listed instead ({named})."
