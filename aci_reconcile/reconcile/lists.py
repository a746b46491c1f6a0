"""The lists that a plan begins with: of the named resource groups, and of whole subscriptions.

One list of a subscription finds groups of ours where no manifest points: a resource group that the last manifest has
left is named nowhere any more, and only the owner tag of its groups shows whose they are.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AuthenticationError, AzureError, ForbiddenError
from aci_reconcile.planning.values import Unreadable
from aci_reconcile.reconcile.reader import gather, read_within_limits
from aci_reconcile.reconcile.watch import Listing, list_scope
from aci_reconcile.reconcile.whole_lists import WholeLists

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.core.model import Key, Resource, Scope
    from aci_reconcile.reconcile.reader import Answer, Reader, Search
    from aci_reconcile.reconcile.steps import Process

ScopeKey: TypeAlias = "tuple[str, str]"

_NOT_SERVED = frozenset({400, 404, 405, 501})
"""Answers of servers that speak ARM for container groups only, and do not know its list of resources."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Where else groups of ours are, and what could not be searched."""

    scopes: tuple[Scope, ...] = ()
    searched_all: bool = False
    """Whether the subscription of the run was searched."""
    unreadable: tuple[Unreadable, ...] = ()
    guessed: frozenset[ScopeKey] = field(default_factory=frozenset[ScopeKey])
    """Those of the scopes that are listed only because their subscription may not be searched."""


def make_search_key(subscription: str) -> ScopeKey:
    """Return the key of a subscription's search among lists of resource groups; no resource group has an empty name."""
    return subscription.lower(), ""


def list_owned(subscription: str, backend: Backend, clock: Clock) -> Listing:
    """List the groups of a subscription that carry an owner tag, and note when that began."""
    began = clock.now()
    return Listing(began, {each.id.key: each for each in backend.list_tagged(subscription, tags.OWNER)})


def search_subscription(begun: Callable[[], Listing], reader: Reader, *, first: bool) -> Process[tuple[Resource, ...]]:
    """List the groups of ours in a subscription; only for the first one is a missing credential an error of the run.

    Raises:
        AzureError: it cannot be searched.
        AuthenticationError: there is no credential for the subscription of the run.
    """
    try:
        listing = yield from read_within_limits(reader, begun)
    except AuthenticationError as error:
        # Another environment's subscription may be in another tenant, where this identity does not exist.
        if first:
            raise
        raise ForbiddenError(error.message, code=error.code, status=error.status) from error
    return tuple(listing.groups.values())


def find_hits(search: Search, answers: Mapping[ScopeKey, Answer], known: Collection[ScopeKey]) -> Hits:
    """Return the resource groups that the searches found besides the known ones."""
    results = {each: answers[make_search_key(each)] for each in search.subscriptions}
    main = next(iter(results), "")
    found = _find_our_scopes(results.values(), search)
    fallback: dict[ScopeKey, Scope] = {}
    unreadable: list[Unreadable] = []
    for subscription, answer in results.items():
        if answer.failure is None:
            continue
        # A missing permission stays missing, and a project must work without it. Any other failure may hide groups
        # that a prune or a drift report would have to name.
        if subscription == main and search.needed and not is_forbidden(answer.failure):
            unreadable.append(Unreadable(f"subscription {subscription}", answer.error))
            continue
        named = [each for each in search.instead if each.subscription.lower() == subscription.lower()]
        fallback.update({each.key: each for each in named})
        search.report(render_not_searched(subscription, answer.error, named))
    left = {key: scope for key, scope in {**found, **fallback}.items() if key not in known}
    return Hits(
        scopes=tuple(left[key] for key in sorted(left)),
        searched_all=bool(results) and results[main].failure is None,
        unreadable=tuple(unreadable),
        guessed=frozenset(fallback.keys() - found.keys()) & left.keys(),
    )


def _find_our_scopes(answers: Iterable[Answer], search: Search) -> dict[ScopeKey, Scope]:
    """Return the resource groups with groups of ours. Thousands of groups carry a few tags: each is asked for once."""
    ours = functools.cache(search.ours)
    found = {each.id.scope_key: each.id for answer in answers for each in answer.found if ours(tags.owner(each))}
    return {key: each.scope for key, each in found.items()}


def is_forbidden(error: AzureError) -> bool:
    """Whether a subscription may not be searched, or the server has no such list; waiting helps neither."""
    return isinstance(error, ForbiddenError) or error.status in _NOT_SERVED


def render_not_searched(subscription: str, why: str, instead: Iterable[Scope]) -> str:
    """Return the message that says which part of a subscription was not searched."""
    named = ", ".join(each.resource_group for each in instead)
    rest = f", except {named}" if named else ""
    return f"The rest of subscription {subscription} was not searched for groups of this project{rest}: {why}"


def get_or_start_search(
    subscription: str, lists: Mapping[ScopeKey, Callable[[], Listing]], reader: Reader
) -> Callable[[], Listing]:
    """Return the search that is already on its way, or one that begins when it is called."""
    return lists.get(make_search_key(subscription)) or partial(list_owned, subscription, reader.backend, reader.clock)


@dataclass(frozen=True, slots=True)
class Lists:
    """What became of the lists of resource groups, and what the search of subscriptions found."""

    answers: Mapping[tuple[str, str], Answer]
    hits: Hits
    owned: tuple[Resource, ...]
    """The groups with an owner tag in the subscriptions that were searched: their ids and tags."""

    @property
    def found(self) -> dict[Key, Resource]:
        """The groups of every resource group that was listed."""
        return {each.id.key: each for answer in self.answers.values() for each in answer.found}


def list_and_search(
    wanted: Mapping[tuple[str, str], Scope], reader: Reader, desired: Collection[Resource] = ()
) -> Lists:
    """List the wanted resource groups and, at the same time, search the subscriptions for further groups of ours.

    Where a subscription may not be searched, named resource groups are listed instead; one that cannot be listed is
    reported and left out. Of a subscription with many resource groups, one list is asked for; where that is refused,
    each resource group is listed.

    Args:
        wanted: the resource groups.
        reader: how to read.
        desired: the declared groups, which say how long the list of a subscription is at least.
    """
    search, whole = reader.search, WholeLists.of(wanted.values(), desired, reader)
    searches = {
        make_search_key(each): search_subscription(
            get_or_start_search(each, reader.listed, reader), reader, first=not number
        )
        for number, each in enumerate(search.subscriptions)
    }
    alone = {key: _list_scope(scope, reader) for key, scope in wanted.items() if not whole.covers(scope)}
    first = gather({**alone, **whole.make_reads(reader), **searches}, reader)
    first |= whole.split(reader)
    found = find_hits(search, first, wanted.keys())
    second = gather({scope.key: _list_scope(scope, reader) for scope in (*whole.list_left(), *found.scopes)}, reader)
    first |= {scope.key: second.pop(scope.key) for scope in whole.list_left()}
    for scope in found.scopes:
        answer = second[scope.key]
        if answer.error and scope.key in found.guessed:
            search.report(f"Resource group {scope.resource_group} was not searched: {second.pop(scope.key).error}")
    lists = {key: first[key] for key in wanted}
    return Lists({**lists, **second}, found, tuple(each for key in searches for each in first[key].found))


def collect_scopes(desired: Iterable[Resource], scopes: Iterable[Scope]) -> dict[tuple[str, str], Scope]:
    """Return the resource groups to list, by their keys."""
    declared = {each.id.scope_key: each.id for each in desired}
    return {**{key: each.scope for key, each in declared.items()}, **{scope.key: scope for scope in scopes}}


def _list_scope(scope: Scope, reader: Reader) -> Process[tuple[Resource, ...]]:
    begun = reader.listed.get(scope.key) or partial(list_scope, scope, reader.backend, reader.clock)
    listing = reader.listings[scope.key] = yield from read_within_limits(reader, begun)
    return tuple(listing.groups.values())
