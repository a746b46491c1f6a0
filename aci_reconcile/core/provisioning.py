"""The provisioning state of a group: whether Azure is still working on it, and how that ended.

Documented at container-state (learn.microsoft.com): Pending, Creating, Updating and Repairing are transient; Succeeded,
Failed, Canceled and Unhealthy are final. The page asks not to depend on any other value. The SDK for .NET knows more of
them (Accepted, Deleting, NotAccessible …). An unknown state counts as transient, and is shown under Azure's name.
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
    """Return the provisioning state in Azure's spelling; empty if there is none."""
    return as_text(as_object(body.get("properties")).get("provisioningState"))


def is_passing(state: str) -> bool:
    """Whether a provisioning state is transient: Azure will leave it without being asked."""
    return state.lower() not in _SETTLED


def is_settled(body: Body) -> bool:
    """Whether provisioning has ended, well or badly."""
    return not is_passing(state_of(body))


def is_quiet(body: Body) -> bool:
    """Whether the provisioning needs no mention: it succeeded, or the read does not include it."""
    return state_of(body).lower() in _SUCCEEDED


def has_succeeded(body: Body) -> bool:
    """Whether provisioning succeeded. The containers may have failed all the same."""
    return state_of(body).lower() == "succeeded"


def has_failed(body: Body) -> bool:
    """Whether provisioning failed: the group is not as declared until it is written again."""
    return bool(failure_in(state_of(body)))


def failure_in(state: str) -> str:
    """Return how provisioning failed (``failed``, ``was canceled``); empty if it did not."""
    return _FAILURES.get(state.lower(), "")


def as_settled(live: Body, other: Body) -> Body:
    """Return a live body as it will be once it has settled, as far as that is known.

    The address of a group in a subnet is absent until provisioning has succeeded (recorded, 8 of 8). Until then, the
    address of ``other`` is used, so that it does not count as a difference.
    """
    properties, address = as_object(live.get("properties")), as_object(other.get("properties")).get("ipAddress")
    if not address or "ipAddress" in properties or is_settled(live):
        return live
    return {**live, "properties": {**properties, "ipAddress": address}}
