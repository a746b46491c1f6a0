"""The lists that a plan begins with: of the resource groups that are named, and of those that hold more of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.reconcile.gather import gather, read_within_limits
from aci_reconcile.reconcile.searching import find_hits, find_or_begin, make_search_key, search_subscription
from aci_reconcile.reconcile.watch import list_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Key, Resource, Scope
    from aci_reconcile.reconcile.gather import Answer
    from aci_reconcile.reconcile.look import Look
    from aci_reconcile.reconcile.searching import Hits
    from aci_reconcile.reconcile.steps import Process


@dataclass(frozen=True, slots=True)
class Lists:
    """What became of the lists of resource groups, and what was found by looking through whole subscriptions."""

    answers: Mapping[tuple[str, str], Answer]
    hits: Hits
    owned: tuple[Resource, ...]
    """The groups with an owner tag, in short, of the subscriptions that were looked through."""

    @property
    def found(self) -> dict[Key, Resource]:
        """The groups of every resource group that was listed."""
        return {each.id.key: each for answer in self.answers.values() for each in answer.found}


def list_and_search(wanted: Mapping[tuple[str, str], Scope], look: Look) -> Lists:
    """List the wanted resource groups and, at the same time, search the subscriptions for further groups of ours.

    Where a subscription may not be searched, named resource groups are listed instead; one that cannot be listed is
    reported and left out.
    """
    search = look.search
    searches = {
        make_search_key(each): search_subscription(find_or_begin(each, look.listed, look), look, first=not number)
        for number, each in enumerate(search.subscriptions)
    }
    first = gather({**{key: _list_scope(scope, look) for key, scope in wanted.items()}, **searches}, look)
    found = find_hits(search, first, wanted.keys())
    second = gather({scope.key: _list_scope(scope, look) for scope in found.scopes}, look)
    for scope in found.scopes:
        answer = second[scope.key]
        if answer.error and scope.key in found.guessed:
            search.unseen(f"Resource group {scope.resource_group} was not searched: {second.pop(scope.key).error}")
    lists = {key: first[key] for key in wanted}
    return Lists({**lists, **second}, found, tuple(each for key in searches for each in first[key].found))


def collect_scopes(desired: Iterable[Resource], scopes: Iterable[Scope]) -> dict[tuple[str, str], Scope]:
    """Return the resource groups to list, by their keys."""
    return {scope.key: scope for scope in (*(each.id.scope for each in desired), *scopes)}


def _list_scope(scope: Scope, look: Look) -> Process[tuple[Resource, ...]]:
    begun = look.listed.get(scope.key) or partial(list_scope, scope, look.backend, look.clock)
    listing = look.listings[scope.key] = yield from read_within_limits(look, begun)
    return tuple(listing.groups.values())
