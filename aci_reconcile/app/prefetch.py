"""Requesting lists from Azure while the manifests are still being read: with thousands of groups, both take seconds.

With one group, the imports take the time: what the request does not need is imported while the answer is on its way.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from aci_reconcile.app.connection import STATE, Place, open_connection
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.core.model import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from aci_reconcile.app.connection import Connection
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.azure import ArmBackend
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.manifest import Project
    from aci_reconcile.reconcile.watch import Listing

    Listed = Callable[[], Listing]


@dataclass(frozen=True, slots=True)
class Prefetched:
    """A connection that was opened early, and the lists that were requested over it."""

    connection: Connection
    subscription: str
    api_version: str
    lists: Mapping[tuple[str, str], Listed] = field(default_factory=dict["tuple[str, str]", "Listed"])

    def fits(self, project: Project) -> bool:
        """Whether the manifests need the same connection that the project file announced."""
        return (self.subscription, self.api_version) == (project.subscription, project.api_version)


def load_settings(sources: Sources, target: Target, run: Run) -> Project | None:
    """Return what the project file says, before any manifest is read.

    None on the embedded emulator, without a project file, and on any error: the same error comes again after the
    manifests were read, with a better message.
    """
    if target.local:
        return None
    from aci_reconcile.app.manifests import make_request
    from aci_reconcile.manifest import load_project

    try:
        return load_project(make_request(sources, run, resolve=False))
    except AciReconcileError:
        return None


def prefetch(  # noqa: PLR0913  each is what the command has by then
    project: Project | None,
    sources: Sources,
    target: Target,
    run: Run,
    stack: ExitStack,
    *,
    paced: bool = True,
    lists: bool = True,
) -> Prefetched | None:
    """Connect, and begin to list the resource group that the project file names.

    None if it names none, and on any error: the same error comes again after the manifests were read, with a better
    message.

    Args:
        project: what the project file says.
        sources: which manifests.
        target: where to connect to.
        run: the environment, time and messages.
        stack: closes the connection.
        paced: whether the caller obeys Azure's rate limits by itself.
        lists: whether lists are needed; else only the sign-in is begun.
    """
    if project is None or not project.resource_group:
        return None
    from aci_reconcile.app.subscription import find_subscription

    try:
        subscription = project.subscription or find_subscription(target, run.environ)
        place = Place(target, project.api_version, project.root / STATE, run.environ, run.clock.sleep, paced)
        connection = stack.enter_context(open_connection(place))
    except AciReconcileError:
        return None
    begun = _begin_lists(project, subscription, sources, connection, run) if lists else _begin_sign_in(connection)
    return Prefetched(connection, subscription, project.api_version, begun)


def _begin_sign_in(connection: Connection) -> dict[tuple[str, str], Listed]:
    """Begin to sign in; whoever sends the first request waits for the same token, or gets the same error."""

    def sign_in() -> None:
        with suppress(AciReconcileError):
            connection.backend.sign_in()

    threading.Thread(target=copy_context().run, args=(sign_in,), name="aci-reconcile-prefetch", daemon=True).start()
    connection.backend.prepare()
    return {}


def _begin_lists(
    project: Project, subscription: str, sources: Sources, connection: Connection, run: Run
) -> dict[tuple[str, str], Listed]:
    """Begin the list of the resource group, and that of the subscription if it may hold orphans."""
    from aci_reconcile.app.policy import is_named

    backend, scope = connection.backend, Scope(subscription, project.resource_group)
    asked: dict[tuple[str, str], Listed] = {scope.key: partial(_list_scope, scope, backend, run.clock)}
    if is_named(project) and not sources.resource_group:
        asked[subscription.lower(), ""] = partial(_search_subscription, subscription, backend, run.clock)
    imported = threading.Event()
    lists: dict[tuple[str, str], Listed] = {key: PendingList(backend, ask, imported) for key, ask in asked.items()}
    backend.prepare()
    _import_what_lists_need()
    imported.set()
    return lists


def _import_what_lists_need() -> None:
    """Import it in this thread, while the other threads sign in.

    If two threads import modules of one package, each may wait for the other, and Python then gives one of them half a
    module.
    """
    for name in ("lists", "watch"):
        import_module(f"aci_reconcile.reconcile.{name}")


def _list_scope(scope: Scope, backend: ArmBackend, clock: Clock) -> Listing:
    from aci_reconcile.reconcile.watch import list_scope

    return list_scope(scope, backend, clock)


def _search_subscription(subscription: str, backend: ArmBackend, clock: Clock) -> Listing:
    from aci_reconcile.reconcile.lists import list_owned

    return list_owned(subscription, backend, clock)


class PendingList:
    """A list that was requested already. The first call waits for it, and each later one requests it again.

    The thread is a daemon: if the manifests have errors, the process must not wait for the answer.
    """

    def __init__(self, backend: ArmBackend, ask: Listed, imported: threading.Event) -> None:
        self._backend = backend
        self._ask = ask
        self._imported = imported
        # Only the first caller takes the early answer. Later ones want to know what has changed since.
        self._first: Future[Listing] | None = Future()
        target = partial(copy_context().run, self._work, self._first)
        threading.Thread(target=target, name="aci-reconcile-prefetch", daemon=True).start()

    def __call__(self) -> Listing:
        """Return the list: wait for the one that was requested, or request it."""
        first, self._first = self._first, None
        return first.result() if first is not None else self._ask()

    def _work(self, first: Future[Listing]) -> None:
        try:
            self._backend.sign_in()
            self._imported.wait()
            first.set_result(self._ask())
        except BaseException as error:  # noqa: BLE001  it is raised where the list is asked for
            first.set_exception(error)
