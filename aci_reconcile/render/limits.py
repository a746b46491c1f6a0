"""How long Azure's limits make a plan take, in a sentence and as JSON; only where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.planning.duration import Limit, estimate_duration
from aci_reconcile.render.words import about

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.planning.values import Plan

_DOCUMENTED: Mapping[Limit, str] = {
    Limit.CREATIONS: "100 creations in 5 minutes and 300 an hour per region",
    Limit.DELETIONS: "100 deletions in 5 minutes and 300 an hour per region",
    Limit.WRITES: "200 writes at once and 10 more a second",
    Limit.DELETES: "200 deletes at once and 10 more a second",
}


def limits_text(plan: Plan) -> str:
    """Return the sentence; empty where the limits make no difference that is worth telling."""
    found = estimate_duration(plan)
    if found is None or not found.matters:
        return ""
    return (
        f"Azure's documented limits ({_DOCUMENTED[found.limit]}) make this take about {about(found.seconds)}; "
        "the apply paces itself by what Azure answers."
    )


def limits_json(plan: Plan) -> dict[str, object]:
    """Return the member of the plan's JSON; nothing where there is nothing to tell."""
    found = estimate_duration(plan)
    if found is None or not found.matters:
        return {}
    told = {"seconds": found.seconds, "limit": found.limit.value, "count": found.count, "location": found.location}
    return {"limits": told}
