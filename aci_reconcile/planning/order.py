"""What comes before what in an apply, and why: dependencies, DNS labels that pass on, deletions at the end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_text
from aci_reconcile.planning.labels import freed_labels, label_of
from aci_reconcile.planning.values import Action, Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.labels import Label


def dependencies(changes: tuple[Change, ...]) -> Mapping[str, set[str]]:
    """Return for each group the groups that must be as they should be before it.

    A name alone will do where it is unique; what is not part of the plan is not waited for.

    Raises:
        UsageError: they depend on each other in a circle.
    """
    graph = depending(changes)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise UsageError(f"groups depend on each other in a circle: {' -> '.join(error.args[1])}") from error
    return graph


def depending(changes: tuple[Change, ...]) -> dict[str, set[str]]:
    """Return for each group the groups that its manifest says it depends on, circles or not."""
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


def ordered(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes of an apply with what they follow, and with the reason where that is worth telling.

    Groups that take a DNS label follow those that give it up. Deletions come last, and earlier only where a group of
    the same apply needs what they free: a label, which is known here, or a quota, of which only Azure knows.
    """
    freed = freed_labels(changes)
    followed = tuple(_following(each, freed) for each in changes) if freed else changes
    if not any(each.writes and each.action is not Action.DELETE for each in changes):
        return followed
    takers = _takers(followed)
    growing = frozenset(place for each in changes for place in _grows(each))
    return tuple(_told(each, takers.get(each.address.lower(), ()), growing) for each in followed)


def taken_apart(changes: tuple[Change, ...], declared: Iterable[Resource]) -> tuple[Change, ...]:
    """Return deletions so that each follows those of the groups that depend on it, as the manifests say."""
    there = {change.address.lower() for change in changes}
    above: dict[str, list[str]] = defaultdict(list)
    for resource in declared:
        for below in resource.lifecycle.depends_on if resource.address.lower() in there else ():
            above[below.lower()].append(resource.address)
    return tuple(replace(each, follows=tuple(sorted(above.get(each.address.lower(), ())))) for each in changes)


def _following(change: Change, freed: Mapping[Label, frozenset[str]]) -> Change:
    """Return the change with the groups that it follows: those that give up the label it takes."""
    label = label_of(change.after) if change.writes else None
    givers = freed.get(label, ()) if label else ()
    follows = tuple(sorted(each for each in givers if each.lower() != change.address.lower()))
    return replace(change, follows=follows) if follows else change


def _takers(changes: Iterable[Change]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for change in changes:
        for giver in change.follows:
            found[giver.lower()] = (*found.get(giver.lower(), ()), change.address)
    return found


def _told(change: Change, takers: tuple[str, ...], growing: frozenset[tuple[str, str]]) -> Change:
    """Return the change with what its place in the order means."""
    if change.follows:
        told = f"after {', '.join(change.follows)}, whose DNS label it takes"
        return replace(change, reasons=(*change.reasons, told))
    if change.action is not Action.DELETE or change.before is None:
        return change
    if takers:
        why = f"deleted before {', '.join(takers)}, which takes its DNS label; everything else comes first"
    else:
        why = "deleted last, if all else goes well"
        if place_of(change.before) in growing:
            why += "; earlier if a creation lacks quota"
    return replace(change, reasons=(*change.reasons, why))


def _grows(change: Change) -> Iterator[tuple[str, str]]:
    """Yield where a change may need more of a quota than the group has."""
    if change.action in {Action.CREATE, Action.REPLACE} and change.after is not None:
        yield place_of(change.after)


def place_of(group: Resource) -> tuple[str, str]:
    """Return the subscription and the region of a group: quotas count by both."""
    return group.id.subscription.lower(), as_text(group.body.get("location")).replace(" ", "").lower()
