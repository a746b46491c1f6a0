"""One round of a watch: read the manifests, read Azure, plan, and make the changes that are allowed.

Where the project has a lock, it is held only by a round that has something to write, which looks again once it holds
it: so somebody's apply gets its turn, and a second watch goes on where this one ended.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.watch.blame import RoundError, blame
from aci_reconcile.app.watch.carrying_out import Made, carry_out
from aci_reconcile.app.watch.look import Seen, choose, look
from aci_reconcile.app.watch.revival import plan_revival
from aci_reconcile.core.errors import (
    AciReconcileError,
    AzureError,
    InvalidManifestsError,
    LockedError,
    LockError,
    Severity,
    UsageError,
)
from aci_reconcile.reconcile.rounds import Allowance, Concern, Fault, Heal, Round, Trouble
from aci_reconcile.render.text.apply import summarize_error
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from aci_reconcile.app.watch.course import Course
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Plan

_FINE: Final = frozenset({Trouble.UNHEALTHY, Trouble.ORPHAN})
"""Troubles of groups that are as declared, or not declared."""


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
    except RoundError as failure:
        if number == 1 and isinstance(failure.error, (LockError, UsageError)):
            raise failure.error from failure
        known = replace(known, fault=failure.fault, failure=_describe(failure.error))
    now = course.run.clock.now()
    return replace(known, seconds=now - began, cpu_seconds=time.process_time() - spent)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a round has seen last, and what became of it."""

    seen: Seen
    made: Made = field(default_factory=Made)
    resting: tuple[Concern, ...] = ()
    """Groups that do not run, and are left as they are."""
    failure: str = ""
    """Why the lock could not be asked for."""


def _make_round(course: Course, known: Round) -> Round:
    # Nothing is written here, so a signal may break it off.
    with course.surroundings.may_end():
        seen = look(course, known.began)
    with blame(Fault.STATE):
        done = _act_in_turn(seen, known.began, course) if course.link.blob is not None else _act(seen, course)
    return _describe_outcome(done, known, course)


def _act_in_turn(seen: Seen, began: float, course: Course) -> _Outcome:
    """Act while the lock is held, if there is anything to write; what else could be written is decided anew then."""
    revival, resting = _find_revival(seen, course)
    waiting = bool(seen.choice.plan or revival) or course.ledger is None
    if not (waiting or course.has_news(seen.plan.live)):
        return _Outcome(seen, resting=resting)
    with ExitStack() as stack:
        try:
            with course.surroundings.may_end():
                lock = stack.enter_context(course.link.hold())
        except (LockedError, AzureError) as error:
            if not waiting:  # what is to be noted can be noted later
                return _Outcome(seen, resting=resting)
            failure = "" if isinstance(error, LockedError) else error.message
            held = replace(seen, choice=choose(seen.plan, course, error.message))
            return _Outcome(held, resting=resting, failure=failure)
        course.read_ledger(lock)
        with course.surroundings.may_end():
            seen = look(course, began, seen)
        return _act(seen, course)


def _act(seen: Seen, course: Course) -> _Outcome:
    """Make the chosen changes, then start what does not run."""
    course.note_round(seen.plan.live)
    made = carry_out(seen.choice.plan, seen.workspace, course)
    plan, resting = _find_revival(seen, course)
    if plan is not None:
        made = made.add(carry_out(plan, seen.workspace, course))
    return _Outcome(seen, made, resting)


def _find_revival(seen: Seen, course: Course) -> tuple[Plan | None, tuple[Concern, ...]]:
    """Return the plan that makes groups run again, and those that are left alone; None if none may be started."""
    if course.settings.heal is not Heal.ALL:
        return None, ()
    plan, resting = plan_revival(seen.bad, seen.workspace, course)
    return None if seen.choice.paused else plan, resting


def _describe_outcome(done: _Outcome, known: Round, course: Course) -> Round:
    """Return the round with what was found, and what became of it."""
    seen, made = done.seen, done.made
    course.states.leave(seen.plan.changes, seen.choice.concerns)
    concerns = _list_concerns(done, course)
    off = {each.address.lower() for each in concerns if each.trouble not in _FINE}
    declared = {each.address.lower() for each in seen.workspace.loaded.resources}
    unread = seen.plan.unreadable[0] if seen.plan.unreadable else None
    failure = f"{unread.address} could not be read: {unread.message}" if unread else done.failure
    return replace(
        _count_allowances(known, seen.workspace.policy, course),
        fault=Fault.AZURE if unread else Fault.STATE if failure else None,
        failure=failure,
        planned=True,
        declared=len(declared),
        owned=seen.plan.live,
        in_sync=len(declared - off),
        healed=tuple(made.healed[each] for each in sorted(made.healed)),
        failed_changes=len(made.failed),
        given_up=made.given_up,
        concerns=concerns,
        paused=seen.choice.paused,
        revision=course.manifests.revision,
        fetch_failure=course.manifests.fetch_failure,
    )


def _list_concerns(done: _Outcome, course: Course) -> tuple[Concern, ...]:
    """Return what is the matter at the end of a round, one thing for each group."""
    known = (*course.orphans, *course.states.list_concerns(), *done.resting, *done.seen.choice.concerns)
    found = {each.address.lower(): each for each in known} | done.made.failed
    return tuple(found[name] for name in sorted(found) if name not in done.made.healed)


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
