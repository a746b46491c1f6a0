"""What a group's provisioning state says."""

from __future__ import annotations

from typing import Any

import pytest
from factories import body

from aci_reconcile.core.provisioning import (
    as_settled,
    failure_in,
    has_failed,
    has_succeeded,
    is_passing,
    is_quiet,
    is_settled,
    state_of,
)

STATES: dict[str, tuple[bool, bool, bool, bool, str]] = {
    "Succeeded": (True, True, False, True, ""),
    "succeeded": (True, True, False, True, ""),
    "Failed": (True, False, True, False, "failed"),
    "FAILED": (True, False, True, False, "failed"),
    "Canceled": (True, False, True, False, "was canceled"),
    "Unhealthy": (True, False, False, False, ""),
    "Stopped": (True, False, False, False, ""),
    "Pending": (False, False, False, False, ""),
    "Creating": (False, False, False, False, ""),
    "Updating": (False, False, False, False, ""),
    "Repairing": (False, False, False, False, ""),
    "NotAccessible": (False, False, False, False, ""),
    "": (True, False, False, True, ""),
}


@pytest.mark.parametrize("state", STATES)
def test_how_provisioning_ended(state: str) -> None:
    """Settled, well, badly, without a word, and how badly; a state that nobody told has not ended well."""
    seen = body(provisioningState=state)
    told = (is_settled(seen), has_succeeded(seen), has_failed(seen), is_quiet(seen), failure_in(state))

    assert STATES[state] == told
    assert state == state_of(seen)
    assert is_passing(state) is not is_settled(seen)


@pytest.mark.parametrize("seen", [{}, {"properties": None}, {"properties": {"provisioningState": 3}}])
def test_what_is_no_group_has_not_ended_at_all(seen: Any) -> None:
    """Neither well nor badly."""
    assert ("", False, False, True) == (state_of(seen), has_succeeded(seen), has_failed(seen), is_quiet(seen))


ADDRESS = {"type": "Private", "ports": [{"port": 80}]}


def test_an_address_that_is_still_to_come_is_taken_as_declared() -> None:
    """Everything else is as it was read."""
    live = body(provisioningState="Creating", osType="Windows")

    assert body(provisioningState="Creating", osType="Windows", ipAddress=ADDRESS) == (
        as_settled(live, body(ipAddress=ADDRESS))
    )


@pytest.mark.parametrize(
    ("live", "declared"),
    [
        (body(provisioningState="Succeeded"), body(ipAddress=ADDRESS)),
        (body(provisioningState="Creating"), body()),
        (body(provisioningState="Creating", ipAddress={"ip": "10.0.0.4"}), body(ipAddress=ADDRESS)),
    ],
)
def test_an_address_that_is_known_is_as_it_was_read(live: dict[str, Any], declared: dict[str, Any]) -> None:
    """Of a group that has settled, of one that is to have none, and where there is one."""
    assert live is as_settled(live, declared)
