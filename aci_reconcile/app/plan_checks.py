"""What ``drift`` and ``verify`` find out from a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.planning.values import Unreadable
from aci_reconcile.preflight import Check, Question, Verdict, judge_blockers
from aci_reconcile.reconcile.preflight import run_preflight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aci_reconcile.app.owned_index import OwnedIndex
    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.findings import Baseline, Drift
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.preflight import Claims
    from aci_reconcile.preflight.inventory import Preflight
    from aci_reconcile.reconcile import Refresh


@dataclass(frozen=True, slots=True)
class DriftFiles:
    """The files of a drift check; None for none, or for the default."""

    history: Path | None = None
    accepted: Path | None = None
    results: bool = False
    """Whether a result for ``merge`` is written."""


def check_drift(
    workspace: Workspace,
    target: Target,
    refresh: Refresh,
    files: DriftFiles,
    run: Run,
    *,
    index: OwnedIndex | None = None,
) -> Drift:
    """Read Azure, find drift, and compare it with the history.

    Args:
        workspace: the project, and the way to Azure.
        target: how many requests at once.
        refresh: how much is read.
        files: the files of the check.
        run: the environment, time and messages.
        index: where to search many subscriptions; None to list each.

    Raises:
        UsageError: the history cannot be read, or belongs to another project.
        InvalidManifestsError: the file of accepted drift has errors.
    """
    from aci_reconcile.app.history import find_resource_groups, load_acceptances, load_history
    from aci_reconcile.app.proposal import make_reader, propose_plan
    from aci_reconcile.findings import Baseline, Place

    header, project = workspace.header, workspace.loaded.project
    # Files come first: an error in one of them is no reason to ask Azure.
    baseline = Baseline(
        load_history(files.history, Place(header.project, header.subscription, header.endpoint)),
        load_acceptances(files.accepted, project, run.cwd),
        frozenset(project.resource_groups),
        kept=files.history is not None,
        # Of a run without some groups nobody could tell those from groups that are gone.
        told=files.results and not workspace.loaded.chosen,
    )
    known = find_resource_groups(baseline.history)
    # A check waits for groups in transition: how that ends is what its reader wants to know.
    reader = make_reader(workspace, target, run, refresh, health=True, until_settled=True, more=known)
    if index is not None:
        searches = index.make_searches(reader.search, workspace.connection.backend, run.clock)
        reader = replace(reader, listed={**searches, **reader.listed})
    return find_drift(propose_plan(workspace.loaded, workspace.policy, reader), run.clock, baseline)


def find_drift(plan: Plan, clock: Clock, baseline: Baseline | None = None) -> Drift:
    """Judge the run state of the declared groups that the plan has read, and compare it with earlier runs."""
    from aci_reconcile.findings import Baseline, History, Place, judge, to_moment

    # A group of another owner is in sync with nothing: its fields are what that owner wants.
    plan = _without_foreign(plan)
    declared = ((each.address, each.before) for each in plan.changes if each.after is not None)
    now = clock.now()
    health = tuple((address, _assess(live, now)) for address, live in declared if live is not None)
    return judge(plan, health, baseline or Baseline(History(Place(plan.owner, ""))), to_moment(now))


def _assess(live: Resource, now: float) -> Health:
    """Return how a group is. One that crashes again and again runs for moments in between, and is not well then."""
    from aci_reconcile.core.health import STABLE_FOR
    from aci_reconcile.core.resource_types import assess_health

    health = assess_health(live, now=now)
    restarted = any(each.restarts for each in health.containers)
    return assess_health(live, now=now, stable_for=STABLE_FOR) if restarted else health


def _without_foreign(plan: Plan) -> Plan:
    """Count a declared group that belongs to somebody else as not comparable: it is not in sync with anything."""
    foreign = {each.addresses[0]: each.reason for each in plan.blockers if each.code == "owner"}
    unreadable = tuple(Unreadable(address, reason.removeprefix(f"{address} ")) for address, reason in foreign.items())
    rest = tuple(each for each in plan.changes if each.address not in foreign)
    return replace(plan, changes=rest, unreadable=(*plan.unreadable, *unreadable))


def verify_plan(
    plan: Plan, questions: Preflight, *, concurrency: int, claimed: Claims | None = None
) -> tuple[Check, ...]:
    """Return what would keep an apply of the plan from ending well, and what could not be checked.

    Args:
        plan: what an apply would do.
        questions: what Azure can be asked.
        concurrency: how many requests may be in flight at once.
        claimed: the quota that plans take which are applied before this one.
    """
    groups = plan.resource_groups
    asked = run_preflight(plan.changes, questions, resource_groups=groups, claimed=claimed, concurrency=concurrency)
    return (*_unreadable_checks(plan), *judge_blockers(plan), *asked)


def _unreadable_checks(plan: Plan) -> Iterator[Check]:
    """Yield a failed check for each group that could not be read: nothing is known of what it needs."""
    for each in plan.unreadable:
        yield Check(Question.READING, each.address, Verdict.FAILED, each.message, addresses=(each.address,))
