"""A plan as a page. Pages about a drift and an apply describe a group in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.planning.blockers import find_unchanged
from aci_reconcile.planning.values import Action, Change, Impact, Plan
from aci_reconcile.render.missing_secrets import describe_not_compared, find_missing_secrets
from aci_reconcile.render.page.page import Entry, Outcome, Page, Remark
from aci_reconcile.render.rows import make_rows
from aci_reconcile.render.text.layout import describe_cost
from aci_reconcile.render.text.plan import describe_matching
from aci_reconcile.render.text.style import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.errors import Where
    from aci_reconcile.planning.values import Blocker
    from aci_reconcile.render.header import Header

WORDS: Mapping[Action, str] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.REPLACE: "recreate",
    Action.DELETE: "delete",
    Action.ADOPT: "adopt",
    Action.NO_OP: "unchanged",
}
BLOCKED = "Held back"
_WEIGHTS: Mapping[Action, int] = {
    Action.NO_OP: 10,
    Action.ADOPT: 20,
    Action.CREATE: 30,
    Action.UPDATE: 40,
    Action.REPLACE: 60,
    Action.DELETE: 70,
}
FAILED_WEIGHT = 100
"""The weight of an entry with something wrong; it is the last to be left out."""


def make_plan_page(plan: Plan, header: Header, *, digest: str = "", extra: tuple[Remark, ...] = ()) -> Page:
    """Return the plan.

    Args:
        plan: what would be done.
        header: where it would be done.
        digest: the plan's digest, where it is known.
        extra: further remarks, such as why a saved plan is stale.
    """
    return Page(
        kind="plan",
        verdict=_render_verdict(plan),
        good=plan.applyable,
        subject=header.project,
        facts=(*header.place(), *([("plan digest", digest)] if digest else [])),
        counts=tuple(_list_counts(plan)),
        remarks=(*extra, *make_remarks(plan)),
        entries=tuple(make_plan_entries(plan)),
        sides=("Now in Azure", "After the apply"),
    )


def make_plan_entries(plan: Plan) -> Iterator[Entry]:
    """Yield an entry for each group, including those that could not be read."""
    yield from make_resource_group_entries(plan)
    for change in plan.changes:
        blocked = tuple(make_blocker_remark(blocker, change.where) for blocker in _find_blockers(plan, change.address))
        yield make_change_entry(change, blocked)
    yield from make_unreadable_entries(plan)


def make_change_entry(change: Change, blocked: tuple[Remark, ...] = ()) -> Entry:
    """Return what would happen to one group, and what blocks it."""
    differs = change.writes or change.fields
    outcome = Outcome.FAILED if blocked else Outcome.CHANGED if differs else Outcome.SAME
    return Entry(
        name=change.address,
        outcome=outcome,
        summary=summarize_change(change),
        mark=PLAIN.mark(change.action).strip() if differs else "",
        severity=_choose_severity(change) if differs else None,
        where=change.where,
        notes=change.reasons,
        rows=make_rows(change),
        remarks=blocked,
        # A write of tags restarts nothing, so it matters less than any other write.
        weight=FAILED_WEIGHT if blocked else _WEIGHTS[change.action] - 25 * (change.impact is Impact.TAGS_ONLY),
        adds=change.action is Action.CREATE,
        destroys=change.action in {Action.DELETE, Action.REPLACE},
    )


def summarize_change(change: Change) -> str:
    """Return what happens to a group and what that costs, in a few words."""
    cost = describe_cost(change)[1:-1]
    if change.action is Action.NO_OP:
        return cost if change.fields else WORDS[Action.NO_OP]
    if change.former_owner:
        return cost.replace(", ", ": ", 1)
    word = WORDS[change.action]
    cost = cost.removeprefix(word).lstrip(":, ")
    return f"{word}: {cost}" if cost else word


def make_unreadable_entries(plan: Plan) -> Iterator[Entry]:
    """Yield the groups that could not be read or compared."""
    for each in plan.unreadable:
        remark = Remark(Severity.ERROR, each.message, title="Error")
        summary = "could not be read or compared"
        yield Entry(each.address, Outcome.ERROR, summary, "!", remarks=(remark,), weight=FAILED_WEIGHT)


def make_resource_group_entries(plan: Plan) -> Iterator[Entry]:
    """Yield the resource groups that would be created or deleted."""
    for each in plan.resource_groups:
        action = Action.CREATE if each.create else Action.DELETE
        word = f"{WORDS[action]} the resource group"
        summary = f"{word} in {each.location}" if each.location else word
        mark, weight = PLAIN.mark(action).strip(), _WEIGHTS[action]
        yield Entry(each.scope.resource_group, Outcome.CHANGED, summary, mark, weight=weight, destroys=not each.create)


def make_remarks(plan: Plan) -> Iterator[Remark]:
    """Yield the remarks about the plan, the worst first."""
    yield from (make_blocker_remark(each) for each in plan.blockers)
    for each in find_missing_secrets(plan):
        yield Remark(Severity.WARNING, each.text, find_place(plan, each.addresses[0]), "Missing")
    yield from make_notices(plan)


def make_notices(plan: Plan) -> Iterator[Remark]:
    """Yield the notices, and the secrets of unchanged groups that could not be compared."""
    for notice in plan.notices:
        text = f"{notice.address}: {notice.text}"
        yield Remark(Severity.NOTICE, text, find_place(plan, notice.address), "Notice")
    for change in plan.changes:
        if not change.writes and not change.fields:
            for path in change.not_compared:
                yield Remark(Severity.NOTICE, describe_not_compared(change, path), change.where, "Not compared")


def make_blocker_remark(blocker: Blocker, where: Where | None = None) -> Remark:
    """Return a blocker as a remark, with how to release it."""
    release = (f"{blocker.advice}.",) if blocker.advice else ()
    return Remark(Severity.ERROR, f"{blocker.reason}.", where, BLOCKED, release)


def find_place(plan: Plan, address: str) -> Where | None:
    """Return where a group is declared."""
    return next((each.where for each in plan.changes if each.address == address), None)


def _find_blockers(plan: Plan, address: str) -> Iterator[Blocker]:
    """Yield the blockers that name this group."""
    return (each for each in plan.blockers if address in each.addresses)


def _choose_severity(change: Change) -> Severity:
    # Only what loses something is a warning: GitHub shows ten of each type, and a plan may have hundreds of updates.
    loses = change.action in {Action.REPLACE, Action.DELETE} or change.stuck
    return Severity.WARNING if loses else Severity.NOTICE


def _render_verdict(plan: Plan) -> str:
    if not plan and not plan.blockers and plan.complete:
        return f"No changes. {describe_matching(plan, 'group matches its manifest', 'groups match their manifests')}"
    verdict = f"Plan: {plan.to_add} to add, {plan.to_change} to change, {plan.to_destroy} to destroy."
    if plan.blockers:
        verdict += " Held back."
    if not plan.complete:
        verdict += f" {len(plan.unreadable)} could not be read or compared."
    return verdict


def _list_counts(plan: Plan) -> Iterator[tuple[str, int]]:
    same = len(find_unchanged(plan))
    yield from (("add", plan.to_add), ("change", plan.to_change), ("destroy", plan.to_destroy))
    optional = (
        ("restart", plan.count_with_impact(Impact.RESTART)),
        ("recreate", plan.count_with_impact(Impact.RECREATE)),
        ("start", plan.count_with_impact(Impact.START)),
        ("stop", plan.count_with_impact(Impact.STOP)),
        ("tags only", plan.count_with_impact(Impact.TAGS_ONLY)),
        ("adopt", len(plan.adopted)),
        ("take over", len(plan.taken_over)),
        ("unchanged", same),
        ("held back", len({address for each in plan.blockers for address in each.addresses})),
        ("unreadable", len(plan.unreadable)),
        ("secrets not compared", plan.not_compared),
    )
    yield from ((name, number) for name, number in optional if number)
