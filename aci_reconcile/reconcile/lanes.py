"""What must not be done at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change


def find_lanes(change: Change) -> frozenset[str]:
    """Return the subnets a write touches: Azure takes one operation at a time per subnet, and answers 409 to others."""
    if not change.writes:
        return frozenset()
    return frozenset(subnet for side in (change.before, change.after) if side for subnet in _list_subnets(side))


def _list_subnets(resource: Resource) -> Iterator[str]:
    for each in as_list(resource.properties.get("subnetIds")):
        yield as_text(as_object(each).get("id")).lower()
