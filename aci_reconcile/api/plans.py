"""Making a plan, carrying it out, and finding drift."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile import reconcile
from aci_reconcile.api.locks import guard
from aci_reconcile.app.execution import choose_lock_loss
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.manifests import with_subscription
from aci_reconcile.app.origin import add_project_id
from aci_reconcile.app.orphans import make_leftover_filter, make_search
from aci_reconcile.app.plan_checks import find_drift, verify_plan
from aci_reconcile.app.policy import Allow, make_policy
from aci_reconcile.app.proposal import propose_plan
from aci_reconcile.app.requests import Target
from aci_reconcile.app.subscription import find_subscription
from aci_reconcile.core.errors import InvalidManifestsError, UsageError
from aci_reconcile.reconcile import Context, Reader, RecreationChecks, Refresh, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.findings import Drift
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.preflight import Check
    from aci_reconcile.reconcile.events import Event


def plan(
    loaded: Loaded,
    backend: Backend,
    *,
    allow: Allow | None = None,
    refresh: str = "auto",
    concurrency: int = 32,
) -> Plan:
    """Decide what to do. Nothing is written.

    Args:
        loaded: what is declared.
        backend: where.
        allow: what may be done beyond what is harmless.
        refresh: ``auto``, or ``get`` to read every group by itself.
        concurrency: how many requests may be in flight at once.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: nothing is declared, or no subscription is named.
        AzureError: Azure says no.
    """
    reader = Reader(backend, SystemClock(), concurrency, Refresh(refresh))
    return make_proposal(check_and_place(loaded, backend), allow or Allow(), reader)


def apply(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    plan: Plan,
    backend: Backend,
    *,
    wait: str = "healthy",
    stable_for: float = 10,
    timeout: float = 1800,
    time_box: float | None = None,
    concurrency: int = 32,
    stopped: Callable[[], bool] = lambda: False,
    lock: HeldLock | None = None,
) -> Iterator[Event]:
    """Carry out a plan and yield what happens, as it happens; the last event is ``Finished``.

    Args:
        plan: what to do.
        backend: where.
        wait: ``none``, ``provisioned`` or ``healthy``.
        stable_for: for how many seconds a container must have been running to count as healthy.
        timeout: seconds to wait for one group.
        time_box: for how many seconds writes may begin; what was begun is finished. None: as long as it takes.
        concurrency: how many requests may be in flight at once.
        stopped: asked again and again; once true, nothing new begins.
        lock: what ``hold_lock`` gave: no write begins once it is lost, not even a retry.

    Raises:
        BlockedError: a blocker stands.
        SecretUnavailableError: a secret that a write needs is missing.
    """
    from aci_reconcile.azure import start_span

    guard(backend, lock)

    checks, clock = RecreationChecks(getattr(backend, "preflight", None)), SystemClock()
    context = Context(
        backend,
        clock,
        plan.policy,
        os.urandom,
        random.random,
        Wait(wait),
        stable_for,
        timeout,
        ends_at=None if time_box is None else clock.now() + time_box,
        find_lock_loss=choose_lock_loss(lock),
        recreation_checks=checks,
        span=start_span,
    )
    return reconcile.apply(plan, context, concurrency=concurrency, stopped=stopped)


def verify(loaded: Loaded, backend: Backend, *, allow: Allow | None = None, concurrency: int = 32) -> tuple[Check, ...]:
    """Check what an apply would need before it writes: quota, region, subnets, permissions, limits. Nothing is written.

    Args:
        loaded: what is declared.
        backend: where.
        allow: what the apply would be allowed.
        concurrency: how many requests may be in flight at once.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: nothing is declared, no subscription is named, or the backend has no ``preflight`` to ask.
        AzureError: Azure says no.
    """
    questions = getattr(backend, "preflight", None)
    if questions is None:
        raise UsageError("this backend cannot be asked before a write", hint="use the one that connect() gives you")
    proposal = plan(loaded, backend, allow=allow, concurrency=concurrency)
    return verify_plan(proposal, questions, concurrency=concurrency)


def drift(loaded: Loaded, backend: Backend, *, concurrency: int = 32) -> Drift:
    """Find what differs in Azure, and what does not run. Nothing is written.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: nothing is declared, or no subscription is named.
        AzureError: Azure says no.
    """
    reader = Reader(backend, SystemClock(), concurrency, health=True)
    return find_drift(make_proposal(check_and_place(loaded, backend), Allow(prune=False), reader), reader.clock)


def check_and_place(loaded: Loaded, backend: Backend) -> Loaded:
    """Return the manifests with a subscription, and the project with its id.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: no subscription is named.
    """
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    return add_place(loaded, backend)


def add_place(loaded: Loaded, backend: Backend) -> Loaded:
    """Return the manifests with a subscription, by default the backend's, and the project with its id."""
    if not loaded.project.subscription:
        # A backend of the caller may be anything with the methods of `Backend`.
        assumed = getattr(backend, "subscription", "")
        loaded = with_subscription(loaded, assumed or find_subscription(Target(), os.environ))
    return add_project_id(loaded, os.environ)


def make_proposal(loaded: Loaded, allow: Allow, reader: Reader) -> Plan:
    """Plan, with the policy of the project and of the caller, and with the project's rules."""
    policy = make_policy(loaded, allow, os.environ, now=reader.clock.now())
    needed = reader.health or (policy.prune and policy.selected is None)
    search = make_search(loaded.project, make_leftover_filter(policy), None, needed=needed)
    endpoint = getattr(reader.backend, "place", "")
    return propose_plan(loaded, policy, replace(reader, search=search), endpoint)
