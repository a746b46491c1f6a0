"""One round of a watch: read the manifests, read Azure, plan, and make the changes that are allowed."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.manifests import find_secrets
from aci_reconcile.app.policy import make_policy
from aci_reconcile.app.proposal import make_reader, propose_plan
from aci_reconcile.app.watch.attempts import find_wait
from aci_reconcile.app.watch.carrying_out import Made, carry_out
from aci_reconcile.app.watch.choice import Choice, Limits, choose_changes, list_orphans
from aci_reconcile.app.watch.revival import plan_revival
from aci_reconcile.app.workspace import Workspace
from aci_reconcile.core.errors import (
    AciReconcileError,
    AzureError,
    InvalidManifestsError,
    LockedError,
    LockError,
    LockLostError,
    Severity,
    UsageError,
)
from aci_reconcile.reconcile import Refresh
from aci_reconcile.reconcile.reader import Search
from aci_reconcile.reconcile.rounds import Allowance, Concern, Fault, Heal, Round, Trouble
from aci_reconcile.render.text.apply import summarize_error
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from aci_reconcile.app.watch.attempts import Attempt
    from aci_reconcile.app.watch.course import Course
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan

_FINE: Final = frozenset({Trouble.UNHEALTHY, Trouble.ORPHAN})
"""Troubles of groups that are as declared, or not declared."""


class _RoundError(Exception):
    """A part of a round has failed, and so the round has."""

    def __init__(self, fault: Fault, error: AciReconcileError) -> None:
        super().__init__(error.message)
        self.fault = fault
        self.error = error


def make_round(course: Course, number: int) -> Round:
    """Make one round, and return what was found and done. An expected error makes it a failed one.

    Raises:
        UsageError: it is the first round, and the options or the project file make no sense.
        LockError: it is the first round, and the lock is none.
    """
    began, spent = course.run.clock.now(), time.process_time()
    known = Round(number, began)
    try:
        known = _make_round(course, known)
    except _RoundError as failure:
        if number == 1 and isinstance(failure.error, (LockError, UsageError)):
            raise failure.error from failure
        known = replace(known, fault=failure.fault, failure=_describe(failure.error))
    now = course.run.clock.now()
    return replace(known, seconds=now - began, cpu_seconds=time.process_time() - spent)


@contextmanager
def _blame(fault: Fault) -> Generator[None]:
    """Turn an error into a failed round; what Azure says is Azure's fault wherever it is said."""
    try:
        yield
    except (LockError, LockedError, LockLostError) as error:
        raise _RoundError(Fault.STATE, error) from error
    except AzureError as error:
        raise _RoundError(Fault.AZURE, error) from error
    except AciReconcileError as error:
        raise _RoundError(fault, error) from error


def _make_round(course: Course, known: Round) -> Round:
    # Nothing is written here, so a signal may break it off.
    with course.surroundings.may_end():
        workspace = _prepare(course, known.began)
        # What can be wrong besides Azure is the manifests: that none declares a group.
        with _blame(Fault.MANIFESTS):
            plan = _propose(workspace, course, known.began)
            if plan.blind is not None and not plan.changes:
                raise AzureError(f"{plan.blind.address} could not be read: {plan.blind.message}")
    with _blame(Fault.STATE):
        course.note_round(plan.live)
        bad = course.states.note(plan.changes, course.run.clock.now())
        _forget_attempts(plan, course)
        choice = choose_changes(plan, _make_limits(course))
        made, resting = _act(choice, bad, workspace, course)
    concerns = _list_concerns(choice, resting, made, course)
    off = {each.address.lower() for each in concerns if each.trouble not in _FINE}
    declared = {each.address.lower() for each in workspace.loaded.resources}
    unread = plan.unreadable[0] if plan.unreadable else None
    known = _count_allowances(known, workspace.policy, course)
    return replace(
        known,
        fault=Fault.AZURE if unread else None,
        failure=f"{unread.address} could not be read: {unread.message}" if unread else "",
        planned=True,
        declared=len(declared),
        owned=plan.live,
        in_sync=len(declared - off),
        healed=tuple(made.healed[each] for each in sorted(made.healed)),
        failed_changes=len(made.failed),
        given_up=made.given_up,
        concerns=concerns,
        paused=choice.paused,
        revision=course.manifests.revision,
        fetch_failure=course.manifests.fetch_failure,
    )


def _prepare(course: Course, now: float) -> Workspace:
    """Load the manifests, connect, and make the policy."""
    with _blame(Fault.MANIFESTS):
        loaded = course.manifests.load()
    with _blame(Fault.AZURE):
        connection = course.link.open(loaded.project)
    with _blame(Fault.STATE):
        course.open_ledger(loaded.project.owner, connection.lock)
    with _blame(Fault.MANIFESTS):
        course.manifests.check_history(course.get_ledger().commit)
        policy = make_policy(loaded, course.settings.allow, course.run.environ, now=now)
    # A number on the command line was given before anybody could see this plan.
    policy = replace(
        policy,
        deletes_named=False,
        spent=course.get_ledger().count_spent(now),
        redeploy=course.choose_pushes(now),
    )
    course.decisions.begin(policy)
    if loaded is not course.remembered or connection is not course.knows:
        keys = (policy.fingerprint_key, policy.former_key)
        known = tuple(each for each in keys if each is not None and each.available)
        connection.backend.remember((*find_secrets(loaded), *known))
        course.remembered, course.knows = loaded, connection
    return Workspace(course.declare_power(loaded, now), policy, connection)


def _propose(workspace: Workspace, course: Course, now: float) -> Plan:
    """Read Azure and plan: by lists, and by single reads of what differs and of those whose run state is due."""
    loaded, settings = workspace.loaded, course.settings
    selected = loaded.selected
    keys = [each.id.key for each in loaded.resources if selected is None or each.id.key in selected]
    due = course.states.choose(keys, now, settings.every)
    searching = now >= course.searched + settings.health_every
    reader = make_reader(workspace, course.target, course.run, Refresh.AUTO)
    reader = replace(
        reader,
        health=True,
        asks=due.__contains__,
        recall=course.decisions.recall,
        settling=0,
        stopped=course.surroundings.stopped,
        search=reader.search if searching else Search(),
    )
    plan = propose_plan(loaded, workspace.policy, reader, workspace.connection.endpoint)
    course.decisions.note(plan, loaded.resources, workspace.listings)
    if searching:
        course.searched, course.orphans = now, list_orphans(plan)
    return plan


def _make_limits(course: Course) -> Limits:
    now = course.run.clock.now()

    def find_attempt(change: Change) -> Attempt | None:
        return find_wait(course.attempts.get(change.address.lower()), change.digest, now)

    return Limits(course.settings.heal, find_attempt, course.find_rest, course.manifests.pause)


def _act(
    choice: Choice, bad: Iterable[Change], workspace: Workspace, course: Course
) -> tuple[Made, tuple[Concern, ...]]:
    """Make the chosen changes, then start what does not run; return what became of them, and what is left alone."""
    made = carry_out(choice.plan, workspace, course)
    if course.settings.heal is not Heal.ALL or choice.paused or course.manifests.pause:
        return made, ()
    plan, resting = plan_revival(bad, workspace, course)
    started = carry_out(plan, workspace, course)
    return made.add(started), resting


def _list_concerns(choice: Choice, resting: Iterable[Concern], made: Made, course: Course) -> tuple[Concern, ...]:
    """Return what is the matter at the end of a round, one thing for each group."""
    known = (*course.orphans, *course.states.list_concerns(), *resting, *choice.concerns)
    found = {each.address.lower(): each for each in known} | made.failed
    return tuple(found[name] for name in sorted(found) if name not in made.healed)


def _forget_attempts(plan: Plan, course: Course) -> None:
    """Forget the failures of groups that are as they should be."""
    course.stuck = tuple(each.id for each in plan.changes if each.stuck)
    open_ = {each.address.lower() for each in plan.changes if each.writes or each.stuck}
    open_ |= {each.address.lower() for each in course.states.list_concerns()}
    course.attempts = {name: each for name, each in course.attempts.items() if name in open_}


def _count_allowances(known: Round, policy: Policy, course: Course) -> Round:
    """Return the round with what the last 24 hours have taken of the limits."""
    spent = course.get_ledger().count_spent(course.run.clock.now())
    return replace(
        known,
        deletions=Allowance(spent.deletions, policy.max_deletes),
        recreations=Allowance(spent.recreations, policy.allow_replace),
        restarts=Allowance(spent.restarts, policy.max_restarts),
    )


def _describe(error: AciReconcileError) -> str:
    """Return an error in one line: the first of the mistakes in the manifests, with its place."""
    if not isinstance(error, InvalidManifestsError):
        return summarize_error(error)
    wrong = [each for each in error.diagnostics if each.severity is Severity.ERROR]
    first = wrong[0]
    more = f" (and {count(len(wrong) - 1, 'more error')})" if len(wrong) > 1 else ""
    return f"{first.where}: {first.code}: {first.message}{more}"
