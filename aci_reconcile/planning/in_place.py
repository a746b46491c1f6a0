"""Whether Azure takes an update of a group in place, beyond what its fields say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.health import has_ended

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change


def explain_recreation(known: Change, live: Resource, policy: Policy) -> str:
    """Return why a group has to be created again, whichever of its fields differ; empty if it may be updated."""
    # Azure updates no group whose containers have all ended (documented at container-instances-update).
    if ended := has_ended(live.body):
        return f"the group has ended ({ended}), and Azure does not update an ended group"
    if known.digest and policy.refused.get(known.id.key) == known.digest:
        return "Azure refused to change this in place"
    return ""
