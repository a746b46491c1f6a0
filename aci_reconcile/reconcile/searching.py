"""Looking for groups of ours where no manifest sends anybody: in the whole subscription, with one list.

A resource group that the last manifest has left is named nowhere any more; its groups are known by their owner tag.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AuthenticationError, AzureError, ForbiddenError
from aci_reconcile.planning.values import Unreadable
from aci_reconcile.reconcile.gather import read_within_limits
from aci_reconcile.reconcile.watches import Listing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.core.model import Resource, Scope
    from aci_reconcile.reconcile.gather import Answer, Reader
    from aci_reconcile.reconcile.steps import Process

Key: TypeAlias = "tuple[str, str]"

_NOT_SERVED = frozenset({400, 404, 405, 501})
"""What servers answer that speak ARM for container groups, and know no list of resources."""


def own_nothing(_tag: str) -> bool:
    """Own nothing."""
    return False


def ignore_text(_text: str) -> None:
    """Ignore a message."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked through beside the resource groups that the project names."""

    subscriptions: tuple[str, ...] = ()
    """The first is that of the run; one that may not be looked through does no harm."""
    instead: tuple[Scope, ...] = ()
    """Resource groups that are listed where a subscription may not be looked through."""
    ours: Callable[[str], bool] = own_nothing
    """Whether an owner tag is looked for."""
    needed: bool = False
    """Whether nothing may be concluded where the subscription of the run could not be looked through."""
    unseen: Callable[[str], None] = ignore_text
    """Told what was not looked at, and why."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Where groups of ours are besides, and what could not be looked at."""

    scopes: tuple[Scope, ...] = ()
    searched_all: bool = False
    """Whether the subscription of the run was looked through."""
    unreadable: tuple[Unreadable, ...] = ()
    guessed: frozenset[Key] = field(default_factory=frozenset[Key])
    """Those of the scopes that are only listed because a subscription may not be looked through."""


def make_search_key(subscription: str) -> Key:
    """Return the key of a subscription's search among lists of resource groups; no resource group has an empty name."""
    return subscription.lower(), ""


def list_owned(subscription: str, backend: Backend, clock: Clock) -> Listing:
    """List the groups of a subscription that carry an owner tag, and note when that began."""
    began = clock.now()
    return Listing(began, {each.id.key: each for each in backend.list_tagged(subscription, tags.OWNER)})


def search_subscription(begun: Callable[[], Listing], reader: Reader, *, first: bool) -> Process[tuple[Resource, ...]]:
    """List the groups of ours in a subscription; only for the first one is a missing credential an error of the run.

    Raises:
        AzureError: it cannot be looked through.
        AuthenticationError: there is no credential for the subscription of the run.
    """
    try:
        listing = yield from read_within_limits(reader, begun)
    except AuthenticationError as error:
        if first:
            raise
        raise ForbiddenError(error.message, code=error.code, status=error.status) from error
    return tuple(listing.groups.values())


def find_hits(search: Search, answers: Mapping[Key, Answer], known: Collection[Key]) -> Hits:
    """Return the resource groups that the searches found beside the known ones."""
    found: dict[Key, Scope] = {}
    guessed: set[Key] = set()
    unreadable: list[Unreadable] = []
    searched_all = bool(search.subscriptions)
    for number, subscription in enumerate(search.subscriptions):
        answer = answers[make_search_key(subscription)]
        if answer.failure is None:
            ours = (each.id.scope for each in answer.found if search.ours(tags.owner(each)))
            found.update({scope.key: scope for scope in ours})
            continue
        if not number:
            searched_all = False
        if not number and search.needed and not is_forbidden(answer.failure):
            unreadable.append(Unreadable(f"subscription {subscription}", answer.error))
            continue
        named = [each for each in search.instead if each.subscription.lower() == subscription.lower()]
        guessed.update(each.key for each in named if each.key not in found)
        found.update({each.key: each for each in named})
        search.unseen(render_not_searched(subscription, answer.error, named))
    left = {key: scope for key, scope in found.items() if key not in known}
    return Hits(
        tuple(left[key] for key in sorted(left)), searched_all, tuple(unreadable), frozenset(guessed & left.keys())
    )


def is_forbidden(error: AzureError) -> bool:
    """Whether a subscription may not be searched, or the server has no such list; waiting helps neither."""
    return isinstance(error, ForbiddenError) or error.status in _NOT_SERVED


def render_not_searched(subscription: str, why: str, instead: Iterable[Scope]) -> str:
    """Return the message that says which part of a subscription was not searched."""
    named = ", ".join(each.resource_group for each in instead)
    rest = f", except {named}" if named else ""
    return f"The rest of subscription {subscription} was not searched for groups of this project{rest}: {why}"


def find_or_begin(
    subscription: str, lists: Mapping[Key, Callable[[], Listing]], reader: Reader
) -> Callable[[], Listing]:
    """Return the search that is already on its way, or one that begins when it is called."""
    return lists.get(make_search_key(subscription)) or partial(list_owned, subscription, reader.backend, reader.clock)
