"""The order of an apply: dependencies, DNS labels that pass on, deletions at the end, and deadlocks."""

from __future__ import annotations

import shlex
from collections import defaultdict
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from aci_reconcile.core.cycles import find_cycles
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_text
from aci_reconcile.planning.dns_labels import find_dns_label, find_freed_labels
from aci_reconcile.planning.values import Action, Blocker, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.dns_labels import Label
    from aci_reconcile.planning.values import Change


def make_dependency_graph(changes: tuple[Change, ...]) -> Mapping[str, set[str]]:
    """Return for each group those that must be ready before it.

    A unique name may stand for an address. Groups outside the plan are not waited for.

    Raises:
        UsageError: they depend on each other in a circle.
    """
    graph = list_dependencies(changes)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise UsageError(f"groups depend on each other in a circle: {' -> '.join(error.args[1])}") from error
    return graph


def list_dependencies(changes: tuple[Change, ...]) -> dict[str, set[str]]:
    """Return the declared dependencies of each group; circles are allowed here."""
    known: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        address = change.address.lower()
        known[address].add(address)
        known[address.rpartition("/")[2]].add(address)
    return {
        change.address.lower(): {
            found
            for wanted in (change.after.lifecycle.depends_on if change.after else ())
            for found in known.get(wanted.lower(), ())
        }
        for change in changes
    }


def order_changes(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes with what they follow, and with the reason where it is worth showing.

    Groups that take a DNS label follow those that give it up. Deletions come last, unless a group of the same apply
    needs what they free: a label, which is known here, or quota, which only Azure knows.
    """
    freed = find_freed_labels(changes)
    followed = tuple(_add_follows(each, freed) for each in changes) if freed else changes
    # With nothing but deletions, the order needs no explanation.
    if not any(each.writes and each.action is not Action.DELETE for each in changes):
        return followed
    takers = _find_takers(followed)
    growing = frozenset(place for each in changes for place in _list_growth(each))
    return tuple(_add_order_reason(each, takers.get(each.address.lower(), ()), growing) for each in followed)


def order_deletions(changes: tuple[Change, ...], declared: Iterable[Resource]) -> tuple[Change, ...]:
    """Return the deletions with what they follow: the declared groups that depend on them go first."""
    there = {change.address.lower() for change in changes}
    above: dict[str, list[str]] = defaultdict(list)
    for resource in declared:
        for below in resource.lifecycle.depends_on if resource.address.lower() in there else ():
            above[below.lower()].append(resource.address)
    return tuple(replace(each, follows=tuple(sorted(above.get(each.address.lower(), ())))) for each in changes)


def _add_follows(change: Change, freed: Mapping[Label, frozenset[str]]) -> Change:
    """Return the change so that it follows the groups that give up the label it takes."""
    label = find_dns_label(change.after) if change.writes else None
    givers = freed.get(label, ()) if label else ()
    follows = tuple(sorted(each for each in givers if each.lower() != change.address.lower()))
    return replace(change, follows=follows) if follows else change


def _find_takers(changes: Iterable[Change]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for change in changes:
        for giver in change.follows:
            found[giver.lower()] = (*found.get(giver.lower(), ()), change.address)
    return found


def _add_order_reason(change: Change, takers: tuple[str, ...], growing: frozenset[tuple[str, str]]) -> Change:
    """Return the change with a reason that explains its place in the order."""
    if change.follows:
        reason = f"after {', '.join(change.follows)}, whose DNS label it takes"
        return replace(change, reasons=(*change.reasons, reason))
    if change.action is not Action.DELETE or change.before is None:
        return change
    if takers:
        why = f"deleted before {', '.join(takers)}, which takes its DNS label; everything else comes first"
    else:
        why = "deleted last, if all else goes well"
        # Only Azure knows how full a quota is, so a plan can only say what may happen.
        if get_region(change.before) in growing:
            why += "; earlier if a creation lacks quota"
    return replace(change, reasons=(*change.reasons, why))


def _list_growth(change: Change) -> Iterator[tuple[str, str]]:
    """Yield the subscription and region in which a change may need more quota."""
    if change.action in {Action.CREATE, Action.REPLACE} and change.after is not None:
        yield get_region(change.after)


def get_region(group: Resource) -> tuple[str, str]:
    """Return the subscription and region of a group, by which Azure counts quotas."""
    return group.id.subscription.lower(), as_text(group.body.get("location")).replace(" ", "").lower()


_SHOWN = 6
"""How many steps of a circle a message names; a longer one would hide what to do."""


def block_deadlocks(changes: tuple[Change, ...]) -> Iterator[Blocker]:
    """Block groups that wait for each other's DNS labels in a circle: Azure would refuse each of them.

    Of connected circles one is named. Two applies resolve it; the first breaks the circle.

    Args:
        changes: the planned changes, with what each follows.
    """
    if not any(change.follows for change in changes):
        return
    by_address = {change.address.lower(): change for change in changes}
    below = list_dependencies(changes)
    for change in changes:
        below[change.address.lower()] |= {each.lower() for each in change.follows}
    freed = find_freed_labels(changes)
    for circle in find_cycles({name: tuple(sorted(each)) for name, each in below.items()}):
        around = zip(circle, (*circle[1:], circle[0]), strict=True)
        steps = tuple((by_address[one], by_address[other]) for one, other in around)
        # `make_dependency_graph` refuses a circle of `dependsOn` alone; applying twice would not help there.
        if any(_takes_label(*step) for step in steps):
            yield Blocker(
                "circle", _render_circle(steps), tuple(one.address for one, _ in steps), _suggest_steps(steps, freed)
            )


def _takes_label(taker: Change, giver: Change) -> bool:
    return giver.address.lower() in {each.lower() for each in taker.follows}


def _render_circle(steps: tuple[tuple[Change, Change], ...]) -> str:
    rendered = [_render_step(*step) for step in steps[:_SHOWN]] + (["…"] if len(steps) > _SHOWN else [])
    return f"{'; '.join(rendered)}: they wait for each other, so Azure would accept none of them"


def _render_step(one: Change, other: Change) -> str:
    label = find_dns_label(one.after)
    if label and _takes_label(one, other):
        return f"{one.address} takes the DNS label {label[1]} from {other.address}"
    return f"{one.address} depends on {other.address}"


def _suggest_steps(steps: tuple[tuple[Change, Change], ...], freed: Mapping[Label, frozenset[str]]) -> str:
    """Return the two applies: first one group that gives up its label, best one whose new label is free."""
    givers = [giver for taker, giver in steps if _takes_label(taker, giver)]
    free = [each for each in givers if find_dns_label(each.after) not in freed]
    first = (free or givers)[0]
    changed = "" if free else " with another dnsNameLabel for a while, or none"
    alone = f"first {first.address} alone (--only {shlex.quote(first.address)})"
    return f"apply twice: {alone}{changed}, then all of them"


def block_taken_labels(changes: tuple[Change, ...], live: Iterable[Resource]) -> Iterator[Blocker]:
    """Block groups that want a DNS label which another live group keeps: Azure says DnsNameLabelAlreadyTaken.

    Otherwise a recreation would delete its group and only then be refused.

    Args:
        changes: the planned changes.
        live: every group that was read.
    """
    wanting = [(change, label) for change in changes if (label := _find_new_label(change))]
    if not wanting:
        return
    freed = find_freed_labels(changes)
    wanted = {label for _, label in wanting}
    holders = {label: each for each in live if (label := find_dns_label(each)) in wanted and label not in freed}
    for change, label in wanting:
        holder = holders.get(label)
        if holder is not None and holder.id.key != change.id.key:
            reason = f"{change.address} wants the DNS label {label[1]} in {label[0]}, which {holder.address} keeps"
            release = f"use another dnsNameLabel, or plan that {holder.address} gives it up or is deleted"
            yield Blocker("label", reason, (change.address,), release)


def _find_new_label(change: Change) -> Label | None:
    """Return the label that a change takes; None if the group already has it."""
    if not change.sends_body or change.action is Action.DELETE:
        return None
    label = find_dns_label(change.after)
    return label if label != find_dns_label(change.before) else None
