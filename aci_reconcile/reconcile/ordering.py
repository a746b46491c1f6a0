"""What must come before what, and what must not be done at the same time."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from aci_reconcile.errors import UsageError
from aci_reconcile.model import as_list, as_object, as_text
from aci_reconcile.plan.values import Action

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


def freed_first(changes: tuple[Change, ...]) -> Mapping[str, frozenset[str]]:
    """Return for each group the deletions that free the DNS label it wants: labels are unique in a region."""
    freed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for change in changes:
        label = _label(change.before) if change.action is Action.DELETE else None
        if label:
            freed[label].add(change.address.lower())
    wanted = {change.address: _label(change.after) for change in changes if change.writes}
    return {address: frozenset(freed[label]) for address, label in wanted.items() if label in freed}


def _label(resource: Resource | None) -> tuple[str, str] | None:
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
