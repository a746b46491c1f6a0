"""A plan as people read it, in Terraform's words and marks."""

from __future__ import annotations

from collections import Counter
from textwrap import fill
from typing import TYPE_CHECKING

from aci_reconcile.core.health import describe_condition, has_ended
from aci_reconcile.planning.blockers import find_unchanged
from aci_reconcile.planning.duration import Limit, estimate_duration
from aci_reconcile.planning.values import Action, Impact
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.missing_secrets import describe_not_compared, find_missing_secrets, join_few
from aci_reconcile.render.text.layout import render_groups
from aci_reconcile.render.words import count, format_estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.planning.values import Change, Plan, ResourceGroupChange
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.text.style import Style

_COSTS: Mapping[Impact, str] = {
    Impact.RESTART: "to restart",
    Impact.RECREATE: "to recreate",
    Impact.START: "to start",
    Impact.STOP: "to stop",
    Impact.REBOOT: "to restart",
    Impact.TAGS_ONLY: "to change tags only",
}
_DOCUMENTED: Mapping[Limit, str] = {
    Limit.CREATIONS: "100 creations in 5 minutes and 300 an hour per region",
    Limit.DELETIONS: "100 deletions in 5 minutes and 300 an hour per region",
    Limit.WRITES: "200 writes at once and 10 more a second",
    Limit.DELETES: "200 deletes at once and 10 more a second",
}


def render_plan_text(plan: Plan, header: Header, style: Style, *, width: int = 100, verbose: bool = False) -> str:
    """Return the plan for a terminal of this width, without a final line break.

    Args:
        plan: what would be done.
        header: where it would be done.
        style: the colours.
        width: the longest line; longer values are cut.
        verbose: cut nothing, and name unchanged groups.
    """
    sections = [*_render_actions(plan, header, style, width=width, verbose=verbose), *render_unreadable(plan, style)]
    sections.append("\n".join(_render_verdict(plan, style)))
    takes = render_limits(plan)
    if takes:
        sections.append(takes)
    remarks = ((*render_blockers(plan, style), *_render_missing(plan, style)), (*render_notices(plan, style),))
    sections += ["\n".join(lines) for lines in remarks if lines]
    return "\n\n".join(sections)


def render_unreadable(plan: Plan, style: Style) -> Iterator[str]:
    """Yield one section about what could not be read or compared, with one line for each message."""
    by_message: dict[str, list[str]] = {}
    for each in plan.unreadable:
        by_message.setdefault(sanitize(each.message), []).append(sanitize(each.address))
    if by_message:
        yield "\n".join(
            f"{style.paint(style.error, 'Error:')} {join_few(addresses)}: {message}"
            for message, addresses in by_message.items()
        )


def find_differing(plan: Plan) -> tuple[Change, ...]:
    """Return the groups that are not as declared, including those that are not written again."""
    return tuple(change for change in plan.changes if change.writes or change.fields)


def render_blockers(plan: Plan, style: Style) -> Iterator[str]:
    """Yield a line for each blocker, with how to release it."""
    for blocker in plan.blockers:
        release = f" {sanitize(blocker.advice)}." if blocker.advice else ""
        yield f"{style.paint(style.error, 'Held back:')} {sanitize(blocker.reason)}.{release}"


def render_notices(plan: Plan, style: Style) -> Iterator[str]:
    """Yield a line for each notice, and for each secret of an unchanged group that could not be compared."""
    for notice in plan.notices:
        yield f"{style.paint(style.warn, 'Notice:')} {sanitize(f'{notice.address}: {notice.text}')}"
    for change in find_unchanged(plan):
        for path in change.not_compared:
            yield f"{style.paint(style.warn, 'Not compared:')} {sanitize(describe_not_compared(change, path))}"


def describe_matching(plan: Plan, singular: str, plural: str) -> str:
    """Return a sentence about the groups that are as declared.

    A group that is stopped or in transition is counted as that.

    Args:
        plan: the plan.
        singular: the words for one such group (``group matches its manifest``).
        plural: the words for several.
    """
    # "0 groups match" would hide that the owner is perhaps misspelt; an incomplete plan may have groups, though.
    if not plan.changes and plan.complete:
        return _describe_absence(plan)
    same = find_unchanged(plan)
    conditions = Counter(describe_condition(change.before.body) if change.before is not None else "" for change in same)
    fine, noun = conditions.pop("", 0), singular.split(maxsplit=1)[0]
    parts = [count(fine, singular, plural)] if fine or not conditions else []
    for word, number in sorted(conditions.items()):
        nouns = (f"{noun} is", f"{noun}s are") if not parts else ("is", "are")
        parts.append(count(number, f"{nouns[0]} {word}", f"{nouns[1]} {word}"))
    if plan.not_compared:
        parts.append(describe_not_compared_secrets(plan))
    stuck = sum(bool(change.fields) for change in plan.of(Action.NO_OP))
    if stuck:
        parts.append(count(stuck, "differs but is not written again", "differ but are not written again"))
    # A group whose containers have ended is in sync, but a reader who expects it to run should see that it does not.
    ends = [has_ended(change.before.body) for change in same if change.before is not None]
    for state, word in (("Succeeded", "finished"), ("Failed", "failed")):
        if state in ends:
            parts.append(count(ends.count(state), f"has {word}", f"have {word}"))
    return f"{', '.join(parts)}."


def _describe_absence(plan: Plan) -> str:
    """Return the sentence for a plan without groups; other owners may have some, and so may this one if unselected."""
    owner = sanitize(plan.owner)
    if plan.policy.selected is None:
        return f"No groups belong to {owner}."
    return f"No selected group belongs to {owner}."


def describe_not_compared_secrets(plan: Plan) -> str:
    """Return how many secrets could not be compared."""
    return f"{count(plan.not_compared, 'secret')} not compared"


def _render_actions(plan: Plan, header: Header, style: Style, *, width: int, verbose: bool) -> Iterator[str]:
    differing = find_differing(plan)
    if plan:
        sentence = f"aci-reconcile will perform these actions ({header.text(full=verbose)}):"
        # Names are kept whole, so that they can be searched for.
        yield sentence if verbose else fill(sentence, width, break_long_words=False, break_on_hyphens=False)
    # In the order of the apply: resource groups come before their groups, and go after them.
    yield from _render_resource_groups(plan, style, create=True)
    yield from render_groups(differing, style, width=width, full=verbose)
    yield from _render_resource_groups(plan, style, create=False)
    if verbose and find_unchanged(plan):
        yield "\n".join(f"    {sanitize(change.address)} is unchanged" for change in find_unchanged(plan))


def _render_resource_groups(plan: Plan, style: Style, *, create: bool) -> Iterator[str]:
    mark = style.mark(Action.CREATE if create else Action.DELETE)
    lines = [f"{mark} {_render_resource_group(each, style)}" for each in plan.resource_groups if each.create is create]
    if lines:
        yield "\n".join(lines)


def _render_resource_group(change: ResourceGroupChange, style: Style) -> str:
    location = f" in {sanitize(change.location)}" if change.location else ""
    return f"resource group {style.paint(style.bold, sanitize(change.scope.resource_group))}{location}"


def _render_verdict(plan: Plan, style: Style) -> Iterator[str]:
    if not plan and not plan.blockers and plan.complete:
        matches = describe_matching(plan, "group matches its manifest", "groups match their manifests")
        yield f"{style.paint(style.good, 'No changes.')} {matches}"
        return
    totals = f"{plan.to_add} to add, {plan.to_change} to change, {plan.to_destroy} to destroy."
    yield f"{style.paint(style.bold, 'Plan:')} {totals}"
    costs = ", ".join(_list_costs(plan))
    if costs:
        yield f"      {costs}."


def _list_costs(plan: Plan) -> Iterator[str]:
    for impact, words in _COSTS.items():
        if number := plan.count_with_impact(impact):
            yield f"{number} {words}"
    adopted, same = len(plan.adopted), len(find_unchanged(plan))
    if adopted:
        yield f"{adopted} to adopt"
    for owner, number in sorted(Counter(each.former_owner for each in plan.taken_over).items()):
        yield f"{number} to take over from {sanitize(owner)}"
    if same:
        yield f"{same} unchanged"
    if plan.not_compared:
        yield describe_not_compared_secrets(plan)
    if plan.unreadable:
        yield f"{len(plan.unreadable)} could not be read or compared"


def _render_missing(plan: Plan, style: Style) -> Iterator[str]:
    for each in find_missing_secrets(plan):
        yield f"{style.paint(style.error, 'Missing:')} {sanitize(each.text)}"


def render_limits(plan: Plan) -> str:
    """Return the sentence about Azure's limits; empty if they hardly slow this plan."""
    found = estimate_duration(plan)
    if found is None or not found.matters:
        return ""
    return (
        f"Azure's documented limits ({_DOCUMENTED[found.limit]}) make this take about "
        f"{format_estimate(found.seconds)}; the apply paces itself by what Azure answers."
    )
