"""What Resource Graph shows of the subscriptions of a fleet, in the place of the lists of a view.

It lags behind writes, so it is for looking on: nothing that is written may rest on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.app.connection import STATE, Place, open_connection
from aci_reconcile.app.orphans import make_search
from aci_reconcile.app.owned_index import render_missing
from aci_reconcile.app.prefetch import load_settings
from aci_reconcile.core import tags
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.core.fields import API_VERSION
from aci_reconcile.reconcile.lists import make_search_key
from aci_reconcile.reconcile.reader import own_nothing
from aci_reconcile.reconcile.watch import Listing
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.app.prefetch import Listed
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.azure.graph.index import Indexed
    from aci_reconcile.core.model import Resource


class IndexedLists(Mapping[tuple[str, str], "Listed"]):
    """Lists of resource groups, and searches of subscriptions, by the keys that a view has for them.

    There is one for every resource group of a subscription that Resource Graph has shown, also for those that hold
    nothing; and none for any other.
    """

    def __init__(self, indexed: Indexed) -> None:
        self.shown = indexed.shown
        self._groups: dict[tuple[str, str], dict[tuple[str, ...], Resource]] = defaultdict(dict)
        for each in indexed.groups:
            self._groups[each.id.scope.key][each.id.key] = each
            if tags.owner(each):
                self._groups[make_search_key(each.id.subscription)][each.id.key] = each

    def __getitem__(self, key: tuple[str, str]) -> Listed:
        """Return the list, or the search, with a key."""
        if key[0] not in self.shown:
            raise KeyError(key)
        return partial(Listing, groups=self._groups.get(key, {}))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield the keys of the lists that hold something."""
        return iter(self._groups)

    def __len__(self) -> int:
        """Return how many lists hold something."""
        return len(self._groups)


def read_index(projects: Iterable[Sources], target: Target, run: Run) -> IndexedLists | None:
    """Ask Resource Graph about the subscriptions of some projects, and say what it does not show.

    None where it shows nothing. A project whose subscriptions are not known is left to its own run, which says why.

    Args:
        projects: which manifests, for each project.
        target: where to connect to.
        run: the environment, time and messages.

    Raises:
        AuthenticationError: there is no credential that Azure takes.
    """
    wanted = {each.lower() for sources in projects for each in _find_subscriptions(sources, target, run)}
    if not wanted:
        return None
    place = Place(target, API_VERSION, run.cwd / STATE, run.environ, run.clock.sleep)
    with open_connection(place) as connection:
        indexed = connection.backend.open_graph(run.clock).list_groups(wanted)
    if missing := sorted(wanted - indexed.shown):
        run.console.warn(sanitize(render_missing(missing, len(wanted), indexed.failure)))
    return IndexedLists(indexed) if indexed.shown else None


def _find_subscriptions(sources: Sources, target: Target, run: Run) -> tuple[str, ...]:
    """Return the subscriptions that the run of a project would read; none if it says what is wrong itself."""
    from aci_reconcile.app.subscription import find_subscription

    project = load_settings(sources, target, run)
    if project is None:
        return ()
    try:
        subscription = project.subscription or find_subscription(target, run.environ)
    except AciReconcileError:
        return ()
    searched = make_search(replace(project, subscription=subscription), own_nothing, None, needed=False)
    return (subscription, *searched.subscriptions)
