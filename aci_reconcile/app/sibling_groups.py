"""Resource groups that another shard of the same plan made first: a saved plan that would make them still holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.model import Scope, as_object, as_text
from aci_reconcile.planning.values import ResourceGroupChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from aci_reconcile.core.backend import Backend
    from aci_reconcile.planning.values import Plan


def add_made_groups(plan: Plan, saved: Iterable[Mapping[str, Any]], backend: Backend) -> Plan:
    """Return a plan as it would be without the resource groups that a sibling made since.

    Such a resource group has the region that was planned, and our tag, as if this run had made it.

    Args:
        plan: what was planned now.
        saved: the resource groups of the saved plan, as it holds them.
        backend: what can be asked for the resource groups.

    Raises:
        AzureError: Azure does not say.
    """
    still = {each.scope.key: each for each in plan.resource_groups}
    wanted = (
        ResourceGroupChange(
            Scope(each["subscription"], each["name"]), each["location"], create=each["action"] == "create"
        )
        for each in saved
    )
    same = tuple(
        still.pop(each.scope.key, each) for each in wanted if each.scope.key in still or _is_made(each, plan, backend)
    )
    return replace(plan, resource_groups=(*same, *still.values()))


def _is_made(wanted: ResourceGroupChange, plan: Plan, backend: Backend) -> bool:
    if not wanted.create or wanted.scope.key[0] != plan.policy.subscription.lower():
        return False
    found = backend.get_resource_group(wanted.scope)
    if found is None or not plan.policy.owns(tags.get(as_object(found.get("tags")), tags.OWNER)):
        return False
    return _fold(as_text(found.get("location"))) == _fold(wanted.location)


def _fold(location: str) -> str:
    return "".join(location.lower().split())
