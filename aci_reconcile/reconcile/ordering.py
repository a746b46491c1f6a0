"""What must come before what, and what must not be done at the same time."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.errors import UsageError
from aci_reconcile.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.values import Change


def dependencies(changes: tuple[Change, ...]) -> Mapping[str, set[str]]:
    """Return for each group the groups that must be as they should be before it.

    A name alone will do where it is unique; what is not part of the plan is not waited for.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        address = change.address.lower()
        known[address].add(address)
        known[address.rpartition("/")[2]].add(address)
    graph = {
        change.address.lower(): {
            found
            for wanted in (change.after.lifecycle.depends_on if change.after else ())
            for found in known.get(wanted.lower(), ())
        }
        for change in changes
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise UsageError(f"groups depend on each other in a circle: {' -> '.join(error.args[1])}") from error
    return graph


Label: TypeAlias = "tuple[str, str]"
"""A region and a DNS label, which is unique there."""


def freed_labels(changes: tuple[Change, ...]) -> Mapping[Label, frozenset[str]]:
    """Return the DNS labels that these changes give up, each with the addresses of the groups that have it."""
    freed: dict[Label, set[str]] = defaultdict(set)
    for change in changes:
        label = label_of(change.before)
        if label and change.writes and label != label_of(change.after):
            freed[label].add(change.address.lower())
    return {label: frozenset(addresses) for label, addresses in freed.items()}


def freed_first(changes: tuple[Change, ...]) -> Mapping[str, frozenset[str]]:
    """Return for each group those that give up the DNS label it wants, and that must be done with before it.

    Where groups exchange their labels, or what gives one up depends on what wants it, one of them cannot wait.
    """
    freed = freed_labels(changes)
    if not freed:
        return {}
    graph = {address: set(after) for address, after in dependencies(changes).items()}
    found: dict[str, frozenset[str]] = {}
    for change in changes:
        label = label_of(change.after) if change.writes else None
        for other in sorted(freed.get(label, ()) if label else ()):
            if not _waits(other, change.address.lower(), graph):
                graph[change.address.lower()].add(other)
                found[change.address] = found.get(change.address, frozenset()) | {other}
    return found


def _waits(address: str, other: str, graph: Mapping[str, set[str]]) -> bool:
    """Whether a group waits for another one, in however many steps."""
    seen, left = set[str](), [address]
    while left:
        each = left.pop()
        if each == other:
            return True
        if each not in seen:
            seen.add(each)
            left += graph.get(each, ())
    return False


def label_of(resource: Resource | None) -> Label | None:
    """Return where a group has which DNS label; None where it has none."""
    if resource is None:
        return None
    label = as_text(as_object(resource.properties.get("ipAddress")).get("dnsNameLabel")).lower()
    return (as_text(resource.body.get("location")).replace(" ", "").lower(), label) if label else None


def lanes(change: Change) -> frozenset[str]:
    """Return the subnets a write touches: Azure takes one operation at a time per subnet, and answers 409 to others."""
    if not change.writes:
        return frozenset()
    return frozenset(subnet for side in (change.before, change.after) if side for subnet in _subnets(side))


def _subnets(resource: Resource) -> Iterator[str]:
    for each in as_list(resource.properties.get("subnetIds")):
        yield as_text(as_object(each).get("id")).lower()
