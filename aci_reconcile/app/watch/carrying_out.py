"""Carrying out what a round has chosen: counted before it begins, and settled after its end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile import reconcile
from aci_reconcile.app.execution import Waiting, check_applyable, make_context
from aci_reconcile.app.former_groups import save_former_groups
from aci_reconcile.app.watch.attempts import note_failure
from aci_reconcile.app.watch.choice import make_failure
from aci_reconcile.app.watch.ledger import list_entries
from aci_reconcile.core.errors import ImmutableFieldError
from aci_reconcile.reconcile import Wait
from aci_reconcile.reconcile.events import Failed, Finished, Moved, Skipped, Succeeded, Unhealthy
from aci_reconcile.reconcile.rounds import Concern, Healed
from aci_reconcile.render.text.apply import summarize_error

if TYPE_CHECKING:
    from aci_reconcile.app.watch.course import Course
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.events import Event


@dataclass(slots=True)
class Made:
    """What became of the changes of a round, by address in lower case."""

    healed: dict[str, Healed] = field(default_factory=dict[str, Healed])
    failed: dict[str, Concern] = field(default_factory=dict[str, Concern])
    given_up: int = 0

    def add(self, more: Made) -> Made:
        """Return it with what became of further changes."""
        return Made(self.healed | more.healed, self.failed | more.failed, self.given_up + more.given_up)


def carry_out(plan: Plan, workspace: Workspace, course: Course) -> Made:
    """Make the changes of a plan, within what was counted for them beforehand.

    Raises:
        AciReconcileError: what is about to be done cannot be counted; nothing was written.
    """
    made = Made()
    if not plan:
        return made
    check_applyable(plan)
    writes = [each for each in plan.changes if each.writes]
    course.expect(list_entries(writes, course.run.clock.now()))
    project, settings = workspace.loaded.project, course.settings
    # Whether containers run is looked at later: a group that crashes must not hold up the others.
    waiting = Waiting(Wait.PROVISIONED, timeout=course.target.timeout)
    context = replace(make_context(workspace, workspace.policy, waiting, course.run), limits=course.limits)
    course.in_flight = context.in_flight
    events = reconcile.apply(plan, context, concurrency=course.target.concurrency, stopped=course.surroundings.stopped)
    if not course.target.local:
        events = save_former_groups(events, project, course.run, settings.place)
    undone = {each.address.lower() for each in writes}
    errors: dict[str, str] = {}
    for event in events:
        _note(event, made, errors, undone)
        if isinstance(event, Failed) and isinstance(event.error, ImmutableFieldError):
            course.refused[event.change.id.key] = event.change.digest
        if not isinstance(event, Finished):
            course.surroundings.show(event)
    course.settle(undone)
    _note_attempts(writes, made, errors, course)
    return made


def _note(event: Event, made: Made, errors: dict[str, str], undone: set[str]) -> None:
    """Note the end of a change; whatever may have been sent is done."""
    if not isinstance(event, (Succeeded, Unhealthy, Failed, Moved, Skipped)):
        return
    change, name = event.change, event.change.address.lower()
    match event:
        case Succeeded() | Unhealthy():
            made.healed[name] = Healed(change.address, change.action.value, change.impact.value, event.seconds)
            undone.discard(name)
        case Failed():
            errors[name] = summarize_error(event.error)
            if event.trace.attempt or event.gone or event.restored:
                undone.discard(name)
        case Moved():
            if event.written:
                undone.discard(name)
        case Skipped():
            pass


def _note_attempts(writes: list[Change], made: Made, errors: dict[str, str], course: Course) -> None:
    """Remember what failed, and forget what was mended. What moved or was skipped is simply planned anew."""
    for change in writes:
        name = change.address.lower()
        if name in made.healed:
            course.attempts.pop(name, None)
            course.states.soon.add(change.id.key)
        elif name in errors:
            before = course.attempts.get(name)
            attempt = note_failure(
                before, change.digest, errors[name], course.run.clock.now(), course.surroundings.chance()
            )
            course.attempts[name] = attempt
            made.given_up += attempt.given_up
            made.failed[name] = make_failure(change.address, attempt)
