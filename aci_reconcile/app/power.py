"""Restarting, stopping and starting groups, and waiting for them, because somebody asks for it."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.execution import choose_lock_loss
from aci_reconcile.app.targets import find_groups
from aci_reconcile.core.errors import InvalidManifestsError, NotFoundError, UsageError
from aci_reconcile.operate.goals import Goal
from aci_reconcile.planning.power_plan import PowerVerb, is_list_enough, plan_power
from aci_reconcile.planning.values import Action, Change
from aci_reconcile.reconcile import Context, Wait
from aci_reconcile.reconcile.events import Skipped
from aci_reconcile.reconcile.execution import run_tasks
from aci_reconcile.reconcile.goals import wait_for_goal
from aci_reconcile.reconcile.steps import Task
from aci_reconcile.reconcile.watch import Listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aci_reconcile.app.execution import Waiting
    from aci_reconcile.app.view import View
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile.events import Event

DISPUTED: Final = (
    "Whether a restart pulls the images again is disputed: the documentation says so, users say it does not. "
    "For an image tag that moved, use `aci-reconcile apply --redeploy ADDRESS`."
)
"""The fact `restart-pulls`: MicrosoftDocs/azure-docs#71023, Azure/azure-cli#14625."""


@dataclass(frozen=True, slots=True)
class PowerRequest:
    """What is asked for."""

    verb: PowerVerb
    addresses: tuple[str, ...]
    any_owner: bool = False
    override_freeze: str | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan, and when the reads began that it is made from, in seconds since the epoch."""

    plan: Plan
    since: float


def propose_power(request: PowerRequest, view: View, clock: Clock) -> Proposed:
    """Read the groups and plan what is asked for.

    Raises:
        NotFoundError: an address means no group.
        UsageError: an address means several groups, or a freeze is overridden without a reason.
        InvalidManifestsError: the project file has errors, so that nobody knows what it forbids.
    """
    if view.declared.settings_errors:
        raise InvalidManifestsError(view.declared.settings_errors)
    reason = request.override_freeze
    if reason is not None and not reason.strip():
        raise UsageError("--override-freeze needs a reason", hint="the reports of this run record it")
    policy = replace(view.policy, override=(reason or "").strip())
    since = clock.now()
    groups = find_groups(view, request.addresses, partial(is_list_enough, request.verb))
    manifests = {each.id.key: each for each in view.declared.resources}
    return Proposed(plan_power(request.verb, groups, manifests, policy, any_owner=request.any_owner), since)


def list_reads(proposed: Proposed) -> dict[tuple[str, str], Listing]:
    """Return what says that the groups of a plan were read by themselves: while that is fresh, it is not done again."""
    return {each.id.scope.key: Listing(proposed.since) for each in proposed.plan.changes}


def make_context(view: View, policy: Policy, waiting: Waiting, clock: Clock) -> Context:
    """Return what the engine needs to act on single groups."""
    from aci_reconcile.azure import start_span

    return Context(
        backend=view.backend,
        clock=clock,
        policy=policy,
        entropy=os.urandom,
        jitter=random.random,
        wait=waiting.wait,
        stable_for=waiting.stable_for,
        timeout=waiting.timeout,
        find_lock_loss=choose_lock_loss(view.lock),
        span=start_span,
    )


@dataclass(frozen=True, slots=True)
class Awaited:
    """The groups that are waited for, and the words that mean none."""

    groups: tuple[Resource, ...]
    missing: tuple[str, ...] = ()
    """Only where groups are to be gone: these are."""


def find_awaited(view: View, words: Sequence[str], goal: Goal) -> Awaited:
    """Find the groups to wait for; one that is to be deleted need not be there.

    Raises:
        NotFoundError: a word means no group.
        UsageError: a word means several groups, or is none.
    """
    if goal is not Goal.DELETED:
        return Awaited(find_groups(view, words))
    found: dict[tuple[str, ...], Resource] = {}
    missing: list[str] = []
    for word in words:
        try:
            found.update({each.id.key: each for each in find_groups(view, (word,))})
        except NotFoundError:
            missing.append(word)
    return Awaited(tuple(found.values()), tuple(missing))


def wait_for(
    groups: Sequence[Resource], goal: Goal, context: Context, *, concurrency: int, stopped: Callable[[], bool]
) -> Iterator[Event]:
    """Wait until groups are in a state, and yield what happens; the last event is ``Finished``."""
    context = replace(context, stopped=stopped, wait=Wait.HEALTHY)
    tasks: list[Task] = []
    for live in sorted(groups, key=lambda each: each.id.key):
        change = Change(live.id, Action.NO_OP, before=live)
        process = partial(wait_for_goal, change, goal, context, among=len(groups))
        tasks.append(Task(change.address.lower(), process, partial(Skipped, change)))
    return run_tasks(tasks, context, concurrency, ())
