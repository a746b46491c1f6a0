"""What a group's provisioning state says: whether Azure still works on it, and how that ended.

Documented at container-state (learn.microsoft.com): Pending, Creating, Updating and Repairing pass; Succeeded, Failed,
Canceled and Unhealthy are ends, of which nobody may rely on any but the last word. The SDK for .NET knows some more
(Accepted, Deleting, NotAccessible …); what is not known here counts as passing, and is told by Azure's name for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Body

_SUCCEEDED: Final = frozenset({"succeeded", ""})
_FAILURES: Final[Mapping[str, str]] = {"failed": "failed", "canceled": "was canceled"}
_SETTLED: Final = frozenset({*_SUCCEEDED, *_FAILURES, "unhealthy", "stopped"})


def state_of(body: Body) -> str:
    """Return the provisioning state in Azure's word; empty where it tells none."""
    return as_text(as_object(body.get("properties")).get("provisioningState"))


def is_passing(state: str) -> bool:
    """Whether a provisioning state is one that Azure is to leave by itself."""
    return state.lower() not in _SETTLED


def is_settled(body: Body) -> bool:
    """Whether provisioning has ended, well or badly."""
    return not is_passing(state_of(body))


def is_quiet(body: Body) -> bool:
    """Whether nothing of the provisioning is worth a word."""
    return state_of(body).lower() in _SUCCEEDED


def has_succeeded(body: Body) -> bool:
    """Whether provisioning ended well; of the containers that says nothing."""
    return state_of(body).lower() == "succeeded"


def has_failed(body: Body) -> bool:
    """Whether provisioning ended badly: the group is not what was asked for until it is written again."""
    return bool(failure_in(state_of(body)))


def failure_in(state: str) -> str:
    """Return how provisioning ended badly (``failed``, ``was canceled``); empty where it did not."""
    return _FAILURES.get(state.lower(), "")


def as_settled(live: Body, other: Body) -> Body:
    """Return a live body as it would be once it has settled, as far as that is known.

    The address of a group in a subnet is absent until provisioning has succeeded (recorded, 8 of 8): while it is, the
    address of ``other`` stands for it.
    """
    properties, address = as_object(live.get("properties")), as_object(other.get("properties")).get("ipAddress")
    if not address or "ipAddress" in properties or is_settled(live):
        return live
    return {**live, "properties": {**properties, "ipAddress": address}}
