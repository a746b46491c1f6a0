"""Restarting, stopping and starting groups, and waiting for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile import reconcile
from aci_reconcile.api.locks import guard
from aci_reconcile.api.plans import add_place
from aci_reconcile.app.execution import Waiting
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.orphans import make_leftover_filter, make_search
from aci_reconcile.app.policy import make_action_policy
from aci_reconcile.app.power import PowerRequest, find_awaited, list_reads, make_context, propose_power, wait_for
from aci_reconcile.app.view import Declared, View
from aci_reconcile.app.workspace import list_scopes
from aci_reconcile.core.errors import InvalidManifestsError
from aci_reconcile.operate.goals import Goal
from aci_reconcile.planning.power_plan import PowerVerb
from aci_reconcile.reconcile import Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.reconcile.events import Event


def restart(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    loaded: Loaded,
    backend: Backend,
    addresses: Iterable[str],
    *,
    any_owner: bool = False,
    override_freeze: str | None = None,
    wait: str = "healthy",
    stable_for: float = 10,
    timeout: float = 1800,
    concurrency: int = 32,
    stopped: Callable[[], bool] = lambda: False,
    lock: HeldLock | None = None,
) -> Iterator[Event]:
    """Restart the containers of groups and yield what happens; the last event is ``Finished``.

    A group that is stopped or has ended is started. Whether a restart pulls the images again is disputed.

    Args:
        loaded: the project: whose groups are acted on, and whether it may write.
        backend: where.
        addresses: addresses, names or patterns of groups.
        any_owner: whether groups of other projects are meant, too.
        override_freeze: the reason to write despite a freeze.
        wait: ``none``, ``provisioned`` or ``healthy``.
        stable_for: for how many seconds a container must have been running to count as healthy.
        timeout: seconds to wait for one group.
        concurrency: how many requests may be in flight at once.
        stopped: asked again and again; once true, nothing new begins.
        lock: what ``hold_lock`` gave: no write begins once it is lost, not even a retry.

    Raises:
        BlockedError: a blocker stands.
        InvalidManifestsError: the manifests have errors.
        NotFoundError: an address means no group.
    """
    request = PowerRequest(PowerVerb.RESTART, tuple(addresses), any_owner, override_freeze)
    waiting = Waiting(Wait(wait), stable_for, timeout)
    return _change_power(request, _make_view(loaded, backend, concurrency, lock), waiting, stopped)


def stop(  # noqa: PLR0913  as `restart`
    loaded: Loaded,
    backend: Backend,
    addresses: Iterable[str],
    *,
    any_owner: bool = False,
    override_freeze: str | None = None,
    timeout: float = 1800,
    concurrency: int = 32,
    stopped: Callable[[], bool] = lambda: False,
    lock: HeldLock | None = None,
) -> Iterator[Event]:
    """Stop groups and yield what happens; what their containers hold is lost. As ``restart``."""
    request = PowerRequest(PowerVerb.STOP, tuple(addresses), any_owner, override_freeze)
    return _change_power(request, _make_view(loaded, backend, concurrency, lock), Waiting(timeout=timeout), stopped)


def start(  # noqa: PLR0913  as `restart`
    loaded: Loaded,
    backend: Backend,
    addresses: Iterable[str],
    *,
    any_owner: bool = False,
    override_freeze: str | None = None,
    wait: str = "healthy",
    stable_for: float = 10,
    timeout: float = 1800,
    concurrency: int = 32,
    stopped: Callable[[], bool] = lambda: False,
    lock: HeldLock | None = None,
) -> Iterator[Event]:
    """Start groups that are stopped or have ended, and yield what happens. As ``restart``."""
    request = PowerRequest(PowerVerb.START, tuple(addresses), any_owner, override_freeze)
    waiting = Waiting(Wait(wait), stable_for, timeout)
    return _change_power(request, _make_view(loaded, backend, concurrency, lock), waiting, stopped)


def wait(  # noqa: PLR0913  as `restart`
    loaded: Loaded,
    backend: Backend,
    addresses: Iterable[str],
    goal: str = "healthy",
    *,
    timeout: float = 1800,
    concurrency: int = 32,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Wait until groups are in a state, and yield what happens; the last event is ``Finished``.

    Args:
        loaded: the project.
        backend: where.
        addresses: addresses, names or patterns of groups.
        goal: ``healthy``, ``running``, ``succeeded``, ``stopped`` or ``deleted``.
        timeout: seconds to wait.
        concurrency: how many requests may be in flight at once.
        stopped: asked again and again; once true, the waiting ends.

    Raises:
        NotFoundError: an address means no group; not for ``deleted``.
    """
    view, aim = _make_view(loaded, backend, concurrency), Goal(goal)
    found = find_awaited(view, tuple(addresses), aim)
    context = make_context(view, view.policy, Waiting(timeout=timeout), SystemClock())
    return wait_for(found.groups, aim, context, concurrency=concurrency, stopped=stopped)


def _change_power(request: PowerRequest, view: View, waiting: Waiting, stopped: Callable[[], bool]) -> Iterator[Event]:
    clock = SystemClock()
    guard(view.backend, view.lock)
    proposed = propose_power(request, view, clock)
    context = make_context(view, proposed.plan.policy, waiting, clock)
    context = replace(context, listings=list_reads(proposed))
    return reconcile.apply(proposed.plan, context, concurrency=view.concurrency, stopped=stopped)


def _make_view(loaded: Loaded, backend: Backend, concurrency: int, lock: HeldLock | None = None) -> View:
    """Return the way to the groups of a project.

    Raises:
        InvalidManifestsError: the manifests have errors.
    """
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    placed = add_place(loaded, backend)
    project = placed.project
    policy = make_action_policy(project, SystemClock().now())
    search = make_search(project, make_leftover_filter(policy), None, needed=True)
    view = View(backend, list_scopes(project), project.subscription, concurrency, search)
    return replace(view, policy=policy, declared=Declared(placed.resources), lock=lock)
