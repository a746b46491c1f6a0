"""What became of an apply, as a page: each group with its end, the failing ones with their events and last words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import (
    Failed,
    Finished,
    FreezeOverridden,
    Moved,
    ResourceGroupCreated,
    ResourceGroupDeleted,
    ResourceGroupFailed,
    Skipped,
    Succeeded,
    Unhealthy,
    make_reached,
)
from aci_reconcile.render.change_page import FAILED_WEIGHT, change_entry, notices, plan_entries
from aci_reconcile.render.events import done, moved_text, summary, summary_text, whereabouts
from aci_reconcile.render.page import Entry, Outcome, Page, Remark
from aci_reconcile.render.problem_page import hints
from aci_reconcile.render.run_state import health_reasons
from aci_reconcile.render.style import PLAIN
from aci_reconcile.render.words import took

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile.events import Event, Reached
    from aci_reconcile.render.header import Header


def apply_page(plan: Plan, events: Sequence[Event], finished: Finished, header: Header) -> Page:
    """Return what was done.

    Args:
        plan: what was to be done.
        events: what happened, the last event left out or not.
        finished: the last event.
        header: where it was done.
    """
    first, *rest = summary_text(finished, PLAIN).split("\n")
    ends = {each.name: each for each in _ends(events)}
    planned = {each.name: each for each in plan_entries(plan)}
    named = dict.fromkeys((*planned, *ends))
    return Page(
        kind="apply",
        verdict=first,
        good=not (finished.failed or finished.skipped or finished.interrupted),
        subject=header.project,
        facts=(*header.place(), ("took", took(finished.seconds))),
        counts=tuple(_counts(finished)),
        remarks=(*_remarks(events, rest), *notices(plan)),
        entries=tuple(ends.get(name) or _unseen(planned[name], finished) for name in named),
    )


def _ends(events: Iterable[Event]) -> Iterator[Entry]:
    """Yield how it ended for each group and resource group; a later one takes the place of an earlier."""
    for event in events:
        match event:
            case Succeeded() | Unhealthy() | Failed() | Moved() | Skipped():
                yield _ended(event)
            case ResourceGroupCreated(scope):
                yield Entry(scope.resource_group, Outcome.CHANGED, "resource group created", "+", weight=30)
            case ResourceGroupDeleted(scope):
                yield Entry(scope.resource_group, Outcome.CHANGED, "resource group deleted", "-", weight=70)
            case ResourceGroupFailed(scope, error):
                entry = Entry(scope.resource_group, Outcome.FAILED, "resource group failed", "!")
                yield _wrong(entry, "failed", summary(error), hints(error))
            case _:
                pass


def _ended(event: Succeeded | Unhealthy | Failed | Moved | Skipped) -> Entry:
    entry = replace(change_entry(event.change), severity=None, destroys=False)
    match event:
        case Succeeded(change, _, seconds, health):
            same = change.action is Action.NO_OP and not change.fields
            outcome = Outcome.SAME if same else Outcome.CHANGED
            there = make_reached(event)
            told = f"{done(event)}, {there.fqdn or there.ip}" if there else done(event)
            return replace(
                entry, outcome=outcome, summary=told, notes=_notes(entry, there), health=health, seconds=seconds
            )
        case Unhealthy(_, health, seconds, logs):
            notes = _notes(entry, make_reached(event))
            entry = replace(entry, notes=notes, health=health, logs=logs, seconds=seconds)
            return _wrong(entry, f"not healthy after {took(seconds)}", health_reasons(health), title="Not healthy")
        case Failed(_, error, seconds, _, health, logs):
            entry = replace(entry, health=health, logs=logs, seconds=seconds)
            return _wrong(entry, f"failed after {took(seconds)}", summary(error), (*hints(error), *whereabouts(event)))
        case Moved(_, seconds):
            told = moved_text(event)
            return _wrong(replace(entry, seconds=seconds), "moved", told, title="Moved")
        case Skipped(_, because):
            remark = Remark(Severity.WARNING, because, entry.where, "Skipped")
            return replace(
                entry, outcome=Outcome.SKIPPED, summary=f"skipped: {because}", remarks=(remark,), weight=FAILED_WEIGHT
            )


def _notes(entry: Entry, there: Reached | None) -> tuple[str, ...]:
    where = (f"IP address {there.ip}",) if there else ()
    return (*entry.notes, *where)


def _wrong(entry: Entry, told: str, text: str, detail: tuple[str, ...] = (), title: str = "Failed") -> Entry:
    remark = Remark(Severity.ERROR, text, entry.where, title, detail)
    return replace(
        entry, outcome=Outcome.FAILED, summary=told, mark="!", severity=None, remarks=(remark,), weight=FAILED_WEIGHT
    )


def _unseen(entry: Entry, finished: Finished) -> Entry:
    """Return a group of the plan of whose end nothing was told."""
    if entry.outcome in {Outcome.SAME, Outcome.ERROR}:
        return entry
    told = "started and not seen to the end" if entry.name in finished.in_flight else "not attempted"
    remark = Remark(Severity.WARNING, told, entry.where, "Skipped")
    return replace(entry, outcome=Outcome.SKIPPED, summary=told, severity=None, remarks=(remark,), destroys=False)


def _remarks(events: Iterable[Event], last_words: Iterable[str]) -> Iterator[Remark]:
    for event in events:
        if isinstance(event, FreezeOverridden):
            yield Remark(Severity.WARNING, f"{event.reason} ({event.freeze})", title="Freeze overridden")
    for text in last_words:
        if not text.startswith((" ", "The freeze was overridden")):
            yield Remark(Severity.WARNING, text)


def _counts(finished: Finished) -> Iterator[tuple[str, int]]:
    yield from (("added", finished.added), ("changed", finished.changed), ("destroyed", finished.destroyed))
    told = (
        ("failed", finished.failed - finished.unhealthy),
        ("not healthy", finished.unhealthy),
        ("skipped", finished.skipped),
        ("unchanged", finished.unchanged),
    )
    yield from ((name, number) for name, number in told if number)
