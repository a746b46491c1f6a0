"""Reading live groups without manifests: those of some resource groups, or those that are named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from aci_reconcile.app.patience import Ask, ask_once
from aci_reconcile.core.errors import AuthenticationError, AzureError, ForbiddenError, NotFoundError, UsageError
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.core.tags import OWNER, owner
from aci_reconcile.planning.policy import Policy
from aci_reconcile.planning.values import Unreadable
from aci_reconcile.reconcile.lists import find_hits, make_search_key
from aci_reconcile.reconcile.reader import Answer, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aci_reconcile.app.prefetch import Listed
    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.core.model import Key, Scope
    from aci_reconcile.reconcile.lists import Hits


K = TypeVar("K")
T = TypeVar("T")


def read_none(_listed: Resource, /) -> bool:
    """Say that a list is enough, whatever the group: nobody asks for run states."""
    return True


def read_each(_listed: Resource, /) -> bool:
    """Say that a list is not enough, whatever the group."""
    return False


@dataclass(frozen=True, slots=True)
class Seen:
    """The groups that were read, and what could not be read."""

    groups: tuple[Resource, ...]
    unread: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """The manifests of the project, as far as they could be read; nothing is planned with them."""

    resources: tuple[Resource, ...] = ()
    broken: bool = False
    """Whether the manifests have errors."""
    settings_errors: tuple[Diagnostic, ...] = ()
    """The errors of the project file: without it nobody knows what is observed, frozen, or whose groups are."""

    def find(self, resource_id: ResourceId) -> Resource | None:
        """Return the manifest of a group; None if there is none."""
        return next((each for each in self.resources if each.id.key == resource_id.key), None)


@dataclass(frozen=True, slots=True)
class View:
    """The way to Azure, and the resource groups to read."""

    backend: Backend
    scopes: tuple[Scope, ...]
    subscription: str
    concurrency: int
    search: Search = field(default_factory=Search)
    """Where to search for groups of the project that are elsewhere."""
    environments: tuple[str, ...] = ()
    """The project's environments if none is chosen: their groups may be in other places."""
    policy: Policy = field(default_factory=lambda: Policy(owner=""))
    """Which groups are the project's, and whether it may write now; by default, no owner's group is."""
    declared: Declared = field(default_factory=Declared)
    endpoint: str = ""
    """The name of the server in reports; empty for the public cloud."""
    only: tuple[str, ...] = ()
    """The addresses, names and patterns of ``--only``: no other group is looked at or acted on."""
    shard: frozenset[Key] | None = None
    """The groups of the shard that is looked at; None for all."""
    redact: Callable[[str], str] = str
    """Removes the secrets of the run from a text."""
    ask: Ask = ask_once
    """Makes the requests that read groups: it may wait where Azure refuses too many."""
    lock: HeldLock | None = None
    """The lock that is held, if the command writes and has one."""
    begun: Mapping[tuple[str, str], Listed] = field(default_factory=dict["tuple[str, str]", "Listed"])
    """Lists that were requested before the manifests were read, by the scope's key."""

    def read_all(self, enough: Callable[[Resource], bool] = read_each) -> Seen:
        """Read every group, with its run state; one that vanishes meanwhile is left out.

        In resource groups that the project does not name, only its own groups count.

        Args:
            enough: whether what the list says of a group is enough, although it has no run state.
        """
        with ThreadPoolExecutor(self.concurrency, thread_name_prefix="aci-reconcile") as pool:
            here = pool.map(*_in_context(partial(_try, self._list, _name_scope), self.scopes))
            there = list(pool.map(*_in_context(self._search, tuple(enumerate(self.search.subscriptions)))))
            answers = {make_search_key(name): each for name, each in zip(self.search.subscriptions, there, strict=True)}
            found = find_hits(self.search, answers, {scope.key for scope in self.scopes})
            more = pool.map(*_in_context(partial(_try, self._list, _name_scope), found.scopes))
            ours = [self._find_ours(each, scope, found) for each, scope in zip(more, found.scopes, strict=True)]
            lists = [*here, *found.unreadable, *ours]
            listed = [each for found in lists if not isinstance(found, Unreadable) for each in found]
            chosen = [each for each in listed if self.selects(each.id)]
            open_ids = [each.id for each in chosen if not enough(each)]
            reads = list(pool.map(*_in_context(partial(_try, self._get, _name_group), open_ids)))
        live = [each for each in reads if each is not None and not isinstance(each, Unreadable)]
        live += [each for each in chosen if enough(each)]
        return Seen(
            tuple(sorted(live, key=lambda each: each.id.key)),
            tuple(each for each in (*lists, *reads) if isinstance(each, Unreadable)),
        )

    def require_all(self, enough: Callable[[Resource], bool] = read_each) -> tuple[Resource, ...]:
        """Read every group as ``read_all`` does; fail if one cannot be read.

        Raises:
            AzureError: one could not be read.
        """
        seen = self.read_all(enough)
        for each in seen.unread:
            raise AzureError(f"{each.address} could not be read: {each.message}")
        return seen.groups

    def selects(self, resource_id: ResourceId) -> bool:
        """Whether ``--only`` and ``--shard`` let a group be looked at and acted on."""
        from aci_reconcile.manifest import matches_pattern

        if self.shard is not None and resource_id.key not in self.shard:
            return False
        return not self.only or any(matches_pattern(resource_id, each) for each in self.only)

    def _list(self, scope: Scope) -> tuple[Resource, ...]:
        begun = self.begun.get(scope.key)
        return tuple(self.ask(partial(self.backend.list, scope) if begun is None else partial(_take, begun)))

    def _search(self, numbered: tuple[int, str]) -> Answer:
        """Search a subscription for groups of the project.

        Raises:
            AuthenticationError: there is no credential for the subscription of the run.
        """
        number, subscription = numbered
        try:
            begun = self.begun.get(make_search_key(subscription))
            search = partial(self.backend.list_tagged, subscription, OWNER)
            return Answer(tuple(self.ask(search if begun is None else partial(_take, begun))))
        except AuthenticationError as error:
            # The first subscription is that of the run: without a credential for it, nothing works.
            if not number:
                raise
            return Answer(failure=ForbiddenError(error.message, code=error.code, status=error.status))
        except AzureError as error:
            return Answer(failure=error)

    def _find_ours(
        self, listed: tuple[Resource, ...] | Unreadable, scope: Scope, found: Hits
    ) -> tuple[Resource, ...] | Unreadable:
        """Return the groups of the project in a resource group that it does not name."""
        if not isinstance(listed, Unreadable):
            return tuple(each for each in listed if self.search.ours(owner(each)))
        # A guessed resource group may not exist, or not be ours to read: that is no error of this command.
        if scope.key not in found.guessed:
            return listed
        self.search.report(f"Resource group {scope.resource_group} was not searched: {listed.message}")
        return ()

    def find(self, address: str) -> Resource:
        """Read one group; its name is enough if only one of the resource groups has it.

        Raises:
            NotFoundError: there is none.
            UsageError: the name alone does not say which.
        """
        ids = self._list_ids(address)
        return self._choose(address, ids, map(self._get, ids))

    def find_each(self, addresses: Sequence[str]) -> dict[str, Resource | AzureError]:
        """Read groups side by side; what keeps one from being read stands in its place.

        Raises:
            AuthenticationError: there is no credential that Azure takes.
            UsageError: a name alone does not say which group.
        """
        ids = {each: self._list_ids(each) for each in addresses}
        keys = tuple(dict.fromkeys(each for found in ids.values() for each in found))
        with ThreadPoolExecutor(self.concurrency, thread_name_prefix="aci-reconcile") as pool:
            reads = dict(zip(keys, pool.map(*_in_context(self._try_to_get, keys)), strict=True))
        return {each: self._choose_read(each, found, [reads[key] for key in found]) for each, found in ids.items()}

    def _get(self, resource_id: ResourceId) -> Resource | None:
        return self.ask(partial(self.backend.get, resource_id))

    def _try_to_get(self, resource_id: ResourceId) -> Resource | AzureError | None:
        """Read a group; return an error about it as a value.

        Raises:
            AuthenticationError: there is no credential that Azure takes.
        """
        try:
            return self._get(resource_id)
        except AuthenticationError:
            raise
        except AzureError as error:
            return error

    def _list_ids(self, address: str) -> list[ResourceId]:
        """Return where a group may be that is meant.

        Raises:
            UsageError: it is no address, or nobody knows where to look.
        """
        group, slash, name = address.rpartition("/")
        if not name or (slash and not group) or "/" in group:
            raise UsageError(f"{address!r} is not an address", hint="write resourceGroup/name, or the name alone")
        scopes = self.scopes
        if slash:
            ids = [ResourceId(self.subscription, group, name)]
        else:
            ids = [ResourceId(self.subscription, scope.resource_group, name) for scope in scopes]
        if not ids:
            raise UsageError(
                f"the resource group of {name} is not known", hint=f"write resourceGroup/{name}, or give -g"
            )
        return ids

    def _choose(self, address: str, ids: Sequence[ResourceId], reads: Iterable[Resource | None]) -> Resource:
        """Return the one group that is there.

        Raises:
            NotFoundError: there is none.
            UsageError: there are several, or ``--only`` leaves it out.
        """
        found = [live for live in reads if live is not None]
        chosen = [live for live in found if self.selects(live.id)]
        if found and not chosen:
            what = f"--only selects: {', '.join(self.only)}" if self.only else "--shard selects"
            raise UsageError(f"{address} is not among what {what}")
        if len(chosen) > 1:
            raise UsageError(f"{address} is in several resource groups", hint=f"write {chosen[0].address}")
        if not chosen:
            raise NotFoundError(f"there is no container group {ids[0].address if len(ids) == 1 else address}")
        return chosen[0]

    def _choose_read(
        self, address: str, ids: Sequence[ResourceId], reads: Sequence[Resource | AzureError | None]
    ) -> Resource | AzureError:
        """Return the one group that is there, or why there is none.

        Raises:
            UsageError: there are several.
        """
        failed = next((each for each in reads if isinstance(each, AzureError)), None)
        if failed is not None:
            return failed
        try:
            return self._choose(address, ids, [each for each in reads if isinstance(each, Resource)])
        except NotFoundError as error:
            return error


def name_error(error: AzureError) -> str:
    """Return what an error says, with Azure's code."""
    return f"{error.code}: {error.message}" if error.code else error.message


def _try(ask: Callable[[K], T], name: Callable[[K], str], key: K) -> T | Unreadable:
    """Ask, and return an error about this one resource as a value, so that the rest can still be shown.

    Raises:
        AuthenticationError: there is no credential that Azure takes.
        NotFoundError: it does not exist.
    """
    try:
        return ask(key)
    except (AuthenticationError, NotFoundError):
        raise
    except AzureError as error:
        return Unreadable(name(key), name_error(error))


def _take(begun: Listed) -> Iterable[Resource]:
    return begun().groups.values()


def _name_scope(scope: Scope) -> str:
    return scope.resource_group


def _name_group(resource_id: ResourceId) -> str:
    return resource_id.address


def _in_context(
    ask: Callable[[K], T], keys: Sequence[K]
) -> tuple[Callable[[Context, K], T], list[Context], Sequence[K]]:
    """Return the arguments of a pool's ``map`` so that requests run in copies of this context, such as its span."""
    return (lambda context, key: context.run(ask, key)), [copy_context() for _ in keys], keys
