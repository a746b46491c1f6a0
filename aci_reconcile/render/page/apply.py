"""The result of an apply as a page: how each group ended, and why the failing ones failed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.operate.diagnosis import list_insights
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
from aci_reconcile.render.page.page import Entry, Outcome, Page, Remark
from aci_reconcile.render.page.plan import FAILED_WEIGHT, make_change_entry, make_notices, make_plan_entries
from aci_reconcile.render.page.validation import list_hints
from aci_reconcile.render.text.apply import (
    describe_move,
    describe_recovery,
    describe_success,
    render_summary_text,
    summarize_error,
)
from aci_reconcile.render.text.status import describe_reasons
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.render.words import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile.events import Event, Reached
    from aci_reconcile.render.header import Header


def make_apply_page(
    plan: Plan, events: Sequence[Event], finished: Finished, header: Header, *, verb: str = "Apply"
) -> Page:
    """Return what was done.

    Args:
        plan: what should have been done.
        events: what happened, with or without the last event.
        finished: the last event.
        header: where it was done.
        verb: what was run (``Apply``, ``Restart``).
    """
    first, *rest = render_summary_text(finished, PLAIN, verb=verb).split("\n")
    ends = {each.name: each for each in _make_ends(events)}
    planned = {each.name: each for each in make_plan_entries(plan)}
    named = dict.fromkeys((*planned, *ends))
    return Page(
        kind=verb.lower(),
        verdict=first,
        good=not (finished.failed or finished.skipped or finished.interrupted),
        subject=header.project,
        facts=(*header.place(), ("took", format_duration(finished.seconds))),
        counts=tuple(_list_counts(finished)),
        remarks=(*_list_remarks(events, rest), *make_notices(plan)),
        # An interrupted run has no event about the end of some groups of the plan; they must show, too.
        entries=tuple(ends.get(name) or _make_unattempted(planned[name], finished) for name in named),
    )


def _make_ends(events: Iterable[Event]) -> Iterator[Entry]:
    """Yield the end of each group and resource group; a later entry of the same name replaces an earlier one."""
    for event in events:
        match event:
            case Succeeded() | Unhealthy() | Failed() | Moved() | Skipped():
                yield _make_end(event)
            case ResourceGroupCreated(scope):
                yield Entry(scope.resource_group, Outcome.CHANGED, "resource group created", "+", weight=30)
            case ResourceGroupDeleted(scope):
                yield Entry(scope.resource_group, Outcome.CHANGED, "resource group deleted", "-", weight=70)
            case ResourceGroupFailed(scope, error):
                entry = Entry(scope.resource_group, Outcome.FAILED, "resource group failed", "!")
                yield _make_failure(entry, "failed", summarize_error(error), list_hints(error))
            case _:
                pass


def _make_end(event: Succeeded | Unhealthy | Failed | Moved | Skipped) -> Entry:
    entry = replace(make_change_entry(event.change), severity=None, destroys=False)
    match event:
        case Succeeded(change, _, seconds, health):
            # NO_OP with fields is a group that differs and is not written again: not as it should be.
            same = change.action is Action.NO_OP and not change.fields
            outcome = Outcome.SAME if same else Outcome.CHANGED
            there = make_reached(event)
            summary = f"{describe_success(event)}, {there.fqdn or there.ip}" if there else describe_success(event)
            return replace(
                entry,
                outcome=outcome,
                summary=summary,
                notes=_list_notes(entry, there),
                health=health,
                seconds=seconds,
            )
        case Unhealthy(_, health, seconds, logs):
            notes = _list_notes(entry, make_reached(event))
            entry = replace(entry, notes=notes, health=health, logs=logs, seconds=seconds)
            return _make_failure(
                entry,
                f"not healthy after {format_duration(seconds)}",
                describe_reasons(health),
                tuple(list_insights(health, dict(logs))),
                title="Not healthy",
            )
        case Failed(_, error, seconds, _, health, logs):
            entry = replace(entry, health=health, logs=logs, seconds=seconds)
            return _make_failure(
                entry,
                f"failed after {format_duration(seconds)}",
                summarize_error(error),
                (*list_hints(error), *describe_recovery(event)),
            )
        case Moved(_, seconds):
            summary = describe_move(event)
            return _make_failure(replace(entry, seconds=seconds), "moved", summary, title="Moved")
        case Skipped(_, because):
            remark = Remark(Severity.WARNING, because, entry.where, "Skipped")
            return replace(
                entry, outcome=Outcome.SKIPPED, summary=f"skipped: {because}", remarks=(remark,), weight=FAILED_WEIGHT
            )


def _list_notes(entry: Entry, there: Reached | None) -> tuple[str, ...]:
    where = (f"IP address {there.ip}",) if there else ()
    return (*entry.notes, *where)


def _make_failure(entry: Entry, summary: str, text: str, detail: tuple[str, ...] = (), title: str = "Failed") -> Entry:
    remark = Remark(Severity.ERROR, text, entry.where, title, detail)
    return replace(
        entry, outcome=Outcome.FAILED, summary=summary, mark="!", severity=None, remarks=(remark,), weight=FAILED_WEIGHT
    )


def _make_unattempted(entry: Entry, finished: Finished) -> Entry:
    """Return a group of the plan that has no end among the events."""
    if entry.outcome in {Outcome.SAME, Outcome.ERROR}:
        return entry
    reason = "started and not seen to the end" if entry.name in finished.in_flight else "not attempted"
    remark = Remark(Severity.WARNING, reason, entry.where, "Skipped")
    return replace(entry, outcome=Outcome.SKIPPED, summary=reason, severity=None, remarks=(remark,), destroys=False)


def _list_remarks(events: Iterable[Event], summary_lines: Iterable[str]) -> Iterator[Remark]:
    for event in events:
        if isinstance(event, FreezeOverridden):
            yield Remark(Severity.WARNING, f"{event.reason} ({event.freeze})", title="Freeze overridden")
    for text in summary_lines:
        # Indented lines are the counts, which the page has already; the override is a remark of its own.
        if not text.startswith((" ", "The freeze was overridden")):
            yield Remark(Severity.WARNING, text)


def _list_counts(finished: Finished) -> Iterator[tuple[str, int]]:
    yield from (("added", finished.added), ("changed", finished.changed), ("destroyed", finished.destroyed))
    optional = (
        ("failed", finished.failed - finished.unhealthy),
        ("not healthy", finished.unhealthy),
        ("skipped", finished.skipped - finished.unfinished),
        ("unfinished", finished.unfinished),
        ("unchanged", finished.unchanged),
    )
    yield from ((name, number) for name, number in optional if number)
