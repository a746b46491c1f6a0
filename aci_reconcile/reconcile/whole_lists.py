"""One list of a subscription in place of one for each of its resource groups, where that is fewer requests.

A hundred groups in as many resource groups are a hundred lists, or one page of the subscription's. Azure allows 250
reads at once and 25 more each second (documented under "Understand how Azure Resource Manager throttles requests").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core.errors import NoAnswerError
from aci_reconcile.core.model import Scope
from aci_reconcile.reconcile.reader import Answer, read_within_limits
from aci_reconcile.reconcile.watch import Listing, count_pages, list_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.reconcile.reader import Reader
    from aci_reconcile.reconcile.steps import Process

ScopeKey: TypeAlias = "tuple[str, str]"

_MANY: Final = 20
"""Resource groups of one subscription from which its list is worth a thought: fewer are listed in three rounds."""
_PRICE: Final = 4
"""What a page of the subscription may cost in lists of resource groups: pages follow one another, lists go side by
side, and a page also holds what is not the project's."""


@dataclass(frozen=True, slots=True)
class WholeLists:
    """Subscriptions that are listed as a whole, and what came of it."""

    covered: Mapping[str, Mapping[ScopeKey, Scope]]
    """By subscription in lowercase, the resource groups that its list stands for, by their keys."""
    declared: Mapping[ScopeKey, frozenset[Key]]
    """The declared groups of each resource group."""
    listings: dict[str, Listing] = field(default_factory=dict[str, Listing])
    doubtful: list[Scope] = field(default_factory=list[Scope])
    """Resource groups of which the list of their subscription does not show everything that is declared."""

    @classmethod
    def of(cls, wanted: Iterable[Scope], desired: Iterable[Resource], reader: Reader) -> WholeLists:
        """Choose the subscriptions with so many resource groups that one list is cheaper.

        Args:
            wanted: the resource groups to list.
            desired: the declared groups: at least as many are in the list.
            reader: how to read, and which lists are on their way already.
        """
        by_subscription: dict[str, list[Scope]] = defaultdict(list)
        for scope in wanted:
            if scope.key not in reader.listed:
                by_subscription[scope.key[0]].append(scope)
        declared: dict[ScopeKey, set[Key]] = defaultdict(set)
        for each in desired:
            declared[each.id.scope_key].add(each.id.key)
        groups = Counter[str]()
        for (subscription, _), keys in declared.items():
            groups[subscription] += len(keys)
        return cls(
            {
                name: {scope.key: scope for scope in scopes}
                for name, scopes in by_subscription.items()
                if len(scopes) >= max(_MANY, count_pages(groups[name]) * _PRICE)
            },
            {key: frozenset(keys) for key, keys in declared.items()},
        )

    def covers(self, scope: Scope) -> bool:
        """Whether the list of a subscription stands for a resource group's own."""
        return scope.key in self.covered.get(scope.key[0], ())

    def make_reads(self, reader: Reader) -> dict[ScopeKey, Process[tuple[Resource, ...]]]:
        """Return the reads of the subscriptions, by keys that no resource group has."""
        return {_make_key(name): self._list(name, scopes, reader) for name, scopes in self.covered.items()}

    def _list(self, name: str, scopes: Mapping[ScopeKey, Scope], reader: Reader) -> Process[tuple[Resource, ...]]:
        whole = Scope(next(iter(scopes.values())).subscription, "")
        listing = yield from read_within_limits(reader, partial(list_scope, whole, reader.backend, reader.clock))
        if not all(each.id.resource_group for each in listing.groups.values()):
            # In the list of a resource group it would be one of its groups; here it would get lost.
            raise NoAnswerError("a group in the list has no id")
        self.listings[name] = listing
        return tuple(listing.groups.values())

    def split(self, reader: Reader) -> dict[ScopeKey, Answer]:
        """Return what each resource group holds, of the subscriptions that could be listed.

        Whether such a list is refused to an identity that may not see all of it, or is silently shorter, is not
        documented. So that no group is taken for missing, a resource group that seems to lack one is listed itself.
        """
        answers: dict[ScopeKey, Answer] = {}
        for name, listing in self.listings.items():
            held: dict[ScopeKey, dict[tuple[str, ...], Resource]] = defaultdict(dict)
            for key, each in listing.groups.items():
                held[key[0], key[1]][key] = each
            for key, scope in self.covered[name].items():
                if not held[key] or self.declared.get(key, frozenset()) - held[key].keys():
                    self.doubtful.append(scope)
                    continue
                reader.listings[key] = replace(listing, groups=held[key])
                answers[key] = Answer(tuple(held[key].values()))
        return answers

    def list_left(self) -> tuple[Scope, ...]:
        """Return the resource groups that are listed themselves: what the lists of subscriptions left open."""
        left = (scopes.values() for name, scopes in self.covered.items() if name not in self.listings)
        return (*(scope for scopes in left for scope in scopes), *self.doubtful)


def _make_key(subscription: str) -> ScopeKey:
    return subscription, "*"
