"""The lists that a plan begins with: of the resource groups that are named, and of those that hold more of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.reconcile.gather import gathered, reading
from aci_reconcile.reconcile.searching import beginning, hits, search_key, searched
from aci_reconcile.reconcile.watch import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.model import Resource, Scope
    from aci_reconcile.plan.deferring import Key
    from aci_reconcile.reconcile.gather import Answer
    from aci_reconcile.reconcile.looking import Look
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


def looked_through(wanted: Mapping[tuple[str, str], Scope], look: Look) -> Lists:
    """List resource groups, and those besides in which groups of ours are found; the search goes on beside the lists.

    A resource group that is only looked into because the subscription may not be, and that cannot be listed either, is
    told and left out.
    """
    search = look.search
    searches = {
        search_key(each): searched(beginning(each, look.listed, look), look, first=not number)
        for number, each in enumerate(search.subscriptions)
    }
    first = gathered({**{key: _listed(scope, look) for key, scope in wanted.items()}, **searches}, look)
    found = hits(search, first, wanted.keys())
    second = gathered({scope.key: _listed(scope, look) for scope in found.scopes}, look)
    for scope in found.scopes:
        answer = second[scope.key]
        if answer.error and scope.key in found.guessed:
            search.unseen(f"Resource group {scope.resource_group} was not searched: {second.pop(scope.key).error}")
    lists = {key: first[key] for key in wanted}
    return Lists({**lists, **second}, found, tuple(each for key in searches for each in first[key].found))


def wanted_scopes(desired: Iterable[Resource], scopes: Iterable[Scope]) -> dict[tuple[str, str], Scope]:
    """Return the resource groups to be listed, by their keys."""
    return {scope.key: scope for scope in (*(each.id.scope for each in desired), *scopes)}


def _listed(scope: Scope, look: Look) -> Process[tuple[Resource, ...]]:
    begun = look.listed.get(scope.key) or partial(listed, scope, look.backend, look.clock)
    listing = look.listings[scope.key] = yield from reading(look, begun)
    return tuple(listing.groups.values())
