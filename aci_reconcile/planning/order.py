"""The order of an apply: dependencies, DNS labels that pass on, deletions at the end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_text
from aci_reconcile.planning.labels import find_freed_labels, label_of
from aci_reconcile.planning.values import Action, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.labels import Label


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
    label = label_of(change.after) if change.writes else None
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
        if place_of(change.before) in growing:
            why += "; earlier if a creation lacks quota"
    return replace(change, reasons=(*change.reasons, why))


def _list_growth(change: Change) -> Iterator[tuple[str, str]]:
    """Yield the subscription and region in which a change may need more quota."""
    if change.action in {Action.CREATE, Action.REPLACE} and change.after is not None:
        yield place_of(change.after)


def place_of(group: Resource) -> tuple[str, str]:
    """Return the subscription and region of a group, by which Azure counts quotas."""
    return group.id.subscription.lower(), as_text(group.body.get("location")).replace(" ", "").lower()
