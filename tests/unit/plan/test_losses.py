"""What a recreation loses."""

from __future__ import annotations

from typing import Any

import pytest
from factories import group, owned, policy, rid
from plans import only

from aci_reconcile.model import Resource
from aci_reconcile.plan import (
    Action,
    plan,
)


def test_what_a_recreation_loses() -> None:
    """IP, system identity, emptyDir."""
    there = Resource(
        rid(),
        {
            **owned(
                group(
                    ipAddress={"type": "Public", "ports": [{"port": 80}], "ip": "1.1.1.1"},
                    volumes=[{"name": "v", "emptyDir": {}}],
                )
            ).body,
            "identity": {"type": "SystemAssigned, UserAssigned"},
        },
    )
    change = only(plan([group(osType="Windows")], [there], policy()))

    assert ("new IP", "system-assigned identity and its role assignments", "emptyDir contents") == change.loses


@pytest.mark.parametrize(
    ("address", "lost"),
    [({"type": "Public", "ip": "203.0.113.4"}, ("new IP",)), ({"type": "private", "ip": "10.0.0.4"}, ())],
)
def test_only_a_private_address_can_be_kept(address: dict[str, Any], lost: tuple[str, ...]) -> None:
    """Azure chooses a public one anew, whatever the manifest says."""
    wanted = {**address, "ports": [{"port": 80}]}
    there = owned(group(ipAddress={**wanted, "ip": "10.0.0.4"}))
    change = only(plan([group(ipAddress=wanted, osType="Windows")], [there], policy()))

    assert (Action.REPLACE, lost) == (change.action, change.loses)
