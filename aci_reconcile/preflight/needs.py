"""What has to be asked for a plan to be checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.preflight.demand import created
from aci_reconcile.preflight.rights import rights_of, scopes_of
from aci_reconcile.preflight.subnets import is_subnet_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.planning.values import Change, ResourceGroupChange
    from aci_reconcile.preflight.rights import Right
    from aci_reconcile.preflight.values import Place


@dataclass(frozen=True, slots=True)
class Needs:
    """The questions, each once: the regions, the subnets by their ids, and the scopes in which rights are needed."""

    places: tuple[Place, ...] = ()
    subnets: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    rights: tuple[Right, ...] = ()


def needs_of(changes: Iterable[Change], resource_groups: Iterable[ResourceGroupChange] = ()) -> Needs:
    """Return what has to be asked about these changes, and about resource groups that are created or deleted."""
    planned = tuple(changes)
    groups = tuple(created(planned))
    rights = rights_of(planned, resource_groups)
    subnets = {subnet.lower(): subnet for group in groups for subnet in group.subnets if is_subnet_id(subnet)}
    return Needs(
        places=tuple(sorted({group.place for group in groups if group.place.location})),
        subnets=tuple(subnets.values()),
        scopes=scopes_of(rights),
        rights=rights,
    )
