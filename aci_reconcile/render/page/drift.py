"""A drift as a page: each group that is not as declared, or does not run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.operate.diagnosis import list_insights
from aci_reconcile.planning.blockers import find_unchanged
from aci_reconcile.planning.values import Action, Notice
from aci_reconcile.render.page.page import NO_MANIFEST, Entry, Outcome, Page, Remark
from aci_reconcile.render.page.plan import (
    FAILED_WEIGHT,
    make_change_entry,
    make_notices,
    make_unreadable_entries,
    summarize_change,
)
from aci_reconcile.render.text.drift import count_since_last_check, render_drift_verdict
from aci_reconcile.render.text.status import describe_reasons
from aci_reconcile.render.text.style import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.health import Health
    from aci_reconcile.findings import Drift, Finding
    from aci_reconcile.planning.values import Change
    from aci_reconcile.render.header import Header

_WEIGHT = 50


def make_drift_page(drift: Drift, header: Header) -> Page:
    """Return what differs, with fields as an apply would change them."""
    undeclared = {each.address for each in drift.undeclared if isinstance(each, Notice)}
    rest = tuple(each for each in make_notices(drift.plan) if each.text.partition(": ")[0] not in undeclared)
    counted, news = _group_by_address(drift.counted), _group_by_address(drift.since_last_check)
    dated = drift.history is not None
    return Page(
        kind="drift",
        verdict=" ".join(render_drift_verdict(drift, PLAIN).split()),
        good=drift.clean,
        subject=header.project,
        facts=header.place(),
        counts=tuple((name, number) for name, number in _list_counts(drift) if number),
        remarks=(*map(_make_accepted_remark, drift.accepted), *rest),
        entries=tuple(
            _add_findings(entry, counted.get(entry.name, []), news.get(entry.name, []), dated=dated)
            for entry in _make_entries(drift)
        ),
        sides=("In Azure", "In the manifest"),
    )


def _make_entries(drift: Drift) -> Iterator[Entry]:
    """Yield the groups of the plan with their run state, then unmanaged ones, then those that could not be read."""
    health, sick = dict(drift.health), dict(drift.unhealthy)
    named = {each.address for each in (*drift.plan.changes, *drift.plan.unreadable, *drift.undeclared)}
    for change in drift.plan.changes:
        entry = replace(_make_group_entry(change), health=health.get(change.address))
        yield _mark_unhealthy(entry, sick[change.address]) if change.address in sick else entry
    for each in drift.undeclared:
        if isinstance(each, Notice):
            yield _mark_drifted(Entry(each.address, Outcome.FAILED, each.message, NO_MANIFEST))
    # A group that vanished or changed between two runs may be in no plan any more; its finding needs an entry.
    for address in dict.fromkeys(each.address for each in drift.since_last_check if each.address not in named):
        yield Entry(address, Outcome.SAME, "as declared")
    yield from make_unreadable_entries(drift.plan)


def _make_group_entry(change: Change) -> Entry:
    entry = make_change_entry(change)
    return (
        entry if entry.outcome is Outcome.SAME else _mark_drifted(replace(entry, summary=_describe_difference(change)))
    )


def _mark_drifted(entry: Entry) -> Entry:
    # A drift deletes nothing, whatever the plan behind it would do, so the warning about deletions must not appear.
    return replace(entry, outcome=Outcome.FAILED, severity=Severity.WARNING, weight=_WEIGHT, destroys=False)


def _mark_unhealthy(entry: Entry, health: Health) -> Entry:
    summary = health.state.value if entry.outcome is Outcome.SAME else f"{entry.summary}, {health.state}"
    remark = Remark(Severity.ERROR, describe_reasons(health), entry.where, "Not healthy", tuple(list_insights(health)))
    mark = entry.mark or "!"
    return replace(entry, outcome=Outcome.FAILED, summary=summary, mark=mark, remarks=(remark,), weight=FAILED_WEIGHT)


def _group_by_address(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for each in findings:
        found.setdefault(each.address, []).append(each)
    return found


def _add_findings(entry: Entry, counted: list[Finding], news: list[Finding], *, dated: bool) -> Entry:
    """Return the entry with the findings about its group: severity, date, and changes since the previous run."""
    if not counted:
        return entry
    if entry.outcome is Outcome.SAME:
        entry = replace(_mark_drifted(entry), summary="changed since the last run", mark="!")
    since = min((each.since for each in counted if each.since), default="")
    notes = (f"First found at {since}.",) if since and dated else ()
    worst = min((each.severity for each in counted), key=list(Severity).index)
    remarks = tuple(Remark(each.severity, _describe_finding(each), each.where, "Since the last run") for each in news)
    all_remarks = (*entry.remarks, *remarks)
    return replace(entry, severity=worst, notes=(*entry.notes, *notes), remarks=all_remarks)


def _make_accepted_remark(finding: Finding) -> Remark:
    acceptance = finding.acceptance
    until = (f"Until {acceptance.until}: {acceptance.reason}",) if acceptance is not None else ()
    return Remark(Severity.NOTICE, f"{finding.address} {_describe_finding(finding)}", finding.where, "Accepted", until)


def _describe_finding(finding: Finding) -> str:
    return f"{finding.path}: {finding.text}" if finding.path else finding.text


def _describe_difference(change: Change) -> str:
    """Return the difference as a state; a plan would say what it is going to do about it."""
    if change.action is Action.CREATE:
        return "is declared but missing"
    if change.action is Action.DELETE:
        return "has no manifest"
    return f"differs ({summarize_change(change)})"


def _list_counts(drift: Drift) -> Iterator[tuple[str, int]]:
    yield "differ", len(drift.differing)
    yield "missing", len(drift.missing)
    yield "undeclared", len(drift.undeclared)
    yield "not healthy", len(drift.unhealthy)
    yield "unreadable", len(drift.plan.unreadable)
    yield "moved", count_since_last_check(drift)
    yield "accepted", len(drift.accepted)
    yield "in sync", len(find_unchanged(drift.plan))
    yield "secrets not compared", drift.plan.not_compared
