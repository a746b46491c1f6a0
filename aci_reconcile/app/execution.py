"""Carrying out a plan: what is checked before its first write, and what the engine needs."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AciReconcileError, BlockedError, SecretUnavailableError
from aci_reconcile.reconcile import Context, RecreationChecks, Wait
from aci_reconcile.reconcile.context import hold_for_ever

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.run import Run
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Plan


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a run waits for, and how long; times are seconds."""

    wait: Wait = Wait.HEALTHY
    stable_for: float = 10.0
    timeout: float = 1800.0
    ends_at: float | None = None
    """When the time box ends: no write begins after that."""


def make_context(workspace: Workspace, policy: Policy, waiting: Waiting, run: Run) -> Context:
    """Return what the engine needs to carry out a plan."""
    from aci_reconcile.azure import start_span

    return Context(
        backend=workspace.backend,
        recreation_checks=RecreationChecks(workspace.connection.backend.preflight),
        listings=workspace.listings,
        clock=run.clock,
        policy=policy,
        entropy=os.urandom,
        jitter=random.random,
        wait=waiting.wait,
        stable_for=waiting.stable_for,
        timeout=waiting.timeout,
        ends_at=waiting.ends_at,
        find_lock_loss=choose_lock_loss(workspace.connection.lock),
        hash_cost=workspace.hash_cost,
        span=start_span,
    )


def choose_lock_loss(lock: HeldLock | None) -> Callable[[], str]:
    """Return what says why a lock is lost; without a lock, none ever is."""
    return hold_for_ever if lock is None else lock.find_loss


def check_applyable(plan: Plan, *, named: bool = False) -> None:
    """Check that a plan may be carried out.

    Args:
        plan: what would be carried out.
        named: whether the output already says which secrets are missing.

    Raises:
        BlockedError: it is blocked.
        AciReconcileError: it is blocked, and a group could not be read.
        SecretUnavailableError: secrets that a write needs are missing.
    """
    if plan.blind is not None:
        return  # whoever carries out the plan raises that error
    if plan.blockers and plan.unreadable:
        unread = ", ".join(each.address for each in plan.unreadable)
        raise AciReconcileError(f"the plan is blocked, and {unread} could not be read; nothing was written")
    if plan.blockers:
        raise BlockedError("the plan is blocked; nothing was written")
    if plan.missing_secrets:
        lines = dict.fromkeys(f"{address} needs {secret.source}" for address, secret in plan.missing_secrets)
        message = "secrets are missing" if named else f"secrets are missing: {'; '.join(lines)}"
        raise SecretUnavailableError(
            message, hint="nothing was written; set them, or do as the plan says, then apply again"
        )


def check_freeze(policy: Policy, now: float) -> None:
    """Check the freezes again, just before the first write: one may have begun while a question was open.

    Raises:
        BlockedError: one is in force.
    """
    why = "" if policy.override else policy.frozen_at(now)
    if why:
        raise BlockedError(
            f"a freeze began: {why}; nothing was written", hint="to apply anyway, use --override-freeze REASON"
        )
